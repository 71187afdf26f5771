#pragma once
// Whether splits of scores add up in a run: for the tests of random, stored and shipped models.

#include "measures/score_split.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gf::tests {

/// For some heads and keys of each layer.
inline void expect_scores_add_up(const Trace& run, int query) {
    const ModelConfig& c = run.config();
    for (int layer = 0; layer < c.n_layers; ++layer)
        for (const int head : {0, c.n_heads - 1})
            for (const int key : {0, query / 2, query}) {
                if (!run.plan().mask(Site::attn_scores, layer, head).visible(query, key)) continue;
                for (const bool above_mean : {false, true}) {
                    ScoreSplit split;
                    split.look_at(run, {layer, head, query, key}, above_mean);
                    // In layer 0 there may be one term: then a score near 0 is as exact as its own sum in
                    // single precision, whose parts are of order 1.
                    EXPECT_LE(std::abs(split.sum() - split.value()), 1e-5 * split.sum_of_magnitudes() + 1e-6)
                        << "layer " << layer << " head " << head << " key " << key << " of " << split.value();
                }
            }
}

} // namespace gf::tests
