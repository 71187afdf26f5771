// Classifiers, embedders and models without an output layer: what the panels show instead of a next token.

#include "app/workbench_support.h"

#include <cmath>

namespace gf::ui::tests::tokenless_output_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class TokenlessOutputTest : public ::testing::Test {
  protected:
    void open(const char* preset_name) {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset(preset_name));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 6));
        ASSERT_EQ(bench.cursor(), 6);
    }
    const Selection& selection() const { return bench.workbench.selection(); }
    std::string formula() const { return bench.all_text("Formula"); }
    /// Checks what the panels show for every model, whatever its output is.
    void expect_panels() {
        EXPECT_TRUE(ui.exists("Text/token 5"));
        EXPECT_THAT(ui.tooltip("Text/token 5"), ::testing::Not(HasSubstr("surprisal")))
            << "no probability was computed";
        ui.click("Heads/L1H1");
        EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 1}));
        EXPECT_TRUE(ui.exists("Flow/attn.hook_pattern"));
        ui.hover("Head/key 2");
        const auto cell = selection().cell.get();
        ASSERT_TRUE(cell);
        EXPECT_EQ(*cell, (CellRef{0, Site::pattern, 1, 1, 5, 2}));
        ui.leave();
        bench.post(command::Inspect{"blocks.1.hook_attn_out"});
        EXPECT_TRUE(bench.shows("Inspector", fmt::format("6 × {}", bench.snapshot().config().d_model)));
        ui.click("Transport/Step");
        EXPECT_EQ(bench.cursor(), 6);
        EXPECT_THAT(bench.notice(), HasSubstr("no next token to draw"));
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(TokenlessOutputTest, AClassifierSaysHowLikelyEachClassIs) {
    open("classes");
    const real* logits = bench.snapshot().trace().row(Site::class_logits, -1, 0);
    double sum = 0;
    for (int i = 0; i < 5; ++i) sum += std::exp(static_cast<double>(logits[i]));
    EXPECT_THAT(ui.texts("Sampling"), Contains(HasSubstr("sorts a text into classes")));
    for (int i = 0; i < 5; ++i) {
        const double p = std::exp(static_cast<double>(logits[i])) / sum;
        const std::string name = numbered("class ", i);
        EXPECT_TRUE(bench.shows("Sampling", fmt::format("{:.1f} %", 100 * p))) << name;
        EXPECT_TRUE(bench.shows("Flow", fmt::format("{:.1f} %", 100 * p))) << name;
        for (const char* panel : {"Sampling/", "Flow/"}) {
            const std::string tooltip_text = ui.tooltip(panel + name);
            EXPECT_NEAR(number_after(tooltip_text, "probability "), p, 6e-5);
            EXPECT_NEAR(number_after(tooltip_text, "logit "), static_cast<double>(logits[i]), 6e-4);
            EXPECT_EQ(selection().cell.get(), (CellRef{0, Site::class_logits, -1, -1, 0, i}));
        }
    }
    ui.click("Flow/class 3");
    EXPECT_EQ(selection().pinned_cell, (CellRef{0, Site::class_logits, -1, -1, 0, 3}));
    ui.leave();
    EXPECT_THAT(formula(), ::testing::StartsWith("class_logits[s0, 3]"));
    ui.click("Sampling/Show it in the Inspector");
    EXPECT_TRUE(bench.shows("Inspector", "1 × 5"));
    bench.post(command::Inspect{});
    bench.post(command::PinCell{});
    expect_panels();
}

TEST_F(TokenlessOutputTest, AnEmbedderGivesAVector) {
    for (const char* name : {"mean_embedding", "last_embedding"}) {
        SCOPED_TRACE(name);
        open(name);
        const int d = bench.snapshot().config().d_model;
        const real* x = bench.snapshot().trace().row(Site::pooled, -1, 0);
        double squares = 0;
        for (int i = 0; i < d; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        EXPECT_THAT(ui.texts("Sampling"), Contains(HasSubstr("turns a text into one vector")));
        const std::string length = bench.text_with("Sampling", fmt::format("{} values, length ", d));
        EXPECT_NEAR(number_after(length, "length "), std::sqrt(squares), 6e-4);
        const UiRect r = ui.rect("Flow/hook_pooled");
        const std::string tooltip_text =
            ui.tooltip("Flow/hook_pooled", {4, (7 + 0.5f) * r.height() / static_cast<float>(d)});
        EXPECT_NEAR(number_after(tooltip_text, "vector: "), static_cast<double>(x[7]), 6e-5);
        EXPECT_EQ(selection().cell.get(), (CellRef{0, Site::pooled, -1, -1, 0, 7}));
        ui.leave();
        expect_panels();
    }
}

TEST_F(TokenlessOutputTest, AModelWithoutHeadSaysSo) {
    open("headless");
    EXPECT_THAT(ui.texts("Sampling"), Contains(HasSubstr("has no output layer")));
    expect_panels();
}

} // namespace
} // namespace gf::ui::tests::tokenless_output_test
