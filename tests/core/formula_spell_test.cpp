// What the formula bar says: the printed numbers give the printed result, names and indices are right, long
// sums are short.

#include "core/formula/spelling.h"

#include "support/compare.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

namespace gf::tests::formula_spell_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A pocket calculator: + - · / ^ √ and functions; "13 more = 3.15" counts 3.15.
class Calculator {
  public:
    static double value(std::string_view text) {
        Calculator c{text};
        const double v = c.sum();
        if (!c.rest_.empty()) ADD_FAILURE() << "left over: '" << c.rest_ << "' of " << text;
        return v;
    }

  private:
    explicit Calculator(std::string_view text) : rest_(text) {}
    bool take(std::string_view sign) {
        const auto blanks = [&] {
            while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        };
        blanks();
        if (!rest_.starts_with(sign)) return false;
        rest_.remove_prefix(sign.size());
        blanks();
        return true;
    }
    double sum() {
        double v = product();
        while (true) {
            if (take("+ "))
                v += product();
            else if (take("- "))
                v -= product();
            else
                return v;
        }
    }
    double product() {
        double v = power();
        while (true) {
            if (take("·"))
                v *= power();
            else if (take("/ ")) {
                const double x = power();
                v = v == 0 && x == 0 ? 0 : v / x;
            } else
                return v;
        }
    }
    double power() {
        const double v = factor();
        return take("^") ? std::pow(v, factor()) : v;
    }
    double factor() {
        if (take("(")) {
            const double v = sum();
            EXPECT_TRUE(take(")")) << rest_;
            return v;
        }
        if (take("√")) return std::sqrt(factor());
        if (take("e^")) return std::exp(factor());
        if (take("sin")) return std::sin(factor());
        if (take("cos")) return std::cos(factor());
        if (take("tanh")) return std::tanh(factor());
        for (const Activation f :
             {Activation::gelu_tanh, Activation::gelu, Activation::silu, Activation::relu})
            if (rest_.starts_with(name(f)) && rest_.substr(name(f).size()).starts_with('(')) {
                rest_.remove_prefix(name(f).size());
                return activate(f, factor());
            }
        const std::string text(rest_);
        std::size_t used = 0;
        double v = 0;
        try {
            v = std::stod(text, &used);
        } catch (const std::exception&) {
            ADD_FAILURE() << "no number: " << text;
        }
        rest_.remove_prefix(used);
        if (take("more = ") || take("terms = ")) return factor(); // the number before counts terms
        return v;
    }
    static double activate(Activation f, double x) {
        switch (f) {
        case Activation::silu: return x / (1 + std::exp(-x));
        case Activation::relu: return std::max(x, 0.0);
        case Activation::gelu: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
        case Activation::gelu_tanh:
            return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
        }
        return x;
    }
    std::string_view rest_;
};

std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    for (std::size_t next; (next = text.find("  =  ", at)) != std::string::npos; at = next + 5)
        parts.push_back(text.substr(at, next - at));
    parts.push_back(text.substr(at));
    return parts;
}

/// One unit of the last digit of a number.
double unit(const std::string& number) {
    const std::size_t e = number.find('e'), point = number.find('.');
    const std::size_t end = std::min(e, number.size());
    return std::pow(10.0, (e == std::string::npos ? 0 : std::stoi(number.substr(e + 1))) -
                              (point == std::string::npos ? 0 : static_cast<int>(end - point) - 1));
}

class Spellings : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, Spellings, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Spellings, PrintedNumbersGiveThePrintedResult) {
    const ModelConfig& config = GetParam().config;
    const auto trace = run(random_weights(config), random_tokens(config, 9), GetParam().n_prefix);
    std::mt19937 random(2);
    int long_ones = 0;
    for (const SiteRef& s : all_sites(config))
        for (int i = 0; i < 40; ++i) {
            const int heads = site_heads(config, s.site), columns = trace->width(s.site) / heads;
            const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
            const CellRef cell{
                0, s.site, s.layer, heads > 1 ? pick(heads) : -1, pick(trace->n_rows(s.site)), pick(columns)};
            for (const int terms : {3, 1, 0}) {
                const Spelling spelling = spell(*trace, 9, cell, {.terms = terms, .token = {}});
                const std::string text = spelling.text();
                SCOPED_TRACE(text);
                EXPECT_THAT(text, StartsWith(cell_name(trace->weights(), cell)));
                std::string result, numbers;
                int equals = 0;
                for (const FormulaSpan& span : spelling.spans) {
                    if (span.text == "  =  ") ++equals;
                    if (span.kind == FormulaSpan::Kind::result) result = span.text;
                    if (span.kind == FormulaSpan::Kind::number && span.cell && span.cell->param < 0 &&
                        !span.text.ends_with('%')) {
                        const double printed = std::atof(span.text.c_str());
                        EXPECT_NEAR(printed, static_cast<double>(trace->value(*span.cell)),
                                    0.51 * unit(span.text))
                            << span.text;
                    }
                }
                const double value = static_cast<double>(trace->value(cell));
                if (!std::isfinite(value)) {
                    EXPECT_EQ(result, "-inf");
                    EXPECT_THAT(text, HasSubstr("may not read"));
                    continue;
                }
                EXPECT_LE(std::abs(std::stod(result) - value), 0.51 * unit(result));
                if (equals < 3) continue; // a copy, a choice, a mask: no arithmetic
                numbers = parts_of(text)[2];
                EXPECT_LE(std::abs(Calculator::value(numbers) - std::stod(result)), 0.55 * unit(result));
                long_ones += numbers.find(terms ? "more = " : "terms = ") != std::string::npos;
            }
        }
    EXPECT_GT(long_ones, 100);
}

