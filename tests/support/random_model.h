#pragma once
// Tiny random models, one preset for each way to build a model, and runs of them. Used by the tests
// of all layers. Every gain, bias, position and mask matters: activations are of order 1, patterns
// far from uniform. The sizes are odd on purpose, so that vector kernels reach their tails; the
// preset `wide` reaches their widest steps.

#include "core/passes/forward.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace gf::tests {

struct Preset {
    std::string name;
    ModelConfig config;
    int n_prefix = 0; ///< MaskKind::prefix only
};
inline void PrintTo(const Preset& preset, std::ostream* out) { *out << preset.name; }

namespace detail {

inline ModelConfig llama() {
    ModelConfig c;
    c.d_model = 24, c.n_layers = 2, c.n_heads = 6, c.n_kv_heads = 2, c.d_head = 8, c.d_mlp = 40,
    c.n_ctx = 256, c.d_vocab = 53;
    return c;
}

inline ModelConfig gpt2() {
    ModelConfig c;
    c.d_model = 20, c.n_layers = 3, c.n_heads = 4, c.n_kv_heads = 4, c.d_head = 5, c.d_mlp = 37,
    c.n_ctx = 256, c.d_vocab = 53;
    c.norm = NormKind::layer, c.positions = Positions::learned, c.mlp = MlpKind::plain,
    c.activation = Activation::gelu_tanh;
    c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = c.tied_embeddings = true;
    c.tensor_names = TensorNames::gpt2;
    return c;
}

/// Plain LayerNorm blocks with biases, three heads of odd size.
inline ModelConfig odd() {
    ModelConfig c = gpt2();
    c.n_layers = 2, c.n_heads = 3, c.n_kv_heads = 3, c.d_head = 6;
    c.positions = Positions::none, c.activation = Activation::gelu, c.tied_embeddings = false;
    c.tensor_names = TensorNames::llama;
    return c;
}

/// The config after some changes to it.
inline ModelConfig with(ModelConfig c, auto... changes) {
    (changes(c), ...);
    return c;
}

} // namespace detail

