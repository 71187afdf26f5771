// A head unrolled: every number on screen is one that the run's queries, keys and values give in double
// precision, whatever the scheme of positions.

#include "app/panels/heads/unrolled_stages.h"
#include "app/view/token_labels.h"
#include "app/workbench_support.h"

#include <cmath>
#include <numeric>

namespace gf::ui::tests::head_unrolled_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UnrolledTest : public ::testing::Test {
  protected:
    void open(const char* preset_name, int n_tokens) {
        bench.open(saved_preset(preset_name));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), n_tokens));
        bench.post(command::SetLayout{"Attention"});
        show("form", "unrolled");
    }
    void show(const char* option, const char* value) { bench.post(command::SetView{"Head", option, value}); }
    const Trace& trace() { return bench.snapshot().trace(); }
    const ModelConfig& config() { return bench.snapshot().config(); }
    double value(Site site, int query, int key) {
        return trace().value({0, site, head.layer, head.head, query, key});
    }
    double element(Site site, int row, int i) {
        const int h = site == Site::q || site == Site::rot_q || site == Site::cross_q
                          ? head.head
                          : head.head / config().group_size();
        return trace().value({0, site, head.layer, h, row, i});
    }
    double dot(Site q, Site k, int query, int key) {
        double sum = 0;
        for (int i = 0; i < config().d_head; ++i) sum += element(q, query, i) * element(k, key, i);
        return sum;
    }
    /// |v| of a key.
    double length(Site site, int key) {
        double sum = 0;
        for (int i = 0; i < config().d_head; ++i) sum += std::pow(element(site, key, i), 2);
        return std::sqrt(sum);
    }
    void pin(Site site, int query, int key) {
        bench.post(command::PinCell{
            {site_name(site, head.layer), head.head, query, key, bench.snapshot().text().name, "value"}});
        ui.leave();
    }
    std::string sentence() { return bench.text_with("Head", "q · k "); }
    /// What is printed in a cell of an item that shows so many rows and columns.
    std::string printed_in(const std::string& item, int row, int column, int rows, int columns) {
        const UiRect map = ui.rect(item);
        const ImVec2 middle = cell_middle(map, row, column, rows, columns);
        for (const UiText& text : ImGuiHost::current().items().texts())
            if (text.window == "Head" && text.rect.contains({map.min.x + middle.x, map.min.y + middle.y}))
                return text.text;
        return "";
    }
    /// The same of a stage that shows all of a text.
    std::string printed(const char* stage, int query, int key) {
        return printed_in(fmt::format("Head/{} cells", stage), query, key, bench.cursor(), bench.cursor());
    }
    /// Whether a cell's text is this number, rounded to as many digits as are printed.
    static void expect_printed(const std::string& text, double expected) {
        ASSERT_NE(text, "");
        const std::size_t point = text.find('.');
        const double unit = point == std::string::npos ? 1 : std::pow(10, -double(text.size() - point - 1));
        EXPECT_NEAR(std::stod(text.front() == '.' ? "0" + text : text), expected, 0.501 * unit + 1e-4)
            << text;
    }

    HeadRef head{};
    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(UnrolledTest, EveryStagePrintsItsOwnNumbers) {
    open("llama", 5);
    head = {1, 4};
    bench.post(command::PinHead{1, 4});
    show("folded", "values");
    ui.leave();
    const double root = std::sqrt(config().d_head);
    for (int q = 0; q < 5; ++q)
        for (int k = 0; k < 5; ++k) {
            SCOPED_TRACE(fmt::format("{} reads {}", q, k));
            const double turned = dot(Site::rot_q, Site::rot_k, q, k);
            expect_printed(printed("product", q, k), dot(Site::q, Site::k, q, k));
            expect_printed(printed("position", q, k), turned);
            expect_printed(printed("scale", q, k), turned / root);
            if (k > q) {
                EXPECT_EQ(printed("mask", q, k), "") << "hidden";
                EXPECT_EQ(printed("softmax", q, k), "");
            } else {
                expect_printed(printed("mask", q, k), value(Site::attn_scores, q, k));
                expect_printed(printed("softmax", q, k), value(Site::pattern, q, k));
            }
        }
}

