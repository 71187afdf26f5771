#include "io/rope_keys.h"

#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace gf {

using nlohmann::json;

namespace {

constexpr const char* k_share = "partial_rotary_factor";
constexpr const char* k_original = "original_max_position_embeddings";

/// Base and scaling as one object says them.
struct Rope {
    std::optional<double> theta, share;
    RopeScaling scaling{};
    bool operator==(const Rope&) const = default;
};

RopeScalingKind read_kind(ConfigKeys& keys) {
    const std::string older = keys.word_or("type", ""), newer = keys.word_or("rope_type", older);
    if (!older.empty() && older != newer)
        throw Error({keys.where() + ": 'type'", fmt::format("'{}' as in 'rope_type'", newer),
                     "'" + older + "'", "remove the wrong one"});
    if (newer.empty() || newer == "default") return RopeScalingKind::none;
    if (newer == "su") return RopeScalingKind::longrope; // the name that it had at first
    for (int k = 1; k <= static_cast<int>(RopeScalingKind::longrope); ++k)
        if (name(static_cast<RopeScalingKind>(k)) == newer) return static_cast<RopeScalingKind>(k);
    throw Error({keys.where() + ": 'rope_type'", "one of default, linear, dynamic, llama3, yarn, longrope",
                 "'" + newer + "'", "no other scaling of RoPE is supported"});
}

/// Without a factor, the context tells how far it was stretched.
double read_factor(ConfigKeys& keys, const RopeScaling& s, int n_ctx) {
    if (keys.has("factor")) return keys.number_or("factor", 1);
    if (s.has_attention_factor()) return s.original_n_ctx > 0 ? double(n_ctx) / s.original_n_ctx : 1;
    if (s.kind == RopeScalingKind::none) return 1;
    throw Error({keys.where() + ": 'factor'", "a number", "no such key", "add it"});
}

/// Reads one object of such keys. `outer_original` is the context that a key beside the object names; 0:
/// none.
Rope read_object(ConfigKeys& keys, int n_ctx, int outer_original, bool may_be_partial) {
    Rope rope;
    if (keys.has("rope_theta")) rope.theta = keys.number_or("rope_theta", 0);
    RopeScaling& s = rope.scaling;
    s.kind = read_kind(keys);
    if (may_be_partial && keys.has(k_share))
        rope.share = keys.number_or(k_share, 1);
    else
        keys.require_neutral(k_share, 1, "a partial RoPE is not supported in this family");
    // Every kind's keys are known in every object, since libraries write more of them than a kind has.
    const int original = keys.size_or(k_original, std::max(outer_original, 1));
    const bool has_original = keys.has(k_original) || outer_original > 0;
    RopeScaling all;
    all.low_freq_factor = keys.number_or("low_freq_factor", all.low_freq_factor);
    all.high_freq_factor = keys.number_or("high_freq_factor", all.high_freq_factor);
    all.beta_fast = keys.number_or("beta_fast", all.beta_fast);
    all.beta_slow = keys.number_or("beta_slow", all.beta_slow);
    all.truncate = keys.flag_or("truncate", true);
    all.mscale = keys.number_or("mscale", 0);
    all.mscale_all_dim = keys.number_or("mscale_all_dim", 0);
    all.attention_factor = keys.number_or("attention_factor", 0);
    all.short_factor = keys.numbers_or_none("short_factor");
    all.long_factor = keys.numbers_or_none("long_factor");
    keys.flag_or("finetuned", true); // of YaRN's authors: whether the weights were trained with it
    for (const char* key : {"attn_factor", "extrapolation_factor"})
        keys.require_neutral(key, 1, "this variant of YaRN is not supported");

    using enum RopeScalingKind;
    if (has_original && (s.kind == llama3 || s.has_attention_factor())) s.original_n_ctx = original;
    s.factor = read_factor(keys, s, n_ctx);
    if (s.kind == none) s.factor = 1;
    if (s.kind == llama3) s.low_freq_factor = all.low_freq_factor, s.high_freq_factor = all.high_freq_factor;
    if (s.kind == yarn)
        s.beta_fast = all.beta_fast, s.beta_slow = all.beta_slow, s.truncate = all.truncate,
        s.mscale = all.mscale, s.mscale_all_dim = all.mscale_all_dim;
    if (s.kind == longrope) s.short_factor = all.short_factor, s.long_factor = all.long_factor;
    if (s.has_attention_factor()) s.attention_factor = all.attention_factor;
    keys.judge_unread();
    return rope;
}

/// What is said of layers without a window, and, where it is another RoPE, of those with one.
struct RopesOfKey {
    Rope rope;
    std::optional<Rope> of_windows{};
};

/// Reads the object under a key. It may hold one object for each type of layer. These must say the same, but
/// in a family whose layers with a window have a base of their own.
std::optional<RopesOfKey> read_key(ConfigKeys& keys, const std::string& name, int n_ctx, int outer_original,
                                   const RopeDefaults& defaults) {
    const json& object = keys.object_or_null(name);
    if (object.is_null()) return std::nullopt;
    const std::string where = keys.where() + ": '" + name + "'";
    const auto read = [&](const json& inner, const std::string& at) {
        ConfigKeys inner_keys(inner, at);
        const Rope rope = read_object(inner_keys, n_ctx, outer_original, defaults.share_key != nullptr);
        keys.add_notices(inner_keys);
        return rope;
    };
    const bool by_layer_type = !object.empty() && std::all_of(object.begin(), object.end(),
                                                              [](const json& v) { return v.is_object(); });
    if (!by_layer_type) return RopesOfKey{read(object, where)};
    std::optional<Rope> first, of_windows;
    for (const auto& [type, inner] : object.items()) {
        const Rope rope = read(inner, fmt::format("{}: '{}'", where, type));
        if (defaults.window_theta > 0 && type == "sliding_attention") {
            if (rope.scaling.kind != RopeScalingKind::none)
                throw Error({fmt::format("{}: '{}'", where, type), "no scaling", json_summary(inner),
                             "layers with a window are not scaled"});
            of_windows = rope;
            continue;
        }
        if (first && *first != rope)
            throw Error({fmt::format("{}: '{}'", where, type), "the same for every type of layer",
                         json_summary(inner), "layers with different RoPE are not supported"});
        first = rope;
    }
    return RopesOfKey{first.value_or(Rope()), of_windows};
}

/// Reads which share of a head's dimensions turns.
void read_share(ConfigKeys& keys, const RopeDefaults& defaults, std::optional<double> share, ModelConfig& c) {
    if (!defaults.share_key)
        return keys.require_neutral(k_share, 1, "a partial RoPE is not supported in this family");
    for (const char* key : {k_share, defaults.share_key}) { // newer versions of the library write both
        if (!keys.has(key)) continue;
        const double said = keys.number_or(key, 1);
        if (share && *share != said)
            throw Error({fmt::format("{}: '{}'", keys.where(), key),
                         fmt::format("{} as in another key", *share), fmt::format("{}", said),
                         "remove the wrong one"});
        share = said;
    }
    const double named = share.value_or(defaults.share);
    if (!(named > 0 && named <= 1))
        throw Error({fmt::format("{}: '{}'", keys.where(), defaults.share_key), "above 0 and up to 1",
                     fmt::format("{}", named), ""});
    c.d_rotary = static_cast<int>(named * c.d_head); // rounded down, as in Hugging Face's library
    if (c.d_rotary % 2 != 0 || c.d_rotary == 0)
        throw Error({fmt::format("{}: '{}'", keys.where(), defaults.share_key),
                     fmt::format("a share that makes an even number of head_dim = {}", c.d_head),
                     fmt::format("{}", named), ""});
    if (c.d_rotary == c.d_head) c.d_rotary = 0;
}

} // namespace

