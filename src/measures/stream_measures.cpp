#include "measures/stream_measures.h"

#include "core/kernels/kernels.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

/// The 2-norm of n values.
double length_of(const real* x, int n) { return std::sqrt(static_cast<double>(n)) * norm_scale(x, n, 0, 0); }

/// |written| / |stream|, at most 1.
float share_of(const real* written, const real* stream, int n) {
    const double all = length_of(stream, n);
    return all > 0 ? static_cast<float>(std::min(1.0, length_of(written, n) / all)) : 0.0f;
}

} // namespace

bool StreamMeasures::advance(const RunView& view, std::size_t budget) {
    const ModelConfig& c = view.config();
    if (view.source() != source_) {
        source_ = view.source();
        n_layers_ = static_cast<std::size_t>(c.n_layers);
        shares_.clear();
        predictions_.clear();
        shares_.reserve(static_cast<std::size_t>(view.trace->capacity()) * n_layers_);
        predictions_.reserve(static_cast<std::size_t>(view.trace->capacity()));
    }
    const std::size_t cost =
        4 * n_layers_ * static_cast<std::size_t>(c.d_model) + 4 * static_cast<std::size_t>(c.d_vocab);
    const std::size_t n_rows = std::clamp(budget / cost, std::size_t{1}, std::size_t{1} << 30);
    const int end = std::min(view.rows, rows() + static_cast<int>(n_rows));
    for (int row = rows(); row < end; ++row) measure(*view.trace, row);
    return rows() >= view.rows;
}

nlohmann::ordered_json StreamMeasures::result() const {
    auto measured = nlohmann::ordered_json::array();
    for (int row = 0; row < rows(); ++row) {
        auto layers = nlohmann::ordered_json::array();
        for (int layer = 0; layer < static_cast<int>(n_layers_); ++layer) {
            const WriteShare& s = share(layer, row);
            layers.push_back({{"attention", s.attention}, {"cross", s.cross}, {"mlp", s.mlp}});
        }
        const Prediction& p = prediction(row);
        measured.push_back({{"layers", layers}, {"token", p.token}, {"probability", p.probability}});
    }
    return measured;
}

void StreamMeasures::measure(const Trace& t, int row) {
    const ModelConfig& c = t.config();
    const bool has_mlp = c.mlp != MlpKind::none;
    const bool pre = !c.norms_stream(), parallel = c.is_parallel();
    // If the sub-layer's output is not kept, it is the difference of the stream after and before it. Where a
    // post-norm stands between the two, or both sub-layers add at once, the calls below pass `added` as
    // `from`, and the share is 0.
    const auto share = [&](Site added, Site from, Site to, int l) {
        if (t.kept(added, l)) return share_of(t.row(added, l, row), t.row(to, l, row), c.d_model);
        if (!t.kept(from, l) || !t.kept(to, l)) return 0.0f;
        added_.resize(static_cast<std::size_t>(c.d_model));
        const real *before = t.row(from, l, row), *after = t.row(to, l, row);
        for (int i = 0; i < c.d_model; ++i) added_[static_cast<std::size_t>(i)] = after[i] - before[i];
        return share_of(added_.data(), after, c.d_model);
    };
    for (int l = 0; l < c.n_layers; ++l) {
        WriteShare s;
        s.attention = share(Site::attn_out, parallel ? Site::attn_out : Site::resid_pre,
                            has_mlp && !parallel ? Site::resid_mid : Site::resid_post, l);
        if (t.source())
            s.cross = share(Site::cross_attn_out, pre ? Site::resid_mid : Site::cross_attn_out,
                            Site::resid_mid_cross, l);
        const Site before_mlp = t.source() ? Site::resid_mid_cross : Site::resid_mid;
        if (has_mlp)
            s.mlp = share(Site::mlp_out, pre && !parallel ? before_mlp : Site::mlp_out, Site::resid_post, l);
        shares_.push_back(s);
    }
    if (!c.has_logits()) return predictions_.push_back({});
    const real* logits = t.row(Site::logits, -1, row);
    const real* likeliest = std::max_element(logits, logits + c.d_vocab);
    const double p = std::exp(static_cast<double>(*likeliest) - log_sum_exp(logits, c.d_vocab));
    predictions_.push_back({static_cast<int>(likeliest - logits), static_cast<float>(p)});
}

} // namespace gf
