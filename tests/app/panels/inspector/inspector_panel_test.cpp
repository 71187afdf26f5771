// The Inspector finds every site and parameter by name, and its numbers are those of a direct computation.

#include "app/workbench_support.h"

#include <cmath>
#include <sstream>

namespace gf::ui::tests::inspector_panel_test {
namespace {

using ::testing::HasSubstr;

/// Statistics computed value by value, which the panel must agree with.
struct DirectStatistics {
    double least = 1e300, greatest = -1e300, sum = 0, squares = 0;
    double n = 0;
    void add(double x) {
        least = std::min(least, x);
        greatest = std::max(greatest, x);
        sum += x;
        squares += x * x;
        ++n;
    }
};

class InspectorTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama")); // 2 layers, 6 heads, 2 key-value heads
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 11));
    }
    const Trace& trace() { return bench.snapshot().trace(); }
    const ModelConfig& config() { return bench.snapshot().config(); }
    std::vector<std::string> texts() { return ui.texts("Inspector"); }
    /// The text behind a caption: value_of("min") is the smallest value as the panel prints it.
    std::string value_of(const std::string& word) {
        const auto all = texts();
        const auto at = std::ranges::find(all, word);
        return at == all.end() || at + 1 == all.end() ? "" : *(at + 1);
    }
    /// Compares the figures with `d`: all digits in the tooltip, and the rounded ones in the panel.
    void expect_figures(const DirectStatistics& d) {
        const std::string tooltip_text = ui.tooltip("Inspector/figures");
        const auto expect = [&](const char* word, double expected) {
            EXPECT_NEAR(number_after(tooltip_text, std::string("\n") + word + " "), expected,
                        1e-8 * std::max(1.0, std::abs(expected)))
                << word;
            const std::string shown = value_of(word);
            const std::size_t point = shown.find('.');
            ASSERT_NE(point, std::string::npos) << word << " " << shown;
            EXPECT_NEAR(std::stod(shown), expected,
                        0.50001 * std::pow(10.0, -static_cast<double>(shown.size() - point - 1)))
                << word;
        };
        expect("min", d.least);
        expect("max", d.greatest);
        expect("mean", d.sum / d.n);
        expect("norm", std::sqrt(d.squares));
        EXPECT_THAT(tooltip_text, HasSubstr(fmt::format("\n{} values", d.n)));
    }
    DirectStatistics site_statistics(Site site, int layer, int begin, int end) {
        DirectStatistics d;
        for (int row = 0; row < bench.cursor(); ++row)
            for (int i = begin; i < end; ++i) d.add(static_cast<double>(trace().row(site, layer, row)[i]));
        return d;
    }
    /// The middle of a cell of the map, which shows a matrix of (rows, cols).
    ImVec2 middle_of(int row, int col, int rows, int cols) {
        return cell_middle(ui.rect("Inspector/map"), row, col, rows, cols);
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(InspectorTest, WithoutAChoiceItFollowsTheFocus) {
    EXPECT_TRUE(bench.shows("Inspector", "blocks.0.hook_resid_post"));
    EXPECT_EQ(value_of("shape"), fmt::format("11 × {}", config().d_model));
    expect_figures(site_statistics(Site::resid_post, 0, 0, config().d_model));
    ui.key(ImGuiKey_2);
    ui.frames(2);
    EXPECT_TRUE(bench.shows("Inspector", "blocks.1.hook_resid_post"));
    expect_figures(site_statistics(Site::resid_post, 1, 0, config().d_model));
    bench.post(command::PinCell{"blocks.1.hook_mlp_out", -1, 3, 4});
    EXPECT_TRUE(bench.shows("Inspector", "blocks.1.hook_mlp_out"));
    expect_figures(site_statistics(Site::mlp_out, 1, 0, config().d_model));
    ui.leave();
    ui.key(ImGuiKey_Escape);
    ui.frames(2);
    EXPECT_TRUE(bench.shows("Inspector", "blocks.1.hook_resid_post")) << "Esc lets go";
}

TEST_F(InspectorTest, APatternIsThatOfTheCellInFocus) {
    bench.post(command::PinHead{0, 1});
    bench.post(command::PinCell{"blocks.1.attn.hook_pattern", 4, 7, 3});
    EXPECT_TRUE(bench.shows("Inspector", "head 4 of 6"));
    bench.post(command::PinCell{});
    bench.post(command::Inspect{"blocks.1.attn.hook_pattern"});
    EXPECT_TRUE(bench.shows("Inspector", fmt::format("head {} of 6", bench.pinned_head().head)));
}

TEST_F(InspectorTest, ColoursEndEarlyWhereOneValueIsRare) {
    bench.post(command::Inspect{"blocks.1.mlp.hook_post"});
    EXPECT_EQ(bench.text_with("Inspector", "clipped"), "");
    bench.post(command::EditCell{{"blocks.1.mlp.hook_post", -1, 7, 3}, -1000});
    const DirectStatistics d = site_statistics(Site::mlp_post, 1, 0, config().d_mlp);
    ASSERT_EQ(d.least, -1000);
    const std::string end = fmt::format("{:.3g}", 3 * std::sqrt(d.squares / d.n));
    EXPECT_TRUE(bench.shows("Inspector", "≤ -" + end));
    EXPECT_TRUE(bench.shows("Inspector", "≥ " + end));
    EXPECT_NE(bench.text_with("Inspector", "clipped"), "");
    expect_figures(d);
}

TEST_F(InspectorTest, FiguresFollowTheText) {
    bench.post(command::Step{9});
    EXPECT_EQ(value_of("shape"), fmt::format("20 × {}", config().d_model));
    expect_figures(site_statistics(Site::resid_post, 0, 0, config().d_model));
    bench.post(command::Jump{5});
    EXPECT_EQ(value_of("shape"), fmt::format("5 × {}", config().d_model));
    expect_figures(site_statistics(Site::resid_post, 0, 0, config().d_model));
    bench.post(command::ForceToken{3, 1});
    expect_figures(site_statistics(Site::resid_post, 0, 0, config().d_model));
}

TEST_F(InspectorTest, SearchFindsSitesAndParameters) {
    ui.click("Inspector/name");
    ui.type("mlp out 1");
    ui.key(ImGuiKey_Enter);
    ui.frames(2);
    EXPECT_TRUE(bench.shows("Inspector", "blocks.1.hook_mlp_out"));
    EXPECT_EQ(bench.workbench.selection().inspected, "blocks.1.hook_mlp_out");
    expect_figures(site_statistics(Site::mlp_out, 1, 0, config().d_model));

    const ParamRow* row = bench.snapshot().model->weights->find("model.layers.1.self_attn.o_proj.weight");
    ASSERT_NE(row, nullptr);
    ui.click("Inspector/name");
    ui.type("1 o_proj");
    ui.click("Popup/model.layers.1.self_attn.o_proj.weight");
    ui.frames(2);
    EXPECT_EQ(value_of("shape"), fmt::format("{} × {}", row->shape[0], row->shape[1]));
    DirectStatistics d;
    const real* values = bench.snapshot().model->weights->values(*row);
    for (std::size_t i = 0; i < row->size(); ++i) d.add(static_cast<double>(values[i]));
    expect_figures(d);
    bench.post(command::Step{1});
    expect_figures(d);

    ui.click("Inspector/name");
    ui.key(ImGuiKey_Enter); // the first line
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().inspected, "");
    EXPECT_TRUE(bench.shows("Inspector", "blocks.0.hook_resid_post"));
    const int cursor = bench.cursor();
    ui.key(ImGuiKey_RightArrow);
    EXPECT_EQ(bench.cursor(), cursor + 1) << "the keys are the program's again";
}

