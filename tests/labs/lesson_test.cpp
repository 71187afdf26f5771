// Lessons: what is read of them, and what is refused with which words.

#include "labs/course.h"
#include "labs/lesson.h"
#include "platform/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace gf::tests::lesson_test {
namespace {

using ::testing::HasSubstr;

const std::string k_lesson = R"(---
title: A lesson
question: Why?
part: A
minutes: 3
---

## First look

```step
focus: Head
action: click
formula: q · k
state:
  - {command: open, model: story, prompt: "Once"}
  - {command: pin-head, layer: 1, head: 2}
question:
  text: How much?
  choices: [a little, "2", a lot]
  answer: 3
plots: [loss]
claims: [falls]
```

The word [kite](cell:blocks.1.attn.hook_pattern/2/6/3) is **bold**, *slanted* or `code`; see [mask](term:mask).

- one
- two ![a picture](http://example.org/x.png)

### Reveal

It falls.

## Second look

Words.
)";

/// The words of all paragraphs, one line for each.
std::string plain_words(const std::vector<LessonParagraph>& text) {
    std::string all;
    for (const LessonParagraph& paragraph : text) {
        if (!all.empty()) all += '\n';
        for (const LessonPiece& piece : paragraph.pieces) all += piece.words;
    }
    return all;
}

Lesson parse(const std::string& text) { return parse_lesson(text, "lesson.md", "/lessons/mine"); }

std::string message(const std::string& text) {
    try {
        parse(text);
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Lesson, IsReadWhole) {
    const Lesson lesson = parse(k_lesson);
    EXPECT_EQ(lesson.id, "mine");
    EXPECT_EQ(lesson.title, "A lesson");
    EXPECT_EQ(lesson.minutes, 3);
    ASSERT_EQ(lesson.steps.size(), 2u);
    const LessonStep& step = lesson.steps[0];
    EXPECT_EQ(step.title, "First look");
    EXPECT_EQ(step.line, 8);
    EXPECT_EQ(step.focus, "Head");
    EXPECT_EQ(step.action, LessonAction::click);
    ASSERT_EQ(step.state.size(), 2u);
    ASSERT_TRUE(step.question);
    EXPECT_EQ(step.question->choices, (std::vector<std::string>{"a little", "2", "a lot"}))
        << "quoted: a text";
    EXPECT_EQ(step.question->answer, 3);
    ASSERT_EQ(step.text.size(), 3u);
    const auto& pieces = step.text[0].pieces;
    ASSERT_TRUE(pieces[1].cell);
    EXPECT_EQ(pieces[1].cell->name, "blocks.1.attn.hook_pattern");
    EXPECT_EQ(pieces[1].cell->head, 2);
    EXPECT_EQ(pieces[1].cell->row, 6);
    EXPECT_EQ(pieces[1].cell->column, 3);
    EXPECT_TRUE(pieces[3].is_bold);
    EXPECT_EQ(pieces[3].words, "bold");
    EXPECT_TRUE(pieces[7].is_code);
    EXPECT_EQ(pieces[9].term, "mask");
    EXPECT_EQ(step.text[1].kind, LessonParagraph::Kind::item);
    EXPECT_EQ(plain_words({step.text[2]}), "two a picture") << "an image is its words; nothing is fetched";
    EXPECT_EQ(plain_words(step.reveal), "It falls.");
    EXPECT_EQ(plain_words(lesson.steps[1].text), "Words.");
}

TEST(Lesson, ErrorsNameThePlace) {
    EXPECT_THAT(message(""), HasSubstr("line 1"));
    EXPECT_THAT(message(with(k_lesson, "minutes: 3\n---\n", "minutes: 3\n")), HasSubstr("lesson.md"));
    EXPECT_THAT(message(with(k_lesson, "title: A lesson", "titel: A lesson")), HasSubstr("title"));
    EXPECT_THAT(message(with(k_lesson, "minutes: 3", "minutes: [3")), HasSubstr("lesson.md, line"));
    EXPECT_THAT(message(with(k_lesson, "pin-head", "pin-haed")), HasSubstr("'pin-head'"));
    EXPECT_THAT(message(with(k_lesson, "action: click", "action: clock")), HasSubstr("click"));
    EXPECT_THAT(message(with(k_lesson, "answer: 3", "answer: 4")), HasSubstr("1 to 3"));
    EXPECT_THAT(message(with(k_lesson, "  answer: 3\n", "")), HasSubstr("answer"));
    EXPECT_THAT(message(with(k_lesson, "hook_pattern/2/6/3", "hook_pattern/2/6")), HasSubstr("cell:NAME"));
    EXPECT_THAT(message(with(k_lesson, "term:mask", "term:msak")), HasSubstr("glossary"));
    EXPECT_THAT(message(with(k_lesson, "claims: [falls]\n```", "claims: [falls]\n")), HasSubstr("```"));
    EXPECT_THAT(message(with(k_lesson, "Second look\n\nWords.", "Second look\n")), HasSubstr("some words"));
    EXPECT_THAT(message("---\ntitle: a\nquestion: b\n---\nno steps\n"), HasSubstr("steps"));
}

/// A lesson writes nothing, and opens what ships or lies beside it.
TEST(Lesson, StaysInItsFolder) {
    EXPECT_THAT(message(with(k_lesson, "model: story", "model: /etc/passwd")),
                HasSubstr("inside of the lesson's folder"));
    EXPECT_THAT(message(with(k_lesson, "model: story", "model: ../other")),
                HasSubstr("inside of the lesson's folder"));
    EXPECT_THAT(message(with(k_lesson, "{command: pin-head, layer: 1, head: 2}",
                             "{command: save-state, path: x.json}")),
                HasSubstr("neither write nor delete"));
    EXPECT_THAT(message(with(k_lesson, "{command: pin-head, layer: 1, head: 2}",
                             "{command: delete-layout, layout: mine}")),
                HasSubstr("marked for lessons"));
    EXPECT_THAT(message(with(k_lesson, "{command: pin-head, layer: 1, head: 2}",
                             "{command: setup, file: /etc/passwd}")),
                HasSubstr("inside of the lesson's folder"));
}

/// Every lab that is built has a lesson whose steps ask for something, with a prediction and an observation
/// question, or says why not; it names plots and claims that its experiment has.
TEST(Lesson, OfEveryLab) {
    for (const CourseRow& row : course_rows()) {
        if (!row.make) continue;
        SCOPED_TRACE(row.id);
        const Lesson lesson = read_lesson(lab_folder(row.id));
        EXPECT_EQ(lesson.part, std::string(1, row.part));
        EXPECT_GE(lesson.steps.size(), 5u);
        EXPECT_LE(lesson.steps.size(), 12u);
        EXPECT_FALSE(lesson.references.empty());
        int predictions = 0, observations = 0;
        const auto experiment = row.make();
        experiment->prepare(1, LabSize::reduced);
        const LabResults results = experiment->results();
        const auto names = [](const auto& list) {
            std::vector<std::string> ids;
            for (const auto& item : list) ids.push_back(item.id);
            return ids;
        };
        for (const LessonStep& step : lesson.steps) {
            EXPECT_NE(step.action, LessonAction::none) << step.title;
            for (const std::string& plot : step.plots)
                EXPECT_THAT(names(results.plots), ::testing::Contains(plot));
            for (const std::string& claim : step.claims)
                EXPECT_THAT(names(results.claims), ::testing::Contains(claim));
            if (!step.question) continue;
            ++(step.question->kind == LessonQuestion::Kind::prediction ? predictions : observations);
            if (!step.question->answer_from.empty()) {
                EXPECT_TRUE(results.answers.contains(step.question->answer_from));
            }
        }
        EXPECT_GE(predictions, 1);
        EXPECT_GE(observations, 1);
    }
}

/// 20,000 damaged lessons: each is read or refused with an Error.
TEST(Lesson, DamagedFilesNeverCrash) {
    std::mt19937 random(20260101);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::string pieces[] = {"```", "---", "\n", "## ", "[",  "](cell:",  ")",    "*",        "{", "}",
                                  "&a",  "*a",  ": ", "- ",  "\"", "\x00\xff", "### ", "!!binary", "<<"};
    for (int i = 0; i < 20'000; ++i) {
        std::string text = k_lesson;
        for (std::size_t n = 1 + below(4); n > 0; --n) {
            const std::size_t at = below(text.size());
            switch (below(4)) {
            case 0: text[at] = static_cast<char>(random()); break;
            case 1: text.erase(at, 1 + below(20)); break;
            case 2: text.insert(at, pieces[below(std::size(pieces))]); break;
            default: text.insert(at, text.substr(below(text.size()), below(60)));
            }
        }
        try {
            parse(text);
        } catch (const Error&) {
        }
    }
}

} // namespace
} // namespace gf::tests::lesson_test
