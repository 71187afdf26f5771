#include "reference_forward.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace gf::tests {
namespace {

class Reference {
  public:
    Reference(const Weights& w, Stack stack, const std::vector<int>& tokens, const RunSetup& setup,
              Table source)
        : weights_(w), config_(w.config_of(stack)), stack_(stack), tokens_(tokens), setup_(setup),
          source_(std::move(source)) {}

    ReferenceSites run() {
        Table x;
        for (const int t : tokens_) {
            x.push_back(slice(Role::embed, -1, t));
            for (double& v : x.back()) v *= config_.embed_scale;
        }
        keep(Site::embed, -1, x);
        add_positions(x);
        if (config_.embed_norm)
            x = norm(x, -1, Role::embed_ln_gain, Role::embed_ln_bias, Site::embed_ln_scale,
                     Site::embed_ln_normalized);
        if (crosses()) keep(Site::encoder_out, -1, source_);
        for (int l = 0; l < config_.n_layers; ++l) x = block(x, l);
        if (config_.norm_place != NormPlace::post)
            x = norm(x, -1, Role::ln_final_gain, Role::ln_final_bias, Site::ln_final_scale,
                     Site::ln_final_normalized);
        output_ = x;
        head(x);
        return std::move(sites_);
    }
    const Table& output() const { return output_; } ///< the stream after the last norm

  private:
    bool crosses() const { return stack_ == Stack::decoder && config_.n_encoder_layers > 0; }
    static std::size_t size(int n) { return static_cast<std::size_t>(n); }
    void keep(Site site, int layer, const Table& values) { sites_[{site, layer}] = values; }

    const ParamRow* find(Role role, int layer, int expert) const {
        const int groups = config_.n_layer_groups,
                  group = groups > 0 && layer >= 0 ? layer * groups / config_.n_layers : layer;
        for (const ParamRow& r : weights_.table)
            if (r.role == role && r.layer == group && r.expert == expert &&
                (r.stack == stack_ || role == Role::embed))
                return &r;
        return nullptr;
    }
    /// Row i of a matrix; the values of a vector.
    std::vector<double> slice(Role role, int layer, int i) const {
        const ParamRow* r = find(role, layer, -1);
        const real* p = weights_.values(*r) + size(i) * size(r->shape.back());
        return {p, p + r->shape.back()};
    }

    /// x W + b with columns [first, first + width) of the parameters; no bias is a bias of zero.
    Table linear(const Table& x, const ParamRow* w, const ParamRow* b, int first, int width) const {
        Table y;
        for (const auto& row : x) {
            std::vector<double> out;
            for (int j = first; j < first + width; ++j) {
                double sum = b ? double(weights_.values(*b)[j]) : 0;
                for (std::size_t i = 0; i < row.size(); ++i)
                    sum += row[i] * weights_.values(*w)[i * size(w->shape[1]) + size(j)];
                out.push_back(sum);
            }
            y.push_back(std::move(out));
        }
        return y;
    }

    void head(Table x) {
        const auto project = [&](const Table& in, Role weight, Role bias, int width) {
            return linear(in, find(weight, -1, -1), find(bias, -1, -1), 0, width);
        };
        if (config_.head == OutputHead::masked_tokens) {
            keep(Site::mlm_pre, -1, x = project(x, Role::mlm_dense, Role::mlm_dense_bias, config_.d_model));
            for (auto& row : x)
                for (double& v : row) v = activation(v);
            keep(Site::mlm_post, -1, x);
            x = norm(x, -1, Role::mlm_ln_gain, Role::mlm_ln_bias, Site::mlm_ln_scale,
                     Site::mlm_ln_normalized);
        }
        if (config_.head == OutputHead::tokens || config_.head == OutputHead::masked_tokens) {
            Table logits = config_.tied_embeddings
                               ? tied_logits(x)
                               : project(x, Role::unembed, Role::unembed_bias, config_.d_vocab);
            for (auto& row : logits)
                for (double& v : row) v = capped(v * config_.logit_scale, config_.logit_cap);
            keep(Site::logits, -1, logits);
        }
        if (config_.head != OutputHead::classes && config_.head != OutputHead::embedding) return;
        Table pooled{config_.pooling == Pooling::last ? x.back() : x.front()};
        for (std::size_t i = 0; config_.pooling == Pooling::mean && i < pooled[0].size(); ++i) {
            pooled[0][i] = 0;
            for (const auto& row : x) pooled[0][i] += row[i] / double(x.size());
        }
        keep(Site::pooled, -1, pooled);
        if (config_.head == OutputHead::classes)
            keep(Site::class_logits, -1,
                 project(pooled, Role::classifier, Role::classifier_bias, config_.n_classes));
    }

