// Switching a head off: by X and from its menu; the run without edits then stands beside the text.

#include "app/workbench_support.h"

#include "core/sampling/sampling.h"

#include <algorithm>

namespace gf::ui::tests::switch_head_test {
namespace {

using ::testing::HasSubstr;

class SwitchHeadTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5, 9, 2, 6});
        bench.post(command::PinHead{1, 2});
    }
    bool is_zero(HeadRef head) {
        const Trace& trace = bench.snapshot().trace();
        for (int row = 0; row < bench.rows(); ++row)
            for (int i = 0; i < trace.config().d_head; ++i)
                if (trace.value({0, Site::z, head.layer, head.head, row, i}) != 0) return false;
        return true;
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(SwitchHeadTest, XSwitchesOffAndOn) {
    const auto before = probabilities_after(bench.snapshot(), 7);
    ui.leave();
    ui.key(ImGuiKey_X);
    ui.frames(4);
    EXPECT_EQ(bench.notice(), "");
    EXPECT_TRUE(is_zero({1, 2}));
    EXPECT_FALSE(is_zero({1, 3}));
    const gf::Run* unedited = bench.snapshot().find_run("unedited");
    ASSERT_TRUE(unedited);
    EXPECT_EQ(bench.workbench.selection().against, unedited->id);
    for (const char* panel : {"Text", "Sampling", "Heads"})
        EXPECT_TRUE(bench.shows(panel, "unedited: llama")) << panel << " shows both";
    const real* logits = unedited->trace->row(Site::logits, -1, 7);
    const int likeliest = static_cast<int>(std::max_element(logits, logits + 53) - logits);
    EXPECT_EQ(likeliest, largest(before, 1)[0]) << "the one beside it is as it was";
    EXPECT_NE(probabilities_after(bench.snapshot(), 7), before);

    ui.key(ImGuiKey_X);
    ui.frames(4);
    EXPECT_FALSE(is_zero({1, 2}));
    EXPECT_EQ(bench.snapshot().n_edits(), 0u);
    EXPECT_EQ(bench.snapshot().runs.size(), 1u);
    EXPECT_EQ(bench.workbench.selection().against, -1);

    ui.key(ImGuiKey_X);
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    ui.frames(4);
    EXPECT_EQ(bench.snapshot().n_edits(), 0u) << "one step takes back all of it";
    EXPECT_EQ(bench.snapshot().runs.size(), 1u);
    EXPECT_EQ(probabilities_after(bench.snapshot(), 7), before);
}

TEST_F(SwitchHeadTest, TheMenuOfAHeadDoesIt) {
    ui.right_click("Heads/L0H3");
    EXPECT_TRUE(ui.exists("Popup/Switch head 3 off"));
    ui.click("Popup/Switch head 3 off");
    ui.frames(4);
    EXPECT_TRUE(is_zero({0, 3}));
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 3})) << "Flow and Head show it";
    ui.right_click(bench.ui.exists("Heads/first/L0H3") ? "Heads/first/L0H3" : "Heads/L0H3");
    ui.click("Popup/Switch head 3 on again");
    ui.frames(4);
    EXPECT_FALSE(is_zero({0, 3}));
}

/// The key that the menu's row names acts while the menu is open.
TEST_F(SwitchHeadTest, TheMenusKeyActs) {
    ui.right_click("Heads/L0H3");
    ui.key(ImGuiKey_X);
    ui.frames(4);
    EXPECT_TRUE(is_zero({0, 3}));
    EXPECT_FALSE(ui.exists("Popup/Switch head 3 off"));
}

/// X takes the head under the mouse. Flow then shows it, says that it is off, and the bar below explains the
/// edited run's draw, not that of the run beside it.
TEST_F(SwitchHeadTest, AHeadUnderTheMouse) {
    ui.hover("Heads/L0H1");
    ui.key(ImGuiKey_X);
    ui.leave();
    ui.frames(4);
    EXPECT_TRUE(is_zero({0, 1}));
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 1}));
    EXPECT_THAT(bench.all_text("Flow"), HasSubstr("off"));
    const std::string formula = bench.all_text("Formula");
    Sampler sampler;
    SampleStep step;
    const Snapshot& s = bench.snapshot();
    sampler.sample({s.trace().row(Site::logits, -1, 7), static_cast<std::size_t>(s.config().d_vocab)},
                   bench.tokens(), s.chain, s.next_draw, step);
    EXPECT_NEAR(number_after(formula.substr(formula.rfind("e^(")), "e^("),
                static_cast<double>(step.logits[static_cast<std::size_t>(step.token)]), 0.006);
}

TEST_F(SwitchHeadTest, TheMenuOfACellDoesIt) {
    bench.post(command::SetView{"Head", "form", "matrix"});
    const UiRect map = ui.rect("Head/attention");
    ui.hover("Head/attention", cell_middle(map, 5, 2, 8, 8));
    ui.right_click_here();
    EXPECT_TRUE(ui.exists("Popup/Switch head 2 off"));
    ui.click("Popup/Switch head 2 off");
    ui.frames(4);
    EXPECT_TRUE(is_zero({1, 2}));
}

/// Runs that are compared already stay, and other edits keep the run that has none.
TEST_F(SwitchHeadTest, OtherRunsAndEditsStay) {
    bench.post(command::AddRun{.prompt = "3, 1, 4, 7"});
    ui.leave();
    ui.key(ImGuiKey_X);
    ui.frames(4);
    EXPECT_EQ(bench.snapshot().find_run("unedited"), nullptr);
    bench.post(command::RemoveEdits{});
    EXPECT_TRUE(bench.snapshot().find_run("b"));
    bench.post(command::RemoveRun{"b"});
    bench.post(command::EditCell{{"hook_embed", -1, 1, 2}, 3});
    ui.key(ImGuiKey_X);
    ui.key(ImGuiKey_X);
    ui.frames(4);
    EXPECT_EQ(bench.snapshot().n_edits(), 1u);
    EXPECT_TRUE(bench.snapshot().find_run("unedited")) << "something is edited still";
    bench.post(command::RemoveEdits{});
    EXPECT_EQ(bench.snapshot().find_run("unedited"), nullptr);
}

} // namespace
} // namespace gf::ui::tests::switch_head_test
