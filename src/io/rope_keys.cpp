#include "io/rope_keys.h"

#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace gf {

using nlohmann::json;

namespace {

constexpr const char* k_original = "original_max_position_embeddings";

/// Base and scaling as one object says them.
struct Rope {
    std::optional<double> theta;
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
Rope read_object(ConfigKeys& keys, int n_ctx, int outer_original) {
    Rope rope;
    if (keys.has("rope_theta")) rope.theta = keys.number_or("rope_theta", 0);
    RopeScaling& s = rope.scaling;
    s.kind = read_kind(keys);
    keys.require_neutral("partial_rotary_factor", 1, "a partial RoPE is not supported");
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

/// Reads the object under a key. It may hold one object for each type of layer, which must say the same.
std::optional<Rope> read_key(ConfigKeys& keys, const std::string& name, int n_ctx, int outer_original) {
    const json& object = keys.object_or_null(name);
    if (object.is_null()) return std::nullopt;
    const std::string where = keys.where() + ": '" + name + "'";
    const bool by_layer_type = !object.empty() && std::all_of(object.begin(), object.end(),
                                                              [](const json& v) { return v.is_object(); });
    const auto read = [&](const json& inner, const std::string& inner_where) {
        ConfigKeys inner_keys(inner, inner_where);
        const Rope rope = read_object(inner_keys, n_ctx, outer_original);
        keys.add_notices(inner_keys);
        return rope;
    };
    if (!by_layer_type) return read(object, where);
    std::optional<Rope> first;
    for (const auto& [type, inner] : object.items()) {
        const Rope rope = read(inner, fmt::format("{}: '{}'", where, type));
        if (first && *first != rope)
            throw Error({fmt::format("{}: '{}'", where, type), "the same for every type of layer",
                         json_summary(inner), "layers with different RoPE are not supported"});
        first = rope;
    }
    return first;
}

} // namespace

void read_rope(ConfigKeys& keys, double theta_fallback, ModelConfig& c) {
    c.rope_theta = keys.number_or("rope_theta", theta_fallback);
    const int original = keys.count_or(k_original, 0);
    std::optional<Rope> found;
    for (const char* name : {"rope_scaling", "rope_parameters"}) {
        const std::optional<Rope> rope = read_key(keys, name, c.n_ctx, original);
        if (!rope) continue;
        const std::string where = fmt::format("{}: '{}'", keys.where(), name);
        const double theta = rope->theta.value_or(c.rope_theta);
        if (theta != c.rope_theta && (keys.has("rope_theta") || (found && found->theta)))
            throw Error({where, fmt::format("rope_theta {} as in the key of that name", c.rope_theta),
                         fmt::format("{}", theta), "remove the wrong one"});
        if (found && found->scaling != rope->scaling)
            throw Error({where, "the scaling that rope_scaling says", "another one", "remove the wrong one"});
        c.rope_theta = theta;
        c.rope_scaling = rope->scaling;
        found = rope;
    }
}

void write_rope(const ModelConfig& c, json& object) {
    object["rope_theta"] = c.rope_theta;
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
