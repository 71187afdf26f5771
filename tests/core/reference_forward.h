#pragma once
// The transformer written down from its definitions: double precision, one loop per sum, nothing shared with
// the engine but the config and the table of parameters. Slow and plain on purpose.

#include "core/params.h"
#include "core/site.h"

#include <map>
#include <utility>
#include <vector>

namespace gf::tests {

using Table = std::vector<std::vector<double>>; ///< [row][column]

/// Every site of one sequence (of an encoder-decoder: of its decoder, which reads a source), keyed by (site,
/// layer); rows as a Trace has them.
using ReferenceSites = std::map<std::pair<Site, int>, Table>;

ReferenceSites reference_forward(const Weights& weights, const std::vector<int>& tokens, int n_prefix,
                                 const std::vector<int>& source = {});

/// Of the encoder of an encoder-decoder.
ReferenceSites reference_encoder(const Weights& weights, const std::vector<int>& source);

} // namespace gf::tests
