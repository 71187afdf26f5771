#pragma once
// How a token's probability follows from its logit, step by step, with numbers that a reader can check with a
// pocket calculator. Used by the Sampling panel; draws nothing.

#include "core/sampling/sampling.h"

#include <string>
#include <vector>

namespace gf::ui {

/// One line, such as "temperature", "14.638 / 0.8 = 18.298". The result is computed from the numbers as they
/// are printed, then rounded to the digits that are printed; the next line begins with these digits.
struct DerivationLine {
    std::string name, text;
    bool cuts = false; ///< the stage removed the token
};

struct Derivation {
    int token = -1;
    std::vector<DerivationLine> lines;
    double p = 0;       ///< as printed in the last line; 0 if the token was cut
    int cut_stage = -1; ///< index in SampleStep::stages of the stage that cut it
};

/// Derives the probability of a token under the chain of `step`, with as few digits as it takes that the last
/// line agrees with the sampler's probability to three digits.
Derivation derive_probability(const SampleStep& step, int token);

} // namespace gf::ui