/// One model for each way to build one.
inline std::vector<Preset> presets() {
    using namespace detail;
    using C = ModelConfig&;
    const auto post = [](C c) { c.norm_place = NormPlace::post; };
    const auto no_mlp = [](C c) { c.mlp = MlpKind::none, c.d_mlp = 0, c.mlp_bias = false; };
    const auto positions = [](Positions p) { return [p](C c) { c.positions = p; }; };
    const auto mask = [](MaskKind m, int window = 0) { return [=](C c) { c.mask = m, c.window = window; }; };
    const auto experts = [](int n, int k) {
        return [=](C c) { c.n_experts = n, c.experts_per_token = k, c.d_mlp = 23; };
    };
    return {
        {"llama", llama()},
        {"wide", with(llama(),
                      [](C c) {
                          c.d_model = 80, c.n_heads = 4, c.n_kv_heads = 1, c.d_head = 34, c.d_mlp = 150,
                          c.d_vocab = 131, c.rope_theta = 500;
                          c.tied_embeddings = c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = true,
                          c.norm_eps = 1e-6;
                      })},
        {"gpt2", gpt2()},
        {"mixtral", with(llama(), experts(4, 2))},
        {"alibi", with(odd(), positions(Positions::alibi), [](C c) { c.n_heads = 6, c.n_kv_heads = 3; })},
        {"sinusoidal", with(odd(), positions(Positions::sinusoidal))},
        {"none", with(odd(), [](C c) { c.activation = Activation::relu; })},
        {"post_norm",
         with(odd(), post, positions(Positions::sinusoidal), [](C c) { c.activation = Activation::relu; })},
        {"post_norm_gated", with(llama(), post)},
        {"attention_only", with(odd(), no_mlp, positions(Positions::learned))},
        {"post_norm_attention_only", with(odd(), no_mlp, post, positions(Positions::alibi))},
        {"bidirectional", with(odd(), mask(MaskKind::bidirectional), positions(Positions::learned))},
        {"bidirectional_alibi", with(llama(), mask(MaskKind::bidirectional), positions(Positions::alibi))},
        {"prefix", with(odd(), mask(MaskKind::prefix), positions(Positions::rope)), 4},
        {"sliding_window", with(llama(), mask(MaskKind::sliding_window, 4))},
        {"interleaved", with(odd(), positions(Positions::rope),
                             [](C c) { c.rope_pairs = RopePairs::interleaved, c.rope_theta = 100; })},
        {"yarn", with(llama(),
                      [](C c) {
                          c.n_heads = 4, c.rope_scaling = {.kind = RopeScalingKind::yarn, .factor = 8};
                          c.rope_scaling.original_n_ctx = 32, c.rope_scaling.beta_slow = 0.5;
                      })},
        {"offset_gains", with(llama(),
                              [](C c) {
                                  c.n_kv_heads = 1, c.gain_offset = 1, c.embed_scale = std::sqrt(24.0),
                                  c.tied_embeddings = true, c.activation = Activation::gelu_tanh;
                              })},
        {"unscaled", with(gpt2(),
                          [](C c) {
                              c.attn_qkv_bias = false, c.attn_scale = 1, c.layer_windows = {0, 3, 0},
                              c.tensor_names = TensorNames::gpt_neo;
                          })},
        {"layer_windows", with(odd(), positions(Positions::rope),
                               [](C c) {
                                   c.layer_windows = {0, 3};
                               })},
        {"moe_plain", with(odd(), experts(5, 3), positions(Positions::alibi))},
        {"moe_plain_top_1", with(odd(), experts(4, 1), post, positions(Positions::rope))},
        {"moe_shared",
         with(llama(), experts(4, 2), [](C c) { c.n_shared_experts = 1, c.renormalised_gates = false; })},
        {"moe_sigmoid", with(odd(), experts(5, 2), positions(Positions::rope),
                             [](C c) { c.router = RouterKind::sigmoid, c.router_bias = true; })},
        {"moe_switch", with(llama(), experts(4, 1), post, [](C c) { c.renormalised_gates = false; })},
        {"moe_deepseek",
         with(llama(), experts(4, 2),
              [](C c) { c.router = RouterKind::sigmoid, c.router_bias = true, c.n_shared_experts = 2; })},
        {"shared_layers",
         with(odd(), positions(Positions::learned), [](C c) { c.n_layers = 3, c.n_layer_groups = 2; })},
        {"bert", with(gpt2(), post, mask(MaskKind::bidirectional),
                      [](C c) {
                          c.n_layers = 2, c.activation = Activation::gelu, c.embed_norm = true;
                          c.head = OutputHead::masked_tokens, c.tensor_names = TensorNames::bert;
                      })},
        {"masked_tokens", with(llama(), mask(MaskKind::bidirectional),
                               [](C c) { c.embed_norm = true, c.head = OutputHead::masked_tokens; })},
        {"classes", with(odd(), post, mask(MaskKind::bidirectional), positions(Positions::learned),
                         [](C c) { c.n_layers = 2, c.head = OutputHead::classes, c.n_classes = 5; })},
        {"mean_embedding", with(llama(), mask(MaskKind::bidirectional),
                                [](C c) { c.head = OutputHead::embedding, c.pooling = Pooling::mean; })},
        {"last_embedding",
         with(odd(), positions(Positions::sinusoidal),
              [](C c) { c.embed_norm = true, c.head = OutputHead::embedding, c.pooling = Pooling::last; })},
        {"headless", with(odd(), positions(Positions::learned), [](C c) { c.head = OutputHead::none; })},
        {"encoder_decoder", with(llama(), [](C c) { c.n_encoder_layers = 2; })},
        {"encoder_decoder_post", with(odd(), post, positions(Positions::learned),
                                      [](C c) {
                                          c.n_encoder_layers = 1, c.tied_embeddings = true,
                                          c.activation = Activation::relu;
                                      })},
        {"partial_rope", with(odd(), positions(Positions::rope),
                              [](C c) {
                                  c.d_rotary = 4, c.sublayers = Sublayers::parallel;
                                  c.tensor_names = TensorNames::gpt_neox;
                              })},
        {"partial_interleaved", with(odd(), positions(Positions::rope),
                                     [](C c) {
                                         c.d_rotary = 2, c.rope_pairs = RopePairs::interleaved;
                                         c.sublayers = Sublayers::parallel_shared, c.unembed_bias = true;
                                     })},
        {"side_by_side", with(llama(),
                              [](C c) {
                                  c.tensor_names = TensorNames::phi3, c.d_rotary = 6;
                                  c.rope_scaling = {.kind = RopeScalingKind::linear, .factor = 2};
                              })},
        {"output_norm", with(llama(),
                             [](C c) {
                                 c.norm_place = NormPlace::output, c.qk_norm = QkNorm::projection;
                                 c.tensor_names = TensorNames::olmo2;
                             })},
        {"both_norms", with(llama(),
                            [](C c) {
                                c.norm_place = NormPlace::both, c.gain_offset = 1, c.score_cap = 2;
                                c.logit_cap = 1.5, c.attn_scale = 0.3, c.layer_windows = {3, 0};
                                c.tied_embeddings = true, c.activation = Activation::gelu_tanh;
                                c.tensor_names = TensorNames::gemma2;
                            })},
        {"two_bases", with(llama(),
                           [](C c) {
                               c.n_layers = 3, c.layer_windows = {4, 0, 4}, c.window_rope_theta = 50;
                               c.norm_place = NormPlace::both, c.norm = NormKind::layer;
                               c.rope_scaling = {.kind = RopeScalingKind::linear, .factor = 3};
                               c.qk_norm = QkNorm::heads;
                           })},
        {"some_without_rope", with(odd(), positions(Positions::rope),
                                   [](C c) {
                                       c.n_layers = 3, c.layer_rope = {1, 0, 1}, c.d_rotary = 4;
                                       c.norm_place = NormPlace::output, c.qk_norm = QkNorm::projection;
                                   })},
        {"normed_queries", with(odd(),
                                [](C c) {
                                    c.n_heads = 4, c.n_kv_heads = 2, c.qk_norm = QkNorm::heads;
                                    c.attn_sink = true, c.logit_scale = 0.25;
                                })},
        {"buckets", with(llama(), positions(Positions::buckets),
                         [](C c) { c.n_buckets = 8, c.bucket_max_distance = 10, c.attn_sink = true; })},
        {"buckets_both_ways", with(odd(), positions(Positions::buckets), mask(MaskKind::bidirectional),
                                   [](C c) { c.n_buckets = 8, c.bucket_max_distance = 9; })},
        {"t5", with(llama(), positions(Positions::buckets),
                    [](C c) {
                        c.n_encoder_layers = 2, c.n_buckets = 8, c.bucket_max_distance = 12;
                        c.attn_scale = 0.4, c.tied_embeddings = true, c.logit_scale = 0.2;
                        c.activation = Activation::relu, c.mlp = MlpKind::plain;
                        c.tensor_names = TensorNames::t5;
                    })},
        {"t5_capped", with(llama(), positions(Positions::buckets),
                           [](C c) {
                               c.n_encoder_layers = 1, c.n_buckets = 4, c.bucket_max_distance = 5;
                               c.score_cap = 3, c.tensor_names = TensorNames::t5;
                           })},
        {"position_offset", with(odd(), positions(Positions::learned),
                                 [](C c) {
                                     c.position_offset = 2, c.activation = Activation::relu;
                                     c.tensor_names = TensorNames::opt;
                                 })},
        {"moe_all",
         with(llama(), experts(3, 3), [](C c) { c.activation = Activation::gelu_tanh, c.mlp_bias = true; })},
    };
}

