// The transport bar: its buttons, keys, seed and speed.

#include "app/workbench_support.h"

#include "platform/error.h"

namespace gf::ui::tests::transport_test {
namespace {

using ::testing::HasSubstr;

class TransportTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5});
    }
    void click(const std::string& button) { ui.click("Transport/" + button); }
    std::pair<int, int> cursor_and_rows() { return {bench.cursor(), bench.rows()}; }

    Bench bench;
    UiDriver& ui = bench.ui;
};

using CursorAndRows = std::pair<int, int>;

TEST_F(TransportTest, TheButtonsMoveTheCursor) {
    click("Step");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(6, 6));
    click("Step");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(7, 7));
    const std::vector<int> tokens = bench.tokens();
    click("Back");
    click("Back");
    click("Back");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(4, 7));
    EXPECT_TRUE(bench.shows("Transport", "token 4 / 256"));
    click("Step");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(5, 7));
    click("First");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(1, 7));
    click("Back");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(1, 7)) << "one token always stays";
    click("Last");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(7, 7));
    EXPECT_EQ(bench.tokens(), tokens) << "nothing was drawn anew";
}

TEST_F(TransportTest, PlayGoesToTheEndOfTheContext) {
    click("Play");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(256, 256));
    EXPECT_FALSE(bench.snapshot().playing);
    EXPECT_THAT(bench.notice(), HasSubstr("256"));
    click("Step");
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(256, 256));
    const std::vector<int> played = bench.tokens();
    bench.prompt_ids({3, 1, 4, 1, 5});
    for (int i = 0; i < 12; ++i) click("Step");
    EXPECT_EQ(bench.tokens(), std::vector(played.begin(), played.begin() + 17))
        << "one by one it is the same text";
}

TEST_F(TransportTest, TheKeysMoveTheCursor) {
    ui.key(ImGuiKey_RightArrow);
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(6, 6));
    ui.key(ImGuiKey_LeftArrow);
    ui.key(ImGuiKey_LeftArrow);
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(4, 6));
    ui.key(ImGuiKey_Home);
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(1, 6));
    ui.key(ImGuiKey_End);
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(6, 6));
    ui.key(ImGuiKey_Space);
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(256, 256));
}

TEST_F(TransportTest, KeysUndoAndRedo) {
    const std::vector<int> first = bench.tokens();
    bench.prompt_ids({9, 8});
    bench.post(command::ForceToken{2, 7});
    ASSERT_EQ(bench.tokens(), (std::vector{9, 8, 7}));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_EQ(bench.tokens(), (std::vector{9, 8}));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_EQ(bench.tokens(), first);
    ui.key(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    EXPECT_EQ(bench.tokens(), (std::vector{9, 8}));
    click("Redo");
    EXPECT_EQ(bench.tokens(), (std::vector{9, 8, 7}));
    EXPECT_FALSE(bench.snapshot().can_redo);
    click("Undo");
    EXPECT_EQ(bench.tokens(), (std::vector{9, 8}));
    EXPECT_EQ(bench.snapshot().prompt, "9,8");
}

TEST_F(TransportTest, KeysChooseTheHead) {
    ASSERT_EQ(bench.pinned_head(), (HeadRef{0, 0})); // of 2 layers with 6 heads
    ui.key(ImGuiKey_J);
    ui.key(ImGuiKey_J);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 2}));
    ui.key(ImGuiKey_2);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 2}));
    ui.key(ImGuiKey_H);
    ui.key(ImGuiKey_H);
    ui.key(ImGuiKey_H);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 5})) << "round about";
    ui.key(ImGuiKey_J);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 0}));
    for (const ImGuiKey key : {ImGuiKey_3, ImGuiKey_9}) ui.key(key);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 0})) << "there is no such layer";
    ui.key(ImGuiKey_1);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 0}));
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(5, 5));
}

TEST_F(TransportTest, WhatIsTypedIsNoShortcut) {
    ui.key(ImGuiKey_RightArrow);
    const std::vector<int> tokens = bench.tokens();
    ui.click("Transport/Prompt");
    for (const ImGuiKey key : {ImGuiKey_Home, ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_Space,
                               ImGuiKey_H, ImGuiKey_J, ImGuiKey_2, ImGuiKey_End})
        ui.key(key);
    ui.type(", 2");
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z); // the field's own undo
    ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(6, 6));
    EXPECT_EQ(bench.tokens(), tokens);
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 0}));
    EXPECT_FALSE(ui.exists("Start/Open"));
    ui.type(", 7");
    ui.key(ImGuiKey_Enter);
    ui.frames(2);
    EXPECT_EQ(bench.tokens(), (std::vector{3, 1, 4, 1, 5, 7}));
    ui.key(ImGuiKey_RightArrow); // Enter gave the keyboard back
    EXPECT_EQ(cursor_and_rows(), CursorAndRows(7, 7));
}

