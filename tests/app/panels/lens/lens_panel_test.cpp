// The panel Lens: its numbers against those of the lens, which its own tests prove, and what pointing at a
// guess says in the formula bar.

#include "app/workbench_support.h"

#include "app/view/token_labels.h"
#include "measures/logit_lens.h"

namespace gf::ui::tests::lens_panel_test {
namespace {

using ::testing::HasSubstr;

constexpr int k_tokens = 9, k_token = 5;

class LensPanelOf : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        bench.open(saved_preset(GetParam()));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), k_tokens));
        bench.post(command::SetLayout{"Lens"});
        bench.post(command::PinToken{k_token});
        ui.leave();
        row.look_at(view(), k_token);
        row.advance();
        lens.advance(view());
    }
    RunView view() { return {.trace = bench.snapshot().text().trace, .rows = bench.cursor()}; }
    ImVec2 cell(int at, int point) {
        const UiRect map = ui.rect("Lens/guesses");
        return {map.width() * (static_cast<float>(at) + 0.5f) / k_tokens,
                map.height() * (static_cast<float>(point) + 0.5f) / static_cast<float>(lens.n_points())};
    }

    Bench bench;
    UiDriver& ui = bench.ui;
    LensRow row;
    LogitLens lens;
};
INSTANTIATE_TEST_SUITE_P(Models, LensPanelOf, ::testing::Values("llama", "gpt2", "bert"));

TEST_P(LensPanelOf, ShowsGuessProbabilityAndRank) {
    const std::string all = bench.all_text("Lens");
    for (int at = 0; at < k_tokens; ++at)
        for (int point = 0; point < lens.n_points(); ++point) {
            const LensGuess& g = lens.guess(point, at);
            EXPECT_TRUE(bench.shows("Lens", fmt::format("{:.0f}%", 100 * g.probability)));
            EXPECT_TRUE(g.rank == 1 || bench.shows("Lens", fmt::format("#{}", g.rank)));
        }
    for (int point = 0; point < lens.n_points(); ++point)
        EXPECT_TRUE(bench.shows("Lens", fmt::format("{:.2f}", lens.mean_to_go(point))));
    EXPECT_EQ(all.find("tied embeddings") != std::string::npos, bench.snapshot().config().tied_embeddings);
}

TEST_P(LensPanelOf, PointingAtAGuessExplainsItAndLightsItsToken) {
    constexpr int k_point = 2;
    ui.hover("Lens/guesses", cell(k_token, k_point));
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().token.get(), k_token);
    const std::string bar = bench.all_text("Formula");
    EXPECT_THAT(bar, HasSubstr(words_of(lens.points()[k_point])));
    const int guess = lens.guess(k_point, k_token).token;
    EXPECT_THAT(bar, HasSubstr(spell_number(row.logit(k_point, guess), 4)));
    EXPECT_THAT(bar,
                HasSubstr(fmt::format("softmax → {:.3g} %, rank 1", 100 * row.probability(k_point, guess))));
    ui.click_at("Lens/guesses", cell(3, 1));
    ui.leave();
    ui.frames(3);
    EXPECT_EQ(bench.workbench.selection().pinned_token, 3);
    EXPECT_THAT(bench.all_text("Formula"), HasSubstr(words_of(lens.points()[1]))) << "the place stays";
}

TEST_P(LensPanelOf, CurvesArePinnedAndGoThroughTheLayers) {
    const int output = row.guess(lens.n_points() - 1);
    EXPECT_TRUE(
        bench.shows("Lens", fmt::format("{:.2g}%", 100 * row.probability(lens.n_points() - 1, output))));
    ui.click(fmt::format("Lens/curve {}", output));
    EXPECT_TRUE(ui.is_checked(fmt::format("Lens/curve {}", output)));
    bench.post(command::PinToken{1});
    EXPECT_TRUE(ui.exists(fmt::format("Lens/curve {}", output))) << "at every token";
    ui.click(fmt::format("Lens/curve {}", output));
    bench.post(command::SetView{"Lens", "pins", "1 x"});
    EXPECT_THAT(bench.notice(), HasSubstr("pins"));
    bench.post(command::SetView{"Lens", "pins", "7 1000000"});
    EXPECT_TRUE(ui.exists("Lens/curve 7")) << "a token that the model does not have is left out";
}

TEST_P(LensPanelOf, AttentionHasLinesOrNot) {
    const bool had = bench.shows("Lens", "attention");
    ui.click("Lens/attention");
    EXPECT_TRUE(had);
    EXPECT_FALSE(bench.shows("Lens", "attention"));
    EXPECT_TRUE(bench.shows("Lens", "MLP"));
}

TEST(LensPanel, SaysLoudlyWhatIsHidden) {
    Bench bench({.width = 900, .height = 600});
    bench.open(saved_preset("llama"));
    bench.prompt_ids(random_tokens(bench.snapshot().config(), 60));
    bench.post(command::SetLayout{"Lens"});
    EXPECT_THAT(bench.all_text("Lens"), HasSubstr("of 60 tokens hidden"));
    bench.ui.click("Lens/show all");
    EXPECT_THAT(bench.all_text("Lens"), ::testing::Not(HasSubstr("hidden")));
}

TEST(LensPanel, HasNoGridWithoutLogits) {
    Bench bench;
    bench.open(saved_preset("classes"));
    bench.prompt_ids({1, 2, 3});
    bench.post(command::SetLayout{"Lens"});
    EXPECT_FALSE(bench.ui.exists("Lens/guesses"));
}

} // namespace
} // namespace gf::ui::tests::lens_panel_test
