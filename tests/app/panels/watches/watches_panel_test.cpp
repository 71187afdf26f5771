// Watches: typed, shown with their values along the text, and stopping where they hold.

#include "app/workbench_support.h"

#include <imgui_internal.h>

namespace gf::ui::tests::watches_panel_test {
namespace {

using ::testing::HasSubstr;

class WatchesTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 12));
        EXPECT_EQ(ImGui::FindWindowByName("Watches"), nullptr) << "no layout shows it unasked";
        bench.post(command::ShowPanel{"Watches"});
    }
    void type(const std::string& text) {
        ui.click("Watches/Watch");
        ui.type(text);
        ui.frames(2);
    }
    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(WatchesTest, ANumberIsShownForTheRowInViewAndAlongTheText) {
    type("blocks.1.attn.hook_pattern[2, t, 0]");
    ui.key(ImGuiKey_Enter);
    ui.frames(2);
    const Trace& trace = bench.snapshot().trace();
    for (const int t : {3, 7, 11}) {
        bench.post(command::PinToken{t});
        const double weight = trace.value({0, Site::pattern, 1, 2, t, 0});
        EXPECT_TRUE(bench.shows("Watches", fmt::format("{:.4g}", weight))) << t;
    }
    EXPECT_THAT(ui.tooltip("Watches/history", {5 * 14 + 4, 10}),
                HasSubstr(fmt::format("{:.6g}", trace.value({0, Site::pattern, 1, 2, 5, 0}))));
    EXPECT_EQ(bench.workbench.selection().token.get(), 5) << "other panels light it too";
    EXPECT_FALSE(ui.exists("Watches/stop")) << "a number stops nothing";
    ui.click("Watches/Remove");
    EXPECT_TRUE(bench.snapshot().watches->empty());
}

TEST_F(WatchesTest, PlayingStopsWhereAConditionHolds) {
    type("t >= 20 and drawn != likeliest");
    ui.click("Watches/Run until");
    while (bench.snapshot().playing) ui.frames(1);
    const int at = bench.cursor() - 1;
    EXPECT_GE(at, 20);
    EXPECT_NE(bench.tokens().back(), largest(probabilities_after(bench.snapshot(), at - 1), 1)[0]);
    for (int t = 20; t < at; ++t)
        EXPECT_EQ(bench.tokens()[static_cast<std::size_t>(t)],
                  largest(probabilities_after(bench.snapshot(), t - 1), 1)[0]);
    EXPECT_THAT(bench.notice(), HasSubstr(fmt::format("Stopped at token {}", at)));
    ui.click("Notice/Dismiss");
    ui.click("Watches/Watch");
    ui.key(ImGuiKey_Enter);
    EXPECT_TRUE(ui.is_checked("Watches/stop"));
    EXPECT_TRUE(bench.shows("Watches", "holds"));
    ui.click("Watches/stop");
    EXPECT_FALSE(bench.snapshot().watches->at(0).stops);
}

TEST_F(WatchesTest, AMistakeIsSaidWhileItIsTyped) {
    type("suprisal > 6");
    EXPECT_THAT(bench.all_text("Watches"), HasSubstr("surprisal"));
    ui.key(ImGuiKey_Enter);
    EXPECT_TRUE(bench.snapshot().watches->empty());
    EXPECT_EQ(bench.notice(), "");
    ui.key(ImGuiKey_Escape);
    ui.key(ImGuiKey_Escape);
    ui.leave();
    const int before = bench.cursor();
    ui.key(ImGuiKey_RightArrow);
    EXPECT_EQ(bench.cursor(), before + 1) << "keys are alive again";
}

} // namespace
} // namespace gf::ui::tests::watches_panel_test
