// The Masks panel: what is painted is what the run computes, by mouse and by keys, and every number that it
// shows is the run's.

#include "app/host/frame_checks.h"
#include "app/view/token_labels.h"
#include "app/workbench_support.h"
#include "models/shipped.h"
#include "support/compare.h"

namespace gf::ui::tests::masks_panel_test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::filesystem::path shipped_folder() {
    return std::filesystem::path(GLASSFORMER_TESTS_DIR "/../assets/models").lexically_normal();
}

constexpr int k_tokens = 12;

class MasksPanelTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), k_tokens));
        bench.post(command::SetLayout{"Masks"});
        ui.frames(4);
    }
    const std::vector<MaskRule>& rules() { return bench.snapshot().text().trace->setup().masks; }
    bool sees(int row, int key, int layer = 0, int head = 0) {
        return bench.snapshot().text().trace->visible(Site::pattern, layer, head, row, key);
    }
    ImVec2 middle(int row, int key) {
        return cell_middle(ui.rect("Masks/cells of the mask"), row, key, k_tokens, k_tokens);
    }
    void drag(ImVec2 from, ImVec2 to) {
        ImGuiIO& io = ImGui::GetIO();
        const ImVec2 origin = ui.rect("Masks/cells of the mask").min;
        const auto move = [&](ImVec2 at) {
            io.AddMousePosEvent(origin.x + at.x, origin.y + at.y);
            ui.frames(2);
        };
        move(from);
        io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
        ui.frames(2);
        move({(from.x + to.x) / 2, (from.y + to.y) / 2});
        move(to);
        io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
        ui.frames(4);
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(MasksPanelTest, AClickHidesACellAndAnotherShowsIt) {
    ui.click_at("Masks/cells of the mask", middle(7, 3));
    ui.frames(4);
    EXPECT_FALSE(sees(7, 3));
    EXPECT_TRUE(sees(7, 4));
    EXPECT_TRUE(ui.exists("Masks/painted 1 cell"));
    ui.click_at("Masks/cells of the mask", middle(7, 3));
    ui.frames(4);
    EXPECT_TRUE(sees(7, 3)) << "a stroke on a hidden cell shows it";
    ui.click_at("Masks/cells of the mask", middle(2, 5));
    ui.frames(4);
    EXPECT_TRUE(sees(2, 5)) << "a later token";
    EXPECT_EQ(bench.snapshot().message, "");
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_FALSE(sees(2, 5));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_FALSE(sees(7, 3)) << "stroke by stroke";
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_TRUE(rules().empty());
}

TEST_F(MasksPanelTest, ADragPaintsWhatItPassesAndIsOneStroke) {
    drag(middle(8, 2), middle(8, 5));
    for (int key = 2; key <= 5; ++key) EXPECT_FALSE(sees(8, key)) << key;
    EXPECT_TRUE(sees(8, 6));
    ASSERT_EQ(rules().size(), 1u);
    EXPECT_EQ(rules()[0].painted, (std::vector<PaintedCells>{{{8, 9}, {2, 6}}}));
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Alt, true);
    drag(middle(8, 3), middle(8, 4));
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Alt, false);
    ui.frames(2);
    EXPECT_TRUE(sees(8, 3) && sees(8, 4)) << "Alt gives cells back";
    EXPECT_FALSE(sees(8, 2) || sees(8, 5));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_FALSE(sees(8, 3) || sees(8, 4));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_TRUE(rules().empty()) << "the drag is one stroke";
}

TEST_F(MasksPanelTest, BrushesCoverRowsColumnsAndBlocks) {
    ui.click("Masks/brush/row");
    ui.click_at("Masks/cells of the mask", middle(6, 1));
    ui.frames(6);
    for (int key = 0; key < k_tokens; ++key) EXPECT_FALSE(sees(6, key));
    EXPECT_THAT(ui.texts("Masks"), Contains(HasSubstr("may look at nothing")));
    EXPECT_THAT(ui.texts("Masks"), Contains(HasSubstr("71 of 144 cells allowed")));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    ui.frames(4);
    EXPECT_THAT(ui.texts("Masks"), Not(Contains(HasSubstr("may look at nothing"))));
    ui.click("Masks/brush/column");
    ui.click_at("Masks/cells of the mask", middle(6, 2));
    ui.frames(4);
    for (int row = 2; row < k_tokens; ++row) EXPECT_FALSE(sees(row, 2)) << row;
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    ui.click("Masks/brush/block");
    drag(middle(5, 1), middle(8, 3));
    for (int row = 0; row < k_tokens; ++row)
        for (int key = 0; key <= row; ++key)
            EXPECT_EQ(sees(row, key), !(row >= 5 && row <= 8 && key >= 1 && key <= 3)) << row << " " << key;
}

