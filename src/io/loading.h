#pragma once
// What the loaders of all formats share.

#include "core/params.h"
#include "io/dtype.h"

#include <string>
#include <vector>

namespace gf {

/// Copies a parameter from the bytes of a file, row.size() elements of a weight type in the order of
/// row.file_shape().
void read_parameter(Weights& weights, const ParamRow& row, DType type, const std::byte* from);

/// Adds a line for each parameter with NaN or infinity: its name and how many. `where` names the file.
void warn_not_finite(const Weights& weights, const std::string& where, std::vector<std::string>& warnings);

} // namespace gf