TEST(Spelling, OfAScore) {
    const auto trace = run(random_weights(preset("llama").config), random_tokens(preset("llama").config, 9));
    const CellRef cell{0, Site::attn_scores, 1, 3, 7, 2};
    const Spelling s = spell(*trace, 9, cell);
    EXPECT_THAT(s.text(),
                StartsWith("blocks.1.attn.hook_attn_scores[h3, q7, k2]  =  rot_q·rot_k / √8  =  ("));
    EXPECT_THAT(s.text(), HasSubstr(" + 5 more = "));
    EXPECT_THAT(s.text(), HasSubstr(") / √8  =  "));
    int queries = 0, keys = 0;
    for (const FormulaSpan& span : s.spans) {
        if (span.kind != FormulaSpan::Kind::number || !span.cell) continue;
        queries += span.family == SiteFamily::query, keys += span.family == SiteFamily::key;
        const int i = span.cell->column;
        EXPECT_EQ(*span.cell, span.family == SiteFamily::query ? (CellRef{0, Site::rot_q, 1, 3, 7, i})
                              : span.family == SiteFamily::key ? (CellRef{0, Site::rot_k, 1, 1, 2, i})
                                                               : (CellRef{0, Site::pattern, 1, 3, 7, 2}));
    }
    EXPECT_EQ(queries, 3);
    EXPECT_EQ(keys, 3);
    EXPECT_THAT(s.text(), HasSubstr("softmax → "));
    // The three largest products, largest first.
    std::vector<double> products;
    for (int i = 0; i < 8; ++i)
        products.push_back(std::abs(double(trace->value({0, Site::rot_q, 1, 3, 7, i})) *
                                    trace->value({0, Site::rot_k, 1, 1, 2, i})));
    std::vector<int> shown;
    for (const FormulaSpan& span : s.spans)
        if (span.cell && span.family == SiteFamily::query) shown.push_back(span.cell->column);
    std::vector<int> order{0, 1, 2, 3, 4, 5, 6, 7};
    std::ranges::sort(order, std::greater{}, [&](int i) { return products[static_cast<std::size_t>(i)]; });
    order.resize(3);
    EXPECT_EQ(shown, order);
}

TEST(Spelling, OfAMaskedScoreSaysWhatItWouldHaveBeen) {
    const ModelConfig config = preset("llama").config;
    const auto weights = random_weights(config);
    const std::vector<int> tokens = random_tokens(config, 9);
    const auto trace = run(weights, tokens);
    Trace open(weights, {9}, {.masks = {{.kind = MaskKind::bidirectional}}});
    extend(open, tokens);
    const CellRef cell{0, Site::attn_scores, 0, 3, 2, 7};
    const std::string text = spell(*trace, 9, cell).text();
    EXPECT_THAT(text, HasSubstr("  =  -inf   masked: query 2 may not read key 7; without the mask  "));
    const std::vector<std::string> parts = parts_of(text.substr(text.find("mask  ") + 6));
    ASSERT_EQ(parts.size(), 3u) << text;
    EXPECT_EQ(parts[0], "rot_q·rot_k / √8");
    EXPECT_NEAR(std::stod(parts[2]), static_cast<double>(open.value(cell)), 0.51 * unit(parts[2]));
    EXPECT_LE(std::abs(Calculator::value(parts[1]) - std::stod(parts[2])), 0.55 * unit(parts[2]));
    EXPECT_THAT(spell(*trace, 7, cell).text(), Not(HasSubstr("without the mask"))) << "not computed yet";
}

