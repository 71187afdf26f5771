// GPT-Neo (Black et al. 2021), of which TinyStories are: GPT-2's blocks with projections of their own, scores
// that are not scaled, and in every other layer a window.

#include "io/architectures.h"
#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace gf {

using nlohmann::json;

namespace {

/// Adds the kinds of layers of a list, "global" or "local", `count` times.
void add_layers(const json& kinds, std::int64_t count, const std::string& where,
                std::vector<std::string>& layers) {
    for (std::int64_t i = 0; i < count; ++i)
        for (const json& kind : kinds) {
            if (kind != "global" && kind != "local")
                throw Error(
                    {where, "global or local", json_summary(kind), "no other kind of layer is supported"});
            layers.push_back(kind.get<std::string>());
            if (layers.size() > k_most_layers) return;
        }
}

/// The kind of each layer, as "attention_layers" lists them or "attention_types" counts them; empty if
/// neither is there.
std::vector<std::string> read_layer_kinds(ConfigKeys& keys) {
    std::vector<std::string> layers, counted;
    if (keys.has("attention_layers"))
        add_layers(keys.array("attention_layers"), 1, keys.where() + ": 'attention_layers'", layers);
    if (keys.has("attention_types")) {
        const std::string where = keys.where() + ": 'attention_types'";
        for (const json& entry : keys.array("attention_types")) { // [["global", "local"], 12]
            const bool is_pair = entry.is_array() && entry.size() == 2 && entry[0].is_array() &&
                                 !entry[0].empty() && entry[1].is_number_unsigned() &&
                                 entry[1] <= k_most_layers;
            if (!is_pair)
                throw Error({where, "lists of kinds with how often they come", json_summary(entry), ""});
            add_layers(entry[0], entry[1].get<std::int64_t>(), where, counted);
        }
        if (!layers.empty() && layers != counted)
            throw Error({where, "the layers that attention_layers lists", "others", "remove the wrong key"});
    }
    return layers.empty() ? counted : layers;
}

} // namespace

ModelConfig read_gpt_neo(ConfigKeys& keys) {
    ModelConfig c;
    c.tensor_names = TensorNames::gpt_neo;
    c.norm = NormKind::layer;
    c.positions = Positions::learned;
    c.mlp = MlpKind::plain;
    c.attn_out_bias = c.mlp_bias = true;
    c.attn_scale = 1;

    c.d_model = keys.size("hidden_size");
    c.n_layers = keys.size("num_layers");
    c.n_heads = c.n_kv_heads = keys.size("num_heads");
    c.d_head = c.d_model / c.n_heads;
    if (c.d_q() != c.d_model)
        throw Error({keys.where() + ": 'num_heads'", fmt::format("a divisor of hidden_size = {}", c.d_model),
                     std::to_string(c.n_heads), ""});
    c.n_ctx = keys.size("max_position_embeddings");
    c.d_vocab = keys.size("vocab_size");
    c.d_mlp = keys.size_or("intermediate_size", 4 * c.d_model);
    c.activation = read_activation(keys, "activation_function", "gelu_new");
    c.norm_eps = keys.number_or("layer_norm_epsilon", 1e-5);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", true);

    const int window = keys.size_or("window_size", 256);
    std::vector<std::string> kinds = read_layer_kinds(keys);
    if (kinds.empty()) // the family's default
        for (int l = 0; l < std::min(c.n_layers, k_most_layers); ++l)
            kinds.push_back(l % 2 ? "local" : "global");
    if (kinds.size() != static_cast<std::size_t>(c.n_layers))
        throw Error({keys.where() + ": 'attention_types'", fmt::format("num_layers = {} layers", c.n_layers),
                     std::to_string(kinds.size()), ""});
    for (const std::string& kind : kinds) c.layer_windows.push_back(kind == "local" ? window : 0);
    if (std::count(kinds.begin(), kinds.end(), "local") == 0) c.layer_windows.clear();
    c.bos_id = keys.token_id("bos_token_id", 50256, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 50256, c.d_vocab);
    return c;
}

json write_gpt_neo(const ModelConfig& c) {
    json object = {{"hidden_size", c.d_model},
                   {"num_layers", c.n_layers},
                   {"num_heads", c.n_heads},
                   {"max_position_embeddings", c.n_ctx},
                   {"vocab_size", c.d_vocab},
                   {"intermediate_size", c.d_mlp},
                   {"activation_function", activation_word(c.activation)},
                   {"layer_norm_epsilon", c.norm_eps},
                   {"tie_word_embeddings", c.tied_embeddings},
                   {"attention_types", json::array()},
                   {"bos_token_id", token_json(c.bos_id)},
                   {"eos_token_id", token_json(c.eos_id)}};
    for (int l = 0; l < c.n_layers; ++l) {
        const int window = c.layer(l).window;
        const json kind = json::array({window > 0 ? "local" : "global"});
        object["attention_types"].push_back(json::array({kind, 1}));
        if (window > 0) object["window_size"] = window;
    }
    return object;
}

} // namespace gf
