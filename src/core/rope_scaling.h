#pragma once
// How RoPE is stretched beyond the context that a model was trained with, as plain data. A ModelConfig has
// one for its layers, a RunSetup may try another; PositionTables computes angles from it.

#include <string>
#include <vector>

namespace gf {

/// The words are those of Hugging Face's `rope_type`.
enum class RopeScalingKind {
    none,
    linear,  ///< all pairs turn `factor` times slower (position interpolation, Chen et al. 2023)
    dynamic, ///< the base grows with the length of the text beyond n_ctx (dynamic NTK, bloc97 2023)
    llama3,  ///< pairs with long wavelengths turn slower, those with short ones do not (Dubey et al. 2024)
    yarn,    ///< as llama3, by dimension, and rotated vectors become longer (YaRN, Peng et al. 2023)
    longrope ///< each pair has a factor, another one for long texts (LongRoPE, Ding et al. 2024)
};

struct RopeScaling {
    RopeScalingKind kind = RopeScalingKind::none;
    double factor = 1;
    /// The context before it was stretched, for llama3, yarn and longrope; 0: n_ctx.
    int original_n_ctx = 0;
    /// llama3: pairs that turn less often than low_freq_factor in the original context are slowed by
    /// `factor`, those that turn more often than high_freq_factor not at all.
    double low_freq_factor = 1, high_freq_factor = 4;
    /// yarn: the same, but interpolated over the dimensions between those of beta_fast and beta_slow turns,
    /// which `truncate` rounds to whole ones.
    double beta_fast = 32, beta_slow = 1;
    bool truncate = true;
    double mscale = 0, mscale_all_dim = 0; ///< yarn: if both are there, they make the attention factor
    double attention_factor = 0;           ///< yarn, longrope: of the rotated vectors; 0: as their papers say
    std::vector<double> short_factor{}, long_factor{}; ///< longrope: by pair, d_head / 2 of each

    bool operator==(const RopeScaling&) const = default;
    /// Whether angles depend on how long the text is.
    bool depends_on_length() const;
    /// Whether some pair turns slower than the base alone says.
    bool stretches() const { return kind > RopeScalingKind::dynamic || kind == RopeScalingKind::linear; }
    /// Whether rotated vectors have another length.
    bool has_attention_factor() const {
        return kind == RopeScalingKind::yarn || kind == RopeScalingKind::longrope;
    }

    static void fields(auto& s, auto visit) {
        using enum RopeScalingKind;
        visit("kind", s.kind, {.required = true});
        visit("factor", s.factor, {.when = s.kind != none});
        visit("original_n_ctx", s.original_n_ctx,
              {.least = 0, .skip_empty = true, .when = s.kind == llama3 || s.has_attention_factor()});
        visit("low_freq_factor", s.low_freq_factor, {.when = s.kind == llama3});
        visit("high_freq_factor", s.high_freq_factor, {.when = s.kind == llama3});
        visit("beta_fast", s.beta_fast, {.when = s.kind == yarn});
        visit("beta_slow", s.beta_slow, {.when = s.kind == yarn});
        visit("truncate", s.truncate, {.when = s.kind == yarn});
        visit("mscale", s.mscale, {.skip_empty = true, .when = s.kind == yarn});
        visit("mscale_all_dim", s.mscale_all_dim, {.skip_empty = true, .when = s.kind == yarn});
        visit("attention_factor", s.attention_factor, {.skip_empty = true, .when = s.has_attention_factor()});
        visit("short_factor", s.short_factor, {.when = s.kind == longrope});
        visit("long_factor", s.long_factor, {.when = s.kind == longrope});
    }
};

/// The shape of RoPE that a scaling is applied to. `d_head` counts the dimensions that turn.
struct RopeShape {
    double theta;
    int d_head, n_ctx;
};

/// What a scaling makes of RoPE for a text: pair i of a row turns by the angle
/// position * theta ^ (-2 i / d_head) / stretch[i], and the rotated vector is multiplied by attention_factor.
struct ScaledRope {
    double theta = 0;
    std::vector<double> stretch{}; ///< by pair, d_head / 2
    double attention_factor = 1;
    bool operator==(const ScaledRope&) const = default;
};
/// `length` is that of the text: the largest position + 1.
ScaledRope scaled_rope(const RopeScaling& scaling, const RopeShape& shape, int length);

/// @throws Error that names the field that does not fit the kind or the shape, after `where`
void validate(const RopeScaling& scaling, const RopeShape& shape, const std::string& where);

} // namespace gf