TEST_F(TransportTest, ADifferentSeedDrawsADifferentText) {
    const auto write = [&](const std::string& seed) {
        ui.set("Transport/Seed", seed);
        bench.prompt_ids({3, 1, 4, 1, 5});
        bench.post(command::Step{20});
        return bench.tokens();
    };
    const std::vector<int> a = write("7"), b = write("18446744073709551615"), c = write("7");
    EXPECT_EQ(a, c);
    EXPECT_NE(a, b);
    EXPECT_EQ(bench.snapshot().seed, 7u);
    for (const char* bad : {"-3", "1.5", "18446744073709551616", ""}) ui.set("Transport/Seed", bad);
    EXPECT_EQ(bench.snapshot().seed, 7u);
    EXPECT_EQ(bench.snapshot().next_draw, (DrawKey{7, 0, 25, 0}));
}

TEST_F(TransportTest, TheSpeedIsSetByTheChip) {
    EXPECT_DOUBLE_EQ(bench.snapshot().tokens_per_s_limit, 4) << "the setting";
    click("speed");
    ui.set("Popup/tokens per second", 7.5);
    EXPECT_DOUBLE_EQ(bench.snapshot().tokens_per_s_limit, 7.5);
    EXPECT_TRUE(bench.shows("Transport", "7.5/s"));
    EXPECT_DOUBLE_EQ(bench.workbench.settings().speed, 7.5);
    ui.click("Popup/as fast as it goes");
    EXPECT_DOUBLE_EQ(bench.snapshot().tokens_per_s_limit, 0);
    EXPECT_TRUE(bench.shows("Transport", "full"));
    ui.click("Popup/as fast as it goes");
    EXPECT_GT(bench.snapshot().tokens_per_s_limit, 0);
    ui.key(ImGuiKey_Escape);
    EXPECT_FALSE(ui.exists("Popup/tokens per second"));
}

/// The session has a worker here. Its next token is due in a quarter of an hour, so only a pause ends
/// playing.
TEST(WorkbenchWorker, PausesBetweenTwoTokens) {
    HeadlessWindow screen({.width = 1600, .height = 900});
    Workbench workbench({.mode = Session::Mode::threaded, .config_folder = {}, .wake = {}});
    UiDriver ui(screen.host(), [&] { screen.frame([&] { workbench.frame(); }); });
    const auto until = [&](const std::function<bool(const Snapshot&)>& done) {
        for (int i = 0; i < 100'000 && !done(workbench.session().latest()); ++i) ui.frames(1);
        ui.frames(2);
        return done(workbench.session().latest());
    };
    workbench.post(command::Open{saved_preset("llama").path, ""});
    workbench.post(command::SetSpeed{0.001});
    ASSERT_TRUE(
        until([](const Snapshot& s) { return s.has_run() && s.cursor() == 1 && s.tokens_per_s_limit > 0; }));
    ui.click("Transport/Play");
    ASSERT_TRUE(until([](const Snapshot& s) { return s.playing && s.cursor() == 2; }));
    EXPECT_FALSE(ui.exists("Transport/Play"));
    ui.click("Transport/Pause");
    ASSERT_TRUE(until([](const Snapshot& s) { return !s.playing; }));
    EXPECT_EQ(workbench.session().latest().cursor(), 2);
    ui.key(ImGuiKey_Space);
    ASSERT_TRUE(until([](const Snapshot& s) { return s.playing; }));
    ui.key(ImGuiKey_Space);
    ASSERT_TRUE(until([](const Snapshot& s) { return !s.playing; }));
    EXPECT_EQ(workbench.session().latest().cursor(), 2);
}

/// Line breaks that are pasted reach the tokens.
TEST(Prompt, PastedLineBreaksAreKept) {
    Bench bench;
    bench.open(byte_model().path, byte_tokenizer());
    ImGui::SetClipboardText("a cat.\nShe\tsat.\r\nEnd");
    bench.ui.click("Transport/Prompt");
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_A);
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_V);
    bench.ui.key(ImGuiKey_Enter);
    EXPECT_EQ(bench.snapshot().prompt, "a cat.\nShe\tsat.\nEnd");
    EXPECT_EQ(bench.tokens(), encode_prompt(*bench.snapshot().model, "a cat.\nShe\tsat.\nEnd"));
    EXPECT_STREQ(ImGui::GetClipboardText(), "a cat.\nShe\tsat.\r\nEnd") << "the clipboard stays as it is";
}

/// Nothing moves because a number has got a digit more.
TEST_F(TransportTest, NothingShiftsWithTheNumberOfTokens) {
    const auto places = [&] {
        std::vector<float> x;
        for (const char* item : {"First", "Step", "Last", "Seed", "speed", "Undo", "Layout"})
            x.push_back(bench.ui.rect(std::string("Transport/") + item).min.x);
        return x;
    };
    const auto before = places();
    for (const int n : {4, 1, 90, 1}) {
        bench.post(command::Step{n});
        EXPECT_EQ(places(), before) << bench.cursor();
    }
    for (const double speed : {0.5, 12.0, 99.9, 0.0}) {
        bench.post(command::SetSpeed{speed});
        EXPECT_EQ(places(), before) << speed;
    }
}

} // namespace
} // namespace gf::ui::tests::transport_test