/// The presets for which `fits(config)` holds.
inline std::vector<Preset> presets_where(bool (*fits)(const ModelConfig&)) {
    std::vector<Preset> fitting;
    for (Preset& p : presets())
        if (fits(p.config)) fitting.push_back(std::move(p));
    return fitting;
}

/// Whether a segment can be computed in several passes: no token's row depends on later tokens.
inline bool can_run_in_pieces(const ModelConfig& c) {
    return c.mask != MaskKind::bidirectional && !c.pools();
}

/// The preset of that name.
inline Preset preset(const std::string& name) {
    for (Preset& p : presets())
        if (p.name == name) return p;
    throw std::out_of_range("no preset called " + name);
}

/// Weights with random gains around 1, random biases, and queries and keys so large that attention scores
/// have a standard deviation of about 2.
inline std::shared_ptr<Weights> random_weights(const ModelConfig& config, unsigned long long seed = 1) {
    auto weights = std::make_shared<Weights>(config);
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    for (const ParamRow& r : weights->table) {
        double mean = 0, deviation = 0.3; // biases
        switch (r.role) {
        case Role::embed_ln_gain:
        case Role::mlm_ln_gain:
        case Role::ln1_gain:
        case Role::ln_cross_gain:
        case Role::ln1_post_gain:
        case Role::ln2_post_gain:
        case Role::ln2_gain:
        case Role::ln_final_gain: mean = 1 - config.gain_offset; break;
        case Role::embed:
        case Role::pos_embed:
            deviation = config.tied_embeddings ? 2 / std::sqrt(r.shape[1]) : 1; // tied: logits of order 2
            break;
        case Role::q_norm_gain:
        case Role::k_norm_gain: mean = 1.2 - config.gain_offset; break;
        case Role::position_bias:
        case Role::sink: deviation = 1; break;
        case Role::q:
        case Role::k:
        case Role::cross_q:
        case Role::cross_k:
        case Role::qkv:
        case Role::router: deviation = 1.4 / std::sqrt(r.shape[0]); break;
        default:
            if (r.shape.size() == 2) deviation = 1 / std::sqrt(r.shape[0]);
        }
        for (std::size_t i = 0; i < r.size(); ++i)
            weights->values(r)[i] = static_cast<real>(mean + deviation * normal(random));
    }
    weights->refresh();
    return weights;
}

