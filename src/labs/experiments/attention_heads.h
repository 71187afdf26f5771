#pragma once
// Lab 37: what do heads do?

#include "labs/experiment.h"

#include <memory>

namespace gf {

/// Scores every head of `story` on lists that are written twice more, switches heads off, and lets induction
/// form in a small model of two layers and not in one of a single layer.
std::unique_ptr<Experiment> make_attention_heads();

} // namespace gf
