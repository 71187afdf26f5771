// Scaled dot-product attention with grouped key-value heads (Vaswani et al. 2017, 3.2; Ainslie et al. 2023):
//     z = softmax(q k^T / sqrt(d_head)) v        for each query head
// Models may normalise q and k, turn them by their positions, add numbers to the scores, cap them, and give
// each head a sink.
//     attn_out = z W_O + b_O
// A few rows are computed one by one, as in decoding; more of them in blocks, with products of matrices.

#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/forward_pass.h"
#include "core/passes/row_blocks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf::detail {

constexpr real k_minus_infinity = -std::numeric_limits<real>::infinity();

void ForwardPass::attention(int l, const AttentionWeights& w, const Rows& in) {
    project(in, w.q, w.q_bias, Site::q, l); // (T, d_model) x (d_model, n_heads d_head)
    hook(Site::q, l);
    project(in, w.k, w.k_bias, Site::k, l); // (T, d_model) x (d_model, n_kv_heads d_head)
    hook(Site::k, l);
    project(in, w.v, w.v_bias, Site::v, l); // (T, d_model) x (d_model, n_kv_heads d_head)
    hook(Site::v, l);
    if (trace.has(Site::norm_q)) {
        normalize_heads(Site::q, Site::q_norm_scale, Site::norm_q, w.q_norm_gain, l);
        normalize_heads(Site::k, Site::k_norm_scale, Site::norm_k, w.k_norm_gain, l);
    }
    if (trace.has(Site::rot_q)) {
        const bool normed = trace.has(Site::norm_q);
        rotate(normed ? Site::norm_q : Site::q, Site::rot_q, l);
        rotate(normed ? Site::norm_k : Site::k, Site::rot_k, l);
    }
    const AttentionSites sites = self_attention(config);
    store_transposed_keys(l, sites.keys);
    attend(l, sites, w);
}

/// Queries come from the rows, keys and values from the source. The latter are the same for all rows, so the
/// pass with row 0 computes them (Vaswani et al. 2017, 3.2.3).
void ForwardPass::cross_attention(int l, const AttentionWeights& w, const Rows& in) {
    if (begin == 0) {
        // (S, d_model) x (d_model, n_kv_heads d_head)
        project(rows(Site::encoder_out), w.k, w.k_bias, Site::cross_k, l);
        hook(Site::cross_k, l);
        // (S, d_model) x (d_model, n_kv_heads d_head)
        project(rows(Site::encoder_out), w.v, w.v_bias, Site::cross_v, l);
        hook(Site::cross_v, l);
        store_transposed_keys(l, Site::cross_k);
    }
    project(in, w.q, w.q_bias, Site::cross_q, l); // (T, d_model) x (d_model, n_heads d_head)
    hook(Site::cross_q, l);
    attend(l, k_cross_attention, w);
}

/// From queries, keys and values to what the attention adds to the residual stream.
void ForwardPass::attend(int l, const AttentionSites& a, const AttentionWeights& w) {
    scores(l, a);
    pattern(l, a);
    weighted_values(l, a);
    // (T, n_heads d_head) x (n_heads d_head, d_model) -> (T, d_model)
    project(rows(a.z, l), w.attn_out, w.attn_out_bias, a.out, l);
    hook(a.out, l);
}

/// RMSNorm of queries or keys (Henry et al. 2020): of each head's vector, or of all heads' vectors together.
/// The divisor is written for each head all the same.
void ForwardPass::normalize_heads(Site in, Site scale, Site out, const real* gain, int l) {
    const int heads = site_heads(config, in), d = config.d_head;
    const bool by_heads = config.qk_norm == QkNorm::heads;
    for (int r = begin; r < end; ++r)
        for (int h = 0; h < heads; ++h)
            row(scale, l, r)[h] = by_heads ? norm_scale(row(in, l, r) + h * d, d, 0, config.norm_eps)
                                           : norm_scale(row(in, l, r), heads * d, 0, config.norm_eps);
    hook(scale, l);
    for (int r = begin; r < end; ++r)
        for (int h = 0; h < heads; ++h) {
            real* to = row(out, l, r) + h * d;
            gf::normalize(row(in, l, r) + h * d, d, 0, row(scale, l, r)[h], to);
            apply_gain_and_bias(to, gain + (by_heads ? 0 : h * d), gain_offset(), nullptr, to, d);
        }
    hook(out, l);
}

