// The attention panel: which head, which cell, and that the value in words is the Trace's.

#include "workbench_support.h"

#include <cmath>

namespace gf::tests {
namespace {

using ::testing::HasSubstr;

constexpr int k_tokens = 16;

class AttentionTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 12));
        bench.post(command::Step{k_tokens - 12});
    }
    float side() { return ui.rect("Head/matrix").width(); }
    /// In the large matrix while all of it is shown.
    ImVec2 middle_of(int row, int column) {
        const float cell = side() / static_cast<float>(bench.cursor());
        return {(static_cast<float>(column) + 0.5f) * cell, (static_cast<float>(row) + 0.5f) * cell};
    }
    void hover_cell(int row, int column) { ui.hover("Head/matrix", middle_of(row, column)); }
    std::optional<CellRef> lit() { return bench.workbench.selection().cell.get(); }
    /// The line below the matrix while the mouse is on a cell.
    std::string words() { return bench.text_with("Head", "query"); }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(AttentionTest, AClickPinsAHead) {
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 0}));
    for (const HeadRef head : {HeadRef{1, 0}, HeadRef{0, 5}, HeadRef{1, 3}}) {
        ui.click(numbered("Heads/L", head.layer) + numbered("H", head.head));
        EXPECT_EQ(bench.pinned_head(), head);
    }
    EXPECT_FALSE(ui.exists("Heads/L2H0"));
    EXPECT_FALSE(ui.exists("Heads/L0H6"));
}

TEST_F(AttentionTest, HoveringPreviewsAHead) {
    ui.click("Heads/L1H3");
    ui.hover("Heads/L0H4");
    EXPECT_EQ(bench.workbench.selection().head.get(), (HeadRef{0, 4}));
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 3}));
    EXPECT_THAT(bench.ui.texts("Head"), ::testing::Contains(HasSubstr("layer 0, head 4 large (preview")));
    ui.leave();
    EXPECT_EQ(bench.workbench.selection().head.get(), std::nullopt);
    EXPECT_THAT(bench.ui.texts("Head"), ::testing::Contains(::testing::EndsWith("layer 1, head 3 large")));
}

TEST_F(AttentionTest, TheValueUnderTheMouseIsTheTraces) {
    for (const HeadRef head : {HeadRef{0, 0}, HeadRef{1, 4}}) {
        bench.post(command::PinHead{head.layer, head.head});
        for (const auto& [row, column] : {std::pair(0, 0), std::pair(15, 0), std::pair(9, 4), std::pair(15, 15)}) {
            SCOPED_TRACE(std::to_string(row) + numbered(", ", column));
            hover_cell(row, column);
            const CellRef cell{0, Site::pattern, head.layer, head.head, row, column};
            ASSERT_EQ(lit(), cell);
            const Trace& trace = bench.snapshot().trace();
            EXPECT_NEAR(number_after(words(), "weight"), trace.value(cell), 0.5001e-4) << words();
            CellRef score = cell;
            score.site = Site::attn_scores;
            EXPECT_NEAR(number_after(words(), "score"), trace.value(score), 0.5001e-3) << words();
            EXPECT_THAT(words(), HasSubstr(numbered("query #", bench.tokens()[static_cast<std::size_t>(row)])));
            EXPECT_THAT(words(), HasSubstr(numbered("key #", bench.tokens()[static_cast<std::size_t>(column)])));
            EXPECT_EQ(bench.workbench.selection().token.get(), row) << "the query's token is lit in the text";
        }
    }
}

TEST_F(AttentionTest, WhatTheMaskForbidsSaysSo) {
    hover_cell(3, 10);
    EXPECT_EQ(lit(), (CellRef{0, Site::pattern, 0, 0, 3, 10}));
    EXPECT_THAT(words(), HasSubstr("masked"));
    EXPECT_THAT(words(), ::testing::Not(HasSubstr("weight")));
    ui.leave();
    EXPECT_EQ(lit(), std::nullopt);
    EXPECT_EQ(words(), "");
}