    static double capped(double x, double cap) { return cap > 0 ? cap * std::tanh(x / cap) : x; }

    /// x W_E^T (+ b)
    Table tied_logits(const Table& x) const {
        Table y(x.size());
        const ParamRow* bias = find(Role::unembed_bias, -1, -1);
        for (std::size_t t = 0; t < x.size(); ++t)
            for (int v = 0; v < config_.d_vocab; ++v) {
                const std::vector<double> e = slice(Role::embed, -1, v);
                y[t].push_back(std::inner_product(e.begin(), e.end(), x[t].begin(),
                                                  bias ? double(weights_.values(*bias)[v]) : 0.0));
            }
        return y;
    }

    void add_positions(Table& x) {
        const bool learned = config_.positions == Positions::learned;
        if (!learned && config_.positions != Positions::sinusoidal) return;
        Table p;
        for (std::size_t t = 0; t < x.size(); ++t) {
            const int at = position(int(t));
            p.push_back(learned ? slice(Role::pos_embed, -1, at + config_.position_offset)
                                : std::vector<double>(size(config_.d_model)));
            // PE(t, 2m) = sin(t / 10000^(2m/d)), PE(t, 2m + 1) = cos(the same)
            for (int i = 0; !learned && i < config_.d_model; ++i)
                p[t][size(i)] =
                    i % 2 == 0 ? std::sin(double(at) / std::pow(10000.0, double(i) / config_.d_model))
                               : std::cos(double(at) / std::pow(10000.0, double(i - 1) / config_.d_model));
        }
        keep(Site::pos_embed, -1, p);
        x = sum(x, p);
    }

    static Table sum(Table a, const Table& b) {
        for (std::size_t t = 0; t < a.size(); ++t)
            for (std::size_t i = 0; i < a[t].size(); ++i) a[t][i] += b[t][i];
        return a;
    }

