#include "labs/lesson.h"

#include "core/name_matching.h"
#include "io/fields.h"
#include "labs/yaml.h"
#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace gf {
namespace {

using nlohmann::json;

constexpr std::string_view k_fence = "```", k_step_fence = "```step", k_step_mark = "## ",
                           k_reveal_mark = "### ";

/// The front matter as it is written.
struct FrontMatter {
    Lesson& lesson;
    static void fields(auto& self, auto visit) {
        visit("title", self.lesson.title, {.required = true});
        visit("question", self.lesson.question, {.required = true});
        visit("part", self.lesson.part);
        visit("prerequisites", self.lesson.prerequisites);
        visit("minutes", self.lesson.minutes, {.least = 1, .greatest = 240});
        visit("references", self.lesson.references);
    }
};

/// The block of a step as it is written.
struct StepBlock {
    std::string focus, formula;
    json state = json::array();
    LessonAction action = LessonAction::none;
    std::optional<LessonQuestion> question;
    std::vector<std::string> claims, plots;
    static void fields(auto& self, auto visit) {
        visit("focus", self.focus);
        visit("formula", self.formula);
        visit("state", self.state);
        visit("action", self.action);
        visit("question", self.question);
        visit("claims", self.claims);
        visit("plots", self.plots);
    }
};

/// The lines of a file, with numbers from 1.
struct Lines {
    std::vector<std::string> all;
    explicit Lines(const std::string& text) {
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) {
            if (!line.empty() && line.back() == '\r') line.pop_back();
            all.push_back(line);
        }
    }
    std::string join(std::size_t begin, std::size_t end) const {
        std::string text;
        for (std::size_t i = begin; i < end; ++i) text += all[i] + '\n';
        return text;
    }
    std::size_t find(std::string_view begin, std::size_t from) const {
        while (from < all.size() && !all[from].starts_with(begin)) ++from;
        return from;
    }
};

std::string at_line(const std::string& name, std::size_t index) {
    return fmt::format("{}, line {}", name, index + 1);
}

/// A lesson opens what ships, by its name, or what lies in its own folder; it reads nothing else.
void check_path(const std::string& path, const std::string& where) {
    const std::filesystem::path p(path);
    const bool leaves =
        p.is_absolute() || std::any_of(p.begin(), p.end(), [](const auto& part) { return part == ".."; });
    if (leaves)
        throw Error({where, "the name of a model that ships, or a path inside of the lesson's folder",
                     "'" + path + "'", ""});
}

std::vector<Command> read_state(const json& state, const std::string& where,
                                const std::filesystem::path& folder) {
    std::vector<Command> commands = commands_from_json(state, where + ": state");
    const std::vector<CommandInfo> kinds = command_list();
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const std::string word = state[i].at("command");
        const auto kind =
            std::find_if(kinds.begin(), kinds.end(), [&](const CommandInfo& k) { return k.name == word; });
        if (!kind->for_lessons)
            throw Error({fmt::format("{}: state [{}]", where, i),
                         "a command that is marked for lessons in docs/commands.md", "'" + word + "'",
                         "lessons neither write nor delete"});
        auto* of_session = std::get_if<SessionCommand>(&commands[i]);
        if (!of_session) continue;
        const auto own = [&](std::string& path) {
            if (path.empty()) return;
            check_path(path, fmt::format("{}: state [{}]: {}", where, i, word));
            if (std::filesystem::exists(folder / path)) path = (folder / path).string();
        };
        if (auto* open = std::get_if<command::Open>(of_session)) own(open->model), own(open->tokenizer);
        if (auto* setup = std::get_if<command::SetSetup>(of_session)) own(setup->file);
        if (auto* add = std::get_if<command::AddRun>(of_session)) own(add->model), own(add->tokenizer);
    }
    return commands;
}

void check_question(const LessonQuestion& q, const std::string& where) {
    const bool has_choices = !q.choices.empty();
    if (q.answer > static_cast<int>(q.choices.size()))
        throw Error({where + ": question: answer",
                     fmt::format("1 to {}, the number of a choice", q.choices.size()),
                     std::to_string(q.answer), ""});
    if (q.answer_from.empty() && (has_choices ? q.answer == 0 : !q.value))
        throw Error({where + ": question",
                     has_choices ? "'answer', or 'answer_from'" : "'choices', 'value' or 'answer_from'",
                     "no right answer", ""});
}

