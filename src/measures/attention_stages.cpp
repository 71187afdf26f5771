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
ProductSites product_sites(const ModelConfig& c, Attention attention, bool turned) {
    if (attention == Attention::cross) return {Site::cross_q, Site::cross_k};
    if (turned) return {Site::rot_q, Site::rot_k};
    const bool normed = has_site(c, Site::norm_q);
    return {normed ? Site::norm_q : Site::q, normed ? Site::norm_k : Site::k};
}

Site site_of(Attention attention, AttentionStage stage) {
    if (attention == Attention::cross) return stage == scores ? Site::cross_attn_scores : Site::cross_pattern;
    return stage == scores ? Site::attn_scores : Site::pattern;
}

/// Divides what is visible of some of a row's weights by the sum of the whole row.
void share_out(std::span<const real> row, std::span<real> some) {
    double sum = 0;
    for (const real weight : row)
        if (weight != k_not_visible) sum += static_cast<double>(weight);
    for (real& weight : some)
        if (weight != k_not_visible && sum > 0) weight = static_cast<real>(static_cast<double>(weight) / sum);
}

/// The stages with these positions.
struct Stages {
    std::array<AttentionStage, 7> all{};
    std::size_t n = 0;
    constexpr Stages(Positions positions, bool caps, bool sinks) {
        all[n++] = product;
        if (positions == Positions::rope) all[n++] = turned;
        all[n++] = scaled;
        if (positions == Positions::alibi) all[n++] = penalised;
        if (positions == Positions::buckets) all[n++] = biased;
        if (caps) all[n++] = capped;
        all[n++] = scores;
        if (sinks) all[n++] = alone;
        all[n++] = weights;
    }
};
constexpr Positions k_in_scores[] = {Positions::none, Positions::rope, Positions::alibi, Positions::buckets};
template <bool caps, bool sinks>
constexpr std::array k_stages{Stages(k_in_scores[0], caps, sinks), Stages(k_in_scores[1], caps, sinks),
                              Stages(k_in_scores[2], caps, sinks), Stages(k_in_scores[3], caps, sinks)};

} // namespace

std::span<const AttentionStage> attention_stages(const ModelConfig& config, int layer, Attention attention) {
    std::size_t kind = 0; // those that are added to the embeddings have no stage
    for (std::size_t i = 1; i < std::size(k_in_scores); ++i)
        if (attention == Attention::self && config.layer(layer).positions == k_in_scores[i]) kind = i;
    const bool caps = config.score_cap > 0, sinks = config.attn_sink && attention == Attention::self;
    const Stages& stages = caps && sinks ? k_stages<true, true>[kind]
                           : caps        ? k_stages<true, false>[kind]
                           : sinks       ? k_stages<false, true>[kind]
                                         : k_stages<false, false>[kind];
    return {stages.all.data(), stages.n};
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
    const auto [q, k] = product_sites(view_.config(), attention_, is_turned);
    const auto width = static_cast<std::size_t>(d_head_);
    const int kv_head = head_ / view_.config().group_size();
    const Trace& trace = *view_.trace;
    return {{trace.row(q, layer_, query) + head_ * d_head_, width},
            {trace.row(k, layer_, first_key(query) + column) + kv_head * d_head_, width}};
}

real UnrolledAttention::of_distance(int query, int column) const {
    const Trace& trace = *view_.trace;
    const int at = trace.plan(query).position, key = trace.plan(first_key(query) + column).position;
    if (view_.config().layer(layer_).positions == Positions::alibi)
        return -trace.positions().slope(head_) * static_cast<real>(std::abs(at - key));
    return trace.stack().position_bias[trace.positions().bucket(at, key) * view_.config().n_heads + head_];
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
    if (stage == scores || are_weights(stage)) {
        const SiteValues site = view_.values({site_of(attention_, stage), layer_});
        for (int query = b.query_begin; query < b.query_end; ++query) {
            const auto row = site.row(head_, query, scratch);
            const auto begin = std::min(row.size(), static_cast<std::size_t>(b.column_begin)),
                       end = std::min(row.size(), static_cast<std::size_t>(b.column_end));
            real* to = out.data() + static_cast<std::size_t>(query - b.query_begin) * n;
            std::copy(row.begin() + static_cast<std::ptrdiff_t>(begin),
                      row.begin() + static_cast<std::ptrdiff_t>(end), to);
            if (stage == alone) share_out(row, {to, end - begin});
        }
        return;
    }
    products(stage, b, out, scratch);
    if (stage == product || stage == turned) return;
    const ModelConfig& c = view_.trace->config();
    const real scale = c.score_scale(), cap = static_cast<real>(c.score_cap);
    const auto has = [&](AttentionStage s) {
        return std::find(stages_.begin(), stages_.end(), s) != stages_.end();
    };
    const bool adds = stage != scaled && (has(penalised) || has(biased));
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i] == k_not_visible) continue;
        out[i] *= scale;
        if (adds)
            out[i] += of_distance(b.query_begin + static_cast<int>(i / n),
                                  b.column_begin + static_cast<int>(i % n));
        if (stage == capped) soft_cap(cap, &out[i], 1);
    }
}

} // namespace gf
