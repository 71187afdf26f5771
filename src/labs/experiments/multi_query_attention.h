#pragma once
// Lab 26: what does sharing keys and values save?

#include "labs/experiment.h"

#include <memory>

namespace gf {

/// Reads the same held-out texts with the three models heads-mha, heads-gqa and heads-mqa, and lets them
/// decode at the end of their context.
std::unique_ptr<Experiment> make_multi_query_attention();

} // namespace gf
