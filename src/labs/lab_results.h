#pragma once
// What an experiment has to show, as plain data: plots, claims, answers, progress. The worker fills it, the
// Lab panel draws it, `glassformer lab --check` judges it.

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gf {

struct PlotAxis {
    std::string label; ///< "loss"
    std::string unit;  ///< "nats"; may be empty
    bool logarithmic = false;
};

struct PlotSeries {
    std::string name;      ///< for the legend
    std::vector<double> x; ///< as many as y
    std::vector<double> y; ///< not finite where there is no value
};

/// Lines or single points over two axes.
struct Curves {
    PlotAxis x, y;
    std::vector<PlotSeries> series;
    bool points = false; ///< single points instead of lines
};

/// Groups of bars: one group for each category, one bar in it for each series.
struct Bars {
    PlotAxis y;
    std::vector<std::string> categories;
    struct Series {
        std::string name;
        std::vector<double> heights; ///< one for each category
    };
    std::vector<Series> series;
};

/// A matrix of values as colours.
struct HeatGrid {
    PlotAxis x, y;
    std::string unit; ///< of the values
    std::vector<std::string> columns, rows;
    std::vector<double> values; ///< [row, column]; not finite where there is no value
    double low = 0, high = 1;   ///< the ends of the scale of colours
};

struct PlotTable {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows; ///< each as long as `columns`
};

struct LabPlot {
    std::string id;       ///< by which a lesson names it
    std::string title;    ///< "Loss while training"
    std::string sentence; ///< what to see in it
    std::variant<Curves, Bars, HeatGrid, PlotTable> body;
    /// Whether it gives an answer away: hidden until the prediction is committed.
    bool is_answer = false;
};

/// How a measured figure is compared with its threshold.
enum class Comparison { below, at_most, above, at_least, equal, between };
/// "<", "<=", ">", ">=", "=", "between".
std::string_view name(Comparison);

/// What a lab claims, with the figure that was measured for it.
struct Claim {
    std::string id;        ///< by which a lesson names it: "copies-cost"
    std::string statement; ///< one sentence: "With both copying heads off the second copy costs more"
    std::string unit;      ///< "nats"; may be empty
    Comparison comparison = Comparison::above;
    double threshold = 0;
    double upper = 0; ///< between only: the upper end
    double measured;  ///< NaN until it is measured

    bool is_measured() const { return measured == measured; }
    /// Whether this figure would meet the claim; NaN meets none.
    bool holds_for(double figure) const;
    bool holds() const { return holds_for(measured); }
    /// "> 0.5 nats", "between 1.8 and 2.2".
    std::string requirement() const;
};

struct LabProgress {
    std::string what;        ///< what is being done: "training with pre-norm"
    double share = 0;        ///< of all the work, from 0 to 1
    double seconds = 0;      ///< spent in slices of work so far
    double seconds_left = 0; ///< an estimate; 0 before there is one
    bool is_finished = false;
};

struct LabResults {
    std::vector<LabPlot> plots;
    std::vector<Claim> claims;
    /// What was measured, in words or digits, by the names that questions of the lesson ask for
    /// (LessonQuestion::answer_from): {"most_important_head", "4.1"}. A name is there from the beginning,
    /// with an empty text until its answer is known.
    std::map<std::string, std::string> answers;
    LabProgress progress;
    std::string problem; ///< why the experiment stopped; empty unless it failed
};

} // namespace gf