TEST_F(UnrolledTest, TheSentenceWalksFromTheProductToTheWeight) {
    open("llama", 12);
    pin(Site::attn_scores, 9, 4);
    EXPECT_NEAR(number_after(sentence(), "q · k"), dot(Site::q, Site::k, 9, 4), 1e-2);
    EXPECT_NEAR(number_after(sentence(), "turned"), dot(Site::rot_q, Site::rot_k, 9, 4), 1e-2);
    EXPECT_NEAR(number_after(sentence(), "÷ √8"), value(Site::attn_scores, 9, 4), 1e-2);
    EXPECT_NEAR(number_after(sentence(), "softmax"), value(Site::pattern, 9, 4), 0.501e-3);
    pin(Site::attn_scores, 3, 8);
    EXPECT_THAT(sentence(), HasSubstr("the mask hides it"));
    EXPECT_NEAR(number_after(sentence(), "÷ √8"), dot(Site::rot_q, Site::rot_k, 3, 8) / std::sqrt(8), 1e-2)
        << "the score that it would have had";
}

TEST_F(UnrolledTest, PositionStandsWhereTheSchemePutsIt) {
    open("alibi", 10);
    head = {0, 2};
    bench.post(command::PinHead{0, 2});
    pin(Site::attn_scores, 8, 1);
    EXPECT_LT(ui.rect("Head/scale stage").min.x, ui.rect("Head/position stage").min.x);
    const double scaled = dot(Site::q, Site::k, 8, 1) / std::sqrt(config().d_head);
    EXPECT_NEAR(number_after(sentence(), "minus distance"), scaled - double(trace().positions().slope(2)) * 7,
                1e-2);
    open("gpt2", 10);
    EXPECT_FALSE(ui.exists("Head/position stage")) << "learned positions are in the embeddings";
    open("llama", 10);
    EXPECT_GT(ui.rect("Head/scale stage").min.x, ui.rect("Head/position stage").min.x);
}

TEST_F(UnrolledTest, StagesOpenAndFoldByAClick) {
    open("llama", 10);
    EXPECT_FALSE(ui.is_checked("Head/scale stage"));
    ui.click("Head/scale stage");
    EXPECT_TRUE(ui.exists("Head/scale cells"));
    ui.click("Head/product stage");
    EXPECT_FALSE(ui.exists("Head/product cells"));
    ui.click("Head/product stage");
    EXPECT_TRUE(ui.exists("Head/product cells"));
    show("folded", "softmax mask");
    EXPECT_FALSE(ui.exists("Head/softmax cells"));
    EXPECT_FALSE(ui.exists("Head/mask cells"));
    EXPECT_TRUE(ui.exists("Head/scale cells"));
    show("folded", "mist");
    EXPECT_THAT(bench.notice(), HasSubstr("'mist'"));
    EXPECT_FALSE(ui.exists("Head/mask cells")) << "a wrong word changes nothing";
    EXPECT_THAT(bench.all_text("Head"), HasSubstr("unrolled"));
}

TEST_F(UnrolledTest, ACellIsTheScoresOrTheWeights) {
    open("llama", 8);
    const auto at = [&](const char* stage, int q, int k) {
        const std::string item = std::string("Head/") + stage + " cells";
        ui.hover(item, cell_middle(ui.rect(item), q, k, 8, 8));
        return bench.hovered_cell();
    };
    for (const char* stage : {"product", "position", "mask"})
        EXPECT_EQ(at(stage, 6, 2), (CellRef{0, Site::attn_scores, 0, 0, 6, 2})) << stage;
    EXPECT_EQ(at("softmax", 6, 2), (CellRef{0, Site::pattern, 0, 0, 6, 2}));
    EXPECT_EQ(bench.workbench.selection().token.get(), 6);
    ui.click_at("Head/mask cells", cell_middle(ui.rect("Head/mask cells"), 5, 3, 8, 8));
    EXPECT_EQ(bench.workbench.selection().pinned_cell, (CellRef{0, Site::attn_scores, 0, 0, 5, 3}));
    ui.leave();
    ui.key(ImGuiMod_Alt | ImGuiKey_DownArrow);
    ui.key(ImGuiMod_Alt | ImGuiKey_LeftArrow);
    ASSERT_TRUE(bench.workbench.selection().pinned_cell);
    EXPECT_EQ(bench.workbench.selection().pinned_cell->row, 6);
    EXPECT_EQ(bench.workbench.selection().pinned_cell->column, 2);
}

