#pragma once
// The keys of config.json that say how RoPE turns: rope_theta, and rope_scaling or rope_parameters in the
// layouts of Hugging Face's library up to version 4 and since version 5. Used by the families with RoPE.

#include "core/model_config.h"
#include "io/config_keys.h"

namespace gf {

/// Reads base and scaling of RoPE into `c`, whose n_ctx must be known. Where a key says the same as another
/// one they must agree.
/// @throws Error when a scaling is not supported or lacks a number
void read_rope(ConfigKeys& keys, double theta_fallback, ModelConfig& c);

/// Writes what read_rope() reads.
void write_rope(const ModelConfig& c, nlohmann::json& object);

} // namespace gf
