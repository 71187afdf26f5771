#include "measures/first_token.h"

#include "core/kernels/kernels.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace gf {

void FirstTokenOfLayer::look_at(Site pattern, int layer) {
    if (pattern == pattern_ && layer == layer_) return;
    *this = {};
    pattern_ = pattern, layer_ = layer;
}

void FirstTokenOfLayer::start(const RunView& view) {
    const ModelConfig& c = view.config();
    source_ = view.source();
    rows_ = 0, n_heads_ = c.n_heads, d_head_ = c.d_head, first_ = -1;
    sums_.assign(static_cast<std::size_t>(n_heads_), {});
    first_written_.assign(static_cast<std::size_t>(n_heads_), 0);
    const BlockWeights& block = view.trace->stack().blocks[static_cast<std::size_t>(layer_)];
    const Matrix& w = has_source_keys(pattern_) ? block.cross.attn_out : block.attn_out;
    const auto row = [&](int head, int i) {
        return w.data + static_cast<std::ptrdiff_t>(head * d_head_ + i) * w.stride;
    };
    is_normed_ = c.norms_output() && !has_source_keys(pattern_);
    std::vector<real>
        written; // [head, i, d_model]: W_O, or what a norm behind it leaves of it but its divisor
    for (int head = 0; head < n_heads_; ++head)
        for (int i = 0; i < d_head_; ++i) {
            const real mean = c.norm == NormKind::layer ? mean_of(row(head, i), c.d_model) : real(0);
            for (int j = 0; j < c.d_model; ++j)
                written.push_back(is_normed_ ? (row(head, i)[j] - mean) *
                                                   (block.ln1_post_gain[j] + static_cast<real>(c.gain_offset))
                                             : row(head, i)[j]);
        }
    const auto written_row = [&](int head, int i) {
        return written.data() + static_cast<std::ptrdiff_t>(head * d_head_ + i) * c.d_model;
    };
    gram_.clear();
    for (int head = 0; head < n_heads_; ++head)
        for (int i = 0; i < d_head_; ++i)
            for (int j = 0; j < d_head_; ++j)
                gram_.push_back(
                    static_cast<double>(dot(written_row(head, i), written_row(head, j), c.d_model)));
}

/// The length of a head's vector, (d_head), behind its part of W_O.
double FirstTokenOfLayer::written_by(int head, const real* x) const {
    const double* g = gram_.data() + static_cast<std::ptrdiff_t>(head) * d_head_ * d_head_;
    double sum = 0;
    for (int i = 0; i < d_head_; ++i, g += d_head_)
        for (int j = 0; j < d_head_; ++j) sum += static_cast<double>(x[i]) * g[j] * static_cast<double>(x[j]);
    return std::sqrt(std::max(sum, 0.0));
}

bool FirstTokenOfLayer::advance(const RunView& of, std::size_t budget) {
    const RunView view{.trace = of.trace, .rows = of.rows};
    const SiteValues pattern = view.values({pattern_, layer_});
    if (!pattern.exists()) return true;
    if (view.source() != source_) start(view);
    for (std::size_t spent = 0; rows_ < pattern.rows() && spent <= budget; ++rows_) {
        read_row(view, rows_);
        spent += static_cast<std::size_t>(n_heads_ * d_head_);
    }
    return rows_ >= pattern.rows();
}

void FirstTokenOfLayer::read_row(const RunView& view, int row) {
    const Trace& trace = *view.trace;
    const bool cross = has_source_keys(pattern_);
    const Trace::KeyRange keys = trace.keys(pattern_, row);
    const Segment& segment = trace.segments()[static_cast<std::size_t>(trace.plan(row).segment)];
    const int first = cross ? keys.begin : segment.begin + segment.pad_left;
    const Site values = cross ? Site::cross_v : Site::v, mixed = cross ? Site::cross_z : Site::z;
    const int group = view.config().group_size();
    for (int head = 0; first != first_ && head < n_heads_; ++head)
        first_written_[static_cast<std::size_t>(head)] =
            written_by(head, trace.row(values, layer_, first) + head / group * d_head_);
    first_ = first;
    const bool has_choice = keys.size() >= 2 && (cross || row != first);
    for (int head = 0; head < n_heads_; ++head) {
        FirstTokenShare sum = sums_[sums_.size() - static_cast<std::size_t>(n_heads_)];
        if (has_choice && trace.plan().mask(pattern_, layer_, head).visible(row, first)) {
            const real* weights = trace.row(pattern_, layer_, row) + head * trace.n_keys(pattern_);
            const auto weight = static_cast<double>(weights[first - keys.first]);
            ++sum.queries;
            sum.weight += weight;
            const double divisor =
                is_normed_ ? static_cast<double>(*trace.row(Site::ln1_post_scale, layer_, row)) : 1;
            sum.written += weight * first_written_[static_cast<std::size_t>(head)] / divisor;
            sum.of += written_by(head, trace.row(mixed, layer_, row) + head * d_head_) / divisor;
        }
        sums_.push_back(sum);
    }
}

std::optional<FirstTokenShare> FirstTokenOfLayer::share(int head, int rows) const {
    const int n = std::clamp(rows, 0, rows_);
    if (n == 0) return std::nullopt;
    FirstTokenShare s = sums_[static_cast<std::size_t>(n * n_heads_ + head)];
    if (s.queries == 0) return std::nullopt;
    s.weight /= s.queries, s.written /= s.queries, s.of /= s.queries;
    return s;
}

bool FirstTokens::advance(const RunView& view, std::size_t budget) {
    const ModelConfig& c = view.config();
    n_heads_ = c.n_heads;
    layers_.resize(static_cast<std::size_t>(c.n_layers));
    const std::size_t share = budget == k_no_limit ? budget : budget / layers_.size() + 1;
    bool complete = true;
    for (int l = 0; l < c.n_layers; ++l) {
        FirstTokenOfLayer& layer = layers_[static_cast<std::size_t>(l)];
        layer.look_at(Site::pattern, l);
        complete &= layer.advance(view, share);
    }
    return complete;
}

nlohmann::ordered_json FirstTokens::result() const {
    using Json = nlohmann::ordered_json;
    Json out{{"queries", Json::array()},
             {"weight", Json::array()},
             {"written", Json::array()},
             {"of", Json::array()}};
    for (const FirstTokenOfLayer& layer : layers_) {
        for (auto& [key, layers] : out.items()) layers.push_back(Json::array());
        for (int head = 0; head < n_heads_; ++head) {
            const auto s = layer.share(head, layer.rows());
            out["queries"].back().push_back(s ? Json(s->queries) : Json());
            out["weight"].back().push_back(s ? Json(s->weight) : Json());
            out["written"].back().push_back(s ? Json(s->written) : Json());
            out["of"].back().push_back(s ? Json(s->of) : Json());
        }
    }
    return out;
}

} // namespace gf
