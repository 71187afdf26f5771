#pragma once
// The draw of the next token as a formula: how the drawn token has its probability under the chain of stages,
// and where the random number fell. Used by the formula bar while no cell is in focus.

#include "core/formula/spelling.h"
#include "core/sampling/sampling.h"

#include <functional>
#include <string>

namespace gf::ui {

/// The row that predicts, the token that stands there, and how tokens are written.
struct DrawPlace {
    int run = 0; ///< id
    int row = 0, token_of_row = 0;
    std::function<std::string(int token)> label;
};

/// "p[row 16 “·to”, ·take]  =  e^(logit / T) / Σ e^(logit / T)  =  e^(10.62 / 1.00) / e^12.85  =  0.107   the
/// draw u = 0.2247 lies between 0.194 and 0.301, ·take's part of the line". Numbers have enough digits that
/// the printed ones give the printed result. `cell` of the logit is set, so that it is a link.
Spelling spell_draw(const SampleStep& step, const DrawPlace& place);

} // namespace gf::ui
