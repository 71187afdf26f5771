// Models that see both sides of a token: Sampling is about the token in view, and writing a token there
// leaves the others as they are.

#include "app/workbench_support.h"

namespace gf::ui::tests::fill_in_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FillInTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset("bert"));
        bench.prompt_ids({3, 1, 4, 1, 5, 9});
    }
    /// Expects the likeliest tokens of this row in the table of Sampling, with their probabilities.
    void expect_probabilities_of(int position) {
        const auto p = probabilities_after(bench.snapshot(), position);
        for (const int id : largest(p, 3)) {
            const std::string tip = ui.tooltip(fmt::format("Sampling/{}/candidate", id));
            EXPECT_NEAR(number_after(tip, "probability "), p[static_cast<std::size_t>(id)], 6e-6) << position;
            EXPECT_EQ(bench.workbench.selection().cell.get(),
                      (CellRef{0, Site::logits, -1, -1, position, id}));
        }
        ui.leave();
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(FillInTest, SamplingIsAboutTheTokenInView) {
    expect_probabilities_of(5);
    EXPECT_NE(bench.text_with("Sampling", "in the place of #9, token 5"), "");
    ui.click("Text/token 2");
    EXPECT_NE(bench.text_with("Sampling", "in the place of #4, token 2"), "");
    expect_probabilities_of(2);
    EXPECT_THAT(ui.texts("Flow"), ::testing::Contains("fills in"));
    ui.hover("Flow/next token");
    EXPECT_THAT(ui.tooltip("Flow/next token"), HasSubstr("in the place of #"));
    EXPECT_THAT(ui.tooltip("Text/token 2"), Not(HasSubstr("surprisal")))
        << "a token that is seen surprises nobody";
}

TEST_F(FillInTest, UseItWritesInThePlace) {
    ui.click("Text/token 2");
    DrawKey key = bench.snapshot().next_draw;
    key.position = 2;
    const int drawn = token_drawn(probabilities_after(bench.snapshot(), 2), uniform(key));
    ASSERT_NE(drawn, 4);
    ui.click("Sampling/Use it");
    EXPECT_EQ(bench.tokens(), (std::vector{3, 1, drawn, 1, 5, 9}));
    EXPECT_EQ(bench.workbench.selection().pinned_token, 2);
    EXPECT_EQ(bench.snapshot().tree.size(), 2u);
    expect_probabilities_of(2);
    ui.click("Sampling/Resample");
    EXPECT_EQ(bench.snapshot().tree.size(), 2u);
    EXPECT_EQ(bench.notice(), "");
}

TEST_F(FillInTest, TheMenuOffersWhatFitsThere) {
    ui.right_click("Text/token 4");
    const auto p = probabilities_after(bench.snapshot(), 4);
    const int first = largest(p, 1)[0];
    const std::string name = bench.item_ending("Popup", numbered("%##", first));
    EXPECT_NEAR(number_after(name, numbered("#", first)), 100 * p[static_cast<std::size_t>(first)], 0.05001);
    ui.click(name);
    EXPECT_EQ(bench.tokens(), (std::vector{3, 1, 4, 1, first, 9}));
}

TEST_F(FillInTest, TheFirstMaskIsInViewAtFirst) {
    bench.open(GLASSFORMER_TESTS_DIR "/../assets/models/masked");
    bench.prompt("Once upon a time, Mira the [MASK] lived in the windmill with her [MASK] Tom.");
    const int mask = mask_id(*bench.snapshot().model);
    const auto first_mask = [&] {
        const auto tokens = bench.tokens();
        return static_cast<int>(std::ranges::find(tokens, mask) - tokens.begin());
    };
    EXPECT_EQ(bench.workbench.selection().pinned_token, first_mask());
    EXPECT_NE(bench.text_with("Sampling", "in the place of [MASK]"), "");
    ui.click("Text/token 1");
    bench.post(command::ForceToken{2, bench.tokens()[1]});
    EXPECT_EQ(bench.workbench.selection().pinned_token, 1) << "the text is the same but for one place";
    bench.prompt("Tom had a [MASK].");
    EXPECT_EQ(bench.workbench.selection().pinned_token, first_mask());
}

} // namespace
} // namespace gf::ui::tests::fill_in_test
