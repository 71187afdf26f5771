// Flow: the cell under the mouse is that of the Trace, layers unfold, heads change, long texts zoom and pan.

#include "app/workbench_support.h"
#include "measures/stream_measures.h"

#include <cmath>

namespace gf::ui::tests::flow_panel_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class FlowTest : public ::testing::Test {
  protected:
    void open(const std::string& preset_name, int tokens = 16) {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset(preset_name));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), tokens));
        ui.frames(3);
    }
    /// Hovers the middle of a cell while all rows are shown.
    void hover_cell(const std::string& item, int row, int column, int columns) {
        ui.hover("Flow/" + item, cell_middle(ui.rect("Flow/" + item), row, column, bench.cursor(), columns));
    }
    std::string subtitle() {
        return bench.text_with("Flow", fmt::format("layer {}, head", bench.pinned_head().layer));
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(FlowTest, TheCellUnderTheMouse) {
    open("llama");
    bench.post(command::PinHead{1, 5});
    const ModelConfig& c = bench.snapshot().config();
    hover_cell("hook_embed", 3, 7, c.d_model);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::embed, -1, -1, 3, 7}));
    EXPECT_EQ(bench.workbench.selection().token.get(), 3);
    hover_cell("attn.hook_rot_q", 9, 4, c.d_head);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::rot_q, 1, 5, 9, 4}));
    hover_cell("attn.hook_rot_k", 9, 4, c.d_head);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::rot_k, 1, 5 / c.group_size(), 9, 4}))
        << "the key-value head that the head reads";
    hover_cell("attn.hook_pattern", 12, 2, bench.cursor());
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 1, 5, 12, 2}));
    hover_cell("mlp.hook_post", 0, 11, c.d_mlp); // cells of about a pixel
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::mlp_post, 1, -1, 0, bench.hovered_cell()->column}));
    EXPECT_NEAR(bench.hovered_cell()->column, 11, 1);
    ui.leave();
    EXPECT_EQ(bench.hovered_cell(), std::nullopt);
}

TEST_F(FlowTest, AClickPinsTheCell) {
    open("llama");
    hover_cell("attn.hook_pattern", 5, 1, bench.cursor());
    const CellRef cell = *bench.hovered_cell();
    const UiRect r = ui.rect("Flow/attn.hook_pattern");
    ui.click_at("Flow/attn.hook_pattern", {1.5f / 16 * r.width(), 5.5f / 16 * r.height()});
    EXPECT_EQ(bench.workbench.selection().pinned_cell, cell);
}

TEST_F(FlowTest, ALayerUnfoldsOnClick) {
    open("gpt2");
    EXPECT_FALSE(ui.exists("Flow/layer 0"));
    ui.click("Flow/layer 2");
    EXPECT_EQ(bench.pinned_head().layer, 2);
    EXPECT_TRUE(ui.exists("Flow/layer 0"));
    EXPECT_TRUE(ui.exists("Flow/layer 1"));
    EXPECT_FALSE(ui.exists("Flow/layer 2"));
    EXPECT_THAT(subtitle(), HasSubstr("layer 2, head 0 in focus"));
    ui.click("Flow/head 3");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{2, 3}));
    hover_cell("attn.hook_q", 4, 1, bench.snapshot().config().d_head);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::q, 2, 3, 4, 1}));
}

TEST_F(FlowTest, UnfoldingIsSeenAndShort) {
    open("gpt2");
    bench.workbench.settings().motion = true;
    ui.frames(2);
    const float before = ui.rect("Flow/attn.hook_q").min.x;
    ui.click("Flow/layer 2"); // five frames, of which the last two come after the click
    float last = ui.rect("Flow/layer 0").max.x;
    int moved = 0;
    for (int i = 0; i < 12; ++i) {
        ui.frames(1);
        const float now = ui.rect("Flow/layer 0").max.x;
        EXPECT_LE(now, last + 0.5f) << "the layer that folds gets narrower";
        moved += now != last;
        last = now;
    }
    EXPECT_GE(moved, 3);
    EXPECT_LE(moved, 9) << "150 ms";
    EXPECT_GT(ui.rect("Flow/attn.hook_q").min.x, before) << "layers 0 and 1 stand before it now";
}

TEST_F(FlowTest, TheNextTokensAreTheModels) {
    open("llama");
    const Snapshot& s = bench.snapshot();
    for (int row = 0; row + 1 < s.cursor(); ++row) {
        const auto p = probabilities_after(s, row);
        const int best = largest(p, 1)[0];
        const float height = ui.rect("Flow/next token").height() / static_cast<float>(s.cursor());
        const std::string tooltip_text =
            ui.tooltip("Flow/next token", {4, (static_cast<float>(row) + 0.5f) * height});
        EXPECT_THAT(tooltip_text,
                    HasSubstr(fmt::format("#{}: {:.1f} %", best, 100 * p[static_cast<std::size_t>(best)])));
        EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::logits, -1, -1, row, best}));
        EXPECT_THAT(ui.texts("Flow"), Contains(numbered("#", best)));
    }
}

