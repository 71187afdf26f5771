#pragma once
// Parameters, or what is laid out like them, as tensors of a file.

#include "core/params.h"
#include "io/safetensors.h"

namespace gf {

/// The values of a row of the parameter table in the shape that model files have, as elements of a weight
/// type. `row` and `values` must stay as long as the result.
TensorSource param_tensor(std::string name, const ParamRow& row, const real* values, DType dtype);

} // namespace gf