/// Lines [begin, end) of the file: a heading, its block, its words, and what it reveals.
LessonStep read_step(const Lines& lines, std::size_t begin, std::size_t end, const std::string& name,
                     const std::filesystem::path& folder) {
    LessonStep step;
    step.line = static_cast<int>(begin) + 1;
    step.title = lines.all[begin].substr(k_step_mark.size());
    const std::string where = at_line(name, begin) + ", step '" + step.title + "'";
    std::size_t words = begin + 1;
    while (words < end && lines.all[words].empty()) ++words;
    if (words < end && lines.all[words] == k_step_fence) {
        const std::size_t close = lines.find(k_fence, words + 1);
        if (close >= end) throw Error({at_line(name, words), "the end of the step's block, ```", "none", ""});
        const json block = json_of_yaml(lines.join(words + 1, close), name, static_cast<int>(words) + 2);
        if (!block.is_null()) {
            const auto read = fields_from_json<StepBlock>(block, {.where = where});
            step.focus = read.focus, step.formula = read.formula, step.action = read.action;
            step.question = read.question, step.claims = read.claims, step.plots = read.plots;
            step.state = read_state(read.state, where, folder);
        }
        words = close + 1;
    }
    if (step.question) check_question(*step.question, where);
    const std::size_t reveal = std::min(lines.find(k_reveal_mark, words), end);
    step.text = read_lesson_text(lines.join(words, reveal), where);
    if (reveal < end) step.reveal = read_lesson_text(lines.join(reveal + 1, end), where);
    if (step.text.empty()) throw Error({where, "some words", "none", ""});
    return step;
}

} // namespace

std::string_view name(LessonQuestion::Kind kind) {
    return kind == LessonQuestion::Kind::prediction    ? "prediction"
           : kind == LessonQuestion::Kind::observation ? "observation"
                                                       : "";
}

std::string_view name(LessonAction action) {
    constexpr std::string_view k_names[] = {"none", "click", "drag", "run", "choose", "step"};
    const auto i = static_cast<std::size_t>(action);
    return i < std::size(k_names) ? k_names[i] : "";
}

Lesson parse_lesson(const std::string& text, const std::string& name, const std::filesystem::path& folder) {
    const Lines lines(text);
    if (lines.all.empty() || lines.all[0] != "---")
        throw Error({name + ", line 1", "'---', the beginning of the front matter",
                     lines.all.empty() ? "an empty file" : "'" + lines.all[0].substr(0, 40) + "'", ""});
    std::size_t end = 1;
    while (end < lines.all.size() && lines.all[end] != "---") ++end;
    if (end == lines.all.size()) throw Error({name, "'---', the end of the front matter", "none", ""});
    Lesson lesson;
    lesson.id = folder.filename().string();
    FrontMatter front{lesson};
    fields_from_json(json_of_yaml(lines.join(1, end), name, 2), {.where = name}, front);
    std::size_t begin = lines.find(k_step_mark, end + 1);
    if (begin == lines.all.size()) throw Error({name, "steps, each with a heading '## ...'", "none", ""});
    while (begin < lines.all.size()) {
        const std::size_t next = lines.find(k_step_mark, begin + 1);
        lesson.steps.push_back(read_step(lines, begin, next, name, folder));
        begin = next;
    }
    return lesson;
}

Lesson read_lesson(const std::filesystem::path& folder, const std::string& language) {
    std::filesystem::path path = folder / "lesson.md";
    if (!language.empty() && std::filesystem::exists(folder / fmt::format("lesson.{}.md", language)))
        path = folder / fmt::format("lesson.{}.md", language);
    std::ifstream in(path, std::ios::binary);
    if (!in) throw Error({path.string(), "a lesson", "no such file", ""});
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return parse_lesson(text, path.filename().string(), folder);
}

} // namespace gf
