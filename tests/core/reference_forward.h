#pragma once
// The transformer written down from its definitions: double precision, one loop per sum, nothing shared with
// the engine but the config and the table of parameters. Slow and plain on purpose.

#include "core/params.h"
#include "core/run_setup.h"
#include "core/site.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace gf::tests {

using Table = std::vector<std::vector<double>>; ///< [row][column]

/// Whether a list names the index; an empty one names all.
inline bool among(const std::vector<int>& list, int i) {
    return list.empty() || std::count(list.begin(), list.end(), i) > 0;
}

/// Every site of one sequence, keyed by (site, layer), with the rows that a Trace has.
using ReferenceSites = std::map<std::pair<Site, int>, Table>;

/// The run of a model of one stack, or of an encoder-decoder's decoder, which reads a source. The setup may
/// vary masks, positions, RoPE and experts, but has no segments, edits, regularisation or full experts.
ReferenceSites reference_forward(const Weights& weights, const std::vector<int>& tokens,
                                 const RunSetup& setup, const std::vector<int>& source = {});

/// Which keys each query of n tokens sees in a head, [query][key]: every cell by itself, rule by rule
/// (reference_mask.cpp).
std::vector<std::vector<bool>> reference_mask(const ModelConfig& config, const RunSetup& setup, int layer,
                                              int head, int n);

/// The run of an encoder-decoder's encoder.
ReferenceSites reference_encoder(const Weights& weights, const std::vector<int>& source);

} // namespace gf::tests
