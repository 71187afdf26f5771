#pragma once
// The transformer written down from its definitions: double precision, one loop per sum, nothing shared with the engine but the
// config and the table of parameters. Slow and plain on purpose.

#include "core/params.h"
#include "core/site.h"

#include <map>
#include <utility>
#include <vector>

namespace gf::tests {

using Table = std::vector<std::vector<double>>; ///< [row][column]

/// Every site of one sequence, keyed by (site, layer); rows as a Trace has them.
using ReferenceSites = std::map<std::pair<Site, int>, Table>;

ReferenceSites reference_forward(const Weights& weights, const std::vector<int>& tokens, int n_prefix);

} // namespace gf::tests