    Table block(const Table& x, int l) {
        const bool pre = config_.norm_place == NormPlace::pre || config_.norm_place == NormPlace::both,
                   post = config_.norm_place == NormPlace::post,
                   out = !post && !(config_.norm_place == NormPlace::pre), mlp = config_.mlp != MlpKind::none;
        const auto norm1 = [&](const Table& in) {
            return norm(in, l, Role::ln1_gain, Role::ln1_bias, Site::ln1_scale, Site::ln1_normalized);
        };
        const auto norm2 = [&](const Table& in) {
            return norm(in, l, Role::ln2_gain, Role::ln2_bias, Site::ln2_scale, Site::ln2_normalized);
        };
        keep(Site::resid_pre, l, x);
        Table added = attention(pre ? norm1(x) : x, l);
        if (out) {
            keep(Site::attn_raw, l, added);
            added = norm(added, l, Role::ln1_post_gain, Role::ln1_post_bias, Site::ln1_post_scale,
                         Site::ln1_post_normalized);
        }
        keep(Site::attn_out, l, added);
        if (config_.sublayers != Sublayers::in_turn) {
            const Table in = config_.sublayers == Sublayers::parallel ? norm2(x) : norm1(x);
            const Table from_mlp = feed_forward(in, l);
            keep(Site::mlp_out, l, from_mlp);
            const Table y = sum(sum(x, added), from_mlp);
            keep(Site::resid_post, l, y);
            return y;
        }
        Table y = sum(x, added);
        keep(mlp ? Site::resid_mid : Site::resid_post, l, y);
        if (post) y = norm1(y);
        if (crosses()) {
            const auto norm_cross = [&](const Table& in) {
                return norm(in, l, Role::ln_cross_gain, Role::ln_cross_bias, Site::ln_cross_scale,
                            Site::ln_cross_normalized);
            };
            y = sum(y, cross_attention(pre ? norm_cross(y) : y, l));
            keep(Site::resid_mid_cross, l, y);
            if (post) y = norm_cross(y);
        }
        if (mlp) {
            added = feed_forward(pre ? norm2(y) : y, l);
            if (out) {
                keep(Site::mlp_raw, l, added);
                added = norm(added, l, Role::ln2_post_gain, Role::ln2_post_bias, Site::ln2_post_scale,
                             Site::ln2_post_normalized);
            }
            keep(Site::mlp_out, l, added);
            y = sum(y, added);
            keep(Site::resid_post, l, y);
            if (post) y = norm2(y);
        }
        if (post) keep(Site::normalized_resid_post, l, y);
        return y;
    }

    Table norm(Table x, int layer, Role gain, Role bias, Site scale_site, Site normalized_site) {
        Table scales;
        const std::vector<double> g = slice(gain, layer, 0);
        for (auto& row : x) {
            const double n = double(row.size());
            const double mean =
                config_.norm == NormKind::rms ? 0 : std::accumulate(row.begin(), row.end(), 0.0) / n;
            double variance = 0;
            for (const double v : row) variance += (v - mean) * (v - mean) / n;
            scales.push_back({std::sqrt(variance + config_.norm_eps)});
            for (double& v : row) v = (v - mean) / scales.back()[0];
        }
        keep(scale_site, layer, scales);
        keep(normalized_site, layer, x);
        const std::vector<double> b =
            config_.norm == NormKind::layer ? slice(bias, layer, 0) : std::vector<double>(g.size());
        for (auto& row : x)
            for (std::size_t i = 0; i < row.size(); ++i)
                row[i] = row[i] * (config_.gain_offset + g[i]) + b[i];
        return x;
    }

    int position(int row) const { return size(row) < setup_.order.size() ? setup_.order[size(row)] : row; }

    /// The layer at hand has a window, and such layers have a RoPE of their own.
    bool own_rope() const {
        const bool window = config_.mask == MaskKind::sliding_window ||
                            (!config_.layer_windows.empty() && config_.layer_windows[size(layer_)] > 0);
        return window && config_.window_rope_theta > 0;
    }
    const RopeScaling& scaling() const {
        static const RopeScaling none;
        if (own_rope()) return none;
        return setup_.rope.scaling.kind != RopeScalingKind::none ? setup_.rope.scaling : config_.rope_scaling;
    }
    double original() const {
        return scaling().original_n_ctx > 0 ? scaling().original_n_ctx : config_.n_ctx;
    }
    /// The largest position + 1 of the first n rows.
    int length(std::size_t n) const {
        int length = 0;
        for (std::size_t t = 0; t < n; ++t) length = std::max(length, position(int(t)) + 1);
        return length;
    }

    /// The base of RoPE: beyond n_ctx tokens dynamic NTK makes it larger, so that the slowest pair turns as
    /// if positions had been divided.
    double theta(std::size_t n) const {
        const double base = own_rope()              ? config_.window_rope_theta
                            : setup_.rope.theta > 0 ? setup_.rope.theta
                                                    : config_.rope_theta;
        if (scaling().kind != RopeScalingKind::dynamic || length(n) <= config_.n_ctx) return base;
        const double f = scaling().factor, d = turned();
        return base * std::pow(f * length(n) / config_.n_ctx - (f - 1), d / (d - 2));
    }