TEST_F(InspectorTest, ArrowsWalkThroughTheSearch) {
    ui.click("Inspector/name");
    ui.type("hook_resid_pre");
    ui.key(ImGuiKey_DownArrow);
    ui.key(ImGuiKey_Enter);
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().inspected, "blocks.1.hook_resid_pre");
    ui.click("Inspector/name");
    ui.type("nothing like this");
    EXPECT_FALSE(ui.exists("Popup/blocks.1.hook_resid_pre"));
    ui.key(ImGuiKey_Enter);
    EXPECT_EQ(bench.workbench.selection().inspected, "blocks.1.hook_resid_pre");
}

TEST_F(InspectorTest, HeadsSideBySideOrAlone) {
    bench.post(command::Inspect{"blocks.1.attn.hook_q"});
    bench.post(command::PinHead{1, 4});
    const int d_head = config().d_head;
    EXPECT_EQ(value_of("shape"), fmt::format("11 × 6 × {}", d_head));
    expect_figures(site_statistics(Site::q, 1, 0, 6 * d_head));
    ui.hover("Inspector/map", middle_of(7, 5 * d_head + 2, 11, 6 * d_head));
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::q, 1, 5, 7, 2}));
    bench.post(command::SetView{"Inspector", "heads", "one"});
    expect_figures(site_statistics(Site::q, 1, 4 * d_head, 5 * d_head));
    ui.hover("Inspector/map", middle_of(7, 2, 11, d_head));
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::q, 1, 4, 7, 2}));
    bench.post(command::Inspect{"blocks.1.attn.hook_k"}); // query heads 3 to 5 read key head 1
    EXPECT_TRUE(bench.shows("Inspector", "kv head 1"));
    expect_figures(site_statistics(Site::k, 1, d_head, 2 * d_head));
    ui.click("Inspector/heads/all");
    ui.frames(2);
    expect_figures(site_statistics(Site::k, 1, 0, 2 * d_head));
}

