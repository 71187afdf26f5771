// Scaled dot-product attention with grouped key-value heads (Vaswani et al. 2017; Ainslie et al. 2023).

#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/forward_pass.h"
#include "core/passes/row_blocks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf::detail {

void Pass::attention(int l, const AttentionWeights& w, const Rows& in) {
    project(in, w.q, w.q_bias, Site::q, l); // (T, d_model) x (d_model, n_heads d_head)
    done(Site::q, l);
    project(in, w.k, w.k_bias, Site::k, l); // (T, d_model) x (d_model, n_kv_heads d_head)
    done(Site::k, l);
    project(in, w.v, w.v_bias, Site::v, l);
    done(Site::v, l);
    const bool rope = trace.has(Site::rot_q);
    if (rope) {
        rotate(Site::q, Site::rot_q, l);
        rotate(Site::k, Site::rot_k, l);
    }
    const AttentionSites& sites = rope ? k_rotated_attention : k_self_attention;
    keep_keys(l, sites.keys);
    attend(l, sites, w);
}

/// Queries of the rows, keys and values of the source, which are the same for all rows (Vaswani et al.
/// 2017, 3.2.3).
void Pass::cross_attention(int l, const AttentionWeights& w, const Rows& in) {
    if (begin == 0) {
        project(rows(Site::encoder_out), w.k, w.k_bias, Site::cross_k,
                l); // (S, d_model) x (d_model, n_kv_heads d_head)
        done(Site::cross_k, l);
        project(rows(Site::encoder_out), w.v, w.v_bias, Site::cross_v, l);
        done(Site::cross_v, l);
        keep_keys(l, Site::cross_k);
    }
    project(in, w.q, w.q_bias, Site::cross_q, l); // (T, d_model) x (d_model, n_heads d_head)
    done(Site::cross_q, l);
    attend(l, k_cross_attention, w);
}

/// From queries, keys and values to what is added to the stream.
void Pass::attend(int l, const AttentionSites& a, const AttentionWeights& w) {
    scores(l, a);
    weighted_values(l, a);
    project(rows(a.z, l), w.attn_out, w.attn_out_bias, a.out,
            l); // (T, n_heads d_head) x (n_heads d_head, d_model)
    done(a.out, l);
}

void Pass::rotate(Site in, Site out, int l) {
    const int pairs = config.d_head / 2, heads = site_heads(config, in);
    const bool half = config.rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? pairs : 1; // pair i is (step i, step i + apart)
    for (int r = begin; r < end; ++r) {
        const std::size_t at =
            static_cast<std::size_t>(trace.plan(r).position) * static_cast<std::size_t>(pairs);
        const real *cosine = trace.rope_cos_.data() + at, *sine = trace.rope_sin_.data() + at;
        const real* x = row(in, l, r);
        real* y = row(out, l, r);
        for (int h = 0; h < heads; ++h, x += config.d_head, y += config.d_head)
            for (int i = 0; i < pairs; ++i) {
                const real a = x[step * i], b = x[step * i + apart];
                y[step * i] = a * cosine[i] - b * sine[i];
                y[step * i + apart] = a * sine[i] + b * cosine[i];
            }
    }
    done(out, l);
}

/// A second copy of the keys, dimension by dimension: the product with a query then runs along the keys.
void Pass::keep_keys(int l, Site keys) {
    const auto [all, stride] = transposed(keys);
    real* to = all + static_cast<std::size_t>(l) * static_cast<std::size_t>(config.d_kv()) * stride;
    const auto [first, last] = range(keys);
    for (int r = first; r < last; ++r) {
        const real* key = row(keys, l, r);
        for (int i = 0; i < config.d_kv(); ++i)
            to[static_cast<std::size_t>(i) * stride + static_cast<std::size_t>(r)] = key[i];
    }
}

void Pass::scores(int l, const AttentionSites& a) {
    if (count() < k_few_rows)
        for (int r = begin; r < end; ++r) score_row(l, a, r);
    else
        for (const RowBlock& b : RowBlocks(trace, a.scores, begin, end)) score_block(l, a, b);
    done(a.scores, l);
}

/// The transposed keys of a layer that head h reads, from the row `key` on.
const real* Pass::keys_of(int l, Site keys, int h, int key) const {
    const auto dimension =
        static_cast<std::size_t>(l * config.d_kv() + h / config.group_size() * config.d_head);
    return transposed(keys).data + dimension * transposed(keys).stride + key;
}

void Pass::score_row(int l, const AttentionSites& a, int r) {
    const Trace::Keys keys = trace.keys(a.scores, r);
    if (keys.size() == 0) return; // padding: -inf from the start
    const real scale = 1 / std::sqrt(static_cast<real>(config.d_head));
    const real* q = row(a.queries, l, r);
    real* scaled = trace.scratch_;
    real* s = row(a.scores, l, r) + (keys.begin - keys.first);
    const auto stride = static_cast<std::ptrdiff_t>(transposed(a.keys).stride);
    for (int h = 0, n_keys = trace.n_keys(a.scores); h < config.n_heads;
         ++h, q += config.d_head, s += n_keys) {
        for (int i = 0; i < config.d_head; ++i) scaled[i] = q[i] * scale; // fewer than the scores
        vec_mat(scaled, config.d_head, keys_of(l, a.keys, h, keys.begin), stride, nullptr, s,
                keys.size()); // (d_head) x (d_head, keys) -> (keys)
        penalise_distance(a.scores, h, r, s);
    }
}

