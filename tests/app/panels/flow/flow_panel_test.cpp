// Flow: the cell under the mouse is that of the Trace, layers unfold, heads change, long texts zoom and pan.

#include "app/view/sampling_preview.h"
#include "app/workbench_support.h"
#include "measures/stream_measures.h"

#include <cmath>
#include <set>

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
    /// The line that tells which rows are hidden; "" if none is.
    std::string hidden_rows() {
        for (const std::string& text : ui.texts("Flow"))
            if (text.find("rows hidden") != std::string::npos) return text;
        return "";
    }
    SiteValues weights() {
        return {bench.snapshot().text().view(), {Site::pattern, bench.pinned_head().layer}};
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
    EXPECT_THAT(ui.texts("Flow"), Contains("layer 2"));
    ui.click("Flow/head 3");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{2, 3}));
    hover_cell("attn.hook_q", 4, 1, bench.snapshot().config().d_head);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::q, 2, 3, 4, 1}));
}

TEST_F(FlowTest, UnfoldingIsSeenAndShort) {
    open("gpt2");
    bench.post(command::SetLayout{"Overview"}); // room for every column from the first frame to the last
    bench.workbench.settings().motion = true;
    ui.frames(2);
    const float before = ui.rect("Flow/attn.hook_q").min.x;
    ui.click("Flow/layer 2"); // five frames, of which the last two come after the click
    float last = ui.rect("Flow/layer 0").max.x;
    int moved = 0;
    for (int i = 0; i < 12; ++i) {
        ui.frames(1);
        const float now = ui.rect("Flow/layer 0").max.x;
        EXPECT_LE(now, last + 1) << "the layer that folds gets narrower";
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
    for (int row = 0; row < s.cursor(); ++row) {
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
    EXPECT_THAT(hidden_rows(), HasSubstr("to 199 are shown")) << "the newest";
    const auto first = [&] { return number_after(hidden_rows(), "hidden: "); };
    const double shown = 200 - first();
    EXPECT_EQ(number_after(hidden_rows(), ""), first()) << "all hidden rows are above";
    EXPECT_GT(shown, 10);
    EXPECT_LT(shown, 60) << "readable rows";
    ui.wheel("Flow/attn.hook_pattern", 2);
    EXPECT_GT(first(), 200 - shown) << "fewer rows";
    ui.drag("Flow/attn.hook_pattern", {0, 60});
    EXPECT_LT(number_after(hidden_rows(), " to "), 199) << "earlier rows";
    ui.double_click("Flow/tokens");
    EXPECT_EQ(200 - first(), shown);
    bench.post(command::SetView{"Flow", "rows", "all"});
    EXPECT_EQ(hidden_rows(), "");
    EXPECT_THAT(ui.texts("Flow"), Contains("all 200 rows shown"));
    hover_cell("attn.hook_pattern", 100, 50, 200);
    EXPECT_EQ(bench.hovered_cell()->row, 100);
    EXPECT_NEAR(bench.hovered_cell()->column, 50, 1); // a cell is about a pixel wide
}

TEST_F(FlowTest, APinnedRowComesIntoSight) {
    open("llama", 200);
    const auto first = [&] { return number_after(hidden_rows(), "hidden: "); };
    bench.post(command::PinToken{40});
    EXPECT_LE(first(), 40) << hidden_rows();
    EXPECT_GE(number_after(hidden_rows(), " to "), 40) << hidden_rows();
    bench.post(command::PinToken{41}); // in sight: nothing moves
    const std::string before = hidden_rows();
    bench.post(command::PinToken{39});
    EXPECT_EQ(hidden_rows(), before);
    bench.post(command::PinToken{});
    bench.post(command::PinCell{{"hook_embed", -1, 150, 1}});
    EXPECT_GE(number_after(hidden_rows(), " to "), 150) << hidden_rows();
    EXPECT_GT(first(), 0);
}

TEST_F(FlowTest, ZoomingInEnlarges) {
    open("llama", 12);
    const float height = ui.rect("Flow/attn.hook_pattern").height();
    ui.wheel("Flow/attn.hook_pattern", 4);
    EXPECT_THAT(hidden_rows(), HasSubstr("of 12 rows hidden"));
    EXPECT_GE(ui.rect("Flow/attn.hook_pattern").height(), height) << "fewer rows fill the same room";
}

TEST_F(FlowTest, RowsFillTheRoomAndTheFollowedOneIsHigher) {
    bench.post(command::SetLayout{"Overview"});
    open("llama", 16);
    const auto row_under = [&](float y) {
        ui.hover("Flow/attn.hook_pattern", {2, y});
        return bench.hovered_cell()->row;
    };
    const float height = ui.rect("Flow/attn.hook_pattern").height(), row = (height - 8) / 16;
    EXPECT_GT(row, 24);
    for (int r = 0; r < 15; ++r) {
        EXPECT_EQ(row_under(row * static_cast<float>(r) + 1), r);
        EXPECT_EQ(row_under(row * static_cast<float>(r + 1) - 1), r);
    }
    EXPECT_EQ(row_under(row * 15 + 1), 15);
    EXPECT_EQ(row_under(height - 1), 15) << "8 pixels more";
    bench.post(command::PinToken{4});
    EXPECT_EQ(row_under(row * 4 + row + 7), 4);
    EXPECT_EQ(row_under(row * 4 + row + 9), 5);
    EXPECT_EQ(row_under(height - 1), 15);
}

TEST_F(FlowTest, LargeCellsHoldTheirWeights) {
    bench.post(command::SetLayout{"Overview"});
    open("llama", 8);
    const auto printed = [](float w) {
        const std::string s = fmt::format("{:.2f}", w);
        return w < 0.005f ? std::string("0") : w >= 0.995f ? std::string("1") : s.substr(1);
    };
    for (int row = 0; row < 8; ++row)
        for (int key = 0; key <= row; ++key)
            EXPECT_THAT(ui.texts("Flow"), Contains(printed(weights().at(0, row, key)))) << row << " " << key;
    ui.click("Flow/matrix/scores");
    EXPECT_TRUE(ui.exists("Flow/attn.hook_attn_scores"));
    EXPECT_FALSE(ui.exists("Flow/attn.hook_pattern"));
    const SiteValues scores(bench.snapshot().text().view(), {Site::attn_scores, 0});
    std::string score = fmt::format("{:.1f}", scores.at(0, 5, 2)); // at least: with more digits if they fit
    if (const auto zero = score.find("0."); zero != std::string::npos) score.erase(zero, 1);
    EXPECT_THAT(ui.texts("Flow"), Contains(::testing::StartsWith(score.substr(0, score.size() - 1))));
    ui.click("Flow/matrix/weights");
    bench.post(command::SelectOperation{"blocks.0.attn.hook_attn_scores"});
    EXPECT_TRUE(ui.exists("Flow/attn.hook_attn_scores")) << "stepping to the scores shows them";
}

TEST_F(FlowTest, OneSentenceSaysWhatTheTokenListensTo) {
    bench.post(command::SetLayout{"Overview"});
    open("llama", 9);
    int best = 0;
    for (int key = 1; key < 9; ++key)
        if (weights().at(0, 8, key) > weights().at(0, 8, best)) best = key;
    const float w = weights().at(0, 8, best);
    EXPECT_THAT(
        ui.texts("Flow"),
        Contains(fmt::format("#{} listens most to #{}: weight {:.2f}, so {:.0f} % of what it receives "
                             "here comes from there",
                             bench.tokens()[8], bench.tokens()[static_cast<std::size_t>(best)], w, 100 * w)));
}

TEST_F(FlowTest, TheLastRowShowsWhatIsDrawn) {
    open("llama", 9);
    bench.post(command::SetSampling{{{StageKind::temperature, 3}}});
    const std::vector<int> tokens = bench.tokens();
    std::set<int> others(tokens.begin(), tokens.end()); // what Flow shows anyway
    for (int row = 0; row < 9; ++row)
        others.insert(largest(probabilities_after(bench.snapshot(), row), 1)[0]);
    const auto drawn = [] { return sampling_preview().step().token; };
    for (std::uint64_t seed = 1; others.contains(drawn()) && seed < 20; ++seed)
        bench.post(command::SetSeed{seed});
    ASSERT_FALSE(others.contains(drawn()));
    EXPECT_THAT(ui.texts("Flow"), Contains(numbered("#", drawn())));
    EXPECT_THAT(ui.texts("Flow"),
                Contains(fmt::format("{:.2f}", final_probability(sampling_preview().step(), drawn()))));
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
