// Scaled dot-product attention with grouped key-value heads (Vaswani et al. 2017; Ainslie et al. 2023).

#include "core/gemm.h"
#include "core/kernels.h"
#include "core/pass.h"
#include "core/row_blocks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf {

void Pass::attention(int l, const BlockWeights& w, const Rows& in) {
    project(in, w.q, w.q_bias, rows(Site::q, l)); // (T, d_model) x (d_model, n_heads d_head)
    done(Site::q, l);
    project(in, w.k, w.k_bias, rows(Site::k, l)); // (T, d_model) x (d_model, n_kv_heads d_head)
    done(Site::k, l);
    project(in, w.v, w.v_bias, rows(Site::v, l));
    done(Site::v, l);
    const bool rope = trace.has(Site::rot_q);
    if (rope) {
        rotate(Site::q, Site::rot_q, l);
        rotate(Site::k, Site::rot_k, l);
    }
    keep_keys(l, rope ? Site::rot_k : Site::k);
    scores(l, rope ? Site::rot_q : Site::q);
    weighted_values(l);
    project(rows(Site::z, l), w.attn_out, w.attn_out_bias,
            rows(Site::attn_out, l)); // (T, n_heads d_head) x (n_heads d_head, d_model)
    done(Site::attn_out, l);
}