/// RoPE (Su et al. 2021): pair i of a head turns by the angle position * theta^(-2 i / d_rotary). Dimensions
/// behind the first d_rotary stay as they are.
void ForwardPass::rotate(Site in, Site out, int l) {
    const LayerConfig layer = config.layer(l);
    const int pairs = layer.d_rotary / 2, heads = site_heads(config, in);
    const bool half = layer.rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? pairs : 1; // pair i: (step * i, step * i + apart)
    for (int r = begin; r < end; ++r) {
        const auto [cosine, sine] =
            pairs > 0 ? trace.positions().angles(l, r) : PositionTables::Angles{nullptr, nullptr};
        const real* x = row(in, l, r);
        real* y = row(out, l, r);
        for (int h = 0; h < heads; ++h, x += config.d_head, y += config.d_head) {
            for (int i = 0; i < pairs; ++i) {
                const real a = x[step * i], b = x[step * i + apart];
                y[step * i] = a * cosine[i] - b * sine[i];
                y[step * i + apart] = a * sine[i] + b * cosine[i];
            }
            std::copy(x + layer.d_rotary, x + config.d_head, y + layer.d_rotary);
        }
    }
    hook(out, l);
}

/// Writes a second copy of the keys, (d_kv, rows), so that the product with a query runs along the keys.
void ForwardPass::store_transposed_keys(int l, Site keys) {
    const auto [all, stride] = transposed_keys(keys);
    real* to = all + static_cast<std::size_t>(l) * static_cast<std::size_t>(config.d_kv()) * stride;
    const auto [first, last] = range(keys);
    for (int r = first; r < last; ++r) {
        const real* key = row(keys, l, r);
        for (int i = 0; i < config.d_kv(); ++i)
            to[static_cast<std::size_t>(i) * stride + static_cast<std::size_t>(r)] = key[i];
    }
}

/// scores = q k^T / sqrt(d_head), or times another scale, with what positions add, capped; -inf where the
/// mask hides the key.
void ForwardPass::scores(int l, const AttentionSites& a) {
    for (const HeadGroup& g : trace.plan().groups(a.scores, l))
        if (n_rows() < k_few_rows)
            for (int r = begin; r < end; ++r) scores_of_row(l, a, g, r);
        else
            for (const RowBlock& b : RowBlocks(trace.plan(), *g.mask, begin, end))
                scores_of_block(l, a, g, b);
    hook(a.scores, l);
}

/// The transposed keys of a layer that query head h reads, (d_head, rows), from the row `key` on.
const real* ForwardPass::transposed_keys_of_head(int l, Site keys, int h, int key) const {
    const auto dimension =
        static_cast<std::size_t>(l * config.d_kv() + h / config.group_size() * config.d_head);
    return transposed_keys(keys).data + dimension * transposed_keys(keys).stride + key;
}

void ForwardPass::scores_of_row(int l, const AttentionSites& a, const HeadGroup& g, int r) {
    const KeyRange keys = g.mask->keys(r);
    if (keys.size() == 0) return; // its scores are -inf from the start
    const int n_keys = trace.n_keys(a.scores), d_head = config.d_head, group_size = config.group_size();
    const real scale = config.score_scale();
    const real* queries = row(a.queries, l, r);
    const real* first_keys = transposed_keys_of_head(l, a.keys, 0, keys.begin);
    const auto stride = static_cast<std::ptrdiff_t>(transposed_keys(a.keys).stride);
    real* scaled = trace.query_scratch_;
    real* first_scores = row(a.scores, l, r) + (keys.begin - keys.first);
    const Positions kind = positions_in(l, a.scores);
    const bool has_gaps = g.mask->has_gaps();
    for (const int h : g.heads) {
        const real* q = queries + h * d_head;
        real* s = first_scores + h * n_keys;
        // The query is scaled instead of the scores, since it has fewer values.
        for (int i = 0; i < d_head; ++i) scaled[i] = q[i] * scale;
        // (d_head) x (d_head, keys) -> (keys)
        vec_mat(scaled, d_head, first_keys + h / group_size * d_head * stride, stride, nullptr, s,
                keys.size());
        finish_scores(kind, h, r, keys, s);
        if (has_gaps) g.mask->for_each_hidden(r, [&](int key) { s[key - keys.begin] = k_minus_infinity; });
    }
}