TEST_F(MasksPanelTest, KeysPaintAsTheMouseDoes) {
    bench.post(command::PinCell{{"blocks.0.attn.hook_pattern", 0, 7, 3}});
    ui.click("Masks/brush/cell"); // the panel has the keys
    ui.frames(2);
    ui.key(ImGuiKey_Enter);
    EXPECT_FALSE(sees(7, 3));
    ui.key(ImGuiMod_Alt | ImGuiKey_LeftArrow);
    ui.key(ImGuiMod_Alt | ImGuiKey_DownArrow);
    const auto pinned = bench.workbench.selection().pinned_cell;
    ASSERT_TRUE(pinned);
    EXPECT_EQ(pinned->row, 8);
    EXPECT_EQ(pinned->column, 2);
    ui.key(ImGuiKey_R);
    for (int key = 0; key < k_tokens; ++key) EXPECT_FALSE(sees(8, key));
    ui.key(ImGuiKey_Delete);
    EXPECT_TRUE(sees(8, 2)) << "one cell is given back";
    EXPECT_FALSE(sees(8, 3));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    ui.key(ImGuiKey_C);
    for (int row = 2; row < k_tokens; ++row) EXPECT_FALSE(sees(row, 2)) << row;
    EXPECT_FALSE(ui.is_checked("Masks/scores of hidden cells"));
    ui.key(ImGuiKey_G);
    EXPECT_TRUE(ui.is_checked("Masks/scores of hidden cells"));
}

TEST_F(MasksPanelTest, StrokesAreForTheChosenLayersAndHeads) {
    ui.click("Masks/layers/1");
    ui.click("Masks/heads/0");
    ui.click("Masks/heads/2");
    ui.click_at("Masks/cells of the mask", middle(7, 3));
    ui.frames(4);
    EXPECT_FALSE(sees(7, 3, 1, 0) || sees(7, 3, 1, 2));
    EXPECT_TRUE(sees(7, 3, 0, 0) && sees(7, 3, 1, 1));
    ui.click("Masks/layers/all");
    ui.click("Masks/heads/all");
    ui.click("Masks/strided");
    ui.frames(4);
    EXPECT_EQ(rules()[0].kind, MaskKind::strided) << "shapes lie below the paint";
    EXPECT_FALSE(sees(7, 3, 1, 0));
}

/// Each chip gives the mask that is written down here cell by cell.
TEST_F(MasksPanelTest, ChipsSetMasksThatAreJoinedByAndAndOr) {
    const auto expect = [&](const char* what, auto allowed) {
        SCOPED_TRACE(what);
        ui.frames(4);
        int n = 0;
        for (int q = 0; q < k_tokens; ++q)
            for (int k = 0; k < k_tokens; ++k) {
                n += allowed(q, k);
                EXPECT_EQ(sees(q, k, 1, 2), allowed(q, k)) << q << " " << k;
            }
        EXPECT_THAT(ui.texts("Masks"), Contains(HasSubstr(fmt::format("{} of 144 cells allowed", n))));
    };
    ui.click("Masks/bidirectional");
    expect("bidirectional", [](int, int) { return true; });
    EXPECT_TRUE(ui.is_checked("Masks/bidirectional"));
    EXPECT_FALSE(ui.is_checked("Masks/model's own"));
    ui.click("Masks/window");
    const auto window = [](int q, int k) { return k <= q && q - k < 4; };
    expect("window", window);
    EXPECT_FALSE(ui.is_checked("Masks/bidirectional")) << "alone";
    ui.click("Masks/join/or");
    ui.click("Masks/padding"); // shows all keys but the first two, also later ones
    expect("window or padding", [&](int q, int k) { return window(q, k) || k >= 2; });
    ui.click("Masks/join/and");
    ui.click("Masks/blocks");
    expect("and blocks",
           [&](int q, int k) { return (window(q, k) || k >= 2) && (k < 4 || std::abs(q / 4 - k / 4) <= 1); });
    EXPECT_THAT(ui.texts("Masks"), Contains(HasSubstr("mask = window 4 or padding 2 and blocks 4")));
    ui.click("Masks/padding");
    expect("without padding again",
           [&](int q, int k) { return window(q, k) && (k < 4 || std::abs(q / 4 - k / 4) <= 1); });
    ui.click("Masks/join/alone");
    ui.click("Masks/first + window");
    expect("first + window", [&](int q, int k) { return window(q, k) || (k == 0 && k <= q); });
    ui.click("Masks/strided");
    expect("strided", [](int q, int k) { return k <= q && (q - k < 4 || (q - k) % 4 == 0); });
    ui.click("Masks/prefix");
    expect("prefix", [](int q, int k) { return k <= q || k < 4; });
    ui.set("Masks/number of the mask", 6);
    expect("a longer prefix", [](int q, int k) { return k <= q || k < 6; });
    ui.click("Masks/model's own");
    expect("the model's own", [](int q, int k) { return k <= q; });
    EXPECT_TRUE(rules().empty());
}