inline std::vector<int> random_tokens(const ModelConfig& config, int n, unsigned long long seed = 7) {
    std::mt19937_64 random(seed);
    std::vector<int> tokens(static_cast<std::size_t>(n));
    for (int& t : tokens) t = static_cast<int>(random() % static_cast<unsigned long long>(config.d_vocab));
    return tokens;
}

/// The encoder's run that a Trace with these segments reads: the same text for each segment of the reader,
/// each time with other padding around it. Null for models without an encoder.
inline std::shared_ptr<Trace> random_source(std::shared_ptr<const Weights> weights,
                                            const std::vector<Segment>& reader = {},
                                            unsigned long long seed = 19) {
    if (!weights->config.has_encoder()) return nullptr;
    const std::vector<int> text = random_tokens(weights->config, 6, seed);
    RunSetup setup;
    std::vector<int> tokens;
    for (int i = 0; i < std::max(static_cast<int>(reader.size()), 1); ++i) {
        const int begin = static_cast<int>(tokens.size()), left = i, right = 2 * i % 3;
        tokens.insert(tokens.end(), static_cast<std::size_t>(left), 1);
        tokens.insert(tokens.end(), text.begin(), text.end());
        tokens.insert(tokens.end(), static_cast<std::size_t>(right), 2);
        setup.segments.push_back({begin, static_cast<int>(tokens.size()), left, right, 0});
    }
    const TraceShape shape{static_cast<int>(tokens.size()), Keep::all, Stack::encoder};
    auto trace = std::make_shared<Trace>(std::move(weights), shape, std::move(setup));
    extend(*trace, tokens);
    return trace;
}

/// A Trace without tokens, with random_source() if the model has an encoder.
inline std::shared_ptr<Trace> empty_trace(const std::shared_ptr<const Weights>& weights,
                                          const TraceShape& shape, const RunSetup& setup = {}) {
    return std::make_shared<Trace>(weights, shape, setup, random_source(weights, setup.segments));
}

/// A run of all tokens in one pass; the Trace is just large enough.
inline std::shared_ptr<Trace> run(const std::shared_ptr<const Weights>& weights,
                                  const std::vector<int>& tokens, int n_prefix = 0,
                                  std::vector<Edit> edits = {}) {
    const auto trace = empty_trace(weights, TraceShape{static_cast<int>(tokens.size())},
                                   {.n_prefix = n_prefix, .edits = std::move(edits)});
    extend(*trace, tokens);
    return trace;
}

/// A deep copy, to be changed.
inline std::unique_ptr<Weights> clone(const Weights& weights) {
    auto copy = std::make_unique<Weights>(weights.config);
    std::copy_n(weights.values(weights.table.front()), weights.size(), copy->values(copy->table.front()));
    copy->refresh();
    return copy;
}

} // namespace gf::tests
