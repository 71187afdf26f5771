#pragma once
// Whether an attribution adds up, at every level: for the tests of random, stored and shipped models.

#include "measures/attribution.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gf::tests {

/// Terms sum to the value of the run, a head's sources to its term, and what was copied to its source.
inline void expect_attribution_adds_up(const std::shared_ptr<const Trace>& run,
                                       const AttributionTarget& target) {
    constexpr double k_share = 1e-5;
    Attribution a;
    a.look_at(run, target);
    const double magnitudes = a.sum_of_magnitudes();
    EXPECT_LE(std::abs(a.sum() - a.value()), k_share * magnitudes) << "of " << magnitudes;
    for (const AttributionTerm& term : a.terms()) {
        if (term.part != AttributionTerm::Part::head && term.part != AttributionTerm::Part::source_head)
            continue;
        double sum = 0, all = 0, largest = -1;
        AttributionSource most;
        for (const AttributionSource& source : a.sources(term)) {
            sum += source.value();
            all += std::abs(source.value());
            if (std::abs(source.value()) > largest) largest = std::abs(source.value()), most = source;
        }
        EXPECT_LE(std::abs(sum - term.value), k_share * (all + 0.01 * magnitudes));
        if (term.part != AttributionTerm::Part::head || largest < 0) continue;
        double copied = 0, of_copied = 0;
        for (const AttributionTerm& part : a.copied(term, most))
            copied += part.value, of_copied += std::abs(part.value);
        EXPECT_LE(std::abs(copied - most.value()), k_share * (of_copied + 0.01 * magnitudes));
    }
}

} // namespace gf::tests