TEST(Spelling, NamesTokensWhereTheyCanBeWritten) {
    const auto trace = run(random_weights(preset("gpt2").config), {5, 6, 7});
    const SpellOptions options{.terms = 3, .token = [](int id) {
                                   std::string text = std::to_string(id);
                                   text.insert(text.begin(), 'T');
                                   return text;
                               }};
    const auto begin = [&](const CellRef& cell) { return spell(*trace, 3, cell, options).text(); };
    EXPECT_THAT(begin({0, Site::pattern, 0, 1, 2, 0}),
                StartsWith("blocks.0.attn.hook_pattern[h1, q2 “T7”, k0 “T5”]"));
    EXPECT_THAT(begin({0, Site::logits, -1, -1, 1, 30}), StartsWith("logits[t1 “T6”, 30 “T30”]"));
    EXPECT_THAT(begin({0, Site::k, 1, 2, 1, 4}), StartsWith("blocks.1.attn.hook_k[t1 “T6”, kv2, 4]"));
    EXPECT_THAT(begin({0, Site::ln2_scale, 1, -1, 1, 0}), StartsWith("blocks.1.ln2.hook_scale[t1 “T6”]"));
    EXPECT_THAT(begin({.row = 7, .column = 2, .param = 0}),
                StartsWith("transformer.wte.weight[7 “T7”, 2]  =  "));
}

TEST(Spelling, OfWhatIsCopiedHasALinkInsteadOfArithmetic) {
    const auto trace = run(random_weights(preset("llama").config), {5, 6, 7});
    const Spelling s = spell(*trace, 3, {0, Site::resid_pre, 1, -1, 2, 4});
    EXPECT_THAT(s.text(), StartsWith("blocks.1.hook_resid_pre[t2, 4]  =  resid_post  =  "));
    EXPECT_TRUE(std::ranges::any_of(s.spans, [](const FormulaSpan& span) {
        return span.cell == CellRef{0, Site::resid_post, 0, -1, 2, 4};
    }));
    const Spelling e = spell(*trace, 3, {0, Site::embed, -1, -1, 2, 4});
    EXPECT_TRUE(std::ranges::any_of(e.spans, [](const FormulaSpan& span) {
        return span.cell == CellRef{.row = 7, .column = 4, .param = 0} && span.family == SiteFamily::token;
    })) << e.text();
}

TEST(Spelling, OfAnEditedCellSaysWhatTheFormulaGives) {
    const CellRange range{.site = Site::z,
                          .layer = 0,
                          .row_begin = 2,
                          .row_end = 3,
                          .head_begin = 1,
                          .head_end = 2,
                          .column_begin = 3,
                          .column_end = 4};
    const auto trace = run(random_weights(preset("llama").config), {5, 6, 7}, 0,
                           {{range, Edit::Kind::values, {5}, nullptr}});
    const CellRef cell{0, Site::z, 0, 1, 2, 3};
    const Spelling s = spell(*trace, 3, cell);
    EXPECT_TRUE(s.edited);
    EXPECT_EQ(s.value, 5);
    EXPECT_EQ(s.computed, evaluate(*trace, cell));
    EXPECT_THAT(
        s.text(),
        StartsWith("blocks.0.attn.hook_z[t2, h1, 3]  =  5.00   edited; computed:  =  pattern·v  =  "));
    EXPECT_NEAR(std::stod(parts_of(s.text()).back()), s.computed, 0.51 * unit(parts_of(s.text()).back()));
}

TEST(Spelling, OfWhatIsNotThere) {
    Trace trace(random_weights(preset("llama").config), TraceShape{6, Keep::residual});
    extend(trace, std::vector<int>{1, 2, 3});
    EXPECT_THAT(spell(trace, 3, {0, Site::pattern, 1, 0, 2, 1}).text(), HasSubstr("not kept"));
    EXPECT_THAT(spell(trace, 3, {0, Site::resid_mid, 1, -1, 2, 1}).text(),
                HasSubstr("attn_out, which is not kept"));
    EXPECT_THAT(spell(trace, 3, {0, Site::resid_mid, 1, -1, 4, 1}).text(), HasSubstr("not computed yet"));
}

/// A sum of 768 products is told by a few of them.
TEST(Spelling, OfALogitOfAWideModelIsShort) {
    ModelConfig c = preset("gpt2").config;
    c.d_model = 768, c.n_layers = 1, c.n_heads = 12, c.n_kv_heads = 12, c.d_head = 64, c.d_mlp = 64,
    c.d_vocab = 1000;
    const auto trace = run(random_weights(c), {1, 2, 3});
    const auto spelled = spell(*trace, 3, {0, Site::logits, -1, -1, 2, 17});
    EXPECT_GT(spelled.spans.size(), 4u);
    EXPECT_LT(spelled.spans.size(), 60u);
}

} // namespace
} // namespace gf::tests::formula_spell_test
