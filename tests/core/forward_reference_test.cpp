// The forward pass against the transformer's definitions, for every way to build one, at every site.

#include "reference_forward.h"
#include "support/compare.h"
#include "support/random_model.h"

namespace gf::tests::forward_reference_test {
namespace {

class ForwardReference : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, ForwardReference, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

std::vector<int> tokens_of(const Trace& trace) { return {trace.tokens(), trace.tokens() + trace.n_tokens()}; }

void expect_as_defined(const ReferenceSites& expected, const Trace& trace, double tolerance) {
    const std::vector<SiteRef> sites = all_sites(trace.config());
    EXPECT_EQ(expected.size(), sites.size());
    for (const SiteRef& s : sites) {
        const auto at = expected.find({s.site, s.layer});
        ASSERT_NE(at, expected.end()) << site_name(s.site, s.layer);
        ASSERT_EQ(static_cast<int>(at->second.size()), trace.n_rows(s.site));
        for (int t = 0; t < trace.n_rows(s.site); ++t)
            EXPECT_LE(difference(row_of(trace, s.site, s.layer, t), at->second[static_cast<std::size_t>(t)]),
                      tolerance)
                << site_name(s.site, s.layer) << ", row " << t;
    }
}

TEST_P(ForwardReference, EverySite) {
    for (const unsigned long long seed : {1, 2, 3}) {
        const auto weights = random_weights(GetParam().config, seed);
        const auto trace = run(weights, random_tokens(GetParam().config, 13, seed), GetParam().n_prefix);
        const Trace* source = trace->source();
        expect_as_defined(reference_forward(*weights, tokens_of(*trace), {.n_prefix = GetParam().n_prefix},
                                            source ? tokens_of(*source) : std::vector<int>()),
                          *trace, 2e-5);
        if (source) expect_as_defined(reference_encoder(*weights, tokens_of(*source)), *source, 2e-5);
    }
}

// The models can show a wrong mask, position or weight only if attention is neither uniform nor on one key.
TEST_P(ForwardReference, PatternsAreNotTrivial) {
    const ModelConfig& c = GetParam().config;
    const auto trace = run(random_weights(c), random_tokens(c, 13), GetParam().n_prefix);
    double distance = 0;
    int n = 0;
    for (int l = 0; l < c.n_layers; ++l)
        for (int t = 1; t < 13; ++t)
            for (int h = 0; h < c.n_heads; ++h) {
                const Trace::RowPlan& plan = trace->plan(t);
                for (int j = plan.key_begin; j < plan.key_end; ++j)
                    distance += std::abs(trace->value({0, Site::pattern, l, h, t, j}) -
                                         1.0 / (plan.key_end - plan.key_begin)) /
                                2;
                ++n;
            }
    EXPECT_GT(distance / n, 0.2) << "mean total variation from uniform";
    EXPECT_LT(distance / n, 0.7);
}

} // namespace
} // namespace gf::tests::forward_reference_test
