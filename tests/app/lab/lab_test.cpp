// A lab in the window: the lesson beside the workbench, predictions before reveals, and the way back.

#include "app/lab/lab_room.h"
#include "app/workbench_support.h"
#include "models/shipped.h"

#include <algorithm>
#include <thread>

namespace gf::ui::tests::lab_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LabTest : public ::testing::Test {
  protected:
    static Bench::Options options() { return {.models = shipped_models_folder()}; }
    void SetUp() override {
        bench.open((shipped_models_folder() / "story").string());
        bench.prompt("The fox");
    }
    /// The experiment works on a thread of its own: frames go on until it is done.
    void finish_experiment() {
        while (bench.all_text("Experiment").find("done") == std::string::npos) {
            ui.frames(1);
            std::this_thread::yield();
        }
    }
    Bench bench{options()};
    UiDriver& ui = bench.ui;
};

TEST_F(LabTest, PredictionsComeBeforeReveals) {
    const std::vector<int> tokens = bench.tokens();
    bench.post(command::OpenLab{"18", 2});
    ui.frames(8);
    EXPECT_EQ(bench.notice(), "");
    EXPECT_EQ(bench.workbench.arrangement().book().current, "Lab");
    EXPECT_THAT(bench.all_text("Lesson"), HasSubstr("Where the model is sure"));
    finish_experiment();
    EXPECT_THAT(bench.all_text("Lesson"), HasSubstr("after your answer"));
    EXPECT_THAT(bench.all_text("Lesson"), Not(HasSubstr("nucleus")));
    EXPECT_THAT(bench.all_text("Experiment"), HasSubstr("after your prediction in step 2"));
    EXPECT_THAT(bench.all_text("Claims"), HasSubstr("after your prediction in step 2"));
    ui.leave();
    ui.key(ImGuiKey_Space);
    ui.frames(4);
    EXPECT_THAT(bench.all_text("Lesson"), HasSubstr("step 2 of 5")) << "Space waits for the answer";

    ui.click("Lesson/choice 3");
    ui.click("Lesson/Commit");
    ui.frames(4);
    EXPECT_THAT(bench.all_text("Lesson"), HasSubstr("That is what was measured"));
    EXPECT_THAT(bench.all_text("Lesson"), HasSubstr("nucleus"));
    EXPECT_THAT(bench.all_text("Experiment"), Not(HasSubstr("after your prediction")));
    EXPECT_THAT(bench.all_text("Claims"), HasSubstr("holds"));
    ui.leave();
    ui.key(ImGuiKey_Space);
    ui.frames(4);
    EXPECT_THAT(bench.all_text("Lesson"), HasSubstr("step 3 of 5"));
    EXPECT_EQ(bench.workbench.settings().labs.at("18-top-k-vs-top-p").step, 3)
        << "the next start goes on here";

    ui.click("Lesson/leave");
    ui.frames(30);
    EXPECT_EQ(bench.workbench.arrangement().book().current, "All panels");
    EXPECT_EQ(bench.tokens(), tokens) << "the workbench is as it was";
}

/// A step that is opened by itself, or gone back to, has the state that the steps before it made.
TEST_F(LabTest, AStepHasTheStateOfThoseBefore) {
    bench.post(command::OpenLab{"26", 4});
    ui.frames(8);
    EXPECT_EQ(bench.snapshot().model->name, "heads-mqa");
    bench.post(command::LabStep{2});
    ui.frames(8);
    EXPECT_EQ(bench.snapshot().model->name, "heads-mha");
}

TEST_F(LabTest, ControlsRunItAnew) {
    bench.post(command::OpenLab{"top-k-vs-top-p", 1});
    finish_experiment();
    bench.post(command::SetLabControl{"k", "9"});
    finish_experiment();
    bench.post(command::SetLabControl{"k", "many"});
    EXPECT_THAT(bench.notice(), HasSubstr("1 to 200"));
    bench.post(command::AnswerLab{"1"});
    EXPECT_THAT(bench.notice(), HasSubstr("a step with a question"));
}

TEST_F(LabTest, WhatCannotBeOpenedSaysWhy) {
    bench.post(command::OpenLab{"attention-haeds", 1});
    EXPECT_THAT(bench.notice(), HasSubstr("37-attention-heads"));
    bench.post(command::OpenLab{"09-rag", 1});
    EXPECT_THAT(bench.notice(), HasSubstr("planned"));
    EXPECT_EQ(bench.workbench.arrangement().book().current, "All panels") << "nothing has changed";
    bench.post(command::LabStep{2});
    EXPECT_THAT(bench.notice(), HasSubstr("open lab"));
}

/// Every step of every lab: its panel is in sight and its state is what the commands say, without a notice,
/// on a projector too.
TEST_F(LabTest, EveryStepShowsItsPanel) {
    for (const bool projector : {false, true}) {
        projector ? bench.resize(1280, 720) : bench.resize(1600, 900);
        bench.post(command::SetTheme{projector ? "projector" : "light"});
        for (const CourseRow& row : course_rows()) {
            if (!row.make) continue;
            const Lesson lesson = read_lesson(lab_folder(row.id));
            for (int step = 1; step <= static_cast<int>(lesson.steps.size()); ++step) {
                SCOPED_TRACE(fmt::format("{} step {}", row.id, step));
                bench.post(step == 1 ? Command(command::OpenLab{std::string(row.id), 1})
                                     : Command(command::LabStep{step}));
                ui.frames(8);
                EXPECT_EQ(bench.notice(), "");
                const LessonStep& shown = lesson.steps[static_cast<std::size_t>(step) - 1];
                EXPECT_THAT(bench.all_text("Lesson"), HasSubstr(shown.title));
                if (!shown.focus.empty()) {
                    EXPECT_FALSE(ui.texts(shown.focus).empty()) << shown.focus << " is the front tab";
                }
            }
            bench.post(command::LeaveLab{});
            ui.frames(20);
        }
    }
}

/// Without a lab the panel lists the course, and a click opens one.
TEST_F(LabTest, TheCourseOpensLabs) {
    bench.post(command::ShowPanel{"Lesson", true});
    ui.click("Lesson/18-top-k-vs-top-p");
    ui.frames(8);
    EXPECT_THAT(bench.all_text("Lesson"), HasSubstr("Two ways to cut the tail"));
}

} // namespace
} // namespace gf::ui::tests::lab_test
