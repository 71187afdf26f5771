#pragma once
// Models of random weights in the true shape of a public family: for tests, for measuring, and to have a file
// of a family without downloading one. Used by `glassformer make`.

#include "core/params.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// The size of such a model. Of a family whose heads or widths follow from others those are used.
struct ModelSize {
    int d_model = 64, n_layers = 6, n_heads = 4, n_kv_heads = 2;
    int d_head = 0; ///< 0: d_model / n_heads
    int d_mlp = 0;  ///< 0: 3 * d_model
    int n_ctx = 256, d_vocab = 512;
    int window = 0; ///< of layers that have one; 0: a quarter of n_ctx
};

/// The `model_type` of every family there is.
std::vector<std::string_view> family_names();

/// The config of a family of this size; all else is what its config.json means when it says nothing.
/// @throws Error for an unknown family, with the names there are, and for a size that makes no model
ModelConfig config_like(const std::string& family, const ModelSize& size);

/// Weights of which none is trivially 0 or 1, as a trained model's, so that a wrong gain, bias or position
/// shows. The same seed gives the same weights.
std::shared_ptr<Weights> random_model(const ModelConfig& config, unsigned long long seed);

} // namespace gf