TEST_F(AttentionTest, TheWheelZoomsAtThePointer) {
    ui.wheel("Head/matrix", 5);
    // 16 cells become 16 * 0.85^5 about the middle.
    const double length = k_tokens * std::pow(0.85, 5), first = 8 - length / 2;
    ui.hover("Head/matrix", {2, 2});
    ASSERT_TRUE(lit());
    EXPECT_EQ(lit()->row, static_cast<int>(std::floor(first + 2 / side() * length)));
    EXPECT_EQ(lit()->column, lit()->row);
    EXPECT_GT(lit()->row, 0);
    ui.hover("Head/matrix", {side() - 2, 2});
    EXPECT_EQ(lit()->column, static_cast<int>(std::floor(first + length - 2 / side() * length)));

    const float cell = side() / static_cast<float>(length);
    ui.drag("Head/matrix", {2 * cell, 0}); // takes the columns along
    ui.hover("Head/matrix", {2, 2});
    EXPECT_EQ(lit()->column, static_cast<int>(std::floor(first - 2 + 2 / side() * length)));
    EXPECT_EQ(lit()->row, static_cast<int>(std::floor(first + 2 / side() * length)));

    ui.double_click("Head/matrix");
    ui.hover("Head/matrix", {2, 2});
    EXPECT_EQ(lit(), (CellRef{0, Site::pattern, 0, 0, 0, 0}));
    hover_cell(15, 15);
    EXPECT_EQ(lit(), (CellRef{0, Site::pattern, 0, 0, 15, 15}));
}

TEST_F(AttentionTest, AZoomedViewStaysOnTheText) {
    ui.hover("Head/matrix", middle_of(15, 15));
    for (int i = 0; i < 3; ++i) {
        ImGui::GetIO().AddMouseWheelEvent(0, 3);
        ui.frames(2);
    }
    ui.hover("Head/matrix", {2, 2});
    ASSERT_TRUE(lit());
    EXPECT_GE(lit()->row, 10);
    ui.key(ImGuiKey_Home);
    ui.key(ImGuiKey_RightArrow);
    ASSERT_EQ(bench.cursor(), 2);
    ui.hover("Head/matrix", {side() / 4, side() / 4});
    EXPECT_EQ(lit(), (CellRef{0, Site::pattern, 0, 0, 0, 0}));
}

TEST_F(AttentionTest, TheMatrixGrowsWithTheText) {
    hover_cell(15, 0);
    EXPECT_EQ(lit()->row, 15);
    ui.click("Transport/Step");
    ASSERT_EQ(bench.cursor(), 17);
    hover_cell(16, 16);
    EXPECT_EQ(lit(), (CellRef{0, Site::pattern, 0, 0, 16, 16}));
    ui.click("Transport/First");
    ui.hover("Head/matrix", {side() / 2, side() / 2});
    EXPECT_EQ(lit(), (CellRef{0, Site::pattern, 0, 0, 0, 0}));
    EXPECT_NEAR(number_after(words(), "weight"), 1, 1e-9) << "one token reads itself";
}

TEST(AttentionBudget, PatternsThatAreNotKeptAreExplained) {
    const SavedModel& model = saved_llama("many_heads", [](ModelConfig& c) {
        c.n_layers = 64, c.n_heads = 40, c.n_kv_heads = 1, c.d_head = 2, c.d_model = 4, c.d_mlp = 4;
    });
    ASSERT_GT(trace_bytes(model.config(), {256, {}, Keep::all}), std::size_t{1} << 30);
    Bench bench;
    bench.open(model);
    ASSERT_FALSE(bench.snapshot().trace().kept(Site::pattern));
    EXPECT_THAT(bench.ui.texts("Head"), ::testing::Contains(HasSubstr("trace budget")));
    EXPECT_FALSE(bench.ui.exists("Heads/L0H0"));
    bench.ui.click("Transport/Step");
    EXPECT_EQ(bench.cursor(), 2);
    EXPECT_GT(number_after(bench.text_with("Sampling", "entropy"), "entropy"), 0) << "the rest goes on";
    bench.open(saved_preset("llama"));
    EXPECT_TRUE(bench.ui.exists("Heads/L1H5"));
}

} // namespace
} // namespace gf::tests
