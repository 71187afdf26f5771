#include "core/rope_scaling.h"

#include "platform/error.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gf {
namespace {

constexpr double k_two_pi = 2 * std::numbers::pi;

int original_n_ctx(const RopeScaling& s, const RopeShape& shape) {
    return s.original_n_ctx > 0 ? s.original_n_ctx : shape.n_ctx;
}

/// The base of dynamic NTK at this length (bloc97 2023, as in Hugging Face's models): beyond n_ctx it is
/// theta * (factor * length / n_ctx - (factor - 1)) ^ (d_head / (d_head - 2)).
double dynamic_theta(const RopeShape& shape, double factor, int length) {
    if (factor <= 1 || length <= shape.n_ctx) return shape.theta;
    return shape.theta *
           std::pow(factor * length / shape.n_ctx - (factor - 1), shape.d_head / (shape.d_head - 2.0));
}

/// How much of a pair is slowed down, from 0 to 1, becomes how many times longer it takes for a turn.
double stretch_by(double share, double factor) { return 1 / (share / factor + (1 - share)); }

double llama3_share(const RopeScaling& s, const RopeShape& shape, int pair) {
    const double wavelength = k_two_pi * std::pow(shape.theta, 2.0 * pair / shape.d_head);
    const double turns = original_n_ctx(s, shape) / wavelength;
    return 1 - std::clamp((turns - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor), 0.0, 1.0);
}

/// The pair, not a whole one, that turns so often in the original context (YaRN, section 3.2).
double yarn_pair(const RopeScaling& s, const RopeShape& shape, double turns) {
    return shape.d_head * std::log(original_n_ctx(s, shape) / (turns * k_two_pi)) /
           (2 * std::log(shape.theta));
}

double yarn_share(const RopeScaling& s, const RopeShape& shape, int pair) {
    double low = yarn_pair(s, shape, s.beta_fast), high = yarn_pair(s, shape, s.beta_slow);
    if (s.truncate) low = std::floor(low), high = std::ceil(high);
    low = std::max(low, 0.0), high = std::min(high, shape.d_head - 1.0);
    if (low == high) high += 0.001; // as in the authors' code: a step instead of a ramp
    return std::clamp((pair - low) / (high - low), 0.0, 1.0);
}

double attention_factor(const RopeScaling& s, const RopeShape& shape) {
    if (!s.has_attention_factor()) return 1;
    if (s.attention_factor > 0) return s.attention_factor;
    if (s.factor <= 1) return 1;
    if (s.kind == RopeScalingKind::longrope) // LongRoPE, section 3.3
        return std::sqrt(1 + std::log(s.factor) / std::log(original_n_ctx(s, shape)));
    const auto of = [&](double mscale) { return 0.1 * mscale * std::log(s.factor) + 1; }; // YaRN, 3.4
    return s.mscale != 0 && s.mscale_all_dim != 0 ? of(s.mscale) / of(s.mscale_all_dim) : of(1);
}

} // namespace

bool RopeScaling::depends_on_length() const {
    return (kind == RopeScalingKind::dynamic && factor > 1) ||
           (kind == RopeScalingKind::longrope && short_factor != long_factor);
}

ScaledRope scaled_rope(const RopeScaling& s, const RopeShape& shape, int length) {
    ScaledRope rope{shape.theta, std::vector<double>(static_cast<std::size_t>(shape.d_head / 2), 1.0),
                    attention_factor(s, shape)};
    if (s.kind == RopeScalingKind::dynamic) rope.theta = dynamic_theta(shape, s.factor, length);
    for (std::size_t i = 0; i < rope.stretch.size(); ++i) {
        const int pair = static_cast<int>(i);
        switch (s.kind) {
        case RopeScalingKind::none:
        case RopeScalingKind::dynamic: break;
        case RopeScalingKind::linear: rope.stretch[i] = s.factor; break;
        case RopeScalingKind::llama3:
            rope.stretch[i] = stretch_by(llama3_share(s, shape, pair), s.factor);
            break;
        case RopeScalingKind::yarn: rope.stretch[i] = stretch_by(yarn_share(s, shape, pair), s.factor); break;
        case RopeScalingKind::longrope:
            rope.stretch[i] = (length > original_n_ctx(s, shape) ? s.long_factor : s.short_factor)[i];
        }
    }
    return rope;
}

void validate(const RopeScaling& s, const RopeShape& shape, const std::string& where) {
    using enum RopeScalingKind;
    const auto require = [&](bool ok, const char* field, const std::string& expected, double found) {
        if (!ok) throw Error({where + ": " + field, expected, std::to_string(found), ""});
    };
    if (s.kind == none) return;
    require(s.factor >= (s.kind == linear ? 1e-6 : 1) && s.factor < 1e6, "factor",
            s.kind == linear ? "a factor above 0" : "a factor of 1 (none) or more", s.factor);
    if (s.kind == dynamic)
        require(shape.d_head >= 4 || s.factor == 1, "factor", "1 in a model whose heads have two dimensions",
                s.factor);
    require(s.original_n_ctx >= 0 && s.original_n_ctx <= 1 << 24, "original_n_ctx", "0 (n_ctx) to 16777216",
            s.original_n_ctx);
    if (s.kind == llama3)
        require(s.low_freq_factor > 0 && s.high_freq_factor > s.low_freq_factor && s.high_freq_factor < 1e6,
                "high_freq_factor", "more than low_freq_factor, which is above 0", s.high_freq_factor);
    if (s.kind == yarn) {
        require(shape.theta > 1, "theta", "a base above 1 for yarn", shape.theta);
        require(s.beta_slow > 0 && s.beta_fast >= s.beta_slow && s.beta_fast < 1e6, "beta_fast",
                "at least beta_slow, which is above 0", s.beta_fast);
        for (const double mscale : {s.mscale, s.mscale_all_dim})
            require(mscale >= 0 && mscale < 1e3, "mscale", "0 (none) to 1000", mscale);
    }
    if (!s.has_attention_factor()) return;
    require(s.attention_factor >= 0 && s.attention_factor < 1e3, "attention_factor", "0 (computed) to 1000",
            s.attention_factor);
    if (s.kind == yarn) return;
    require(original_n_ctx(s, shape) >= 2, "original_n_ctx", "2 or more", original_n_ctx(s, shape));
    for (const auto& [name, list] :
         {std::pair{"short_factor", &s.short_factor}, {"long_factor", &s.long_factor}}) {
        require(list->size() == static_cast<std::size_t>(shape.d_head / 2), name,
                "one number for each of d_head / 2 = " + std::to_string(shape.d_head / 2) + " pairs",
                static_cast<double>(list->size()));
        for (const double x : *list) require(x > 1e-6 && x < 1e6, name, "numbers above 0", x);
    }
}

} // namespace gf
