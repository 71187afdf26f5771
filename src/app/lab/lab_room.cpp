#include "app/lab/lab_room.h"

#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

bool holds(const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

} // namespace

void LabRoom::open(const std::string& lab, const LabRecord& record) {
    const bool is_folder = std::filesystem::exists(std::filesystem::path(lab) / "lesson.md");
    const CourseRow* row = is_folder ? nullptr : &lab_named(lab);
    if (row && !row->make)
        throw Error(
            {std::string(row->id), "a lab that is built", "one that is planned", "docs/labs.md lists them"});
    Lesson lesson = read_lesson(is_folder ? std::filesystem::path(lab) : lab_folder(row->id));
    desk_.reset();
    row_ = row;
    lesson_ = std::move(lesson);
    record_ = record;
    record_.answers.resize(lesson_->steps.size());
    record_.step = std::clamp(record_.step, 1, n_steps());
    if (row) desk_ = std::make_unique<LabDesk>(row->make(), wake_);
    if (desk_) desk_->start(1);
}

void LabRoom::close() {
    desk_.reset();
    lesson_.reset();
    row_ = nullptr;
}

void LabRoom::go_to(int step) {
    if (!lesson_) throw Error({"lab-step", "an open lab", "none", "`open-lab` opens one"});
    if (step < 1 || step > n_steps())
        throw Error({"lab-step", fmt::format("1 to {}", n_steps()), std::to_string(step), ""});
    record_.step = step;
    record_.done = record_.done || step == n_steps();
}

std::vector<Command> LabRoom::state_of_step() const {
    std::vector<Command> state;
    for (int s = 0; s < record_.step; ++s)
        for (const Command& command : lesson_->steps[static_cast<std::size_t>(s)].state) {
            const auto* of_session = std::get_if<SessionCommand>(&command);
            if (of_session && std::holds_alternative<command::Open>(*of_session)) state.clear();
            state.push_back(command);
        }
    return state;
}

const LessonQuestion& LabRoom::question(int step) const {
    return *lesson_->steps[static_cast<std::size_t>(step) - 1].question;
}

const std::string& LabRoom::answer_of(int step) const {
    return record_.answers[static_cast<std::size_t>(step) - 1];
}

void LabRoom::answer(const std::string& answer) {
    if (!lesson_) throw Error({"answer", "an open lab", "none", "`open-lab` opens one"});
    if (!step().question)
        throw Error({"answer", "a step with a question", "step " + std::to_string(record_.step), ""});
    const auto number = number_in(answer);
    const auto n = static_cast<double>(step().question->choices.size());
    if (!number || (n > 0 && (*number != std::floor(*number) || *number < 1 || *number > n)))
        throw Error({"answer",
                     n > 0 ? fmt::format("the number of a choice, 1 to {:g}", n) : std::string("a number"),
                     "'" + answer + "'", ""});
    record_.answers[static_cast<std::size_t>(record_.step) - 1] = answer;
}

std::string LabRoom::right_answer(int step) const {
    const LessonQuestion& q = question(step);
    if (q.answer > 0) return q.choices[static_cast<std::size_t>(q.answer) - 1];
    if (q.value) return fmt::format("{:g}", *q.value);
    const auto found = results();
    if (!found) return "";
    const auto at = found->answers.find(q.answer_from);
    return at == found->answers.end() ? "" : at->second;
}

std::optional<bool> LabRoom::is_right(int step) const {
    const LessonQuestion& q = question(step);
    const std::string& given = answer_of(step);
    const std::string right = right_answer(step);
    if (given.empty() || right.empty()) return std::nullopt;
    const double number = number_in(given).value_or(0);
    if (!q.choices.empty()) return q.choices[static_cast<std::size_t>(number) - 1] == right;
    const auto wanted = number_in(right);
    return wanted && std::abs(number - *wanted) <= q.tolerance;
}

/// The step, from 1, whose unanswered prediction it would give away; 0: none.
int LabRoom::step_that_hides(const std::string& id) const {
    for (int s = 1; s <= n_steps(); ++s) {
        const LessonStep& step = lesson_->steps[static_cast<std::size_t>(s) - 1];
        const bool predicts = step.question && step.question->kind == LessonQuestion::Kind::prediction;
        if (predicts && answer_of(s).empty() && (holds(step.plots, id) || holds(step.claims, id))) return s;
    }
    return 0;
}

bool LabRoom::hides_plot(const LabPlot& plot) const { return plot.is_answer && step_that_hides(plot.id) > 0; }

bool LabRoom::hides_claim(const std::string& id) const { return step_that_hides(id) > 0; }

std::string LabRoom::why_hidden(const std::string& id) const {
    return fmt::format("after your prediction in step {}", step_that_hides(id));
}

void LabRoom::start(std::uint64_t seed) {
    if (desk_) desk_->start(seed);
}

void LabRoom::pause(bool on) {
    if (desk_) on ? desk_->pause() : desk_->resume();
}

void LabRoom::set_control(const std::string& name, const std::string& value) {
    if (!desk_) throw Error({"lab-control", "a lab with an experiment", "none", "`open-lab` opens one"});
    for (const LabControl& control : desk_->controls()) {
        if (control.key != name) continue;
        const bool is_text =
            control.kind == LabControl::Kind::choice || control.kind == LabControl::Kind::text;
        const auto number = number_in(value);
        if (is_text ? (!control.choices.empty() && !holds(control.choices, value))
            : control.kind == LabControl::Kind::toggle
                ? value != "true" && value != "false"
                : !number || *number < control.least || *number > control.greatest)
            throw Error({"lab-control " + name,
                         is_text ? fmt::format("{}", fmt::join(control.choices, ", "))
                         : control.kind == LabControl::Kind::toggle
                             ? "true or false"
                             : fmt::format("{:g} to {:g}", control.least, control.greatest),
                         "'" + value + "'", ""});
        nlohmann::json json = value;
        if (control.kind == LabControl::Kind::toggle) json = value == "true";
        if (control.kind == LabControl::Kind::integer) json = static_cast<std::int64_t>(*number);
        if (control.kind == LabControl::Kind::number) json = *number;
        return desk_->set_controls({{name, json}});
    }
    throw Error({"lab-control", "a control of this lab", "'" + name + "'", ""});
}

} // namespace gf::ui
