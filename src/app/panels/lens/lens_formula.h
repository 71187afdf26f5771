#pragma once
// A logit that the lens reads, as a formula with its numbers for the formula bar. Used by the panel Lens.

#include "core/formula/spelling.h"
#include "measures/logit_lens.h"
#include "session/run.h"

namespace gf::ui {

/// "lens[after layer 3's MLP, t8 “bear”, “lived”] = norm(resid_post) · W_U = -5.1155·-0.1588 + ... + 125 more
/// = 7.238   softmax → 9.4 %, rank 4". The point must be read.
Spelling spell_lens(const Run& run, const LensRow& lens, int point, int token);

} // namespace gf::ui
