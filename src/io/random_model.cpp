#include "io/random_model.h"

#include "io/architectures.h"
#include "platform/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <random>

namespace gf {

using nlohmann::json;

namespace {

/// The keys of config.json that say how large a model is, in all families.
constexpr auto k_size_keys = std::to_array<std::string_view>({"d_ff",
                                                              "d_kv",
                                                              "d_model",
                                                              "dim",
                                                              "ffn_dim",
                                                              "head_dim",
                                                              "hidden_dim",
                                                              "hidden_size",
                                                              "intermediate_size",
                                                              "max_position_embeddings",
                                                              "n_ctx",
                                                              "n_embd",
                                                              "n_head",
                                                              "n_heads",
                                                              "n_inner",
                                                              "n_layer",
                                                              "n_layers",
                                                              "n_positions",
                                                              "num_attention_heads",
                                                              "num_decoder_layers",
                                                              "num_heads",
                                                              "num_hidden_layers",
                                                              "num_key_value_heads",
                                                              "num_layers",
                                                              "pad_token_id",
                                                              "sliding_window",
                                                              "vocab_size",
                                                              "window_size",
                                                              "word_embed_proj_dim"});

/// A config that has this size and nothing else of the family.
ModelConfig of_size(const ModelSize& size) {
    ModelConfig c;
    c.d_model = size.d_model, c.n_layers = size.n_layers, c.n_encoder_layers = size.n_layers;
    c.n_heads = size.n_heads, c.n_kv_heads = size.n_kv_heads;
    c.d_head = size.d_head > 0 ? size.d_head : std::max(1, size.d_model / std::max(1, size.n_heads));
    c.d_mlp = size.d_mlp > 0 ? size.d_mlp : 3 * size.d_model;
    c.n_ctx = size.n_ctx, c.d_vocab = size.d_vocab;
    c.window = size.window > 0 ? size.window : std::max(1, size.n_ctx / 4);
    c.layer_windows.assign(static_cast<std::size_t>(std::max(0, size.n_layers)), c.window);
    c.position_offset = 2;
    return c;
}

} // namespace

std::vector<std::string_view> family_names() {
    std::vector<std::string_view> names;
    for (const Architecture& a : architectures())
        if (!a.class_name.empty() && std::find(names.begin(), names.end(), a.model_type) == names.end())
            names.push_back(a.model_type);
    return names;
}

ModelConfig config_like(const std::string& family, const ModelSize& size) {
    const auto all = architectures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Architecture& a) {
        return !a.class_name.empty() && a.model_type == family;
    });
    if (found == all.end())
        throw Error({"make: --like", fmt::format("one of {}", fmt::join(family_names(), ", ")),
                     "'" + family + "'", "docs/models-you-can-open.md says what they are"});
    for (const int n : {size.d_model, size.n_layers, size.n_heads, size.n_kv_heads, size.n_ctx, size.d_vocab})
        if (n < 1 || n > 1 << 24) throw Error({"make", "sizes from 1 to 16777216", std::to_string(n), ""});
    // The family writes the sizes under its own keys, and reads them without all others.
    json written = found->write(of_size(size)), keys = json::object();
    for (const std::string_view key : k_size_keys)
        if (const auto at = written.find(key); at != written.end() && !at->is_null())
            keys[std::string(key)] = *at;
    const std::string where = "make: " + family;
    ConfigKeys reader(keys, where);
    const ModelConfig config = found->read(reader);
    validate(config, where);
    return config;
}

std::shared_ptr<Weights> random_model(const ModelConfig& config, unsigned long long seed) {
    auto weights = std::make_shared<Weights>(config);
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    for (const ParamRow& row : weights->table) {
        const double centre = row.init == Init::ones ? 1 : 0;
        const bool is_table = row.role == Role::embed || row.role == Role::pos_embed;
        const double deviation = row.shape.size() == 1 || row.role == Role::position_bias ? 0.2
                                 : is_table ? 1 / std::sqrt(double(config.d_model))
                                            : 1 / std::sqrt(double(row.shape[0]));
        for (std::size_t i = 0; i < row.size(); ++i)
            weights->values(row)[i] = static_cast<real>(centre + deviation * normal(random));
    }
    weights->refresh();
    return weights;
}

} // namespace gf
