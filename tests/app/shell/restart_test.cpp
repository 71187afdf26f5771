// Settings, recent models and the layout outlive the program; a damaged file is set aside.

#include "app/workbench_support.h"

#include <imgui_internal.h>

namespace gf::ui::tests::restart_test {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

/// The path of a configuration folder of this name, which does not exist yet.
fs::path folder(const std::string& name) { return scratch() / "config" / name / "glassformer"; }

float left_edge(const char* panel) { return ImGui::FindWindowByName(panel)->Pos.x; }

TEST(WorkbenchSettings, OutliveTheProgram) {
    const fs::path config = folder("outlive");
    const SavedModel& model = saved_preset("llama");
    {
        Bench bench({.config_folder = config});
        EXPECT_EQ(bench.workbench.settings(), Settings());
        bench.open(saved_preset("gpt2"));
        bench.open(model);
        bench.ui.click("Transport/View");
        bench.ui.click("Popup/dark");
        bench.ui.key(ImGuiKey_Escape);
        bench.post(command::SetScale{1.25});
        bench.ui.click("Transport/speed");
        bench.ui.set("Popup/tokens per second", 20);
    }
    ASSERT_TRUE(fs::exists(config / "settings.json"));
    Bench bench({.config_folder = config});
    const Settings& settings = bench.workbench.settings();
    EXPECT_EQ(settings.theme, ThemeName::dark);
    EXPECT_FLOAT_EQ(settings.scale, 1.25f);
    EXPECT_DOUBLE_EQ(settings.speed, 20);
    ASSERT_EQ(settings.recent.size(), 2u);
    EXPECT_EQ(settings.recent[0].model, model.path);
    EXPECT_EQ(settings.recent[1].model, saved_preset("gpt2").path);
    EXPECT_TRUE(theme().dark);
    EXPECT_EQ(px(100), 125);
    EXPECT_EQ(bench.notice(), "");
    bench.ui.click("Start/recent/1");
    ASSERT_TRUE(bench.snapshot().has_run());
    EXPECT_EQ(bench.snapshot().model->name, "gpt2");
    EXPECT_DOUBLE_EQ(bench.snapshot().tokens_per_s_limit, 20);
    EXPECT_EQ(settings.recent[0].model, saved_preset("gpt2").path) << "the newest first";
}

constexpr int k_a_second = 60; // frames

TEST(WorkbenchSettings, AreSavedWithinASecondOfAChange) {
    const fs::path config = folder("killed"), settings = config / "settings.json";
    Bench bench({.config_folder = config});
    bench.ui.frames(k_a_second);
    bench.post(command::SetTheme{"dark"});
    bench.post(command::SetScale{1.25});
    bench.ui.frames(k_a_second);
    EXPECT_THAT(read_text(settings), ::testing::AllOf(HasSubstr(R"("dark")"), HasSubstr("1.25")));
    bench.open(saved_preset("llama"));
    bench.ui.frames(k_a_second);
    EXPECT_THAT(read_text(settings), HasSubstr(saved_preset("llama").path));
    bench.workbench.settings().window = {12, 34, 1000, 700, false}; // as the window's loop does
    bench.post(command::SaveLayout{"mine"});
    bench.ui.frames(k_a_second);
    EXPECT_THAT(read_text(settings), HasSubstr("1000"));
    EXPECT_THAT(read_text(config / "layouts.json"), HasSubstr("mine"));
    ImGuiIO& io = ImGui::GetIO();
    const std::string layout = read_text(config / "layout.ini");
    io.AddMousePosEvent(left_edge("Sampling") - 4, 400);
    bench.ui.frames(3);
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    bench.ui.frames(2);
    io.AddMousePosEvent(left_edge("Sampling") - 154, 400);
    bench.ui.frames(2);
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    bench.ui.frames(k_a_second);
    EXPECT_NE(read_text(config / "layout.ini"), layout);
    EXPECT_THAT(read_text(config / "layouts.json"), HasSubstr(R"("as_made": false)"));
}

TEST(WorkbenchSettings, NothingIsWrittenWhileNothingChanges) {
    const fs::path config = folder("quiet");
    Bench bench({.config_folder = config});
    bench.open(saved_preset("llama"));
    bench.ui.frames(2 * k_a_second);
    ASSERT_TRUE(fs::exists(config / "settings.json"));
    fs::remove_all(config);
    bench.post(command::Step{1});
    bench.ui.frames(2 * k_a_second);
    EXPECT_FALSE(fs::exists(config));
}

TEST(WorkbenchSettings, ThatTheyCannotBeSavedIsSaidOnce) {
    const fs::path config = scratch_file("config/no-folder", "x");
    Bench bench({.config_folder = config / "glassformer"});
    bench.post(command::SetTheme{"dark"});
    bench.ui.frames(k_a_second);
    EXPECT_THAT(bench.notice(), HasSubstr("no-folder"));
    bench.ui.click("Notice/Dismiss");
    bench.post(command::SetTheme{"light"});
    bench.ui.frames(k_a_second);
    EXPECT_EQ(bench.notice(), "");
}

TEST(WorkbenchSettings, WithoutAFolderNothingIsWritten) {
    const fs::path config = folder("never");
    {
        Bench bench;
        bench.open(saved_preset("llama"));
        bench.post(command::SetTheme{"dark"});
    }
    EXPECT_FALSE(fs::exists(config));
    Bench again;
    EXPECT_EQ(again.workbench.settings(), Settings());
}

TEST(WorkbenchSettings, ADamagedFileIsKeptAside) {
    for (const char* damaged : {"{\"theme\": \"da", "\x01\xFF garbage", "{\"scale\": 1e9}", "[]"}) {
        SCOPED_TRACE(damaged);
        const fs::path config = folder(numbered("damaged", std::string_view(damaged).size()));
        fs::create_directories(config);
        std::ofstream(config / "settings.json") << damaged;
        Bench bench({.config_folder = config});
        EXPECT_EQ(bench.workbench.settings(), Settings());
        EXPECT_THAT(bench.notice(), ::testing::AllOf(HasSubstr("settings.json"), HasSubstr(".bad")));
        EXPECT_EQ(read_text(config / "settings.json.bad"), damaged);
        EXPECT_FALSE(fs::exists(config / "settings.json"));
        EXPECT_TRUE(bench.ui.exists("Start/Open")) << "the program starts all the same";
        bench.ui.click("Notice/Dismiss");
        EXPECT_EQ(bench.notice(), "");
        bench.workbench.save();
        EXPECT_TRUE(fs::exists(config / "settings.json"));
    }
}

TEST(WorkbenchSettings, AFolderThatCannotBeWrittenIsANote) {
    const fs::path config = scratch_file("config/a-file", "x");
    Bench bench({.config_folder = config / "glassformer"});
    bench.workbench.save();
    bench.ui.frames(1);
    EXPECT_THAT(bench.notice(), HasSubstr("a-file"));
}

TEST(WorkbenchLayout, OutlivesTheProgram) {
    const fs::path config = folder("layout");
    float standard = 0, moved = 0;
    {
        Bench bench({.config_folder = config});
        bench.open(saved_preset("llama"));
        standard = left_edge("Sampling");
        ImGuiIO& io = ImGui::GetIO(); // the gap between two panels can be dragged
        io.AddMousePosEvent(standard - 4, 400);
        bench.ui.frames(3);
        io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
        bench.ui.frames(2);
        io.AddMousePosEvent(standard - 154, 400);
        bench.ui.frames(2);
        io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
        bench.ui.frames(3);
        moved = left_edge("Sampling");
        EXPECT_NEAR(moved, standard - 150, 1);
    }
    ASSERT_TRUE(fs::exists(config / "layout.ini"));
    {
        Bench bench({.config_folder = config});
        bench.open(saved_preset("llama"));
        EXPECT_NEAR(left_edge("Sampling"), moved, 1);
        EXPECT_EQ(bench.notice(), "");
        bench.ui.click("Transport/Layout");
        bench.ui.click("Popup/Reset the layout");
        bench.ui.frames(4);
        EXPECT_NEAR(left_edge("Sampling"), standard, 1);
    }
    std::ofstream(config / "layout.ini", std::ios::app)
        << "[Docking][Data]\nDockNode ID=0x1\n"; // its checksum tells
    Bench bench({.config_folder = config});
    EXPECT_THAT(bench.notice(), ::testing::AllOf(HasSubstr("layout.ini"), HasSubstr(".bad")));
    bench.open(saved_preset("llama"));
    EXPECT_NEAR(left_edge("Sampling"), standard, 1);
}

class RestartOffer : public ::testing::Test {
  protected:
    /// Works with a model, edits and branches, and leaves the program.
    void work() {
        Bench bench({.config_folder = config});
        bench.open(model);
        bench.prompt_ids({3, 1, 4, 1, 5});
        bench.post(command::Step{7});
        bench.post(command::ForceToken{8, 11});
        bench.post(command::EditCell{{"blocks.1.attn.hook_z", 2, 3, 1}, 3});
        bench.post(command::SetSampling{{{StageKind::top_k, 5, true}}});
        bench.ui.key(ImGuiKey_RightArrow); // what a person does, unlike what the program itself opens
        bench.post(command::PinHead{1, 4});
        bench.post(command::PinToken{2});
        bench.post(command::SetView{"Heads", "sort", "induction"});
        tokens = bench.tokens();
        edits = *bench.snapshot().text().edits;
        chain = bench.snapshot().chain;
        last_logit = bench.snapshot().trace().value({0, Site::logits, -1, -1, bench.cursor() - 1, 7});
    }
    const fs::path config = folder(::testing::UnitTest::GetInstance()->current_test_info()->name());
    const SavedModel& model = saved_preset("llama");
    std::vector<int> tokens;
    std::vector<RunEdit> edits;
    SamplingChain chain;
    real last_logit = 0;
};

TEST_F(RestartOffer, GoesOnWhereThePersonWas) {
    work();
    Bench bench({.config_folder = config});
    EXPECT_THAT(bench.ui.texts("Restart"), ::testing::Contains(HasSubstr("3,1,4,1,5")));
    EXPECT_TRUE(bench.ui.exists("Start/Open")) << "an offer, beside everything else";
    bench.ui.click("Restart/Go on where you were");
    bench.ui.frames(60);
    ASSERT_TRUE(bench.snapshot().has_run());
    EXPECT_EQ(bench.snapshot().message_is_error, false) << bench.snapshot().message;
    EXPECT_EQ(bench.workbench.window_message(), "");
    EXPECT_EQ(bench.snapshot().model_path, model.path);
    EXPECT_EQ(bench.tokens(), tokens);
    EXPECT_EQ(bench.snapshot().tree.size(), 2u);
    EXPECT_EQ(*bench.snapshot().text().edits, edits);
    EXPECT_NEAR(bench.snapshot().trace().value({0, Site::logits, -1, -1, bench.cursor() - 1, 7}), last_logit,
                1e-5);
    EXPECT_EQ(bench.snapshot().chain, chain);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 4})) << "what the window showed comes back, too";
    EXPECT_EQ(bench.workbench.selection().pinned_token, 2);
    EXPECT_FALSE(bench.ui.exists("Restart/Close"));
}