TEST_F(MasksPanelTest, RowsThatTheMaskDoesNotReachSaySo) {
    ui.click_at("Masks/cells of the mask", middle(9, 4));
    ui.frames(6);
    const auto found = bench.snapshot().mask_findings;
    ASSERT_TRUE(found && found->before);
    EXPECT_EQ(found->changes[8].largest, 0);
    EXPECT_GT(found->changes[9].largest, 0);
    EXPECT_THAT(ui.texts("Masks"), Contains(HasSubstr("exactly the same")));
    const std::vector<double> now = probabilities_after(bench.snapshot(), 11);
    const int token = largest(now, 1)[0];
    EXPECT_EQ(found->changes[11].now.token, token);
    ui.leave(); // else the row under the mouse is in view
    ui.frames(4);
    EXPECT_THAT(ui.texts("Mask effect"),
                Contains(fmt::format("{:.1f}%", 100 * now[static_cast<std::size_t>(token)])));
}

TEST_F(MasksPanelTest, AHiddenCellTellsWhatItWouldHaveBeen) {
    const Trace& before = *bench.snapshot().text().trace;
    const CellRef score{0, Site::attn_scores, 0, 0, 9, 4}, weight{0, Site::pattern, 0, 0, 9, 4};
    const real old_score = before.value(score), old_weight = before.value(weight);
    ui.click_at("Masks/cells of the mask", middle(9, 4));
    ui.frames(6);
    // In layer 0 neither query nor key has changed.
    EXPECT_THAT(ui.texts("Masks"), Contains(fmt::format("{:.2f}", old_score)));
    EXPECT_THAT(ui.texts("Masks"), Contains(fmt::format("{:.3f}", old_weight)));
    EXPECT_THAT(ui.texts("Masks"), Contains("score it would have had"));
    EXPECT_NE(bench.text_with("Formula", "; without the mask"), "");
}

TEST_F(MasksPanelTest, OptionsAreCommandsAndComeBack) {
    bench.post(command::SetView{"Masks", "brush", "column"});
    bench.post(command::SetView{"Masks", "layers", "0,1"});
    bench.post(command::SetView{"Masks", "join", "or"});
    bench.post(command::SetView{"Mask demos", "first", "window"});
    EXPECT_TRUE(ui.is_checked("Masks/brush/column") && ui.is_checked("Masks/layers/1") &&
                ui.is_checked("Masks/join/or"));
    bench.post(command::SetView{"Masks", "layers", "some"});
    EXPECT_THAT(bench.notice(), HasSubstr("all, or numbers like 0,2"));
}

/// The leak over the text: with the mask off earlier tokens know of a later word, with it on exactly none.
TEST_F(MasksPanelTest, TheLeakIsDrawnOverTheText) {
    bench.ui.frames(8);
    const auto found = bench.snapshot().mask_findings;
    ASSERT_TRUE(found && !found->leak.open.empty());
    const auto numbers = [&] {
        std::vector<std::string> all;
        for (const std::string& text : ui.texts("Text"))
            if (text == "0" || (text.size() >= 4 && text.find('.') == text.size() - 3)) all.push_back(text);
        return all;
    };
    // A narrow word has no room for its number; the legend has the ends of the ramp.
    const auto expected = [&](const std::vector<real>& changes) {
        std::vector<std::string> all{"0",
                                     fmt::format("{:.2f}", std::max(std::ranges::max(found->leak.open),
                                                                    std::ranges::max(found->leak.masked)))};
        for (const real change : changes)
            all.push_back(change < 0.005f ? "0" : fmt::format("{:.2f}", change));
        return all;
    };
    ui.click("Mask demos/mask off");
    EXPECT_THAT(bench.all_text("Text"), HasSubstr("mask off"));
    EXPECT_THAT(numbers(), ::testing::Each(::testing::AnyOfArray(expected(found->leak.open))));
    EXPECT_THAT(numbers(), ::testing::SizeIs(::testing::Ge(8u)));
    ui.click("Mask demos/mask on");
    EXPECT_THAT(numbers(), ::testing::Each(::testing::AnyOfArray(expected(found->leak.masked))));
    EXPECT_GE(std::ranges::count(numbers(), "0"), found->leak.row);
    for (int row = 0; row < found->leak.row; ++row)
        EXPECT_EQ(found->leak.masked[static_cast<std::size_t>(row)], 0);
    ui.click("Text/back to surprisal");
    EXPECT_THAT(bench.all_text("Text"), HasSubstr("surprisal"));
    ui.click("Mask demos/mask off");
    bench.prompt_ids({1, 2, 3, 4, 5});
    ui.frames(8);
    EXPECT_THAT(bench.all_text("Text"), HasSubstr("surprisal")) << "the leak was that of another text";
}