void Pass::rotate(Site in, Site out, int l) {
    const int pairs = config.d_head / 2, heads = site_heads(config, in);
    const bool half = config.rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? pairs : 1; // pair i is (step i, step i + apart)
    for (int r = begin; r < end; ++r) {
        const std::size_t at = static_cast<std::size_t>(trace.plan(r).position) * static_cast<std::size_t>(pairs);
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
    real* to =
        trace.keys_transposed_ + static_cast<std::size_t>(l) * static_cast<std::size_t>(config.d_kv()) * trace.keys_stride_;
    for (int r = begin; r < end; ++r) {
        const real* key = row(keys, l, r);
        for (int i = 0; i < config.d_kv(); ++i)
            to[static_cast<std::size_t>(i) * trace.keys_stride_ + static_cast<std::size_t>(r)] = key[i];
    }
}

void Pass::scores(int l, Site queries) {
    if (count() < k_few_rows)
        for (int r = begin; r < end; ++r) score_row(l, queries, r);
    else
        for (const RowBlock& b : RowBlocks(trace, begin, end)) score_block(l, queries, b);
    done(Site::attn_scores, l);
}

/// The transposed keys of a layer that head h reads, from the row `key` on.
const real* Pass::keys_of(int l, int h, int key) const {
    const auto dimension = static_cast<std::size_t>(l * config.d_kv() + h / config.group_size() * config.d_head);
    return trace.keys_transposed_ + dimension * trace.keys_stride_ + key;
}

void Pass::score_row(int l, Site queries, int r) {
    const Trace::RowPlan& p = trace.plan(r);
    const int n = p.key_end - p.key_begin;
    if (n == 0) return; // padding: -inf from the start
    const real scale = 1 / std::sqrt(static_cast<real>(config.d_head));
    const real* q = row(queries, l, r);
    real* scaled = trace.scratch_;
    real* s = row(Site::attn_scores, l, r) + (p.key_begin - p.segment_begin);
    for (int h = 0; h < config.n_heads; ++h, q += config.d_head, s += trace.n_keys()) {
        for (int i = 0; i < config.d_head; ++i) scaled[i] = q[i] * scale; // fewer than the scores
        vec_mat(scaled, config.d_head, keys_of(l, h, p.key_begin), static_cast<std::ptrdiff_t>(trace.keys_stride_), nullptr, s,
                n); // (d_head) x (d_head, keys) -> (keys)
        penalise_distance(h, r, s);
    }
}

/// ALiBi (Press et al. 2022): a penalty that grows with the distance. `s` points at the first key that row r sees.
void Pass::penalise_distance(int h, int r, real* s) const {
    if (trace.alibi_slopes_.empty()) return;
    const Trace::RowPlan& p = trace.plan(r);
    const real slope = trace.alibi_slopes_[static_cast<std::size_t>(h)];
    for (int key = p.key_begin; key < p.key_end; ++key) s[key - p.key_begin] -= slope * static_cast<real>(std::abs(r - key));
}

void Pass::score_block(int l, Site queries, const RowBlock& b) {
    const real scale = 1 / std::sqrt(static_cast<real>(config.d_head));
    const auto stride = static_cast<std::ptrdiff_t>(trace.row_stride(Site::attn_scores));
    for (int h = 0; h < config.n_heads; ++h) {
        real* s = row(Site::attn_scores, l, b.row) + h * trace.n_keys() + (b.key_begin - b.segment_begin);
        gemm(b.n_rows, b.n_keys(), config.d_head, // (rows, d_head) x (d_head, keys) -> (rows, keys)
             {row(queries, l, b.row) + h * config.d_head, static_cast<std::ptrdiff_t>(trace.row_stride(queries))},
             {keys_of(l, h, b.key_begin), static_cast<std::ptrdiff_t>(trace.keys_stride_)}, s, stride);
        for (int r = b.row; r < b.row + b.n_rows; ++r, s += stride) {
            const Trace::RowPlan& p = trace.plan(r);
            real *first = s + (p.key_begin - b.key_begin), *last = s + (p.key_end - b.key_begin);
            std::fill(s, first, -std::numeric_limits<real>::infinity());
            for (real* x = first; x < last; ++x) *x *= scale;
            penalise_distance(h, r, first);
            std::fill(last, s + b.n_keys(), -std::numeric_limits<real>::infinity());
        }
    }
}

void Pass::weighted_values(int l) {
    for (int r = begin; r < end; ++r) {
        const Trace::RowPlan& p = trace.plan(r);
        const std::ptrdiff_t first = p.key_begin - p.segment_begin;
        const real* s = row(Site::attn_scores, l, r) + first;
        real* a = row(Site::pattern, l, r) + first;
        for (int h = 0; h < config.n_heads; ++h, s += trace.n_keys(), a += trace.n_keys()) softmax(s, a, p.key_end - p.key_begin);
    }
    done(Site::pattern, l);
    const RowBlocks blocks(trace, begin, end);
    // In a block of rows a key that is hidden from some of them has weight 0 there, which does not stop an infinite value.
    if (count() < k_few_rows || !blocks.finite(Site::v, l))
        for (int r = begin; r < end; ++r) weigh_row(l, r);
    else
        for (const RowBlock& b : blocks) weigh_block(l, b);
    for (int r = begin; r < end; ++r) // padding, which no block has
        if (trace.plan(r).padding) std::fill_n(row(Site::z, l, r), config.d_q(), real(0));
    done(Site::z, l);
}

void Pass::weigh_row(int l, int r) {
    const Trace::RowPlan& p = trace.plan(r);
    const real* a = row(Site::pattern, l, r) + (p.key_begin - p.segment_begin);
    const real* v = trace.row(Site::v, l, p.key_begin);
    real* z = row(Site::z, l, r);
    for (int h = 0; h < config.n_heads; ++h, a += trace.n_keys(), z += config.d_head) // (keys) x (keys, d_head) -> (d_head)
        vec_mat(a, p.key_end - p.key_begin, v + h / config.group_size() * config.d_head,
                static_cast<std::ptrdiff_t>(trace.row_stride(Site::v)), nullptr, z, config.d_head);
}

void Pass::weigh_block(int l, const RowBlock& b) {
    const auto stride = [&](Site site) { return static_cast<std::ptrdiff_t>(trace.row_stride(site)); };
    for (int h = 0; h < config.n_heads; ++h) {
        real* pattern = row(Site::pattern, l, b.row) + h * trace.n_keys() + (b.key_begin - b.segment_begin);
        if (!trace.kept(Site::pattern)) // scratch rows: what is hidden may hold another row's weights
            for (int r = b.row; r < b.row + b.n_rows; ++r) {
                real* a = pattern + (r - b.row) * stride(Site::pattern);
                std::fill(a, a + (trace.plan(r).key_begin - b.key_begin), real(0));
                std::fill(a + (trace.plan(r).key_end - b.key_begin), a + b.n_keys(), real(0));
            }
        gemm(b.n_rows, config.d_head, b.n_keys(), // (rows, keys) x (keys, d_head) -> (rows, d_head)
             {pattern, stride(Site::pattern)},
             {trace.row(Site::v, l, b.key_begin) + h / config.group_size() * config.d_head, stride(Site::v)},
             row(Site::z, l, b.row) + h * config.d_head, stride(Site::z));
    }
}

} // namespace gf
