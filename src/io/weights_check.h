#pragma once
// What every loader says of weights that are no numbers.

#include "core/params.h"

#include <string>
#include <vector>

namespace gf {

/// Adds a line for each parameter with NaN or infinity: its name and how many. `where` names the file.
void warn_not_finite(const Weights& weights, const std::string& where, std::vector<std::string>& warnings);

} // namespace gf
