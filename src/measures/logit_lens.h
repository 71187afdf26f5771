#pragma once
// What the model would say if it stopped at a point of the residual stream: the stream there, read by the
// last norm and the unembedding (logit lens, nostalgebraist 2020). Used by the panel Lens and by
// `glassformer trace --measure lens`.

#include "core/passes/read_out.h"
#include "measures/measure.h"
#include "measures/stream_points.h"

#include <memory>
#include <vector>

namespace gf {

/// What the lens reads at one point of one row.
struct LensGuess {
    int token = -1;        ///< the likeliest one; -1: not read yet
    float probability = 0; ///< of it
    int rank = 0;          ///< of the output's likeliest token here, 1 being the likeliest
    float to_go = 0;       ///< KL(output || lens) in nats
};

/// The guesses of all rows and points. It needs logits: a run without them has no points.
class LogitLens : public Measure {
  public:
    bool advance(const RunView& view, std::size_t budget = k_no_limit) override;
    nlohmann::ordered_json result() const override;

    /// Rows from this one on are read before those before it.
    void begin_at(int row) { begin_at_ = row; }
    const std::vector<StreamPoint>& points() const { return points_; }
    int n_points() const { return static_cast<int>(points_.size()); }
    int rows_read() const { return rows_read_; }
    bool is_read(int row) const {
        return static_cast<std::size_t>(row) < is_read_.size() && is_read_[static_cast<std::size_t>(row)];
    }
    const LensGuess& guess(int point, int row) const {
        return guesses_[static_cast<std::size_t>(row) * points_.size() + static_cast<std::size_t>(point)];
    }
    /// The token that the output says after a row that is read.
    int output_token(int row) const { return output_tokens_[static_cast<std::size_t>(row)]; }
    /// The first point from which on the guess is what the output says, down to the end.
    int settled_at(int row) const;
    /// Mean of KL(output || lens) over the rows read, in nats.
    double mean_to_go(int point) const;

  private:
    void start(const RunView& view);
    int next_row(int rows) const;
    void begin_row(const Trace& run, int row);
    void read(const Trace& run, int point);

    ValueSource source_;
    std::unique_ptr<ReadOut> read_out_;
    std::weak_ptr<const Weights> weights_; ///< of read_out_
    std::vector<StreamPoint> points_;
    std::vector<LensGuess> guesses_; ///< [row, point]
    std::vector<int> output_tokens_; ///< by row
    std::vector<bool> is_read_;      ///< by row
    int rows_read_ = 0, begin_at_ = 0;
    int row_ = -1, next_point_ = 0;   ///< the row that is being read; -1: none
    std::vector<double> output_;      ///< log-probabilities of that row's output
    std::vector<real> stream_, lens_; ///< working memory
};

/// All that the lens reads at the points of one row: for the curves of single tokens and for formulas.
class LensRow {
  public:
    /// Another run or row starts anew.
    void look_at(const RunView& view, int row);
    /// Reads points until about `budget` values are read, and at least one. Whether all are read.
    bool advance(std::size_t budget = Measure::k_no_limit);
    int row() const { return row_; }
    int n_read() const { return n_read_; } ///< points
    const std::vector<StreamPoint>& points() const { return points_; }
    bool is_complete() const { return n_read_ == static_cast<int>(points_.size()); }

    double logit(int point, int token) const { return static_cast<double>(logits(point)[token]); }
    double probability(int point, int token) const;
    int rank(int point, int token) const; ///< 1 for the likeliest
    int guess(int point) const;
    /// The vector that the unembedding multiplies there, (d_model).
    std::span<const real> vector(int point) const {
        return std::span(vectors_).subspan(static_cast<std::size_t>(point) * d_model_, d_model_);
    }

  private:
    const real* logits(int point) const {
        return logits_.data() + static_cast<std::size_t>(point) * d_vocab_;
    }
    ValueSource source_;
    std::shared_ptr<const Trace> run_;
    int row_ = -1, n_read_ = 0;
    std::size_t d_model_ = 0, d_vocab_ = 0;
    std::unique_ptr<ReadOut> read_out_;
    std::weak_ptr<const Weights> weights_;
    std::vector<StreamPoint> points_;
    std::vector<real> logits_, vectors_; ///< [point, d_vocab], [point, d_model]
    std::vector<double> log_sums_;       ///< by point
    std::vector<real> stream_;           ///< working memory
};

} // namespace gf