/// Behind the last row stands the token that is drawn there, as Sampling and Text have it, even where it is
/// not the likeliest one.
TEST_F(FlowTest, TheLastNextTokenIsTheDrawnOne) {
    open("llama");
    const auto hover_last = [&] {
        const UiRect r = ui.rect("Flow/next token");
        return ui.tooltip("Flow/next token", cell_middle(r, bench.cursor() - 1, 0, bench.cursor(), 1));
    };
    int n_unlikely = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        bench.post(command::SetSeed{seed});
        const auto p = probabilities_after(bench.snapshot(), bench.cursor() - 1);
        const int token = token_drawn(p, uniform(bench.snapshot().next_draw));
        n_unlikely += token != largest(p, 1)[0];
        EXPECT_THAT(hover_last(), HasSubstr(fmt::format("will be drawn #{}: {:.1f} %", token,
                                                        100 * p[static_cast<std::size_t>(token)])));
        EXPECT_EQ(bench.hovered_cell()->column, token);
        EXPECT_THAT(ui.texts("Flow"), Contains(numbered("#", token)));
        EXPECT_THAT(ui.texts("Text"), Contains(numbered("#", token)));
    }
    EXPECT_GT(n_unlikely, 0);
    bench.post(command::ForceToken{16, 7});
    bench.post(command::Step{-1});
    EXPECT_THAT(hover_last(), HasSubstr("comes #7")) << "it is written";
}

TEST_F(FlowTest, FoldedLayersSayHowMuchTheyWrite) {
    open("gpt2");
    StreamMeasures measures;
    measures.advance({.trace = bench.snapshot().text().trace, .rows = bench.cursor()});
    const UiRect r = ui.rect("Flow/layer 1");
    const std::string tooltip_text = ui.tooltip("Flow/layer 1", {2, r.height() - 2}); // the last token
    const WriteShare& share = measures.share(1, bench.cursor() - 1);
    EXPECT_THAT(tooltip_text, HasSubstr(fmt::format("attention writes {:.0f} %", 100 * share.attention)));
    EXPECT_THAT(tooltip_text, HasSubstr(fmt::format("the MLP {:.0f} %", 100 * share.mlp)));
}

TEST_F(FlowTest, HeadersSayShapeAndParameters) {
    open("llama");
    const ModelConfig& c = bench.snapshot().config();
    const std::string tooltip_text = ui.tooltip("Flow/header attn.hook_rot_q");
    EXPECT_THAT(tooltip_text, HasSubstr("blocks.0.attn.hook_rot_q"));
    EXPECT_THAT(tooltip_text, HasSubstr(fmt::format("16 tokens x {} heads x {}", c.n_heads, c.d_head)));
    EXPECT_THAT(tooltip_text, HasSubstr(fmt::format("{} parameters", c.d_model * c.n_heads * c.d_head)));
    ui.click("Flow/header hook_embed");
    EXPECT_EQ(bench.workbench.selection().inspected, "hook_embed");
}

TEST_F(FlowTest, ManyRowsWindowZoomAndPan) {
    open("llama", 200);
    EXPECT_THAT(subtitle(), HasSubstr("to 200 of 200")) << "the newest";
    const auto first = [&] { return number_after(subtitle(), "tokens "); };
    const double shown = 201 - first();
    EXPECT_GT(shown, 10);
    EXPECT_LT(shown, 60) << "readable rows";
    ui.wheel("Flow/attn.hook_pattern", 2);
    EXPECT_GT(first(), 201 - shown) << "fewer rows";
    ui.drag("Flow/attn.hook_pattern", {0, 60});
    EXPECT_LT(number_after(subtitle(), "to "), 200) << "earlier rows";
    ui.double_click("Flow/tokens");
    EXPECT_EQ(201 - first(), shown);
    bench.post(command::SetView{"Flow", "rows", "all"});
    EXPECT_THAT(subtitle(), ::testing::Not(HasSubstr("of 200")));
    hover_cell("attn.hook_pattern", 100, 50, 200);
    EXPECT_EQ(bench.hovered_cell()->row, 100);
    EXPECT_EQ(bench.hovered_cell()->column, 50);
}

TEST_F(FlowTest, ExpertsAndTheirSlots) {
    open("mixtral");
    const ModelConfig& c = bench.snapshot().config();
    bench.resize(2560, 1440);
    hover_cell("mlp.hook_expert_weights", 6, 1, c.n_experts);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::expert_weights, 0, -1, 6, 1}));
    hover_cell("mlp.hook_post", 6, c.d_mlp + 3, c.expert_slots() * c.d_mlp);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::mlp_post, 0, 1, 6, bench.hovered_cell()->column}))
        << "the second slot";
    EXPECT_NEAR(bench.hovered_cell()->column, 3, 1);
}

} // namespace
} // namespace gf::ui::tests::flow_panel_test
