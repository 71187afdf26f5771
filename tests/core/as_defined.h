#pragma once
// Runs under a setup, compared at every site with the definitions (reference_forward.h).

#include "reference_forward.h"
#include "support/compare.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

namespace gf::tests {

inline std::shared_ptr<Trace> run_under(const std::shared_ptr<const Weights>& weights, const RunSetup& setup,
                                        const std::vector<int>& tokens, Keep keep = Keep::all) {
    const auto trace = empty_trace(weights, {static_cast<int>(tokens.size()), keep}, setup);
    extend(*trace, tokens);
    return trace;
}

inline void expect_as_defined(const Trace& trace, const RunSetup& setup, double tolerance = 2e-5) {
    std::vector<int> source;
    if (const Trace* s = trace.source()) source = {s->tokens(), s->tokens() + s->n_tokens()};
    const ReferenceSites expected = reference_forward(
        trace.weights(), {trace.tokens(), trace.tokens() + trace.n_tokens()}, setup, source);
    for (const SiteRef& s : all_sites(trace.config()))
        for (int t = 0; t < trace.n_rows(s.site); ++t)
            EXPECT_LE(difference(row_of(trace, s.site, s.layer, t),
                                 expected.at({s.site, s.layer})[static_cast<std::size_t>(t)]),
                      tolerance)
                << site_name(s.site, s.layer) << ", row " << t;
}

} // namespace gf::tests