void read_rope(ConfigKeys& keys, const RopeDefaults& defaults, ModelConfig& c) {
    c.positions = Positions::rope;
    c.rope_theta = keys.number_or(defaults.theta_key, defaults.theta);
    if (defaults.window_theta > 0)
        c.window_rope_theta = keys.number_or("rope_local_base_freq", defaults.window_theta);
    const int original = keys.count_or(k_original, 0);
    std::optional<Rope> found;
    for (const char* name : {"rope_scaling", "rope_parameters"}) {
        const std::optional<RopesOfKey> both = read_key(keys, name, c.n_ctx, original, defaults);
        if (!both) continue;
        const Rope& rope = both->rope;
        const std::string where = fmt::format("{}: '{}'", keys.where(), name);
        const double theta = rope.theta.value_or(c.rope_theta);
        if (theta != c.rope_theta && (keys.has(defaults.theta_key) || (found && found->theta)))
            throw Error({where,
                         fmt::format("rope_theta {} as in the key '{}'", c.rope_theta, defaults.theta_key),
                         fmt::format("{}", theta), "remove the wrong one"});
        if (found && found->scaling != rope.scaling)
            throw Error({where, "the scaling that rope_scaling says", "another one", "remove the wrong one"});
        c.rope_theta = theta;
        c.rope_scaling = rope.scaling;
        if (both->of_windows && both->of_windows->theta) c.window_rope_theta = *both->of_windows->theta;
        const std::optional<double> share = rope.share ? rope.share : found ? found->share : std::nullopt;
        found = rope;
        found->share = share;
    }
    read_share(keys, defaults, found ? found->share : std::nullopt, c);
}

void write_rope(const ModelConfig& c, const RopeDefaults& defaults, json& object) {
    object[defaults.theta_key] = c.rope_theta;
    if (defaults.share_key) object[defaults.share_key] = c.d_rotary > 0 ? double(c.d_rotary) / c.d_head : 1.0;
    if (defaults.window_theta > 0) object["rope_local_base_freq"] = c.window_rope_theta;
    const RopeScaling& s = c.rope_scaling;
    using enum RopeScalingKind;
    if (s.kind == none) return;
    json scaling = {{"rope_type", name(s.kind)}, {"factor", s.factor}};
    if (s.original_n_ctx > 0) scaling[k_original] = s.original_n_ctx;
    if (s.kind == llama3)
        scaling["low_freq_factor"] = s.low_freq_factor, scaling["high_freq_factor"] = s.high_freq_factor;
    if (s.kind == yarn) {
        scaling["beta_fast"] = s.beta_fast, scaling["beta_slow"] = s.beta_slow;
        scaling["truncate"] = s.truncate;
        if (s.mscale != 0) scaling["mscale"] = s.mscale;
        if (s.mscale_all_dim != 0) scaling["mscale_all_dim"] = s.mscale_all_dim;
    }
    if (s.kind == longrope) {
        scaling["short_factor"] = s.short_factor, scaling["long_factor"] = s.long_factor;
        // Where Hugging Face's library looked for it up to version 4.
        if (s.original_n_ctx > 0) object[k_original] = s.original_n_ctx;
    }
    if (s.attention_factor > 0) scaling["attention_factor"] = s.attention_factor;
    object["rope_scaling"] = std::move(scaling);
}

} // namespace gf
