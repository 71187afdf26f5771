// Attribution: its terms sum to the logit in every kind of model, and a term is what the logit loses if the
// part is taken out of the stream with the divisors held, worked out in double precision.

#include "measures/attribution.h"

#include "support/attribution_check.h"
#include "support/random_model.h"

namespace gf::tests::attribution_test {
namespace {

constexpr int k_tokens = 9;
using Part = AttributionTerm::Part;

std::shared_ptr<Trace> run_of(const Preset& p, std::vector<Edit> edits = {}) {
    return run(random_weights(p.config), random_tokens(p.config, k_tokens), p.n_prefix, std::move(edits));
}

class AttributionOf : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(EveryModelWithLogits, AttributionOf,
                         ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.has_logits();
                         })));

TEST_P(AttributionOf, AddsUp) {
    const auto trace = run_of(GetParam());
    ASSERT_EQ(Attribution::why_not(*trace), "");
    for (const int row : {0, 4, k_tokens - 1}) {
        expect_attribution_adds_up(trace, {.row = row, .token = 3});
        expect_attribution_adds_up(trace, {.row = row, .token = 3, .against = 11});
    }
}

/// The logit of a stream from which something is taken out, the final norm's divisor held.
double logit_without(const Trace& run, int row, int token, const std::vector<double>& taken) {
    const ModelConfig& c = run.config();
    const Weights& w = run.weights();
    const real* stream = run.row(Site::resid_post, c.n_layers - 1, row);
    const auto scale = static_cast<double>(*run.row(Site::ln_final_scale, -1, row));
    std::vector<double> x;
    double mean = 0;
    for (int i = 0; i < c.d_model; ++i) {
        x.push_back(static_cast<double>(stream[i]) - taken[static_cast<std::size_t>(i)]);
        mean += c.norm == NormKind::layer ? x.back() / c.d_model : 0;
    }
    double logit = 0;
    for (int i = 0; i < c.d_model; ++i)
        logit += ((x[static_cast<std::size_t>(i)] - mean) / scale *
                      (static_cast<double>(w.ln_final_gain[i]) + c.gain_offset) +
                  (w.ln_final_bias ? static_cast<double>(w.ln_final_bias[i]) : 0)) *
                 static_cast<double>(w.unembed.data[i * w.unembed.stride + token]);
    return logit;
}

TEST(Attribution, ATermIsWhatTheLogitLosesWithoutThePart) {
    constexpr int k_row = 6, k_token = 5;
    for (const char* name : {"llama", "gpt2", "offset_gains"}) {
        const auto trace = run_of(preset(name));
        const ModelConfig& c = trace->config();
        Attribution a;
        a.look_at(trace, {.row = k_row, .token = k_token});
        for (const AttributionTerm& term : a.terms()) {
            std::vector<double> written(static_cast<std::size_t>(c.d_model));
            for (int i = 0; i < c.d_model; ++i) {
                double& x = written[static_cast<std::size_t>(i)];
                switch (term.part) {
                case Part::embedding: x = static_cast<double>(trace->row(Site::embed, -1, k_row)[i]); break;
                case Part::position:
                    x = static_cast<double>(trace->row(Site::pos_embed, -1, k_row)[i]);
                    break;
                case Part::mlp:
                    x = static_cast<double>(trace->row(Site::mlp_out, term.layer, k_row)[i]);
                    break;
                case Part::head:
                    for (int j = 0; j < c.d_head; ++j) {
                        const int from = term.index * c.d_head + j;
                        const Matrix& out =
                            trace->weights().blocks[static_cast<std::size_t>(term.layer)].attn_out;
                        x += static_cast<double>(trace->row(Site::z, term.layer, k_row)[from]) *
                             static_cast<double>(out.data[from * out.stride + i]);
                    }
                    break;
                default: break;
                }
            }
            if (term.part == Part::bias) continue;
            const std::vector<double> nothing(written.size());
            EXPECT_NEAR(term.value,
                        logit_without(*trace, k_row, k_token, nothing) -
                            logit_without(*trace, k_row, k_token, written),
                        1e-5)
                << name << " layer " << term.layer << " part " << static_cast<int>(term.part);
        }
    }
}

TEST(Attribution, OfADifferenceIsTheDifference) {
    const auto trace = run_of(preset("mixtral"));
    Attribution one, other, both;
    one.look_at(trace, {.row = 7, .token = 2});
    other.look_at(trace, {.row = 7, .token = 9});
    both.look_at(trace, {.row = 7, .token = 2, .against = 9});
    ASSERT_EQ(both.terms().size(), one.terms().size());
    for (std::size_t i = 0; i < both.terms().size(); ++i)
        EXPECT_NEAR(both.terms()[i].value, one.terms()[i].value - other.terms()[i].value, 1e-9);
}

TEST(Attribution, AnEditIsATermOfItsOwn) {
    Edit edit;
    edit.range = {.site = Site::resid_mid, .layer = 1, .row_begin = 5, .row_end = 6};
    edit.kind = Edit::Kind::add;
    edit.values = {real(0.5)};
    const auto trace = run_of(preset("llama"), {edit});
    Attribution a;
    a.look_at(trace, {.row = 5, .token = 2});
    ASSERT_EQ(a.terms().back().part, Part::edits);
    EXPECT_GT(std::abs(a.terms().back().value), 1e-3);
    EXPECT_NEAR(a.sum(), a.value(), 1e-9);
    a.look_at(trace, {.row = 4, .token = 2});
    EXPECT_NE(a.terms().back().part, Part::edits) << "it acts on another row";
}

TEST(Attribution, SaysWhyItCannot) {
    EXPECT_NE(Attribution::why_not(*run_of(preset("classes"))), "");
    const Trace lean(random_weights(preset("llama").config),
                     TraceShape{.capacity = 4, .keep = Keep::residual});
    EXPECT_NE(Attribution::why_not(lean), "");
}

} // namespace
} // namespace gf::tests::attribution_test