TEST_F(InspectorTest, MaskedScoresAreLeftOut) {
    bench.post(command::Inspect{"blocks.0.attn.hook_attn_scores"});
    bench.post(command::PinHead{0, 2});
    DirectStatistics d;
    for (int q = 0; q < 11; ++q)
        for (int k = 0; k <= q; ++k)
            d.add(static_cast<double>(trace().value({0, Site::attn_scores, 0, 2, q, k})));
    EXPECT_EQ(d.n, 66);
    expect_figures(d);
    EXPECT_EQ(value_of("infinite"), "") << "masked is not infinite";
    ui.hover("Inspector/map", middle_of(9, 3, 11, 11));
    ASSERT_EQ(bench.hovered_cell(), (CellRef{0, Site::attn_scores, 0, 2, 9, 3}));
    EXPECT_NEAR(
        std::stod(bench.text_with("Inspector", fmt::format("{:.5g}", trace().value(*bench.hovered_cell())))),
        trace().value(*bench.hovered_cell()), 1e-3);
    ui.hover("Inspector/map", middle_of(3, 9, 11, 11));
    EXPECT_NE(bench.text_with("Inspector", "masked"), "");
}

TEST_F(InspectorTest, TheNumberUnderTheMouseAndAClickPinsIt) {
    const int d = config().d_model;
    for (const auto& [row, col] : {std::pair(0, 0), std::pair(10, d - 1), std::pair(4, 7)}) {
        ui.hover("Inspector/map", middle_of(row, col, 11, d));
        const CellRef cell{0, Site::resid_post, 0, -1, row, col};
        ASSERT_EQ(bench.hovered_cell(), cell);
        const std::string line =
            bench.text_with("Inspector", fmt::format("{:.5g}   row", trace().value(cell)));
        EXPECT_THAT(line, HasSubstr(fmt::format("row {} #{}, column {}", row,
                                                bench.tokens()[static_cast<std::size_t>(row)], col)));
        ui.click_at("Inspector/map", middle_of(row, col, 11, d));
        EXPECT_EQ(bench.workbench.selection().pinned_cell, cell);
    }
    ui.wheel("Inspector/map", 8);
    ui.hover("Inspector/map", {1, 1});
    EXPECT_GT(bench.hovered_cell()->row + bench.hovered_cell()->column, 0) << "zoomed";
    ui.double_click("Inspector/figures");
    ui.hover("Inspector/map", {1, 1});
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::resid_post, 0, -1, 0, 0}));
}

