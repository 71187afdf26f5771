#pragma once
// The legacy format of karpathy/llama2.c: seven 32-bit integers, then
// float32 tensors without names. Used by load_model() (io/model_file.h).

#include "core/params.h"

#include <span>
#include <string>
#include <vector>

namespace gf {

/// Reads a model whose file is in memory; `where` names the file in messages. Adds to `warnings` one line for
/// each tensor with NaN or infinity.
/// @throws Error, before anything of the model's size is allocated, unless the header makes sense and the
/// file is exactly as long as it says
std::shared_ptr<Weights> parse_llama2c(std::span<const std::byte> bytes, const std::string& where,
                                       std::vector<std::string>& warnings);

} // namespace gf