TEST_F(UnrolledTest, ElementProductsSumToTheScore) {
    open("llama", 8);
    pin(Site::attn_scores, 6, 3);
    const std::string words = bench.text_with("Head", "sum ");
    const double sum = dot(Site::rot_q, Site::rot_k, 6, 3);
    EXPECT_NEAR(number_after(words, "sum"), sum, 0.0051);
    EXPECT_NEAR(sum / std::sqrt(8), value(Site::attn_scores, 6, 3), 1e-4);
    std::vector<std::pair<double, int>> products;
    for (int i = 0; i < 8; ++i) {
        const double x = element(Site::rot_q, 6, i) * element(Site::rot_k, 3, i);
        products.emplace_back(-std::abs(x), i);
        expect_printed(printed_in("Head/products elements", 0, i, 1, 8), x);
    }
    std::sort(products.begin(), products.end());
    double part = 0;
    for (int n = 0; n < 3; ++n) {
        const int i = products[static_cast<std::size_t>(n)].second;
        part += element(Site::rot_q, 6, i) * element(Site::rot_k, 3, i);
        EXPECT_THAT(words, HasSubstr(fmt::format(" {} (", i)));
    }
    EXPECT_NEAR(number_after(words, "products give"), part, 0.0051);
    EXPECT_THAT(words, HasSubstr("RoPE turns i with i + 4"));
    const auto hover = [&](const char* item) {
        ui.hover(item, {ui.rect(item).width() * 5.5f / 8, 4});
        return bench.hovered_cell();
    };
    EXPECT_EQ(hover("Head/query elements"), (CellRef{0, Site::rot_q, 0, 0, 6, 5}));
    EXPECT_EQ(hover("Head/key elements"), (CellRef{0, Site::rot_k, 0, 0, 3, 5}));
    EXPECT_EQ(hover("Head/products elements"), (CellRef{0, Site::attn_scores, 0, 0, 6, 3}));
}

TEST_F(UnrolledTest, WhatARowTakesIsWeightTimesLength) {
    open("llama", 10);
    head = {1, 2};
    bench.post(command::PinHead{1, 2});
    pin(Site::pattern, 7, 5);
    for (int k = 0; k <= 7; ++k) {
        const std::string item = fmt::format("Head/takes {}", k);
        if (!ui.exists(item)) continue;
        const std::string text = bench.text_with(
            "Head", fmt::format("{:.3f} × {:.2f} = ", value(Site::pattern, 7, k), length(Site::v, k)));
        EXPECT_NE(text, "") << k;
        EXPECT_NEAR(number_after(text, "="), value(Site::pattern, 7, k) * length(Site::v, k), 0.00051);
    }
    ui.hover("Head/takes 5");
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 1, 2, 7, 5}));
}

