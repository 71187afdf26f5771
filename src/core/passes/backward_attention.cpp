// Backward of attention.cpp.

#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/backward_pass.h"
#include "core/passes/row_blocks.h"

#include <cmath>

namespace gf::detail {

/// From the gradient of attn_out; writes that of `in` to `din`.
void BackwardPass::attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din) {
    const bool rope = trace.has(Site::rot_q);
    unattend(l, rope ? k_rotated_attention : k_self_attention, w);
    if (rope) {
        done(Site::rot_q, l);
        done(Site::rot_k, l);
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

/// The same of cross_attn_out; adds to the gradient of encoder_out, which every layer reads.
void BackwardPass::cross_attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din) {
    unattend(l, k_cross_attention, w);
    done(Site::cross_v, l);
    done(Site::cross_k, l);
    done(Site::cross_q, l);
    const Rows source = rows(Site::encoder_out), dsource = drows(Site::encoder_out);
    const int n_source = trace.row_capacity(Site::encoder_out);
    project(source, w.v, w.v_bias, drows(Site::cross_v, l), dsource, true, n_source);
    project(source, w.k, w.k_bias, drows(Site::cross_k, l), dsource, true, n_source);
    project(in, w.q, w.q_bias, drows(Site::cross_q, l), din, false);
}

/// From the gradient of what an attention adds to the stream to those of its queries, keys and values.
void BackwardPass::unattend(int l, const AttentionSites& a, const AttentionWeights& w) {
    done(a.out, l);
    project(rows(a.z, l), w.attn_out, w.attn_out_bias, drows(a.out, l), drows(a.z, l), false);
    done(a.z, l);
    unweigh(l, a);
    unscore(l, a);
}

/// z = pattern v: gradients of pattern (0 where it is masked) and v.
void BackwardPass::unweigh(int l, const AttentionSites& a) {
    zeroed(drows(a.values, l), config.d_kv(), trace.n_rows(a.values));
    for (const RowBlock& b : RowBlocks(trace, a.scores, 0, n)) unweigh_block(l, a, b);
    done(a.pattern, l);
}

void BackwardPass::unweigh_block(int l, const AttentionSites& a, const RowBlock& b) {
    const Rows pattern = rows(a.pattern, l), dpattern = drows(a.pattern, l), dz = drows(a.z, l);
    const Rows v = rows(a.values, l), dv = drows(a.values, l);
    for (int h = 0; h < config.n_heads; ++h) {
        const int first = h * trace.n_keys(a.scores) + b.key_begin - b.first_key,
                  kv = h / config.group_size() * config.d_head;
        const MatrixView dz_h{dz.at(b.row) + h * config.d_head, dz.stride};
        gemm(b.n_rows, b.n_keys(), config.d_head, dz_h,
             MatrixView{v.at(b.key_begin) + kv, v.stride}.transposed(), dpattern.at(b.row) + first,
             dpattern.stride); // (rows, d_head) x (d_head, keys) -> (rows, keys)
        gemm(b.n_keys(), config.d_head, b.n_rows,
             MatrixView{pattern.at(b.row) + first, pattern.stride}.transposed(), dz_h,
             dv.at(b.key_begin) + kv, dv.stride, true); // (keys, rows) x (rows, d_head) -> (keys, d_head)
        for (int r = b.row; r < b.row + b.n_rows; ++r) {
            const Trace::Keys keys = trace.keys(a.scores, r);
            real* d = dpattern.at(r) + first;
            std::fill(d, d + (keys.begin - b.key_begin), real(0));
            std::fill(d + (keys.end - b.key_begin), d + b.n_keys(), real(0));
        }
    }
}

/// pattern = softmax(scores), scores = queries keys^T / sqrt(d_head): gradients of scores, queries and keys.
void BackwardPass::unscore(int l, const AttentionSites& a) {
    const Rows scores = rows(a.scores, l), pattern = rows(a.pattern, l);
    const Rows dscores = drows(a.scores, l), dpattern = drows(a.pattern, l);
    // Edits and dropout make the pattern another than the softmax gave.
    const bool edited = !trace.edits().empty() || trace.shape().regularise.dropout > 0;
    const int n_keys = trace.n_rows(a.keys);
    zeroed(drows(a.queries, l), config.d_q());
    zeroed(drows(a.keys, l), config.d_kv(), n_keys);
    for (const RowBlock& b : RowBlocks(trace, a.scores, 0, n))
        for (int r = b.row; r < b.row + b.n_rows; ++r) {
            const Trace::Keys keys = trace.keys(a.scores, r);
            for (int h = 0; h < config.n_heads; ++h) {
                const int block = h * trace.n_keys(a.scores) + b.key_begin - b.first_key,
                          first = block + keys.begin - b.key_begin;
                real* ds = dscores.at(r);
                std::fill(ds + block, ds + first, real(0));
                std::fill(ds + first + keys.size(), ds + block + b.n_keys(), real(0));
                const real* p = pattern.at(r) + first;
                if (edited) softmax(scores.at(r) + first, ds + first, keys.size()), p = ds + first;
                softmax_backward(p, dpattern.at(r) + first, ds + first, keys.size());
            }
        }
    done(a.scores, l);
    for (const RowBlock& b : RowBlocks(trace, a.scores, 0, n)) unscore_block(l, a, b);
    const real scale = 1 / std::sqrt(static_cast<real>(config.d_head));
    const auto rescale = [&](Site site, int count, int width) {
        for (int r = 0; r < count; ++r)
            for (int i = 0; i < width; ++i) grad.row(site, l, r)[i] *= scale;
    };
    rescale(a.queries, n, config.d_q());
    rescale(a.keys, n_keys, config.d_kv());
}

void BackwardPass::unscore_block(int l, const AttentionSites& a, const RowBlock& b) {
    const Rows dscores = drows(a.scores, l), q = rows(a.queries, l), dq = drows(a.queries, l),
               k = rows(a.keys, l), dk = drows(a.keys, l);
    for (int h = 0; h < config.n_heads; ++h) {
        const int first = h * trace.n_keys(a.scores) + b.key_begin - b.first_key,
                  kv = h / config.group_size() * config.d_head, head = h * config.d_head;
        const MatrixView ds{dscores.at(b.row) + first, dscores.stride};
        gemm(b.n_rows, config.d_head, b.n_keys(), ds, {k.at(b.key_begin) + kv, k.stride}, dq.at(b.row) + head,
             dq.stride); // (rows, keys) x (keys, d_head) -> (rows, d_head)
        gemm(b.n_keys(), config.d_head, b.n_rows, ds.transposed(), {q.at(b.row) + head, q.stride},
             dk.at(b.key_begin) + kv, dk.stride,
             true); // (keys, rows) x (rows, d_head) -> (keys, d_head)
    }
}

/// The rotation back, by the negative angle.
void BackwardPass::unrotate(Site from, Site to, int l) {
    const int pairs = config.d_head / 2, heads = site_heads(config, from);
    const bool half = config.rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? pairs : 1;
    for (int r = 0; r < n; ++r) {
        const std::size_t at =
            static_cast<std::size_t>(trace.plan(r).position) * static_cast<std::size_t>(pairs);
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

} // namespace gf::detail