    /// How far pair i turns from one position to the next in a run of n rows, in the words of the scalings'
    /// authors.
    double frequency(int i, std::size_t n) const {
        const double pi = std::acos(-1.0), d = turned(), base = theta(n), s = scaling().factor,
                     plain = 1 / std::pow(base, 2.0 * i / d);
        switch (scaling().kind) {
        case RopeScalingKind::none:
        case RopeScalingKind::dynamic: return plain;
        case RopeScalingKind::linear: return plain / s;
        case RopeScalingKind::longrope:
            return plain / (length(n) > original() ? scaling().long_factor : scaling().short_factor)[size(i)];
        case RopeScalingKind::llama3: {
            const double wavelength = 2 * pi / plain, low = scaling().low_freq_factor,
                         high = scaling().high_freq_factor;
            if (wavelength < original() / high) return plain;
            if (wavelength > original() / low) return plain / s;
            const double smooth = (original() / wavelength - low) / (high - low);
            return (1 - smooth) * plain / s + smooth * plain;
        }
        case RopeScalingKind::yarn: break;
        }
        const auto dimension = [&](double rotations) { // find_correction_dim
            return d * std::log(original() / (rotations * 2 * pi)) / (2 * std::log(base));
        };
        double low = dimension(scaling().beta_fast), high = dimension(scaling().beta_slow);
        if (scaling().truncate) low = std::floor(low), high = std::ceil(high);
        low = std::max(low, 0.0), high = std::min(high, d - 1);
        if (low == high) high += 0.001;
        const double ramp = std::min(std::max((i - low) / (high - low), 0.0), 1.0);
        return plain / s * ramp + plain * (1 - ramp);
    }

    /// The length of a rotated vector, as a multiple of what it was.
    double amplification() const {
        const RopeScaling& s = scaling();
        const bool yarn = s.kind == RopeScalingKind::yarn, longrope = s.kind == RopeScalingKind::longrope;
        if (!yarn && !longrope) return 1;
        if (s.attention_factor > 0) return s.attention_factor;
        if (longrope) return s.factor > 1 ? std::sqrt(1 + std::log(s.factor) / std::log(original())) : 1;
        const auto mscale = [&](double m) { return s.factor > 1 ? 0.1 * m * std::log(s.factor) + 1 : 1; };
        return s.mscale > 0 && s.mscale_all_dim > 0 ? mscale(s.mscale) / mscale(s.mscale_all_dim) : mscale(1);
    }

    int turned() const { return config_.d_rotary > 0 ? config_.d_rotary : config_.d_head; }

    /// Rotates each pair as a complex number by e^(i position frequency).
    Table rotated(Table x) const {
        if (!config_.layer_rope.empty() && config_.layer_rope[size(layer_)] == 0) return x;
        const int pairs = turned() / 2;
        for (std::size_t t = 0; t < x.size(); ++t)
            for (std::size_t start = 0; start < x[t].size(); start += size(config_.d_head))
                for (int i = 0; i < pairs; ++i) {
                    const double angle = position(int(t)) * frequency(i, x.size());
                    double& a = x[t][start + size(config_.rope_pairs == RopePairs::half ? i : 2 * i)];
                    double& b =
                        x[t][start + size(config_.rope_pairs == RopePairs::half ? i + pairs : 2 * i + 1)];
                    const double turned = a * std::cos(angle) - b * std::sin(angle);
                    b = amplification() * (a * std::sin(angle) + b * std::cos(angle));
                    a = amplification() * turned;
                }
        return x;
    }

    double score_scale() const {
        return config_.attn_scale > 0 ? config_.attn_scale : 1 / std::sqrt(double(config_.d_head));
    }

