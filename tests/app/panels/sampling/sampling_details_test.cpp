// What the sampling panel shows on request: one token's derivation, a thousand resamples and one stage's
// effect. Nothing overlaps at any width.

#include "app/panels/sampling/entropy_line.h"
#include "app/panels/sampling/printed_arithmetic.h"
#include "app/workbench_support.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace gf::ui::tests::sampling_details_test {
namespace {

using ::testing::HasSubstr;

class SamplingDetailsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5});
        bench.post(command::Step{4});
    }
    void view(const char* option, const std::string& value) {
        bench.post(command::SetView{"Sampling", option, value});
    }
    void chain(const SamplingChain& stages) { bench.post(command::SetSampling{stages}); }
    std::vector<double> p(double temperature = 1) {
        return probabilities_after(bench.snapshot(), bench.cursor() - 1, temperature);
    }
    static std::string candidate(int id) { return numbered("Sampling/", id) + "/candidate"; }
    std::vector<std::string> texts() { return ui.texts("Sampling"); }
    /// The `n`th text after the last occurrence of `text` in the panel; empty when there is none.
    std::string text_after(const std::string& text, std::ptrdiff_t n = 1) {
        const auto all = texts();
        const auto at = std::find(all.rbegin(), all.rend(), text);
        return at - all.rbegin() >= n && at != all.rend() ? *(at - n) : "";
    }

    /// The two texts of a token in the table of resamples: its count, and the expected one.
    std::pair<std::string, std::string> row(int id) {
        const auto all = texts();
        const auto at = std::ranges::find(all, numbered("#", id));
        return all.end() - at > 2 ? std::pair(at[1], at[2]) : std::pair<std::string, std::string>();
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(SamplingDetailsTest, AClickDerivesTheProbability) {
    chain({{StageKind::temperature, 0.8}, {StageKind::top_k, 6}});
    const auto whole = p(0.8), kept = keep_largest(whole, 6);
    const auto ids = largest(whole, 12);
    const real* logits = bench.snapshot().trace().row(Site::logits, -1, 8);
    EXPECT_FALSE(ui.exists("Sampling/Write this token"));
    ui.click(candidate(ids[3]));
    EXPECT_TRUE(ui.is_checked(candidate(ids[3])));
    EXPECT_EQ(bench.cursor(), 9) << "nothing is written";
    EXPECT_NEAR(number_after(text_after("logit", 1), ""), logits[ids[3]], 0.5001e-3);
    EXPECT_EQ(text_after("top-k"), "rank 4 ≤ 6: kept");
    const auto temperature = numbers_in(text_after("temperature"));
    EXPECT_NEAR(temperature.at(2), logits[ids[3]] / 0.8, 1.2e-3);
    const std::string exponential = text_after("exp"), share = text_after("÷ sum of 6");
    EXPECT_NEAR(numbers_in(exponential).at(1),
                std::exp((static_cast<double>(logits[ids[3]]) - logits[ids[0]]) / 0.8), 2e-3);
    double sum = 0;
    for (int i = 0; i < 6; ++i)
        sum +=
            std::exp((static_cast<double>(logits[ids[static_cast<std::size_t>(i)]]) - logits[ids[0]]) / 0.8);
    EXPECT_NEAR(numbers_in(share).at(1), sum, 1e-3);
    EXPECT_NEAR(numbers_in(share).at(2), kept[static_cast<std::size_t>(ids[3])],
                0.5e-2 * kept[static_cast<std::size_t>(ids[3])]);
    int sums = 0;
    for (const std::string& text : texts()) {
        const auto check = check_arithmetic(text);
        sums += check.found;
        EXPECT_EQ(check.expected, check.printed) << text;
    }
    EXPECT_EQ(sums, 4) << "temperature, largest, exp, sum";

    bench.resize(1600, 1400); // more rows
    ui.click(candidate(ids[9]));
    EXPECT_EQ(text_after("top-k"), "rank 10 > 6: cut");
    EXPECT_TRUE(bench.shows("Sampling", "cut by top-k: p = 0"));
    EXPECT_EQ(text_after("exp"), "") << "it ends there";
    ui.click("Sampling/Close the derivation");
    EXPECT_FALSE(ui.exists("Sampling/Write this token"));

    ui.frames(40);
    ui.click(candidate(ids[2]));
    ui.frames(40);
    ui.click(candidate(ids[2]));
    EXPECT_FALSE(ui.exists("Sampling/Write this token")) << "a second click closes it";
}

TEST_F(SamplingDetailsTest, TheCardWritesItsToken) {
    const std::vector<int> before = bench.tokens();
    const int id = largest(p(), 30)[20];
    view("token", fmt::format("{}", id));
    ui.click("Sampling/Write this token");
    std::vector<int> expected = before;
    expected.push_back(id);
    EXPECT_EQ(bench.tokens(), expected);
    EXPECT_EQ(bench.snapshot().text().origin(9).kind, TokenOrigin::Kind::forced);
    EXPECT_FALSE(ui.exists("Sampling/Write this token"));
}

TEST_F(SamplingDetailsTest, ScriptsSetTheOptions) {
    view("token", "next");
    EXPECT_TRUE(ui.exists("Sampling/Write this token"));
    view("token", "none");
    EXPECT_FALSE(ui.exists("Sampling/Write this token"));
    view("token", "#17");
    EXPECT_TRUE(ui.exists("Sampling/Write this token"));
    for (const char* stage : {"repetition", "top-k", "top-p", "min-p", "greedy", "temperature"}) {
        view("stage", stage);
        EXPECT_TRUE(ui.is_checked(std::string("Sampling/") + stage));
    }
    view("stage", "all");
    EXPECT_TRUE(ui.is_checked("Sampling/all stages"));
    view("resamples", "on");
    EXPECT_TRUE(ui.exists("Sampling/fit"));
    view("resamples", "off");
    EXPECT_FALSE(ui.exists("Sampling/fit"));
    view("stage", "top-q");
    EXPECT_THAT(bench.notice(), HasSubstr("top-k"));
}

/// The panel must show the counts of the single draws, and Pearson's chi-squared test of them.
TEST_F(SamplingDetailsTest, AThousandResamples) {
    chain({{StageKind::temperature, 1.5}, {StageKind::top_k, 30}});
    const auto theory = keep_largest(p(1.5), 30);
    const auto ids = largest(theory, 30);
    std::vector<int> counts(theory.size());
    for (std::uint32_t r = 0; r < 1000; ++r) {
        const double u = uniform({42, 0, 9, r});
        double sum = 0;
        for (const int id : ids)
            if (u < (sum += theory[static_cast<std::size_t>(id)])) {
                ++counts[static_cast<std::size_t>(id)];
                break;
            }
    }
    const std::vector<int> before = bench.tokens();
    ui.click("Sampling/× 1 000");
    int seen = 0;
    for (const int id : ids) {
        const auto [count, expected] = row(id);
        if (count.empty() || !ui.exists(candidate(id))) continue;
        ++seen;
        const double e = 1000 * theory[static_cast<std::size_t>(id)];
        EXPECT_EQ(count, fmt::format("{}", counts[static_cast<std::size_t>(id)])) << id;
        EXPECT_NEAR(numbers_in(expected).at(0), e, 0.5001) << expected;
        EXPECT_NEAR(numbers_in(expected).at(1), std::sqrt(e * (1 - e / 1000)), 0.5001) << expected;
    }
    EXPECT_GE(seen, 6);

    double statistic = 0, rest_observed = 0, rest_expected = 0;
    int classes = 0;
    for (const int id : ids) {
        const double e = 1000 * theory[static_cast<std::size_t>(id)],
                     o = counts[static_cast<std::size_t>(id)];
        if (e < 5) {
            rest_observed += o;
            rest_expected += e;
        } else {
            statistic += (o - e) * (o - e) / e;
            ++classes;
        }
    }
    ASSERT_TRUE(rest_expected == 0 || rest_expected >= 5) << "else the smallest class takes them";
    if (rest_expected > 0)
        statistic += (rest_observed - rest_expected) * (rest_observed - rest_expected) / rest_expected,
            ++classes;
    const int freedom = classes - 1;
    double tail =
        freedom % 2 ? std::erfc(std::sqrt(statistic / 2)) : std::exp(-statistic / 2); // by recurrence
    for (int k = freedom % 2 ? 1 : 2; k < freedom; k += 2)
        tail += std::exp(k / 2.0 * std::log(statistic / 2) - statistic / 2 - std::lgamma(k / 2.0 + 1));
    const std::string fit = bench.text_with("Sampling", "1000 draws");
    EXPECT_NEAR(number_after(fit, "χ² ="), statistic, 0.5001e-2 + 1e-3) << fit;
    EXPECT_EQ(number_after(fit, ","), freedom) << fit;
    EXPECT_NEAR(number_after(fit, "P ="), tail, 0.6e-3) << fit;
    EXPECT_EQ(bench.tokens(), before) << "the text stays as it is";
    EXPECT_EQ(bench.snapshot().next_draw, (DrawKey{42, 0, 9, 0}));

    ui.click("Sampling/Close the resamples");
    EXPECT_FALSE(ui.exists("Sampling/fit"));
    ui.click("Sampling/× 1 000");
    bench.post(command::Step{1}); // they follow the place
    EXPECT_THAT(bench.text_with("Sampling", "1000 draws"), ::testing::Ne(fit));
    chain(greedy_chain());
    EXPECT_EQ(bench.text_with("Sampling", "1000 draws"), "1000 draws; only one outcome");
    ui.click("Sampling/× 1 000");
    EXPECT_FALSE(ui.exists("Sampling/fit"));
}

/// The grey bars and the first entropy belong to the chain without the stage in focus; the second entropy
/// belongs to the whole chain.
TEST_F(SamplingDetailsTest, AStagesEffectIsTheChainWithAndWithoutIt) {
    chain({{StageKind::temperature, 0.6}, {StageKind::top_k, 7}});
    const auto entropies = [&](const char* stage) {
        view("stage", stage);
        const std::string text = entropy_line(bench);
        return std::pair(number_after(text, "entropy"), number_after(text, "→"));
    };
    const double after = entropy_bits(keep_largest(p(0.6), 7));
    const auto check = [&](const char* stage, double before) {
        const auto [shown_before, shown_after] = entropies(stage);
        EXPECT_NEAR(shown_before, before, 0.005001) << stage;
        EXPECT_NEAR(shown_after, after, 0.005001) << stage;
    };
    check("all", entropy_bits(p()));
    check("temperature", entropy_bits(keep_largest(p(), 7)));
    check("top-k", entropy_bits(p(0.6)));
    check("top-p", after); // it is off, but others cut tokens
    EXPECT_THAT(ui.tooltip("Sampling/entropy"), HasSubstr("without top-p"));
    view("stage", "all");
    EXPECT_TRUE(
        bench.shows("Sampling", fmt::format("{} tokens → top-k 7", bench.snapshot().config().d_vocab)));
}

TEST_F(SamplingDetailsTest, HoveringARowPointsAtItsLogit) {
    const int id = largest(p(), 4)[3];
    ui.hover(candidate(id));
    EXPECT_EQ(bench.workbench.selection().cell.get(), (CellRef{0, Site::logits, -1, -1, 8, id}));
}

/// Whole items, none over another, at every width and scale, with and without the closer looks.
TEST_F(SamplingDetailsTest, NothingOverlapsAtAnySize) {
    chain({{StageKind::temperature, 0.8},
           {StageKind::top_k, 40},
           {StageKind::top_p, 0.9},
           {StageKind::repetition_penalty, 1.1}});
    for (const char* resamples : {"off", "on"})
        for (const char* token : {"none", "next"})
            for (const float scale : {0.75f, 1.0f, 2.0f, 3.0f})
                for (const auto& [width, height] :
                     {std::pair(1280, 720), std::pair(1600, 900), std::pair(3840, 2160)}) {
                    SCOPED_TRACE(fmt::format("{}x{} at {}, resamples {}, token {}", width, height, scale,
                                             resamples, token));
                    view("resamples", resamples);
                    view("token", token);
                    bench.post(command::SetScale{scale});
                    bench.resize(width, height);
                    bench.post(
                        command::ShowPanel{"Sampling"}); // in the smallest rooms a tab among the others
                    std::vector<std::pair<std::string, UiRect>> things;
                    for (const UiItem& item : ImGuiHost::current().items().items()) {
                        if (item.window != "Sampling" || item.label.empty() || item.stack.empty() ||
                            !item.is_visible())
                            continue;
                        const UiRect mine = item.visible();
                        for (const auto& [name, other] : things)
                            EXPECT_FALSE(mine.min.x < other.max.x - 0.5f && other.min.x < mine.max.x - 0.5f &&
                                         mine.min.y < other.max.y - 0.5f && other.min.y < mine.max.y - 0.5f)
                                << item.label << " over " << name;
                        if (static_cast<float>(width) / scale >= 1280) {
                            EXPECT_GE(mine.width(), item.rect.width() - 1) << item.label;
                        }
                        things.emplace_back(item.label, mine);
                    }
                    EXPECT_GE(things.size(), static_cast<float>(width) / scale >= 1280 ? 8u : 1u);
                }
}

} // namespace
} // namespace gf::ui::tests::sampling_details_test