TEST_F(RestartOffer, CanBeClosedAndIsThereAgainNextTime) {
    work();
    {
        Bench bench({.config_folder = config});
        bench.ui.click("Restart/Close");
        EXPECT_FALSE(bench.ui.exists("Restart/Close"));
    } // nothing was done: the state stays
    {
        Bench bench({.config_folder = config});
        EXPECT_TRUE(bench.ui.exists("Restart/Close"));
        bench.open(saved_preset("gpt2"));
        EXPECT_TRUE(bench.ui.exists("Restart/Close")) << "the program opened that";
        bench.ui.key(ImGuiKey_RightArrow);
        bench.ui.frames(2);
        EXPECT_FALSE(bench.ui.exists("Restart/Close")) << "the person goes on with something else";
    }
    Bench bench({.config_folder = config});
    EXPECT_THAT(bench.ui.texts("Restart"), ::testing::Contains(HasSubstr("gpt2")));
}

TEST_F(RestartOffer, NothingIsOfferedThatCannotBe) {
    work();
    fs::create_directories(config);
    std::ofstream(config / "state.json") << "[{\"command\": \"open\", \"model\": \"/no/such/model\"}]";
    EXPECT_FALSE(Bench({.config_folder = config}).ui.exists("Restart/Close"));
    std::ofstream(config / "state.json") << "[{\"command\": \"opn\"}]";
    Bench bench({.config_folder = config});
    EXPECT_THAT(bench.notice(), ::testing::AllOf(HasSubstr("state.json"), HasSubstr(".bad")));
    EXPECT_FALSE(bench.ui.exists("Restart/Close"));
}

} // namespace
} // namespace gf::ui::tests::restart_test