    /// ALiBi's slopes as its authors list them: powers of 2^(-8/n); for other n those of the next lower power
    /// of two, then every second one of twice that.
    double slope(int head) const {
        if (config_.positions != Positions::alibi) return 0;
        int power = 1;
        while (power * 2 <= config_.n_heads) power *= 2;
        if (head < power) return std::pow(std::pow(2.0, -8.0 / power), head + 1);
        return std::pow(std::pow(2.0, -8.0 / (2 * power)), 2 * (head - power) + 1);
    }

    /// T5's _relative_position_bucket, in its words.
    int bucket(int relative_position) const { // that of the key less that of the query
        int num_buckets = config_.n_buckets, relative_buckets = 0;
        if (config_.mask == MaskKind::bidirectional) {
            num_buckets /= 2;
            if (relative_position > 0) relative_buckets += num_buckets;
            relative_position = std::abs(relative_position);
        } else {
            relative_position = -std::min(relative_position, 0);
        }
        const int max_exact = num_buckets / 2;
        if (relative_position < max_exact) return relative_buckets + relative_position;
        const double large = std::log(double(relative_position) / max_exact) /
                             std::log(double(config_.bucket_max_distance) / max_exact) *
                             (num_buckets - max_exact);
        return relative_buckets + std::min(max_exact + int(large + 1e-9), num_buckets - 1);
    }
    double position_bias(int h, int t, int j) const {
        if (config_.positions != Positions::buckets) return 0;
        return slice(Role::position_bias, -1, bucket(position(j) - position(t)))[size(h)];
    }

    /// RMSNorm of each head's vector or of all together.
    Table normed(Table x, Role role, int l, int heads, Site scale_site) {
        const std::vector<double> gain = slice(role, l, 0);
        const bool each = config_.qk_norm == QkNorm::heads;
        Table scales(x.size());
        for (std::size_t t = 0; t < x.size(); ++t) {
            const std::vector<double> in = x[t];
            for (std::size_t h = 0; h < size(heads); ++h) {
                const std::size_t d = size(config_.d_head), first = each ? h * d : 0,
                                  n = each ? d : in.size();
                double squares = 0;
                for (std::size_t i = first; i < first + n; ++i) squares += in[i] * in[i] / double(n);
                scales[t].push_back(std::sqrt(squares + config_.norm_eps));
                for (std::size_t i = h * d; i < (h + 1) * d; ++i)
                    x[t][i] = in[i] / scales[t][h] * (gain[each ? i - h * d : i] + config_.gain_offset);
            }
        }
        keep(scale_site, l, scales);
        return x;
    }