TEST_F(UnrolledTest, FirstTokenAttentionIsNamed) {
    open("llama", 9);
    ui.click("Head/first token");
    ui.leave();
    for (int h = 0; h < config().n_heads; ++h) {
        double weight = 0;
        for (int q = 1; q < 9; ++q) weight += trace().value({0, Site::pattern, 0, h, q, 0}) / 8;
        ASSERT_TRUE(ui.exists(fmt::format("Head/head {}", h)));
        EXPECT_NE(bench.text_with("Head", fmt::format("{:.2f}  ", weight)), "") << h;
    }
    EXPECT_TRUE(bench.shows("Head", "means over 8 rows that have a choice"));
    ui.click("Head/head 3");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 3}));
    // What its value promotes: its part of W_O, the final gain and the unembedding, product by product.
    ui.leave();
    const Weights& w = trace().weights();
    const Matrix& out = w.blocks[0].attn_out;
    const int d_head = config().d_head, kv_head = 3 / config().group_size();
    int best = 0;
    double most = -1e9;
    for (int token = 0; token < config().d_vocab; ++token) {
        double logit = 0;
        for (int i = 0; i < config().d_model; ++i) {
            double written = 0;
            for (int j = 0; j < d_head; ++j)
                written += trace().value({0, Site::v, 0, kv_head, 0, j}) *
                           out.data[static_cast<std::ptrdiff_t>(3 * d_head + j) * out.stride + i];
            logit += written * (static_cast<double>(w.ln_final_gain[i]) + config().gain_offset) *
                     static_cast<double>(w.unembed.data[i * w.unembed.stride + token]);
        }
        if (logit > most) most = logit, best = token;
    }
    EXPECT_NE(
        bench.text_with("Head", fmt::format("head 3: its value raises {} ", token_labels().label(best))), "");
}

TEST_F(UnrolledTest, RolloutOfTheRowInView) {
    open("llama", 7);
    show("list", "rollout");
    bench.post(command::PinToken{5});
    ui.leave();
    // Two layers: half of the row stays, half is mixed, in each.
    const auto mean = [&](int layer, int q, int k) {
        double sum = 0;
        for (int h = 0; h < config().n_heads && k <= q; ++h)
            sum += trace().value({0, Site::pattern, layer, h, q, k}) / config().n_heads;
        return (sum + (q == k ? 1 : 0)) / 2;
    };
    ASSERT_EQ(config().n_layers, 2);
    for (int k = 0; k <= 5; ++k) {
        double share = 0;
        for (int j = 0; j <= 5; ++j) share += mean(1, 5, j) * mean(0, j, k);
        EXPECT_TRUE(bench.shows("Head", fmt::format("{:.3f}", share))) << k << " " << share;
        EXPECT_TRUE(ui.exists(fmt::format("Head/rollout {}", k)));
    }
}

TEST_F(UnrolledTest, AttentionToASourceIsUnrolledAlike) {
    open("encoder_decoder", 6);
    bench.post(command::SetSource{ids_text(random_tokens(config(), 8, 3))});
    bench.post(command::ViewAttention{"cross"});
    bench.post(command::PinHead{1, 3});
    head = {1, 3};
    pin(Site::cross_attn_scores, 4, 6);
    EXPECT_FALSE(ui.exists("Head/position stage"));
    const double product = dot(Site::cross_q, Site::cross_k, 4, 6);
    EXPECT_NEAR(number_after(sentence(), "q · k"), product, 1e-2);
    EXPECT_NEAR(number_after(sentence(), "softmax"), value(Site::cross_pattern, 4, 6), 0.501e-3);
    EXPECT_NEAR(number_after(bench.text_with("Head", "sum "), "sum"), product, 0.0051);
}

TEST_F(UnrolledTest, WithoutACausalMaskLaterKeysHaveScores) {
    open("bidirectional", 6);
    pin(Site::attn_scores, 1, 5);
    EXPECT_NEAR(number_after(sentence(), "÷ √6"), value(Site::attn_scores, 1, 5), 1e-2);
    EXPECT_NEAR(number_after(sentence(), "softmax"), value(Site::pattern, 1, 5), 0.501e-3);
}