TEST_F(InspectorTest, RowsAndColumnsSayWhatTheyAre) {
    bench.resize(2200, 1400);
    const auto words_of = [&](const char* name) {
        bench.post(command::Inspect{name});
        const std::string found = bench.text_with("Inspector", "rows: ");
        return found.empty() ? bench.text_with("Inspector", "one row") : found;
    };
    EXPECT_EQ(words_of("hook_embed"), "rows: tokens   columns: numbers of the vector");
    EXPECT_EQ(words_of("blocks.0.attn.hook_k"),
              "rows: tokens   columns: 2 kv heads, the numbers of the vector of each");
    EXPECT_EQ(words_of("blocks.0.attn.hook_pattern"),
              "rows: tokens that listen   columns: tokens they listen to");
    EXPECT_EQ(words_of("logits"),
              "rows: tokens, row t predicts token t + 1   columns: tokens of the vocabulary");
    EXPECT_EQ(words_of("model.embed_tokens.weight"),
              "rows: tokens of the vocabulary   columns: numbers of the vector");
    EXPECT_EQ(words_of("model.norm.weight"), "one row   columns: numbers of the vector");
}

TEST_F(InspectorTest, NumbersStandInLargeCellsAndHiddenOnesAreLoud) {
    bench.resize(2200, 1400);
    bench.prompt_ids({3, 1, 4});
    bench.post(command::Inspect{"blocks.0.attn.hook_pattern"});
    ui.leave();
    EXPECT_TRUE(bench.shows("Inspector", "1")) << "the first token listens to itself alone";
    const std::string weight = fmt::format("{:.2f}", trace().value({0, Site::pattern, 0, 0, 1, 0})).substr(1);
    EXPECT_TRUE(bench.shows("Inspector", weight)) << weight;
    bench.post(command::Inspect{"hook_embed"});
    ui.wheel("Inspector/map", 5);
    EXPECT_THAT(bench.all_text("Inspector"),
                HasSubstr(fmt::format(" of {} columns hidden", config().d_model)));
    ui.click("Inspector/show all");
    ui.leave();
    EXPECT_FALSE(ui.exists("Inspector/show all"));
}

TEST_F(InspectorTest, TheHistogramCountsEveryValue) {
    const UiRect rect = ui.rect("Inspector/histogram");
    std::int64_t n = 0;
    double end = std::nan("");
    for (float x = 0.5f; x < rect.width(); x += 2) {
        const std::string tooltip_text = ui.tooltip("Inspector/histogram", {x, 4});
        const double from = number_after(tooltip_text, "from "), to = number_after(tooltip_text, "to ");
        if (from == end || std::isnan(end)) n += static_cast<std::int64_t>(std::stod(tooltip_text));
        ASSERT_LT(from, to) << tooltip_text;
        if (!(from < end)) end = to;
    }
    EXPECT_EQ(n, 11 * config().d_model);
}

TEST_F(InspectorTest, AnUnknownNameIsANotice) {
    bench.post(command::Inspect{"blocks.0.hook_resid_pots"});
    EXPECT_THAT(bench.notice(), HasSubstr("hook_resid_post"));
    EXPECT_EQ(bench.workbench.selection().inspected, "");
}

TEST(InspectorBudget, ALargeMatrixIsReadOverManyFrames) {
    const SavedModel& model = saved_llama(
        "large_vocab", [](ModelConfig& c) { c.d_vocab = 50'000, c.d_model = 240, c.n_heads = 6; });
    Bench bench;
    bench.open(model);
    const ParamRow* row = bench.snapshot().model->weights->find("model.embed_tokens.weight");
    ASSERT_NE(row, nullptr);
    bench.workbench.post(command::Inspect{row->name});
    bench.ui.frames(2);
    const auto reads = [&] {
        const auto all = bench.ui.texts("Inspector");
        return std::ranges::count(all, "% read") > 0;
    };
    EXPECT_TRUE(reads()) << "it says how far it is";
    int frames = 0;
    while (reads() && frames < 200) bench.ui.frames(1), ++frames;
    EXPECT_GE(frames, 20);
    EXPECT_FALSE(reads());
    double sum = 0, squares = 0;
    const real* values = bench.snapshot().model->weights->values(*row);
    for (std::size_t i = 0; i < row->size(); ++i)
        sum += static_cast<double>(values[i]),
            squares += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    const std::string tooltip_text = bench.ui.tooltip("Inspector/figures");
    EXPECT_NEAR(number_after(tooltip_text, "mean "), sum / static_cast<double>(row->size()), 1e-9);
    EXPECT_NEAR(number_after(tooltip_text, "norm "), std::sqrt(squares), 1e-6 * std::sqrt(squares));
}

} // namespace
} // namespace gf::ui::tests::inspector_panel_test
