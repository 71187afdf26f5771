// Backward of attention.cpp.

#include "core/backward_pass.h"
#include "core/gemm.h"
#include "core/kernels.h"
#include "core/row_blocks.h"

#include <cmath>

namespace gf {

/// From the gradient of attn_out; writes that of `in` to `din`.
void BackwardPass::attention(int l, const BlockWeights& w, const Rows& in, const Rows& din) {
    done(Site::attn_out, l);
    project(rows(Site::z, l), w.attn_out, w.attn_out_bias, drows(Site::attn_out, l), drows(Site::z, l), false);
    done(Site::z, l);
    unweigh(l);
    const bool rope = trace.has(Site::rot_q);
    unscore(l, rope ? Site::rot_q : Site::q, rope ? Site::rot_k : Site::k);
    if (rope) {
        unrotate(Site::rot_q, Site::q, l);
        unrotate(Site::rot_k, Site::k, l);
    }
    done(Site::v, l);
    done(Site::k, l);
    done(Site::q, l);
    project(in, w.v, w.v_bias, drows(Site::v, l), din, false);
    project(in, w.k, w.k_bias, drows(Site::k, l), din, true);
    project(in, w.q, w.q_bias, drows(Site::q, l), din, true);
}

/// z = pattern v: gradients of pattern (0 where it is masked) and v.
void BackwardPass::unweigh(int l) {
    zeroed(drows(Site::v, l), config.d_kv());
    for (const RowBlock& b : RowBlocks(trace, 0, n)) unweigh_block(l, b);
    done(Site::pattern, l);
}

void BackwardPass::unweigh_block(int l, const RowBlock& b) {
    const Rows pattern = rows(Site::pattern, l), dpattern = drows(Site::pattern, l), dz = drows(Site::z, l);
    const Rows v = rows(Site::v, l), dv = drows(Site::v, l);
    for (int h = 0; h < config.n_heads; ++h) {
        const int first = h * trace.n_keys() + b.key_begin - b.segment_begin, kv = h / config.group_size() * config.d_head;
        const MatrixView dz_h{dz.at(b.row) + h * config.d_head, dz.stride};
        gemm(b.n_rows, b.n_keys(), config.d_head, dz_h, MatrixView{v.at(b.key_begin) + kv, v.stride}.transposed(),
             dpattern.at(b.row) + first, dpattern.stride); // (rows, d_head) x (d_head, keys) -> (rows, keys)
        gemm(b.n_keys(), config.d_head, b.n_rows, MatrixView{pattern.at(b.row) + first, pattern.stride}.transposed(), dz_h,
             dv.at(b.key_begin) + kv, dv.stride, true); // (keys, rows) x (rows, d_head) -> (keys, d_head)
        for (int r = b.row; r < b.row + b.n_rows; ++r) {
            const Trace::RowPlan& p = trace.plan(r);
            real* d = dpattern.at(r) + first;
            std::fill(d, d + (p.key_begin - b.key_begin), real(0));
            std::fill(d + (p.key_end - b.key_begin), d + b.n_keys(), real(0));
        }
    }
}

/// pattern = softmax(scores), scores = queries keys^T / sqrt(d_head): gradients of scores, queries and keys.
void BackwardPass::unscore(int l, Site queries, Site keys) {
    const Rows scores = rows(Site::attn_scores, l), pattern = rows(Site::pattern, l);
    const Rows dscores = drows(Site::attn_scores, l), dpattern = drows(Site::pattern, l);
    // Edits and dropout make the pattern another than the softmax gave.
    const bool edited = !trace.edits().empty() || trace.shape().regularise.dropout > 0;
    zeroed(drows(queries, l), config.d_q());
    zeroed(drows(keys, l), config.d_kv());
    for (const RowBlock& b : RowBlocks(trace, 0, n))
        for (int r = b.row; r < b.row + b.n_rows; ++r) {
            const Trace::RowPlan& plan = trace.plan(r);
            const int seen = plan.key_end - plan.key_begin;
            for (int h = 0; h < config.n_heads; ++h) {
                const int block = h * trace.n_keys() + b.key_begin - b.segment_begin,
                          first = block + plan.key_begin - b.key_begin;
                real* ds = dscores.at(r);
                std::fill(ds + block, ds + first, real(0));
                std::fill(ds + first + seen, ds + block + b.n_keys(), real(0));
                const real* p = pattern.at(r) + first;
                if (edited) softmax(scores.at(r) + first, ds + first, seen), p = ds + first;
                softmax_backward(p, dpattern.at(r) + first, ds + first, seen);
            }
        }
    done(Site::attn_scores, l);
    for (const RowBlock& b : RowBlocks(trace, 0, n)) unscore_block(l, queries, keys, b);
    const real scale = 1 / std::sqrt(static_cast<real>(config.d_head));
    for (int r = 0; r < n; ++r) {
        for (int i = 0; i < config.d_q(); ++i) grad.row(queries, l, r)[i] *= scale;
        for (int i = 0; i < config.d_kv(); ++i) grad.row(keys, l, r)[i] *= scale;
    }
    if (queries == Site::rot_q) done(Site::rot_q, l), done(Site::rot_k, l);
}

void BackwardPass::unscore_block(int l, Site queries, Site keys, const RowBlock& b) {
    const Rows dscores = drows(Site::attn_scores, l), q = rows(queries, l), dq = drows(queries, l), k = rows(keys, l),
               dk = drows(keys, l);
    for (int h = 0; h < config.n_heads; ++h) {
        const int first = h * trace.n_keys() + b.key_begin - b.segment_begin, kv = h / config.group_size() * config.d_head,
                  head = h * config.d_head;
        const MatrixView ds{dscores.at(b.row) + first, dscores.stride};
        gemm(b.n_rows, config.d_head, b.n_keys(), ds, {k.at(b.key_begin) + kv, k.stride}, dq.at(b.row) + head,
             dq.stride); // (rows, keys) x (keys, d_head) -> (rows, d_head)
        gemm(b.n_keys(), config.d_head, b.n_rows, ds.transposed(), {q.at(b.row) + head, q.stride}, dk.at(b.key_begin) + kv,
             dk.stride,
             true); // (keys, rows) x (rows, d_head) -> (keys, d_head)
    }
}

/// The rotation back, by the negative angle.
void BackwardPass::unrotate(Site from, Site to, int l) {
    const int pairs = config.d_head / 2, heads = site_heads(config, from);
    const bool half = config.rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? pairs : 1;
    for (int r = 0; r < n; ++r) {
        const std::size_t at = static_cast<std::size_t>(trace.plan(r).position) * static_cast<std::size_t>(pairs);
        const real *cosine = trace.rope_cos_.data() + at, *sine = trace.rope_sin_.data() + at;
        const real* dy = grad.row(from, l, r);
        real* dx = grad.row(to, l, r);
        for (int h = 0; h < heads; ++h, dx += config.d_head, dy += config.d_head)
            for (int i = 0; i < pairs; ++i) {
                const real a = dy[step * i], b = dy[step * i + apart];
                dx[step * i] = a * cosine[i] + b * sine[i];
                dx[step * i + apart] = b * cosine[i] - a * sine[i];
            }
    }
}

} // namespace gf
