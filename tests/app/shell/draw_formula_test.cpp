// The formula bar explains the draw of the next token under any chain of stages, in numbers that a reader can
// check.

#include "app/workbench_support.h"

#include <cmath>
#include <sstream>

namespace gf::ui::tests::draw_formula_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// "10.62 / 1.10 / 0.80" and "3.1 · 1.2", from the left.
double evaluate(std::string text) {
    for (std::size_t at; (at = text.find("−")) != std::string::npos;) text.replace(at, 3, "-");
    for (std::size_t at; (at = text.find("·")) != std::string::npos;) text.replace(at, 2, "*");
    std::istringstream words(text);
    double value = 0, next = 0;
    words >> value;
    for (char sign; words >> sign >> next;) value = sign == '/' ? value / next : value * next;
    return value;
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
    const std::size_t begin = text.find(from);
    if (begin == std::string::npos) return {};
    const std::size_t end = text.find(to, begin + from.size());
    return text.substr(begin + from.size(), end - begin - from.size());
}

struct Case {
    const char* name;
    SamplingChain chain;
    const char *with_names, *sum; ///< parts that the formula must have
};

class DrawFormula : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(
    Chains, DrawFormula,
    ::testing::Values(Case{"Default", {{StageKind::temperature, 1}}, "e^(logit / T) / Σ e^(logit / T)", ""},
                      Case{"Empty", {}, "e^logit / Σ e^logit", ""},
                      Case{"Cold", {{StageKind::temperature, 0.3475}}, "e^(logit / T)", ""},
                      Case{"TopK",
                           {{StageKind::temperature, 1.5}, {StageKind::top_k, 7}},
                           "e^(logit / T)",
                           " of the 7 left by top-k"},
                      Case{"All",
                           {{StageKind::repetition_penalty, 1.3},
                            {StageKind::top_k, 20},
                            {StageKind::temperature, 0.8},
                            {StageKind::top_p, 0.6},
                            {StageKind::min_p, 0.01}},
                           "T",
                           " left by top-k"},
                      Case{"PenaltyLast",
                           {{StageKind::temperature, 1.2}, {StageKind::repetition_penalty, 1.7}},
                           "T",
                           "e^(…)"},
                      Case{"Greedy", {{StageKind::greedy, 0}}, "e^logit", " of the 1 left by greedy"}),
    [](const auto& each) { return each.param.name; });

TEST_P(DrawFormula, PrintsNumbersThatGiveItsResult) {
    Bench bench;
    bench.open(saved_preset("llama"));
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
        bench.prompt_ids({3, 1, 4, 1, 5, 9, 2, 6});
        bench.post(command::SetSeed{seed});
        bench.post(command::SetSampling{GetParam().chain});
        const std::string text = bench.all_text("Formula");
        SCOPED_TRACE(text);
        Sampler sampler;
        SampleStep step;
        const Snapshot& s = bench.snapshot();
        const auto d_vocab = static_cast<std::size_t>(s.config().d_vocab);
        sampler.sample({s.trace().row(Site::logits, -1, 7), d_vocab}, bench.tokens(), GetParam().chain,
                       s.next_draw, step);
        EXPECT_THAT(text, HasSubstr(fmt::format("p[row 7 “#6”, #{}]", step.token)));
        EXPECT_THAT(text, AllOf(HasSubstr(GetParam().with_names), HasSubstr(GetParam().sum)));
        // "... = e^(10.62 / 1.00) / e^12.85 = 0.107   the draw u = ..."
        const std::string shown = text.substr(text.rfind("  =  e^") + 7);
        const bool has_brackets = shown.starts_with("(");
        const double exponent =
            evaluate(has_brackets ? between(shown, "(", ")") : shown.substr(0, shown.find(" / e^")));
        const double sum = evaluate(between(shown, " / e^", "  ="));
        const std::string result = between(shown, "  =  ", "   the draw");
        const double p = std::stod(result);
        const double unit = std::pow(10.0, -static_cast<double>(result.size() - result.find('.') - 1));
        EXPECT_NEAR(std::exp(exponent - sum), p, 0.5001 * unit);
        EXPECT_NEAR(final_probability(step, step.token), p, 0.5001 * unit);
        const double u = number_after(text, "u ="), from = number_after(text, "between"),
                     to = number_after(text, "and");
        EXPECT_LE(from, u);
        EXPECT_LT(u, to);
        EXPECT_NEAR(u, step.u, 1e-3);
        EXPECT_NEAR(to - from, p, 2e-3);
    }
}

TEST(DrawFormulaBar, FollowsTheSliderAndItsLogitIsALink) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.prompt_ids({3, 1, 4, 1});
    const std::string before = bench.all_text("Formula");
    bench.ui.click("Sampling/temperature");
    bench.ui.set("Sampling/##value", 0.5);
    EXPECT_NE(bench.all_text("Formula"), before);
    EXPECT_THAT(bench.all_text("Formula"), HasSubstr(" / 0.50)"));
    const int drawn = static_cast<int>(number_after(bench.all_text("Formula"), "”, #"));
    bench.ui.click(bench.item_ending("Formula", fmt::format("logits[t3, {}]##0", drawn)));
    EXPECT_EQ(bench.workbench.selection().pinned_cell, (CellRef{0, Site::logits, -1, -1, 3, drawn}));
    bench.ui.leave();
    EXPECT_THAT(bench.all_text("Formula"), HasSubstr("logits[")) << "a cell in focus comes first";
}

TEST(DrawFormulaBar, IsSilentWhereNothingIsDrawn) {
    Bench bench;
    bench.open(saved_preset("classes"));
    EXPECT_THAT(bench.all_text("Formula"), Not(HasSubstr("p[row")));
    EXPECT_THAT(bench.all_text("Formula"), HasSubstr("Point at any value"));
}

} // namespace
} // namespace gf::ui::tests::draw_formula_test