/// However narrow the panel is, everything in it can be scrolled to.
TEST_F(MasksPanelTest, DemosScrollWhereTheyAreNarrow) {
    for (const char* first : {"leak", "window", "padding"}) {
        bench.post(command::SetView{"Mask demos", "first", first});
        for (const int width : {400, 640, 900}) {
            bench.resize(width, 480);
            ui.frames(12);
            EXPECT_EQ(problem_of_frame(ImGuiHost::current()), "") << first << " at " << width;
        }
    }
}

/// The field of the row in view under the run's own masks, whatever they are.
TEST_F(MasksPanelTest, TheFieldOfThisRunFollowsItsMasks) {
    bench.post(command::SetView{"Mask demos", "first", "window"});
    bench.ui.frames(8);
    ui.click("Mask demos/this run");
    EXPECT_THAT(bench.all_text("Mask demos"), HasSubstr(fmt::format("{0} of {0} tokens reach", k_tokens)));
    bench.post(command::SetMasks{{{.kind = MaskKind::causal}, {.painted = {{{0, -1}, {3, 4}}}}}});
    bench.ui.frames(8);
    EXPECT_THAT(bench.all_text("Mask demos"),
                HasSubstr(fmt::format("{} of {} tokens reach", k_tokens - 1, k_tokens)));
}

/// The case of the example: one painted cell, a word to the name before it, turns the next word from one name
/// to the other, and passes in one layer.
TEST(MaskExample, TurnsGwenIntoIvy) {
    Bench bench({.models = shipped_folder()});
    UiDriver& ui = bench.ui;
    bench.open((shipped_folder() / "positions-none").string());
    bench.prompt("Ada");
    bench.post(command::SetLayout{"Masks"});
    ui.click("Masks/show an example");
    ui.frames(12);
    ASSERT_EQ(bench.snapshot().message, "");
    EXPECT_EQ(bench.snapshot().model->name, "story");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 4}));
    ASSERT_EQ(bench.cursor(), 16);
    const auto found = bench.snapshot().mask_findings;
    ASSERT_TRUE(found && found->before && !found->window.logits.empty());
    const auto label = [&](int token) { return token_labels().label(token); };
    const MaskFindings::RowChange& last = found->changes[15];
    EXPECT_EQ(label(last.before.token), "·Gwen");
    EXPECT_EQ(label(last.now.token), "·Ivy");
    // As an independent forward pass in Python computed them for the picture of the design.
    EXPECT_NEAR(last.before.probability, 0.798, 5e-4);
    EXPECT_NEAR(last.now.probability, 0.971, 5e-4);
    const auto kept_in = [&](std::size_t layer) {
        const std::vector<real>& logits = found->in_layer[layer];
        double sum = 0;
        for (const real x : logits) sum += std::exp(static_cast<double>(x));
        return std::exp(static_cast<double>(logits[static_cast<std::size_t>(last.before.token)])) / sum;
    };
    EXPECT_NEAR(kept_in(0), 0.79, 5e-3);
    EXPECT_NEAR(kept_in(1), 0.00, 5e-3);
    EXPECT_NEAR(kept_in(2), 0.81, 5e-3);
    EXPECT_NEAR(kept_in(3), 0.68, 5e-3);
    EXPECT_NEAR(kept_in(4), 0.80, 5e-3);
    for (int row = 0; row < 12; ++row) EXPECT_EQ(found->leak.masked[static_cast<std::size_t>(row)], 0);
    EXPECT_THAT(ui.texts("Mask effect"), Contains("79.8%"));
    EXPECT_THAT(ui.texts("Mask effect"), Contains("97.1%"));
    EXPECT_THAT(ui.texts("Mask effect"), Contains("it passes in layer 1"));
    EXPECT_THAT(ui.texts("Mask demos"), Contains(HasSubstr("exactly 0")));
    EXPECT_THAT(ui.texts("Masks"), Contains(HasSubstr("135 of 256 cells allowed (53 %), 136 computed")));
    EXPECT_THAT(bench.all_text("Masks"), HasSubstr("·Gwen into ·Ivy"));
}

} // namespace
} // namespace gf::ui::tests::masks_panel_test