/// What becomes of the scaled products. ALiBi (Press et al. 2022): score -= slope of the head * distance of
/// the positions. Buckets (Raffel et al. 2020): score += a learned number. A soft-cap comes last. `s` points
/// at the score of the first of the keys that row r reads.
void ForwardPass::finish_scores(Positions kind, int h, int r, const KeyRange& keys, real* s) const {
    const int position = trace.plan(r).position;
    if (kind == Positions::alibi) {
        const real slope = trace.positions().slope(h);
        for (int key = keys.begin; key < keys.end; ++key)
            s[key - keys.begin] -= slope * static_cast<real>(std::abs(position - trace.plan(key).position));
    } else if (kind == Positions::buckets) {
        for (int key = keys.begin; key < keys.end; ++key)
            s[key - keys.begin] +=
                weights.position_bias[trace.positions().bucket(position, trace.plan(key).position) *
                                          config.n_heads +
                                      h];
    }
    if (config.score_cap > 0) soft_cap(static_cast<real>(config.score_cap), s, keys.size());
}

void ForwardPass::scores_of_block(int l, const AttentionSites& a, const HeadGroup& g, const RowBlock& b) {
    const real scale = config.score_scale();
    const auto stride = static_cast<std::ptrdiff_t>(trace.row_stride(a.scores));
    const Positions kind = positions_in(l, a.scores);
    for (const int h : g.heads) {
        real* s = row(a.scores, l, b.row) + h * trace.n_keys(a.scores) + (b.key_begin - b.first_key);
        // (rows, d_head) x (d_head, keys) -> (rows, keys)
        gemm(b.n_rows, b.n_keys(), config.d_head,
             {row(a.queries, l, b.row) + h * config.d_head,
              static_cast<std::ptrdiff_t>(trace.row_stride(a.queries))},
             {transposed_keys_of_head(l, a.keys, h, b.key_begin),
              static_cast<std::ptrdiff_t>(transposed_keys(a.keys).stride)},
             s, stride);
        for (int r = b.row; r < b.row + b.n_rows; ++r, s += stride) {
            const KeyRange& keys = g.mask->keys(r);
            real *first = s + (keys.begin - b.key_begin), *last = s + (keys.end - b.key_begin);
            std::fill(s, first, k_minus_infinity);
            for (real* x = first; x < last; ++x) *x *= scale;
            finish_scores(kind, h, r, keys, first);
            std::fill(last, s + b.n_keys(), k_minus_infinity);
            g.mask->for_each_hidden(r, [&](int key) { s[key - b.key_begin] = k_minus_infinity; });
        }
    }
}

/// pattern = softmax(scores), over the keys that the row may read and the head's sink if there is one. The
/// scores of keys hidden between them are -inf, which gives them the weight 0.
void ForwardPass::pattern(int l, const AttentionSites& a) {
    const int n_keys = trace.n_keys(a.scores);
    const real* sink = has_source_keys(a.scores) ? nullptr : weights.blocks[static_cast<std::size_t>(l)].sink;
    for (const HeadGroup& g : trace.plan().groups(a.scores, l))
        for (int r = begin; r < end; ++r) {
            const KeyRange& keys = g.mask->keys(r);
            const real* s = row(a.scores, l, r) + (keys.begin - keys.first);
            real* p = row(a.pattern, l, r) + (keys.begin - keys.first);
            for (const int h : g.heads)
                if (sink)
                    softmax(s + h * n_keys, sink[h], p + h * n_keys, keys.size());
                else
                    softmax(s + h * n_keys, p + h * n_keys, keys.size());
        }
    hook(a.pattern, l);
}