    Table attention(const Table& x, int l) {
        layer_ = l;
        // GPT-2 keeps q, k and v side by side.
        const ParamRow *joint = find(Role::qkv, l, -1), *joint_bias = find(Role::qkv_bias, l, -1);
        const bool rope = config_.positions == Positions::rope;
        const int n = int(x.size()), d = config_.d_head, group = config_.n_heads / config_.n_kv_heads,
                  dq = config_.n_heads * d, dkv = config_.n_kv_heads * d;
        const auto part = [&](Role weight, Role bias, int first, int width) {
            return joint ? linear(x, joint, joint_bias, first, width)
                         : linear(x, find(weight, l, -1), find(bias, l, -1), 0, width);
        };
        Table q = part(Role::q, Role::q_bias, 0, dq), k = part(Role::k, Role::k_bias, dq, dkv);
        const Table v = part(Role::v, Role::v_bias, dq + dkv, dkv);
        keep(Site::q, l, q), keep(Site::k, l, k), keep(Site::v, l, v);
        if (config_.qk_norm != QkNorm::none) {
            keep(Site::norm_q, l, q = normed(q, Role::q_norm_gain, l, config_.n_heads, Site::q_norm_scale));
            keep(Site::norm_k, l,
                 k = normed(k, Role::k_norm_gain, l, config_.n_kv_heads, Site::k_norm_scale));
        }
        if (rope) keep(Site::rot_q, l, q = rotated(q)), keep(Site::rot_k, l, k = rotated(k));
        Table scores(x.size(), std::vector<double>(size(config_.n_heads * n),
                                                   -std::numeric_limits<double>::infinity()));
        Table pattern(x.size(), std::vector<double>(size(config_.n_heads * n))),
            z(x.size(), std::vector<double>(size(dq)));
        for (int h = 0; h < config_.n_heads; ++h) {
            const auto sees = reference_mask(config_, setup_, l, h, n);
            for (int t = 0; t < n; ++t) {
                double total = config_.attn_sink ? std::exp(slice(Role::sink, l, 0)[size(h)]) : 0.0;
                for (int j = 0; j < n; ++j) {
                    if (!sees[size(t)][size(j)]) continue;
                    double dot = 0;
                    for (int i = 0; i < d; ++i)
                        dot += q[size(t)][size(h * d + i)] * k[size(j)][size(h / group * d + i)];
                    scores[size(t)][size(h * n + j)] =
                        capped(dot * score_scale() - slope(h) * std::abs(position(t) - position(j)) +
                                   position_bias(h, t, j),
                               config_.score_cap);
                    total += std::exp(scores[size(t)][size(h * n + j)]);
                }
                for (int j = 0; j < n; ++j) {
                    if (!sees[size(t)][size(j)]) continue;
                    const double p = pattern[size(t)][size(h * n + j)] =
                        std::exp(scores[size(t)][size(h * n + j)]) / total;
                    for (int i = 0; i < d; ++i)
                        z[size(t)][size(h * d + i)] += p * v[size(j)][size(h / group * d + i)];
                }
            }
        }
        keep(Site::attn_scores, l, scores), keep(Site::pattern, l, pattern), keep(Site::z, l, z);
        return linear(z, find(Role::attn_out, l, -1), find(Role::attn_out_bias, l, -1), 0, config_.d_model);
    }

    /// Every row reads every row of the source.
    Table cross_attention(const Table& x, int l) {
        const int n = int(source_.size()), d = config_.d_head, group = config_.n_heads / config_.n_kv_heads,
                  dq = config_.n_heads * d, dkv = config_.n_kv_heads * d;
        const auto part = [&](const Table& in, Role weight, Role bias, int width) {
            return linear(in, find(weight, l, -1), find(bias, l, -1), 0, width);
        };
        const Table q = part(x, Role::cross_q, Role::cross_q_bias, dq),
                    k = part(source_, Role::cross_k, Role::cross_k_bias, dkv),
                    v = part(source_, Role::cross_v, Role::cross_v_bias, dkv);
        keep(Site::cross_q, l, q), keep(Site::cross_k, l, k), keep(Site::cross_v, l, v);
        Table scores(x.size(), std::vector<double>(size(config_.n_heads * n))), pattern = scores;
        Table z(x.size(), std::vector<double>(size(dq)));
        for (int h = 0; h < config_.n_heads; ++h)
            for (std::size_t t = 0; t < x.size(); ++t) {
                double total = 0;
                for (int j = 0; j < n; ++j) {
                    double dot = 0;
                    for (int i = 0; i < d; ++i)
                        dot += q[t][size(h * d + i)] * k[size(j)][size(h / group * d + i)];
                    total +=
                        std::exp(scores[t][size(h * n + j)] = capped(dot * score_scale(), config_.score_cap));
                }
                for (int j = 0; j < n; ++j) {
                    const double p = pattern[t][size(h * n + j)] =
                        std::exp(scores[t][size(h * n + j)]) / total;
                    for (int i = 0; i < d; ++i)
                        z[t][size(h * d + i)] += p * v[size(j)][size(h / group * d + i)];
                }
            }
        keep(Site::cross_attn_scores, l, scores), keep(Site::cross_pattern, l, pattern),
            keep(Site::cross_z, l, z);
        const Table out = part(z, Role::cross_attn_out, Role::cross_attn_out_bias, config_.d_model);
        keep(Site::cross_attn_out, l, out);
        return out;
    }