/// ALiBi (Press et al. 2022): a penalty that grows with the distance. `s` points at the first key that row r
/// sees.
void Pass::penalise_distance(Site scores, int h, int r, real* s) const {
    if (trace.alibi_slopes_.empty() || by_source(scores)) return;
    const Trace::RowPlan& p = trace.plan(r);
    const real slope = trace.alibi_slopes_[static_cast<std::size_t>(h)];
    for (int key = p.key_begin; key < p.key_end; ++key)
        s[key - p.key_begin] -= slope * static_cast<real>(std::abs(r - key));
}

void Pass::score_block(int l, const AttentionSites& a, const RowBlock& b) {
    const real scale = 1 / std::sqrt(static_cast<real>(config.d_head));
    const auto stride = static_cast<std::ptrdiff_t>(trace.row_stride(a.scores));
    for (int h = 0; h < config.n_heads; ++h) {
        real* s = row(a.scores, l, b.row) + h * trace.n_keys(a.scores) + (b.key_begin - b.first_key);
        gemm(b.n_rows, b.n_keys(), config.d_head, // (rows, d_head) x (d_head, keys) -> (rows, keys)
             {row(a.queries, l, b.row) + h * config.d_head,
              static_cast<std::ptrdiff_t>(trace.row_stride(a.queries))},
             {keys_of(l, a.keys, h, b.key_begin), static_cast<std::ptrdiff_t>(transposed(a.keys).stride)}, s,
             stride);
        for (int r = b.row; r < b.row + b.n_rows; ++r, s += stride) {
            const Trace::Keys keys = trace.keys(a.scores, r);
            real *first = s + (keys.begin - b.key_begin), *last = s + (keys.end - b.key_begin);
            std::fill(s, first, -std::numeric_limits<real>::infinity());
            for (real* x = first; x < last; ++x) *x *= scale;
            penalise_distance(a.scores, h, r, first);
            std::fill(last, s + b.n_keys(), -std::numeric_limits<real>::infinity());
        }
    }
}

void Pass::weighted_values(int l, const AttentionSites& a) {
    const int n_keys = trace.n_keys(a.scores);
    for (int r = begin; r < end; ++r) {
        const Trace::Keys keys = trace.keys(a.scores, r);
        const real* s = row(a.scores, l, r) + (keys.begin - keys.first);
        real* weights_of_head = row(a.pattern, l, r) + (keys.begin - keys.first);
        for (int h = 0; h < config.n_heads; ++h, s += n_keys, weights_of_head += n_keys)
            softmax(s, weights_of_head, keys.size());
    }
    done(a.pattern, l);
    const RowBlocks blocks(trace, a.scores, begin, end);
    // In a block of rows a key that is hidden from some of them has weight 0 there, which does not stop an
    // infinite value.
    if (count() < k_few_rows || !blocks.finite(a.values, l))
        for (int r = begin; r < end; ++r) weigh_row(l, a, r);
    else
        for (const RowBlock& b : blocks) weigh_block(l, a, b);
    for (int r = begin; r < end; ++r) // padding, which no block has
        if (trace.keys(a.scores, r).size() == 0) std::fill_n(row(a.z, l, r), config.d_q(), real(0));
    done(a.z, l);
}

void Pass::weigh_row(int l, const AttentionSites& a, int r) {
    const Trace::Keys keys = trace.keys(a.scores, r);
    const real* pattern = row(a.pattern, l, r) + (keys.begin - keys.first);
    const real* v = trace.row(a.values, l, keys.begin);
    real* z = row(a.z, l, r);
    const auto stride = static_cast<std::ptrdiff_t>(trace.row_stride(a.values));
    for (int h = 0; h < config.n_heads; ++h, pattern += trace.n_keys(a.scores), z += config.d_head)
        vec_mat(pattern, keys.size(), v + h / config.group_size() * config.d_head, stride, nullptr, z,
                config.d_head); // (keys) x (keys, d_head) -> (d_head)
}

void Pass::weigh_block(int l, const AttentionSites& a, const RowBlock& b) {
    const auto stride = [&](Site site) { return static_cast<std::ptrdiff_t>(trace.row_stride(site)); };
    for (int h = 0; h < config.n_heads; ++h) {
        real* pattern = row(a.pattern, l, b.row) + h * trace.n_keys(a.scores) + (b.key_begin - b.first_key);
        if (!trace.kept(a.pattern)) // scratch rows: what is hidden may hold another row's weights
            for (int r = b.row; r < b.row + b.n_rows; ++r) {
                const Trace::Keys keys = trace.keys(a.scores, r);
                real* of_row = pattern + (r - b.row) * stride(a.pattern);
                std::fill(of_row, of_row + (keys.begin - b.key_begin), real(0));
                std::fill(of_row + (keys.end - b.key_begin), of_row + b.n_keys(), real(0));
            }
        gemm(
            b.n_rows, config.d_head, b.n_keys(), // (rows, keys) x (keys, d_head) -> (rows, d_head)
            {pattern, stride(a.pattern)},
            {trace.row(a.values, l, b.key_begin) + h / config.group_size() * config.d_head, stride(a.values)},
            row(a.z, l, b.row) + h * config.d_head, stride(a.z));
    }
}

} // namespace gf::detail
