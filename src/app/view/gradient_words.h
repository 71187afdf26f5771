#pragma once
// What gradients are of, in words with the model's tokens: "the logit of ·day in row 15". Used where panels,
// the formula bar and the palette speak of gradients.

#include "core/gradient_target.h"

#include <string>

namespace gf::ui {

std::string gradient_words(const GradientTarget& target);

} // namespace gf::ui
