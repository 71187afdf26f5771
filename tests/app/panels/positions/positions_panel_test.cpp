// The panel Positions: what it prints against the run, what dragging, clicking and keys do, and that five
// models stand beside each other.

#include "app/workbench_support.h"
#include "measures/score_parts.h"

#include <cmath>

namespace gf::ui::tests::positions_panel_test {
namespace {

using ::testing::HasSubstr;

std::filesystem::path shipped_models() {
    return std::filesystem::path(GLASSFORMER_TESTS_DIR) / "../assets/models";
}

class PositionsTest : public ::testing::Test {
  protected:
    void open(const char* preset, int n_tokens = 14) {
        bench.open(saved_preset(preset));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), n_tokens));
        bench.post(command::SetLayout{"Positions"});
        ui.frames(3);
    }
    void pin(int layer, int head, int query, int key) {
        bench.post(command::PinHead{layer, head});
        bench.post(
            command::PinCell{{fmt::format("blocks.{}.attn.hook_attn_scores", layer), head, query, key}});
    }
    double score(int layer, int head, int query, int key) {
        return static_cast<double>(
            bench.snapshot().trace().value({0, Site::attn_scores, layer, head, query, key}));
    }
    /// All numbers of the panel's texts that have this many decimals and a sign in front.
    std::vector<double> signed_numbers() {
        std::vector<double> numbers;
        for (const std::string& text : ui.texts("Positions"))
            if (text.size() == 5 && (text[0] == '+' || text[0] == '-') && text[2] == '.')
                numbers.push_back(std::stod(text));
        return numbers;
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(PositionsTest, ThePartsThatAreShownAddUpToTheScore) {
    open("llama");
    pin(1, 3, 12, 7);
    const std::vector<double> parts = signed_numbers();
    ASSERT_EQ(static_cast<int>(parts.size()), bench.snapshot().config().d_head / 2);
    double sum = 0;
    for (const double part : parts) sum += part;
    EXPECT_NEAR(sum, score(1, 3, 12, 7), 0.005 * static_cast<double>(parts.size()));
    EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.2f}", score(1, 3, 12, 7))));
    EXPECT_TRUE(bench.shows("Positions", "distance 5"));
    const double weight =
        static_cast<double>(bench.snapshot().trace().value({0, Site::pattern, 1, 3, 12, 7}));
    EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.3f}", weight)));
}

/// RoPE of a part of each head, under a soft-cap, with two bases: the score is that of the run.
TEST_F(PositionsTest, TheScoreIsTheRunsWhateverElseMakesIt) {
    for (const char* name : {"partial_rope", "both_norms", "two_bases", "side_by_side"}) {
        SCOPED_TRACE(name);
        open(name);
        pin(1, 2, 12, 10);
        EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.2f}", score(1, 2, 12, 10))));
        const double weight =
            static_cast<double>(bench.snapshot().trace().value({0, Site::pattern, 1, 2, 12, 10}));
        EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.3f}", weight)));
    }
    open("some_without_rope");
    pin(1, 2, 12, 10);
    EXPECT_THAT(bench.all_text("Positions"), HasSubstr("This layer turns nothing"));
    open("buckets");
    EXPECT_THAT(bench.all_text("Positions"), HasSubstr("What is added"));
    ui.click("Positions/head 3");
    EXPECT_EQ(bench.pinned_head().head, 3);
}

TEST_F(PositionsTest, AKeyThatIsDraggedHasTheScoreOfItsNewPlace) {
    open("llama");
    pin(0, 2, 12, 7);
    const UiRect from = ui.rect("Positions/key"), to = ui.rect("Positions/word 10");
    ui.drag("Positions/key", {to.center().x - from.center().x, 0});
    // In the first layer queries and keys do not depend on positions: a run in which the key stands there.
    Trace moved(bench.snapshot().model->weights, {14}, [] {
        RunSetup setup;
        for (int r = 0; r < 14; ++r) setup.order.push_back(r == 7 ? 10 : r);
        return setup;
    }());
    extend(moved, bench.tokens());
    const double expected = static_cast<double>(moved.value({0, Site::attn_scores, 0, 2, 12, 7}));
    EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.2f}", expected)));
    EXPECT_TRUE(bench.shows("Positions", fmt::format("was {:.2f}", score(0, 2, 12, 7))));
    EXPECT_TRUE(bench.shows("Positions", "→ 2"));
    ui.double_click("Positions/key");
    EXPECT_FALSE(bench.shows("Positions", "→ 2"));
}

TEST_F(PositionsTest, TheKeyMovesByKeysAndByCommand) {
    open("llama");
    pin(0, 2, 12, 7);
    bench.post(command::SetView{"Positions", "distance", "30"});
    EXPECT_TRUE(bench.shows("Positions", "→ 30"));
    EXPECT_THAT(bench.notice(), "");
    bench.post(command::SetView{"Positions", "distance", "-1"});
    ui.click("Positions/word 9");
    EXPECT_TRUE(bench.shows("Positions", "distance 3")) << "a click makes a word the key";
    ASSERT_TRUE(bench.workbench.selection().pinned_cell);
    EXPECT_EQ(bench.workbench.selection().pinned_cell->column, 9);
}

