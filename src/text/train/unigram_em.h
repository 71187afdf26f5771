#pragma once
// The expectation step of fitting the probabilities of pieces, over all cuts of a word (Kudo 2018,
// arXiv:1804.10959, section 3.2). Used by the Unigram trainer.

#include "text/lattice.h"

#include <span>

namespace gf {

/// Adds `weight` times the expected number of uses of each piece in a text of `size` bytes to `expected`,
/// by the forward-backward algorithm. `edges` are those of the text, sorted by begin. `log_p` and
/// `expected` are by piece; the log-probability of k_unknown is 0. Returns the log-probability of the text,
/// which is a sum over all of its cuts.
double add_expected_counts(std::span<const LatticeEdge> edges, std::size_t size,
                           std::span<const double> log_p, double weight, std::span<double> expected);

} // namespace gf
