#include "measures/attention_stages.h"

#include "core/kernels/kernels.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf {
namespace {

using enum AttentionStage;

/// The sites whose products a stage is made of.
struct ProductSites {
    Site query, key;
};
ProductSites product_sites(Attention attention, bool turned) {
    if (attention == Attention::cross) return {Site::cross_q, Site::cross_k};
    return turned ? ProductSites{Site::rot_q, Site::rot_k} : ProductSites{Site::q, Site::k};
}

Site site_of(Attention attention, AttentionStage stage) {
    if (attention == Attention::cross) return stage == scores ? Site::cross_attn_scores : Site::cross_pattern;
    return stage == scores ? Site::attn_scores : Site::pattern;
}

constexpr std::array k_with_rope{product, turned, scaled, scores, weights},
    k_with_alibi{product, scaled, penalised, scores, weights};
constexpr std::array k_without_positions{product, scaled, scores, weights};

} // namespace

std::span<const AttentionStage> attention_stages(const ModelConfig& config, int layer, Attention attention) {
    const Positions positions =
        attention == Attention::cross ? Positions::none : config.layer(layer).positions;
    switch (positions) {
    case Positions::rope: return k_with_rope;
    case Positions::alibi: return k_with_alibi;
    default: return k_without_positions;
    }
}

UnrolledAttention::UnrolledAttention(const RunView& view, Attention attention, int layer, int head)
    : view_{.trace = view.trace, .rows = view.rows}, attention_(attention), layer_(layer), head_(head),
      stages_(attention_stages(view.config(), layer, attention)), d_head_(view.config().d_head) {
    const SiteValues pattern = view_.values({site_of(attention, weights), layer});
    missing_ = pattern.missing();
    if (missing_.empty()) n_queries_ = pattern.rows();
}

int UnrolledAttention::first_key(int query) const {
    return view_.trace->keys(site_of(attention_, scores), query).first;
}

int UnrolledAttention::n_keys(int query) const {
    const Trace& trace = *view_.trace;
    if (attention_ == Attention::cross) return trace.n_keys(Site::cross_attn_scores);
    return std::min(trace.plan(query).segment_end, view_.rows) - first_key(query);
}

UnrolledAttention::Pair UnrolledAttention::vectors(AttentionStage stage, int query, int column) const {
    const bool is_turned = stage != product && view_.config().layer(layer_).positions == Positions::rope;
    const auto [q, k] = product_sites(attention_, is_turned);
    const auto width = static_cast<std::size_t>(d_head_);
    const int kv_head = head_ / view_.config().group_size();
    const Trace& trace = *view_.trace;
    return {{trace.row(q, layer_, query) + head_ * d_head_, width},
            {trace.row(k, layer_, first_key(query) + column) + kv_head * d_head_, width}};
}

real UnrolledAttention::penalty(int query, int column) const {
    const Trace& trace = *view_.trace;
    const int distance = trace.plan(query).position - trace.plan(first_key(query) + column).position;
    return trace.positions().slope(head_) * static_cast<real>(std::abs(distance));
}

/// q · k of every query of the block: (queries, d_head) x (d_head, columns) -> (queries, columns).
void UnrolledAttention::products(AttentionStage stage, const Block& b, std::vector<real>& out,
                                 std::vector<real>& keys) const {
    const std::size_t n = b.columns();
    int transposed_for = -1; // the first key of the segment whose keys lie in `keys`
    for (int query = b.query_begin; query < b.query_end; ++query) {
        const int n_there = std::clamp(n_keys(query) - b.column_begin, 0, static_cast<int>(n));
        if (n_there == 0) continue;
        if (first_key(query) != transposed_for) {
            transposed_for = first_key(query);
            keys.assign(static_cast<std::size_t>(d_head_) * n, 0);
            for (int j = 0; j < n_there; ++j) {
                const auto key = vectors(stage, query, b.column_begin + j).key;
                for (std::size_t i = 0; i < key.size(); ++i)
                    keys[i * n + static_cast<std::size_t>(j)] = key[i];
            }
        }
        real* to = out.data() + static_cast<std::size_t>(query - b.query_begin) * n;
        vec_mat(vectors(stage, query, b.column_begin).query.data(), d_head_, keys.data(),
                static_cast<std::ptrdiff_t>(n), nullptr, to, n_there);
    }
}

void UnrolledAttention::values(AttentionStage stage, const Block& b, std::vector<real>& out,
                               std::vector<real>& scratch) const {
    out.assign(b.size(), k_not_visible);
    const std::size_t n = b.columns();
    if (stage == scores || stage == weights) {
        const SiteValues site = view_.values({site_of(attention_, stage), layer_});
        for (int query = b.query_begin; query < b.query_end; ++query) {
            const auto row = site.row(head_, query, scratch);
            const auto begin = std::min(row.size(), static_cast<std::size_t>(b.column_begin)),
                       end = std::min(row.size(), static_cast<std::size_t>(b.column_end));
            std::copy(row.begin() + static_cast<std::ptrdiff_t>(begin),
                      row.begin() + static_cast<std::ptrdiff_t>(end),
                      out.begin() +
                          static_cast<std::ptrdiff_t>(static_cast<std::size_t>(query - b.query_begin) * n));
        }
        return;
    }
    products(stage, b, out, scratch);
    if (stage == product || stage == turned) return;
    const real scale = view_.trace->config().score_scale();
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i] == k_not_visible) continue;
        out[i] *= scale;
        if (stage == penalised)
            out[i] -=
                penalty(b.query_begin + static_cast<int>(i / n), b.column_begin + static_cast<int>(i % n));
    }
}

} // namespace gf
