#include "measures/attribution.h"

#include "core/passes/read_out.h"
#include "measures/stream_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

/// Less than this share of the magnitudes is rounding, and no edit.
constexpr double k_rounding = 1e-5;

/// From weights of what the unembedding multiplies to those of what the last norm or layer leaves, through
/// the masked-token head: its norm, its activation, of which each value's ratio is taken as it was computed,
/// and its dense layer. Returns the mean of these ratios.
double through_head(const Trace& run, int row, StreamWeights& weights, double& bias) {
    const StackWeights& w = run.stack();
    StreamSplit::through_norm(run, Site::mlm_ln_scale, -1, row, w.mlm_ln_gain, w.mlm_ln_bias, weights, bias);
    const real *before = run.row(Site::mlm_pre, -1, row), *after = run.row(Site::mlm_post, -1, row);
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double ratio =
            before[i] != 0 ? static_cast<double>(after[i]) / static_cast<double>(before[i]) : 0;
        weights[i] *= ratio;
        sum += ratio / static_cast<double>(weights.size());
    }
    if (w.mlm_dense_bias) bias += weigh(weights, w.mlm_dense_bias);
    weights = weigh_rows(w.mlm_dense, 0, w.mlm_dense.in, weights);
    return sum;
}

} // namespace

std::string Attribution::why_not(const Trace& run) {
    const ModelConfig& c = run.config();
    if (!c.has_logits()) return "this run gives no logits";
    for (int l = 0; l < c.n_layers; ++l)
        if (!run.kept(Site::z, l) || (c.is_moe() && !run.kept(Site::mlp_post, l)))
            return "a run of this length does not keep what each part writes";
    return "";
}

void Attribution::look_at(std::shared_ptr<const Trace> run, const AttributionTarget& target) {
    run_ = std::move(run);
    target_ = target;
    terms_.clear();
    taken_.clear();
    const ModelConfig& c = run_->config();
    const StackWeights& w = run_->stack();
    const int row = target.row;
    StreamWeights weights(static_cast<std::size_t>(c.d_model));
    const auto of = [&](auto token_value) {
        return token_value(target.token) - (target.against >= 0 ? token_value(target.against) : 0.0);
    };
    for (int i = 0; i < c.d_model; ++i)
        weights[static_cast<std::size_t>(i)] =
            c.logit_scale *
            of([&](int t) { return static_cast<double>(w.unembed.data[i * w.unembed.stride + t]); });
    double bias = w.unembed_bias
                      ? c.logit_scale * of([&](int t) { return static_cast<double>(w.unembed_bias[t]); })
                      : 0;
    std::vector<real> unembedded;
    find_unembedded(*run_, row, unembedded);
    value_ = c.logit_cap > 0
                 ? weigh(weights, unembedded.data()) + bias
                 : of([&](int t) { return static_cast<double>(run_->row(Site::logits, -1, row)[t]); });
    if (c.head == OutputHead::masked_tokens) {
        taken_.push_back(
            {"head's norm: divided by", static_cast<double>(*run_->row(Site::mlm_ln_scale, -1, row))});
        taken_.push_back({"head's activation: each value times after / before, mean",
                          through_head(*run_, row, weights, bias)});
    }
    if (!c.norms_stream()) {
        taken_.push_back(
            {"final norm: divided by", static_cast<double>(*run_->row(Site::ln_final_scale, -1, row))});
        StreamSplit::through_norm(*run_, Site::ln_final_scale, -1, row, w.ln_final_gain, w.ln_final_bias,
                                  weights, bias);
    }
    for (int l = c.n_layers - 1; l >= 0; --l) {
        const auto take = [&](const char* name, Site site) {
            if (run_->has(site))
                taken_.push_back({fmt::format("layer {}, {}: divided by", l, name),
                                  static_cast<double>(*run_->row(site, l, row))});
        };
        if (c.norms_stream())
            take("norm behind the MLP", Site::ln2_scale), take("norm behind attention", Site::ln1_scale);
        take("norm of what the MLP adds", Site::ln2_post_scale);
        take("norm of what attention adds", Site::ln1_post_scale);
    }
    StreamSplit split(*run_, row, terms_);
    split.run(std::move(weights), c.n_layers, bias);
    of_attention_ = std::move(split.of_attention);
    of_source_attention_ = std::move(split.of_source_attention);
    const double apart = value_ - sum();
    if (!run_->edits().empty() && std::abs(apart) > k_rounding * sum_of_magnitudes())
        terms_.push_back({AttributionTerm::Part::edits, -1, -1, apart});
}

double Attribution::sum() const {
    double sum = 0;
    for (const AttributionTerm& term : terms_) sum += term.value;
    return sum;
}

double Attribution::sum_of_magnitudes() const {
    double sum = 0;
    for (const AttributionTerm& term : terms_) sum += std::abs(term.value);
    return sum;
}

std::vector<AttributionSource> Attribution::sources(const AttributionTerm& head) const {
    const ModelConfig& c = run_->config();
    const bool cross = head.part == AttributionTerm::Part::source_head;
    const auto l = static_cast<std::size_t>(head.layer);
    const Site pattern = cross ? Site::cross_pattern : Site::pattern,
               values = cross ? Site::cross_v : Site::v;
    const BlockWeights& block = run_->stack().blocks[l];
    const std::vector<double> weights =
        weigh_rows((cross ? block.cross : block).attn_out, head.index * c.d_head, c.d_head,
                   (cross ? of_source_attention_ : of_attention_)[l]);
    const KeyMask& mask =
        run_->plan().mask(cross ? Site::cross_attn_scores : Site::attn_scores, head.layer, head.index);
    const Trace::KeyRange keys = mask.keys(target_.row);
    const real* p = run_->row(pattern, head.layer, target_.row) + head.index * run_->n_keys(pattern);
    std::vector<AttributionSource> found;
    for (int key = keys.begin; key < keys.end; ++key) {
        if (!mask.visible(target_.row, key)) continue;
        const real* v = run_->row(values, head.layer, key) + head.index / c.group_size() * c.d_head;
        found.push_back({key, static_cast<double>(p[key - keys.first]), weigh(weights, v)});
    }
    return found;
}

std::vector<AttributionTerm> Attribution::copied(const AttributionTerm& head,
                                                 const AttributionSource& source) const {
    std::vector<AttributionTerm> terms;
    if (head.part != AttributionTerm::Part::head) return terms;
    const ModelConfig& c = run_->config();
    const auto l = static_cast<std::size_t>(head.layer);
    const BlockWeights& w = run_->stack().blocks[l];
    std::vector<double> of_value =
        weigh_rows(w.attn_out, head.index * c.d_head, c.d_head, of_attention_[l]); // (d_head)
    for (double& x : of_value) x *= source.weight;
    const int first = head.index / c.group_size() * c.d_head;
    double bias = 0;
    if (w.v_bias) bias += weigh(of_value, w.v_bias + first);
    // (d_model, d_head) x (d_head) -> (d_model)
    StreamWeights weights(static_cast<std::size_t>(c.d_model));
    for (int i = 0; i < c.d_model; ++i)
        weights[static_cast<std::size_t>(i)] =
            weigh(of_value, w.v.data + static_cast<std::ptrdiff_t>(i) * w.v.stride + first);
    if (c.norms_input())
        StreamSplit::through_norm(*run_, Site::ln1_scale, head.layer, source.row, w.ln1_gain, w.ln1_bias,
                                  weights, bias);
    StreamSplit(*run_, source.row, terms).run(std::move(weights), head.layer, bias);
    return terms;
}

} // namespace gf
