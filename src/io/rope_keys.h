#pragma once
// The keys of config.json that say how RoPE turns: rope_theta, and rope_scaling or rope_parameters in the
// layouts of Hugging Face's library up to version 4 and since version 5. Used by the families with RoPE.

#include "core/model_config.h"
#include "io/config_keys.h"

namespace gf {

/// The values that stand for absent keys, and what a family's RoPE may say.
struct RopeDefaults {
    double theta = 1e4;
    const char* theta_key = "rope_theta";
    const char* share_key = nullptr; ///< of the share of a head's dimensions that turn; null: all turn
    double share = 1;
    double window_theta = 0; ///< the base of layers with a window; 0: as the others
};

/// Reads base, scaling and turned dimensions of RoPE into `c`, whose n_ctx and d_head must be known. Where a
/// key says the same as another one they must agree.
/// @throws Error when a scaling is not supported or lacks a number
void read_rope(ConfigKeys& keys, const RopeDefaults& defaults, ModelConfig& c);

/// Writes what read_rope() reads.
void write_rope(const ModelConfig& c, const RopeDefaults& defaults, nlohmann::json& object);

} // namespace gf
