#pragma once
// How a token's probability follows from its logit, step by step, with numbers that a reader can check with a
// pocket calculator.

#include "core/sampling/sampling.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// One line: "temperature", "14.638 / 0.8 = 18.298". The result is computed from the numbers as they are
/// printed, and then rounded as it is printed: the next line goes on with it.
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

/// Of a token under the chain of `step`. As few digits as it takes that the last line agrees with the
/// sampler's probability to three digits.
Derivation derive(const SampleStep& step, int token);

/// "top-k", "repetition": a stage in as few letters as on a chip.
std::string_view short_name(StageKind kind);

} // namespace gf::ui