TEST_F(PositionsTest, SlidersChangeTheRunAndAreUndone) {
    open("llama");
    pin(1, 3, 12, 7);
    const double before = score(1, 3, 12, 7);
    ui.set("Positions/base/base", 500);
    ui.frames(3);
    EXPECT_NEAR(bench.snapshot().trace().setup().rope.theta, 500, 1e-3);
    EXPECT_NE(score(1, 3, 12, 7), before);
    EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.2f}", score(1, 3, 12, 7)))) << "every view follows";
    ui.click("Positions/scaling/linear");
    EXPECT_EQ(bench.snapshot().trace().setup().rope.scaling,
              (RopeScaling{.kind = RopeScalingKind::linear, .factor = 2}));
    EXPECT_TRUE(bench.shows("Positions", "12.6")) << "the fastest clock needs twice 2 pi tokens for a turn";
    bench.post(command::Undo{});
    bench.post(command::Undo{});
    EXPECT_EQ(bench.snapshot().trace().setup().rope, RopeSetup());
    EXPECT_EQ(score(1, 3, 12, 7), before);
}

TEST_F(PositionsTest, ClocksPinTheirDimensions) {
    open("llama");
    pin(1, 3, 12, 7);
    ui.click("Positions/clock 2");
    const auto pinned = bench.workbench.selection().pinned_cell;
    ASSERT_TRUE(pinned);
    EXPECT_EQ(pinned->site, Site::rot_q);
    EXPECT_EQ(pinned->column, 2);
    EXPECT_EQ(pinned->head, 3);
}

TEST_F(PositionsTest, AlibiShowsWhatItSubtracts) {
    open("alibi");
    pin(1, 4, 11, 6);
    const auto numbers = ui.texts("Positions");
    for (int key = 6; key <= 11; ++key) {
        const AlibiParts parts = alibi_parts(bench.snapshot().trace(), {1, 4, 11, key});
        EXPECT_THAT(numbers, ::testing::Contains(fmt::format("{:.2f}", parts.product)));
        EXPECT_THAT(numbers,
                    ::testing::Contains(fmt::format("{:.2f}", parts.penalty == 0 ? 0.0 : -parts.penalty)));
        EXPECT_THAT(numbers, ::testing::Contains(fmt::format("{:.2f}", score(1, 4, 11, key))));
    }
    ui.click("Positions/score 8");
    EXPECT_EQ(bench.workbench.selection().pinned_cell->column, 8);
}

TEST_F(PositionsTest, AddedVectorsAreExplainedByTheirCells) {
    for (const char* preset : {"gpt2", "sinusoidal"}) {
        open(preset);
        ui.hover("Positions/+ position");
        const auto cell = bench.hovered_cell();
        ASSERT_TRUE(cell);
        EXPECT_EQ(cell->site, Site::pos_embed);
        EXPECT_EQ(cell->row, 13);
        EXPECT_TRUE(ui.exists("Positions/path of positions"));
        EXPECT_TRUE(ui.exists("Positions/position vectors"));
    }
}

TEST_F(PositionsTest, WordsAreDraggedIntoAnotherOrder) {
    open("none", 6);
    ui.click("Positions/page/order");
    const UiRect from = ui.rect("Positions/word 1"), to = ui.rect("Positions/word 4");
    ui.drag("Positions/word 1", {to.center().x - from.center().x, 0});
    EXPECT_EQ(bench.snapshot().text().trace->setup().order, (std::vector<int>{0, 4, 1, 2, 3, 5}));
    EXPECT_TRUE(bench.snapshot().text().trace->setup().mask_by_position);
    EXPECT_TRUE(bench.shows("Positions", "1 → 4"));
    ASSERT_TRUE(bench.snapshot().order_effect);
    const auto* effect = bench.snapshot().order_effect->find(bench.snapshot().model.get());
    ASSERT_TRUE(effect);
    const double noticed = *std::ranges::max_element(effect->change);
    EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.2f}", noticed)));
    ui.click("Positions/mask/no mask");
    EXPECT_LT(*std::ranges::max_element(effect->change_unmasked), 1e-5);
    ui.click("Positions/as written");
    EXPECT_TRUE(bench.snapshot().text().trace->setup().order.empty());
    bench.post(command::Undo{});
    EXPECT_FALSE(bench.snapshot().text().trace->setup().order.empty());
}

TEST(PositionsPanel, FiveModelsStandBesideEachOther) {
    Bench bench({.models = shipped_models()});
    UiDriver& ui = bench.ui;
    bench.open((shipped_models() / "positions-rope").string());
    bench.prompt("Once upon a time");
    bench.post(command::SetLayout{"Positions"});
    ui.click("Positions/compare");
    ui.frames(3);
    ASSERT_EQ(bench.notice(), "");
    ASSERT_EQ(bench.snapshot().runs.size(), 5u);
    for (const gf::Run& run : bench.snapshot().runs)
        EXPECT_EQ(tokens_of(run), bench.tokens()) << "in lock-step";
    for (const auto& [card, item] :
         {std::pair("ALiBi", "penalties"), std::pair("learned", "path of positions"),
          std::pair("sinusoidal", "path of positions"), std::pair("none", "mask"),
          std::pair("RoPE", "score by distance")}) {
        ui.click(std::string("Positions/") + card);
        EXPECT_TRUE(ui.is_checked(std::string("Positions/") + card));
        EXPECT_TRUE(ui.exists(std::string("Positions/") + item)) << card;
    }
    bench.post(command::StudyPositions{2});
    EXPECT_THAT(bench.all_text("Positions"), HasSubstr("2 of 2 texts"));
    for (const gf::Run& run : bench.snapshot().runs) {
        const auto* of = bench.snapshot().positions->find(run.model.get(), {});
        ASSERT_TRUE(of);
        EXPECT_TRUE(bench.shows("Positions", fmt::format("{:.2f}", of->loss.mean(240, 256))))
            << run.model->name;
    }
    ui.click("Positions/compare");
    EXPECT_EQ(bench.snapshot().runs.size(), 1u);
}

} // namespace
} // namespace gf::ui::tests::positions_panel_test
