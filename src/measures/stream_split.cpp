#include "measures/stream_split.h"

#include "measures/expert_outputs.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace gf {

using Part = AttributionTerm::Part;

double weigh(std::span<const double> weights, const real* x) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * static_cast<double>(x[i]);
    return sum;
}

std::vector<double> weigh_rows(const Matrix& m, int first, int n, std::span<const double> weights) {
    std::vector<double> result(static_cast<std::size_t>(n));
    for (int j = 0; j < n; ++j)
        result[static_cast<std::size_t>(j)] =
            weigh(weights, m.data + static_cast<std::ptrdiff_t>(first + j) * m.stride);
    return result;
}

StreamSplit::StreamSplit(const Trace& run, int row, std::vector<AttributionTerm>& terms)
    : of_attention(static_cast<std::size_t>(run.config().n_layers)), of_source_attention(of_attention.size()),
      run_(run), config_(run.config()), row_(row), terms_(terms) {}

/// y = (x - mean) / scale · (gain + offset) + bias. The mean's part is linear, too: it takes the mean of the
/// weights away.
void StreamSplit::through_norm(const Trace& run, Site scale, int layer, int row, const real* gain,
                               const real* norm_bias, StreamWeights& weights, double& bias) {
    const ModelConfig& c = run.config();
    if (norm_bias) bias += weigh(weights, norm_bias);
    const double divisor = static_cast<double>(*run.row(scale, layer, row));
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] *= (static_cast<double>(gain[i]) + c.gain_offset) / divisor;
    if (c.norm != NormKind::layer) return;
    const double mean =
        std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
    for (double& w : weights) w -= mean;
}

void StreamSplit::run(StreamWeights weights, int n_layers, double bias) {
    bias_ = bias;
    if (bias_ != 0) add(Part::bias, n_layers, -1, std::exchange(bias_, 0));
    const bool behind = config_.norms_stream(), source = run_.source() != nullptr;
    for (int l = n_layers - 1; l >= 0; --l) {
        const BlockWeights& w = run_.stack().blocks[static_cast<std::size_t>(l)];
        const bool has_mlp = config_.layer(l).mlp != MlpKind::none;
        const auto back = [&](Site scale, const real* gain, const real* norm_bias) {
            if (behind) through_norm(run_, scale, l, row_, gain, norm_bias, weights, bias_);
        };
        if (has_mlp) {
            back(Site::ln2_scale, w.ln2_gain, w.ln2_bias);
            split_mlp(l, weights);
        }
        if (source) {
            back(Site::ln_cross_scale, w.ln_cross_gain, w.ln_cross_bias);
            split_attention(l, true, weights);
        }
        back(Site::ln1_scale, w.ln1_gain, w.ln1_bias);
        split_attention(l, false, weights);
        if (bias_ != 0) add(Part::bias, l, -1, std::exchange(bias_, 0));
    }
    split_embedding(std::move(weights));
    terms_.insert(terms_.end(), found_.rbegin(), found_.rend());
    found_.clear();
}

void StreamSplit::split_mlp(int l, StreamWeights weights) {
    const BlockWeights& w = run_.stack().blocks[static_cast<std::size_t>(l)];
    const Site out = config_.norms_output() ? Site::mlp_raw : Site::mlp_out;
    if (config_.norms_output())
        through_norm(run_, Site::ln2_post_scale, l, row_, w.ln2_post_gain, w.ln2_post_bias, weights, bias_);
    if (whole_parts || !config_.layer(l).is_moe())
        return add(Part::mlp, l, -1, weigh(weights, run_.row(out, l, row_)));
    ExpertOutputs experts;
    find_expert_outputs(run_, l, row_, experts);
    for (std::size_t slot = experts.parts.size(); slot-- > 0;) {
        const ExpertOutputs::Part& part = experts.parts[slot];
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
            sum += weights[i] * static_cast<double>(part.values[i]);
        add(Part::expert, l, part.visited, part.gate * sum);
    }
}

void StreamSplit::split_attention(int l, bool source, StreamWeights weights) {
    const BlockWeights& w = run_.stack().blocks[static_cast<std::size_t>(l)];
    const AttentionWeights& a = source ? w.cross : w;
    if (!source && config_.norms_output())
        through_norm(run_, Site::ln1_post_scale, l, row_, w.ln1_post_gain, w.ln1_post_bias, weights, bias_);
    if (whole_parts && l != unfolded) {
        const Site out = source                   ? Site::cross_attn_out
                         : config_.norms_output() ? Site::attn_raw
                                                  : Site::attn_out;
        return add(source ? Part::source_head : Part::head, l, 0, weigh(weights, run_.row(out, l, row_)));
    }
    if (a.attn_out_bias) bias_ += weigh(weights, a.attn_out_bias);
    const real* z = run_.row(source ? Site::cross_z : Site::z, l, row_);
    for (int h = config_.n_heads - 1; h >= 0; --h)
        add(source ? Part::source_head : Part::head, l, h,
            weigh(weigh_rows(a.attn_out, h * config_.d_head, config_.d_head, weights),
                  z + h * config_.d_head));
    (source ? of_source_attention : of_attention)[static_cast<std::size_t>(l)] = std::move(weights);
}

void StreamSplit::split_embedding(StreamWeights weights) {
    const StackWeights& w = run_.stack();
    if (config_.embed_norm)
        through_norm(run_, Site::embed_ln_scale, -1, row_, w.embed_ln_gain, w.embed_ln_bias, weights, bias_);
    if (bias_ != 0) add(Part::bias, -1, -1, std::exchange(bias_, 0));
    if (run_.has(Site::pos_embed))
        add(Part::position, -1, -1, weigh(weights, run_.row(Site::pos_embed, -1, row_)));
    add(Part::embedding, -1, -1, weigh(weights, run_.row(Site::embed, -1, row_)));
}

} // namespace gf