    double activation(double x) const {
        switch (config_.activation) {
        case Activation::gelu_tanh:
            return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
        case Activation::gelu: return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
        case Activation::silu: return x / (1 + std::exp(-x));
        case Activation::relu: return std::max(x, 0.0);
        }
        return 0;
    }

    /// The output of one expert for one row; e is -1 for a dense MLP. Appends what is computed on the way to
    /// pre, up and post.
    std::vector<double> expert(const std::vector<double>& x, int l, int e, std::vector<double>& pre,
                               std::vector<double>& up, std::vector<double>& post) const {
        // Phi-3 keeps gate and up side by side.
        const ParamRow* joint = find(Role::mlp_in_up, l, e);
        const auto project = [&](const std::vector<double>& in, Role weight, Role bias, int width) {
            if (joint && weight != Role::mlp_out)
                return linear({in}, joint, nullptr, weight == Role::mlp_up ? width : 0, width)[0];
            return linear({in}, find(weight, l, e), find(bias, l, e), 0, width)[0];
        };
        const std::vector<double> a = project(x, Role::mlp_in, Role::mlp_in_bias, config_.d_mlp);
        std::vector<double> hidden;
        for (const double v : a) hidden.push_back(activation(v));
        if (config_.mlp == MlpKind::gated) {
            const std::vector<double> b = project(x, Role::mlp_up, Role::mlp_up_bias, config_.d_mlp);
            for (std::size_t i = 0; i < b.size(); ++i) hidden[i] *= b[i];
            up.insert(up.end(), b.begin(), b.end());
        }
        pre.insert(pre.end(), a.begin(), a.end());
        post.insert(post.end(), hidden.begin(), hidden.end());
        return project(hidden, Role::mlp_out, Role::mlp_out_bias, config_.d_model);
    }

    Table feed_forward(const Table& x, int l) {
        const std::size_t n = x.size();
        Table indices(n, {-1}), gates(n, {1}), pre(n), up(n), post(n),
            out(n, std::vector<double>(size(config_.d_model)));
        if (config_.n_experts > 0) {
            Table logits = linear(x, find(Role::router, l, -1), nullptr, 0, config_.n_experts);
            const ParamRow* bias = find(Role::router_bias, l, -1);
            Table weights;
            for (std::size_t t = 0; t < n; ++t) {
                std::vector<int> forced;
                std::vector<double> preference(size(config_.n_experts));
                for (const ExpertRule& rule : setup_.experts) {
                    if (!applies(rule, l, t)) continue;
                    for (const int e : rule.off) {
                        logits[t][size(e)] = -std::numeric_limits<double>::infinity();
                        preference[size(e)] = -1000;
                    }
                    if (!rule.forced.empty()) forced = rule.forced;
                }
                weights.push_back(config_.router == RouterKind::softmax ? softmax(logits[t])
                                                                        : sigmoid(logits[t]));
                for (const int e : forced) preference[size(e)] = 1000;
                for (std::size_t e = 0; e < preference.size(); ++e)
                    preference[e] += weights[t][e] + (bias ? double(weights_.values(*bias)[e]) : 0);
                indices[t] = largest(preference, slots_);
                gates[t].clear();
                double total = 0;
                const int k = !forced.empty()                ? int(forced.size())
                              : setup_.experts_per_token > 0 ? setup_.experts_per_token
                                                             : config_.experts_per_token;
                for (int i = 0; i < k; ++i) total += weights[t][size(int(indices[t][size(i)]))];
                if (!config_.renormalised_gates) total = 1;
                for (int i = 0; i < slots_; ++i)
                    gates[t].push_back(i < k ? weights[t][size(int(indices[t][size(i)]))] / total : 0);
                if (forced.size() == 1) gates[t][0] = 1;
                for (int e = config_.n_experts; e < config_.n_experts + config_.n_shared_experts; ++e)
                    indices[t].push_back(e), gates[t].push_back(1);
            }
            keep(Site::router_logits, l, logits), keep(Site::expert_weights, l, weights);
            keep(Site::expert_indices, l, indices), keep(Site::expert_gates, l, gates);
        }
        for (std::size_t t = 0; t < n; ++t)
            for (std::size_t slot = 0; slot < indices[t].size(); ++slot) {
                int e = int(indices[t][slot]);
                for (const ExpertRule& rule : setup_.experts)
                    if (rule.swapped.size() == 2 && applies(rule, l, t))
                        e = e == rule.swapped[0]   ? rule.swapped[1]
                            : e == rule.swapped[1] ? rule.swapped[0]
                                                   : e;
                const std::vector<double> y = expert(x[t], l, e, pre[t], up[t], post[t]);
                for (std::size_t i = 0; i < y.size(); ++i) out[t][i] += gates[t][slot] * y[i];
            }
        keep(Site::mlp_pre, l, pre), keep(Site::mlp_post, l, post);
        if (config_.mlp == MlpKind::gated) keep(Site::mlp_pre_linear, l, up);
        return out;
    }

