#pragma once
// The sentence with which the Masks panel closes: what the mask did, in plain words and with true numbers.

#include "app/panels/masks/mask_case.h"

#include <string>

namespace gf::ui {

std::string closing_sentence(const MaskCase& mask_case);

/// The layer through which the change of the last row's prediction passes: that in which the masks alone take
/// most from the token that was likeliest before, if they take at least half of it. -1: none, or not known.
int layer_it_passes(const MaskCase& mask_case);

} // namespace gf::ui