/// z = pattern v. A block of rows multiplies also keys that some of its rows do not read. Their weight is 0,
/// but 0 * inf would be NaN, so rows go one by one where a value is not finite.
void ForwardPass::weighted_values(int l, const AttentionSites& a) {
    for (const HeadGroup& g : trace.plan().groups(a.scores, l)) {
        const RowBlocks blocks(trace.plan(), *g.mask, begin, end);
        if (n_rows() < k_few_rows || !blocks.read_only_finite(trace, a.values, l))
            for (int r = begin; r < end; ++r) weighted_values_of_row(l, a, g, r);
        else
            for (const RowBlock& b : blocks) weighted_values_of_block(l, a, g, b);
        for (int r = begin; r < end; ++r) // rows that read no key are in no block
            if (g.mask->keys(r).size() == 0)
                for (const int h : g.heads)
                    std::fill_n(row(a.z, l, r) + h * config.d_head, config.d_head, real(0));
    }
    hook(a.z, l);
}

void ForwardPass::weighted_values_of_row(int l, const AttentionSites& a, const HeadGroup& g, int r) {
    const KeyRange& keys = g.mask->keys(r);
    const auto stride = static_cast<std::ptrdiff_t>(trace.row_stride(a.values));
    const bool skips_keys = g.mask->has_gaps() &&
                            !RowBlocks(trace.plan(), *g.mask, r, r + 1).read_only_finite(trace, a.values, l);
    const int n_keys = trace.n_keys(a.scores), d_head = config.d_head, group_size = config.group_size();
    const real *first_weights = row(a.pattern, l, r) + (keys.begin - keys.first),
               *first_values = trace.row(a.values, l, keys.begin);
    real* first_z = row(a.z, l, r);
    for (const int h : g.heads) {
        const real *p = first_weights + h * n_keys, *v = first_values + h / group_size * d_head;
        real* z = first_z + h * d_head;
        // (keys) x (keys, d_head) -> (d_head)
        if (!skips_keys) {
            vec_mat(p, keys.size(), v, stride, nullptr, z, d_head);
            continue;
        }
        std::fill_n(z, d_head, real(0));
        g.mask->for_each_run(r, [&](int first, int last) {
            for (int key = first - keys.begin; key < last - keys.begin; ++key)
                for (int i = 0; i < d_head; ++i) z[i] += p[key] * v[key * stride + i];
        });
    }
}

void ForwardPass::weighted_values_of_block(int l, const AttentionSites& a, const HeadGroup& g,
                                           const RowBlock& b) {
    const auto stride = [&](Site site) { return static_cast<std::ptrdiff_t>(trace.row_stride(site)); };
    for (const int h : g.heads) {
        real* p = row(a.pattern, l, b.row) + h * trace.n_keys(a.scores) + (b.key_begin - b.first_key);
        if (!trace.kept(a.pattern)) // scratch rows, where hidden keys may hold another row's weights
            for (int r = b.row; r < b.row + b.n_rows; ++r) {
                const KeyRange& keys = g.mask->keys(r);
                real* p_row = p + (r - b.row) * stride(a.pattern);
                std::fill(p_row, p_row + (keys.begin - b.key_begin), real(0));
                std::fill(p_row + (keys.end - b.key_begin), p_row + b.n_keys(), real(0));
            }
        const real* v = trace.row(a.values, l, b.key_begin) + h / config.group_size() * config.d_head;
        // (rows, keys) x (keys, d_head) -> (rows, d_head)
        gemm(b.n_rows, config.d_head, b.n_keys(), {p, stride(a.pattern)}, {v, stride(a.values)},
             row(a.z, l, b.row) + h * config.d_head, stride(a.z));
    }
}

} // namespace gf::detail