    static bool applies(const ExpertRule& rule, int l, std::size_t t) {
        return among(rule.layers, l) && int(t) >= rule.rows[0] && (rule.rows[1] < 0 || int(t) < rule.rows[1]);
    }

    /// How many experts a row has room for: as many as the layer with the most of them.
    int slots() const {
        std::size_t most = 0;
        for (int l = 0; l < config_.n_layers; ++l) {
            for (std::size_t t = 0; t < tokens_.size(); ++t) {
                std::size_t k =
                    size(setup_.experts_per_token > 0 ? setup_.experts_per_token : config_.experts_per_token);
                for (const ExpertRule& rule : setup_.experts)
                    if (applies(rule, l, t) && !rule.forced.empty()) k = rule.forced.size();
                most = std::max(most, k);
            }
        }
        return int(most);
    }

    static std::vector<double> softmax(std::vector<double> x) {
        double total = 0;
        for (double& v : x) total += v = std::exp(v);
        for (double& v : x) v /= total;
        return x;
    }
    static std::vector<double> sigmoid(std::vector<double> x) {
        for (double& v : x) v = 1 / (1 + std::exp(-v));
        return x;
    }
    /// The indices of the n largest, the lower one first among equals.
    static std::vector<double> largest(const std::vector<double>& x, int n) {
        std::vector<int> order(x.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return x[size(a)] > x[size(b)]; });
        return {order.begin(), order.begin() + n};
    }

    const Weights& weights_;
    const ModelConfig& config_;
    const Stack stack_;
    const std::vector<int>& tokens_;
    const RunSetup& setup_;
    const Table source_; ///< what the encoder gives
    const int slots_ = slots();
    int layer_ = 0; ///< whose attention is computed
    Table output_;
    ReferenceSites sites_;
};

} // namespace

ReferenceSites reference_encoder(const Weights& weights, const std::vector<int>& source) {
    const RunSetup plain;
    return Reference(weights, Stack::encoder, source, plain, {}).run();
}

ReferenceSites reference_forward(const Weights& weights, const std::vector<int>& tokens,
                                 const RunSetup& setup, const std::vector<int>& source) {
    const RunSetup plain;
    Table read;
    if (weights.config.n_encoder_layers > 0) {
        Reference encoder(weights, Stack::encoder, source, plain, {});
        encoder.run();
        read = encoder.output();
    }
    return Reference(weights, Stack::decoder, tokens, setup, std::move(read)).run();
}

} // namespace gf::tests