TEST_F(UnrolledTest, ALongTextIsAWindowThatSaysWhatItHides) {
    open("llama", 200);
    EXPECT_THAT(bench.all_text("Head"), HasSubstr("of 200 rows"));
    const auto last = [&] {
        const UiRect map = ui.rect("Head/mask cells");
        ui.hover("Head/mask cells", {map.width() - 3, map.height() - 3});
        return *bench.hovered_cell();
    };
    EXPECT_EQ(last().row, 199) << "the newest";
    pin(Site::pattern, 60, 20);
    EXPECT_LT(last().row, 100) << "what is pinned is in it";
    EXPECT_GE(last().row, 60);
    EXPECT_GE(last().column, 20);
    ui.click("Head/show all");
    ui.leave();
    EXPECT_THAT(bench.all_text("Head"), Not(HasSubstr("of 200 rows")));
    EXPECT_GE(last().row, 195) << "a pixel is more than one token wide";
    EXPECT_GE(last().column, 195);
}

TEST_F(UnrolledTest, TheMatrixShowsWhatIsTaken) {
    open("llama", 9);
    show("form", "matrix");
    show("shows", "taken");
    const UiRect map = ui.rect("Head/attention");
    ui.hover("Head/attention", cell_middle(map, 7, 3, 9, 9));
    const std::string text = bench.text_with("Head", "query");
    EXPECT_NEAR(number_after(text, "|v|"), length(Site::v, 3), 0.00051) << text;
    EXPECT_NEAR(number_after(text, "="), value(Site::pattern, 7, 3) * length(Site::v, 3), 0.00051) << text;
}

TEST_F(UnrolledTest, SeveralHeadsAsLines) {
    open("llama", 8);
    show("form", "lines");
    EXPECT_TRUE(ui.is_checked("Head/line of head 0"));
    EXPECT_FALSE(ui.is_checked("Head/line of head 4"));
    ui.click("Head/line of head 4");
    EXPECT_TRUE(ui.is_checked("Head/line of head 4"));
    EXPECT_TRUE(ui.is_checked("Head/line of head 0"));
    // What the last query reads most in either head.
    std::pair<double, int> most{0, 0};
    for (const int h : {0, 4})
        for (int k = 0; k < 8; ++k) most = std::max(most, {trace().value({0, Site::pattern, 0, h, 7, k}), h});
    ui.leave();
    EXPECT_THAT(bench.text_with("Head", "“"),
                HasSubstr(fmt::format("{:.2f} (head {})", most.first, most.second)));
    ui.frames(40); // no part of a double click any more
    ui.double_click("Head/line of head 4");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 4})) << "alone";
    EXPECT_FALSE(ui.is_checked("Head/line of head 0"));
    ui.frames(40); // no part of a double click any more
    ui.double_click("Head/line of head 4");
    for (int h = 0; h < 6; ++h) EXPECT_TRUE(ui.is_checked(fmt::format("Head/line of head {}", h)));
    show("heads", "1 3");
    EXPECT_FALSE(ui.is_checked("Head/line of head 0"));
    EXPECT_TRUE(ui.is_checked("Head/line of head 3"));
    show("heads", "some");
    EXPECT_THAT(bench.notice(), HasSubstr("'all'"));
    EXPECT_TRUE(ui.is_checked("Head/line of head 3")) << "a wrong word changes nothing";
}

/// However narrow the panel is, all stages stand inside of it, from left to right.
TEST_F(UnrolledTest, StagesFitIntoAnyWidth) {
    const std::vector<AttentionStage> stages{AttentionStage::product, AttentionStage::turned,
                                             AttentionStage::scaled, AttentionStage::scores,
                                             AttentionStage::weights};
    for (const float width : {40.0f, 150.0f, 310.0f, 500.0f, 1200.0f}) {
        const StageBoxes boxes(stages, open_stages("none"), StageKind::mask, {{100, 0}, {100 + width, 50}});
        float end = 100;
        for (const StageBox& box : boxes.all()) {
            EXPECT_GE(box.rect.min.x, end - 1) << width;
            EXPECT_GE(box.rect.max.x, box.rect.min.x) << width;
            end = box.rect.max.x;
        }
        EXPECT_LE(end, 101 + width) << width;
        EXPECT_TRUE(boxes.first_matrix()) << width;
    }
}

} // namespace
} // namespace gf::ui::tests::head_unrolled_test
