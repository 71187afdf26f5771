#pragma once
// Lab 18: how do top-k and top-p differ?

#include "labs/experiment.h"

#include <memory>

namespace gf {

/// Applies both to the same distributions, row by row of held-out stories that `story` reads.
std::unique_ptr<Experiment> make_top_k_vs_top_p();

} // namespace gf
