#pragma once
// Parameters between Weights and the bytes of files: what the loaders and writers of all formats share
// (hf_load.cpp, hf_save.cpp, llama2c.cpp, trace_file.cpp).

#include "core/params.h"
#include "io/safetensors.h"

#include <string>
#include <vector>

namespace gf {

/// Copies a parameter from a file: row.size() elements of a weight type, in the order of row.file_shape().
void read_parameter(Weights& weights, const ParamRow& row, DType type, const std::byte* from);

/// Adds to `warnings` a line for each parameter with NaN or
/// infinity: its name and how many. `where` names the file.
void warn_not_finite(const Weights& weights, const std::string& where, std::vector<std::string>& warnings);

/// A parameter, or values that are laid out like it (its gradient), as a tensor to write: elements of a
/// weight type in the order of row.file_shape(). `row` and `values` must live as long as the result.
TensorSource param_tensor(std::string name, const ParamRow& row, const real* values, DType dtype);

} // namespace gf
