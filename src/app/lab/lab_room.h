#pragma once
// The lab that is open in the window: its lesson, the step in view, what the learner answered, and the
// experiment at work. The Workbench owns one and changes it by commands; the panels of app/panels/lab read it
// by View::lab.

#include "labs/course.h"
#include "labs/lab_desk.h"
#include "labs/lesson.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {

/// How far a person came in a lab, as the settings keep it.
struct LabRecord {
    int step = 1;                     ///< where they stopped, from 1
    bool done = false;                ///< whether they saw the last step
    std::vector<std::string> answers; ///< by step; empty: not answered
    bool operator==(const LabRecord&) const = default;
    static void fields(auto& record, auto visit) {
        visit("step", record.step, {.least = 1, .greatest = 1000});
        visit("done", record.done);
        visit("answers", record.answers, {.most_items = 1000});
    }
};

class LabRoom {
  public:
    /// `wake` is called by the experiment's thread when there is something new to show.
    explicit LabRoom(std::function<void()> wake) : wake_(std::move(wake)) {}

    /// Opens a lab of the course or a folder with a lesson. Nothing changes where that fails. @throws Error
    void open(const std::string& lab, const LabRecord& record);
    void close();
    bool is_open() const { return lesson_.has_value(); }

    const Lesson& lesson() const { return *lesson_; }
    const CourseRow* row() const { return row_; } ///< null: a lesson that is no lab of the course
    int n_steps() const { return static_cast<int>(lesson_->steps.size()); }
    int step_number() const { return record_.step; } ///< from 1
    const LessonStep& step() const { return lesson_->steps[static_cast<std::size_t>(record_.step) - 1]; }
    const LabRecord& record() const { return record_; }
    /// What brings the step's state about from any other: that of the steps before it, too.
    std::vector<Command> state_of_step() const;
    /// @throws Error for a step that the lesson does not have, or if no lab is open
    void go_to(int step);
    /// Whether the step's question is answered, or there is none.
    bool may_go_on() const { return !step().question || !answer_of(record_.step).empty(); }

    /// The answer to a step's question; empty: none yet.
    const std::string& answer_of(int step) const;
    /// @throws Error if the step has no question, or this is no answer to it
    void answer(const std::string& answer);
    /// Whether the answer was right; nullopt while the experiment has not measured it.
    std::optional<bool> is_right(int step) const;
    /// The right answer in words; empty while it is not known.
    std::string right_answer(int step) const;

    /// Whether a prediction that it would give away is not committed yet.
    bool hides_plot(const LabPlot& plot) const;
    bool hides_claim(const std::string& id) const;
    /// What to write in its place: "after your prediction in step 4".
    std::string why_hidden(const std::string& plot_or_claim) const;

    // The experiment; nothing happens in a lesson without one.
    bool has_experiment() const { return desk_ != nullptr; }
    void start(std::uint64_t seed);
    void pause(bool on);
    /// @throws Error for a value that the control does not take
    void set_control(const std::string& name, const std::string& value);
    /// Waits for the experiment, for pictures without a window.
    void wait() {
        if (desk_) desk_->wait();
    }
    bool is_running() const { return desk_ && desk_->is_running(); }
    std::shared_ptr<const LabResults> results() const { return desk_ ? desk_->results() : nullptr; }
    std::vector<LabControl> controls() const { return desk_ ? desk_->controls() : std::vector<LabControl>(); }

  private:
    const LessonQuestion& question(int step) const;
    int step_that_hides(const std::string& plot_or_claim) const;

    std::function<void()> wake_;
    const CourseRow* row_ = nullptr;
    std::optional<Lesson> lesson_;
    LabRecord record_;
    std::unique_ptr<LabDesk> desk_;
};

} // namespace gf::ui
