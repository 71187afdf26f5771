#pragma once
// A lesson: what a learner reads and does in a lab, step by step. It is read from assets/labs/ID/lesson.md,
// whose form docs/writing-a-lab.md describes. Used by the Lab panel and by tests; a teacher's own lesson is
// one, too.

#include "labs/lesson_text.h"
#include "session/command.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// Something the learner commits to before the answer is shown, or has seen and is asked for.
struct LessonQuestion {
    enum class Kind { prediction, observation };
    Kind kind = Kind::prediction;
    std::string text;
    std::vector<std::string> choices; ///< empty: a number is asked for
    int answer = 0;                   ///< the right choice, from 1; 0: the experiment has it, see answer_from
    std::optional<double> value;      ///< the right number
    double tolerance = 0;             ///< how far a number may be off
    std::string unit;                 ///< of the number
    std::string answer_from;          ///< the name of the answer in the experiment's results
    std::string plot;                 ///< the plot into which a number is drawn as the guess

    static void fields(auto& q, auto visit) {
        visit("kind", q.kind);
        visit("text", q.text, {.required = true});
        visit("choices", q.choices);
        visit("answer", q.answer, {.least = 0});
        visit("value", q.value);
        visit("tolerance", q.tolerance, {.least = 0});
        visit("unit", q.unit);
        visit("answer_from", q.answer_from);
        visit("plot", q.plot);
    }
};
std::string_view name(LessonQuestion::Kind kind);

/// What the learner is asked to do before going on.
enum class LessonAction { none, click, drag, run, choose, step };
std::string_view name(LessonAction action);

struct LessonStep {
    std::string title;
    int line = 0; ///< of the file, where the step begins
    std::vector<LessonParagraph> text;
    std::vector<LessonParagraph> reveal; ///< hidden until the question is answered
    std::string focus;                   ///< the panel to look at; empty: as it is
    std::string formula;                 ///< in the formula bar's notation; may be empty
    std::vector<Command> state;          ///< carried out when the step begins
    LessonAction action = LessonAction::none;
    std::optional<LessonQuestion> question;
    std::vector<std::string> claims, plots; ///< of the experiment, that this step speaks of
};

struct Lesson {
    std::string id;
    std::string title, question;
    std::string part; ///< "A"
    std::vector<std::string> prerequisites;
    int minutes = 5;
    std::vector<std::string> references;
    std::vector<LessonStep> steps;
};

/// Reads `folder`/lesson.md, or lesson.LANGUAGE.md where that exists. @throws Error with file and line, what
/// was expected and what was found
Lesson read_lesson(const std::filesystem::path& folder, const std::string& language = "");
/// The same from a text. `name` begins the messages; `folder` is the only one whose models it may open.
Lesson parse_lesson(const std::string& text, const std::string& name, const std::filesystem::path& folder);

} // namespace gf
