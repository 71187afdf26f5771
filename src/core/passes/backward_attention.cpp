// The gradients of attention.cpp. Query heads of a group read the same keys and values, whose gradients are
// therefore sums over the group.

#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/backward_pass.h"
#include "core/passes/row_blocks.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gf::detail {

void BackwardPass::attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din) {
    attend(l, self_attention(config), w);
    const bool normed = trace.has(Site::norm_q);
    if (trace.has(Site::rot_q)) {
        hook(Site::rot_q, l);
        hook(Site::rot_k, l);
        rotate(Site::rot_q, normed ? Site::norm_q : Site::q, l);
        rotate(Site::rot_k, normed ? Site::norm_k : Site::k, l);
    }
    if (normed) {
        normalize_heads(Site::q, Site::q_norm_scale, Site::norm_q, w.q_norm_gain, l);
        normalize_heads(Site::k, Site::k_norm_scale, Site::norm_k, w.k_norm_gain, l);
    }
    hook(Site::v, l);
    hook(Site::k, l);
    hook(Site::q, l);
    project(in, w.v, w.v_bias, grad_rows(Site::v, l), din, false);
    project(in, w.k, w.k_bias, grad_rows(Site::k, l), din, true);
    project(in, w.q, w.q_bias, grad_rows(Site::q, l), din, true);
}

/// Also adds to the gradient of encoder_out, which every layer reads.
void BackwardPass::cross_attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din) {
    attend(l, k_cross_attention, w);
    hook(Site::cross_v, l);
    hook(Site::cross_k, l);
    hook(Site::cross_q, l);
    const Rows source = rows(Site::encoder_out), dsource = grad_rows(Site::encoder_out);
    const int n_source = trace.row_capacity(Site::encoder_out);
    project(source, w.v, w.v_bias, grad_rows(Site::cross_v, l), dsource, true, n_source);
    project(source, w.k, w.k_bias, grad_rows(Site::cross_k, l), dsource, true, n_source);
    project(in, w.q, w.q_bias, grad_rows(Site::cross_q, l), din, false);
}

/// From the gradient of what the attention adds to the stream to those of its queries, keys and values.
void BackwardPass::attend(int l, const AttentionSites& a, const AttentionWeights& w) {
    hook(a.out, l);
    project(rows(a.z, l), w.attn_out, w.attn_out_bias, grad_rows(a.out, l), grad_rows(a.z, l), false);
    hook(a.z, l);
    weighted_values(l, a);
    pattern(l, a);
    scores(l, a);
}

template <class F>
void BackwardPass::for_each_block(int l, const AttentionSites& a, F f) const {
    for (const HeadGroup& g : trace.plan().groups(a.scores, l))
        for (const RowBlock& b : RowBlocks(trace.plan(), *g.mask, 0, n_rows)) f(g, b);
}

/// z = pattern v: dpattern = dz v^T, 0 where the mask hides the key, and dv = pattern^T dz.
void BackwardPass::weighted_values(int l, const AttentionSites& a) {
    zero_rows(grad_rows(a.values, l), config.d_kv(), trace.n_rows(a.values));
    for_each_block(l, a,
                   [&](const HeadGroup& g, const RowBlock& b) { weighted_values_of_block(l, a, g, b); });
    hook(a.pattern, l);
}

void BackwardPass::weighted_values_of_block(int l, const AttentionSites& a, const HeadGroup& g,
                                            const RowBlock& b) {
    const Rows pattern = rows(a.pattern, l), dpattern = grad_rows(a.pattern, l), dz = grad_rows(a.z, l);
    const Rows v = rows(a.values, l), dv = grad_rows(a.values, l);
    for (const int h : g.heads) {
        const int first = h * trace.n_keys(a.scores) + b.key_begin - b.first_key,
                  kv = h / config.group_size() * config.d_head;
        const MatrixView dz_h{dz.at(b.row) + h * config.d_head, dz.stride};
        // dpattern = dz v^T: (rows, d_head) x (d_head, keys) -> (rows, keys)
        gemm(b.n_rows, b.n_keys(), config.d_head, dz_h,
             MatrixView{v.at(b.key_begin) + kv, v.stride}.transposed(), dpattern.at(b.row) + first,
             dpattern.stride);
        // dv += pattern^T dz: (keys, rows) x (rows, d_head) -> (keys, d_head)
        gemm(b.n_keys(), config.d_head, b.n_rows,
             MatrixView{pattern.at(b.row) + first, pattern.stride}.transposed(), dz_h,
             dv.at(b.key_begin) + kv, dv.stride, true);
        for (int r = b.row; r < b.row + b.n_rows; ++r) {
            const KeyRange& keys = g.mask->keys(r);
            real* d = dpattern.at(r) + first;
            std::fill(d, d + (keys.begin - b.key_begin), real(0));
            std::fill(d + (keys.end - b.key_begin), d + b.n_keys(), real(0));
            g.mask->for_each_hidden(r, [&](int key) { d[key - b.key_begin] = 0; });
        }
    }
}

/// pattern = softmax(scores): dscores, 0 where the mask hides the key.
void BackwardPass::pattern(int l, const AttentionSites& a) {
    const Rows scores = rows(a.scores, l), pattern = rows(a.pattern, l);
    const Rows dscores = grad_rows(a.scores, l), dpattern = grad_rows(a.pattern, l);
    // With edits or dropout the pattern is not what the softmax gave, which is then computed again.
    const bool edited = !trace.edits().empty() || trace.setup().regularise.dropout > 0;
    const real* sink = has_source_keys(a.scores) ? nullptr : weights.blocks[static_cast<std::size_t>(l)].sink;
    real* dsink = param_gradient(sink);
    for_each_block(l, a, [&](const HeadGroup& g, const RowBlock& b) {
        for (int r = b.row; r < b.row + b.n_rows; ++r) {
            const KeyRange& keys = g.mask->keys(r);
            for (const int h : g.heads) {
                const int block = h * trace.n_keys(a.scores) + b.key_begin - b.first_key,
                          first = block + keys.begin - b.key_begin;
                real* ds = dscores.at(r);
                std::fill(ds + block, ds + first, real(0));
                std::fill(ds + first + keys.size(), ds + block + b.n_keys(), real(0));
                const real* p = pattern.at(r) + first;
                if (edited) {
                    if (sink)
                        softmax(scores.at(r) + first, sink[h], ds + first, keys.size());
                    else
                        softmax(scores.at(r) + first, ds + first, keys.size());
                    p = ds + first;
                }
                if (dsink) { // its weight is what the others lack to 1
                    real sum = 0;
                    for (int j = 0; j < keys.size(); ++j) sum += p[j];
                    dsink[h] -= (1 - sum) * dot(p, dpattern.at(r) + first, keys.size());
                }
                softmax_backward(p, dpattern.at(r) + first, ds + first, keys.size());
            }
        }
    });
    hook(a.scores, l);
}

/// scores = scale q k^T: dq = scale dscores k and dk = scale dscores^T q.
void BackwardPass::scores(int l, const AttentionSites& a) {
    const int n_keys = trace.n_rows(a.keys);
    zero_rows(grad_rows(a.queries, l), config.d_q());
    zero_rows(grad_rows(a.keys, l), config.d_kv(), n_keys);
    for_each_block(l, a, [&](const HeadGroup& g, const RowBlock& b) { scores_of_block(l, a, g, b); });
    const real scale = config.score_scale();
    const auto rescale = [&](Site site, int count, int width) {
        for (int r = 0; r < count; ++r)
            for (int i = 0; i < width; ++i) grad.row(site, l, r)[i] *= scale;
    };
    rescale(a.queries, n_rows, config.d_q());
    rescale(a.keys, n_keys, config.d_kv());
}

void BackwardPass::scores_of_block(int l, const AttentionSites& a, const HeadGroup& g, const RowBlock& b) {
    const Rows q = rows(a.queries, l), dq = grad_rows(a.queries, l), k = rows(a.keys, l),
               dk = grad_rows(a.keys, l);
    for (const int h : g.heads) {
        const int kv = h / config.group_size() * config.d_head, head = h * config.d_head;
        const Rows raw = raw_score_gradients(l, a, h, b);
        const MatrixView ds{raw.data, raw.stride};
        if (!has_source_keys(a.scores)) position_bias(l, h, b, raw);
        // dq = dscores k: (rows, keys) x (keys, d_head) -> (rows, d_head)
        gemm(b.n_rows, config.d_head, b.n_keys(), ds, {k.at(b.key_begin) + kv, k.stride}, dq.at(b.row) + head,
             dq.stride);
        // dk += dscores^T q: (keys, rows) x (rows, d_head) -> (keys, d_head)
        gemm(b.n_keys(), config.d_head, b.n_rows, ds.transposed(), {q.at(b.row) + head, q.stride},
             dk.at(b.key_begin) + kv, dk.stride, true);
    }
}

/// The gradients of a block's scores before the soft-cap. Edited scores do not say what the cap had before
/// it, so that is computed again.
Rows BackwardPass::raw_score_gradients(int l, const AttentionSites& a, int h, const RowBlock& b) {
    const int first = h * trace.n_keys(a.scores) + b.key_begin - b.first_key,
              kv = h / config.group_size() * config.d_head;
    const Rows all = grad_rows(a.scores, l), dscores{all.at(b.row) + first, all.stride};
    if (config.score_cap <= 0) return dscores;
    const auto cap = static_cast<real>(config.score_cap);
    const Rows raw{backward.raw_scores_.data(), b.n_keys()};
    for (int i = 0; i < b.n_rows; ++i)
        for (int j = 0; j < b.n_keys(); ++j) {
            const real d = dscores.at(i)[j];
            real& to = raw.at(i)[j] = 0; // hidden keys have the score -inf and no gradient
            if (d == 0) continue;
            real capped = trace.row(a.scores, l, b.row + i)[first + j];
            if (!trace.edits().empty()) {
                capped =
                    config.score_scale() * dot(trace.row(a.queries, l, b.row + i) + h * config.d_head,
                                               trace.row(a.keys, l, b.key_begin + j) + kv, config.d_head);
                capped += score_of_distance(l, a, h, b.row + i, b.key_begin + j);
                soft_cap(cap, &capped, 1);
            }
            to = d * soft_cap_slope(cap, capped);
        }
    return raw;
}

/// What ForwardPass::finish_scores() added for the distance of the two.
real BackwardPass::score_of_distance(int l, const AttentionSites& a, int h, int row, int key) const {
    if (has_source_keys(a.scores)) return 0;
    const int at = trace.plan(row).position, of_key = trace.plan(key).position;
    switch (config.layer(l).positions) {
    case Positions::alibi: return -trace.positions().slope(h) * static_cast<real>(std::abs(at - of_key));
    case Positions::buckets:
        return weights.position_bias[trace.positions().bucket(at, of_key) * config.n_heads + h];
    default: return 0;
    }
}

/// scores += position_bias[bucket, head]
void BackwardPass::position_bias(int l, int h, const RowBlock& b, const Rows& dscores) {
    real* dbias = param_gradient(weights.position_bias);
    if (!dbias || config.layer(l).positions != Positions::buckets) return;
    for (int i = 0; i < b.n_rows; ++i)
        for (int j = 0; j < b.n_keys(); ++j)
            if (const real d = dscores.at(i)[j]; d != 0)
                dbias[trace.positions().bucket(trace.plan(b.row + i).position,
                                               trace.plan(b.key_begin + j).position) *
                          config.n_heads +
                      h] += d;
}

/// From the gradient of the normalised queries or keys; writes that of `in`.
void BackwardPass::normalize_heads(Site in, Site scale, Site out, const real* gain, int l) {
    const int heads = site_heads(config, in), d = config.d_head;
    const bool by_heads = config.qk_norm == QkNorm::heads;
    real* dgain = param_gradient(gain);
    std::vector<real> normalized(static_cast<std::size_t>(d)), dnormalized(normalized);
    hook(out, l);
    for (int r = 0; r < n_rows; ++r) {
        real *dx = grad.row(in, l, r), *dscale = grad.row(scale, l, r);
        std::fill_n(dx, heads * d, real(0));
        for (int h = 0; h < heads; ++h) {
            const real *x = trace.row(in, l, r) + h * d, divisor = trace.row(scale, l, r)[h];
            const int first = by_heads ? 0 : h * d;
            gf::normalize(x, d, 0, divisor, normalized.data());
            gain_and_bias_backward(grad.row(out, l, r) + h * d, normalized.data(), gain + first,
                                   static_cast<real>(config.gain_offset), dnormalized.data(),
                                   dgain ? dgain + first : nullptr, nullptr, d);
            dscale[h] = normalize_backward(dnormalized.data(), x, d, false, divisor, dx + h * d);
        }
    }
    hook(scale, l);
    for (int r = 0; r < n_rows; ++r) {
        const real *x = trace.row(in, l, r), *dscale = grad.row(scale, l, r);
        real* dx = grad.row(in, l, r);
        for (int h = 0; h < heads; ++h)
            if (by_heads)
                norm_scale_backward(dscale[h], x + h * d, d, false, config.norm_eps, dx + h * d);
            else
                norm_scale_backward(dscale[h], x, heads * d, false, config.norm_eps, dx);
    }
}

/// The gradient turns back, by the negative angle.
void BackwardPass::rotate(Site rotated, Site unrotated, int l) {
    const LayerConfig layer = config.layer(l);
    const int pairs = layer.d_rotary / 2, heads = site_heads(config, rotated);
    const bool half = layer.rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? pairs : 1;
    for (int r = 0; r < n_rows; ++r) {
        const auto [cosine, sine] =
            pairs > 0 ? trace.positions().angles(l, r) : PositionTables::Angles{nullptr, nullptr};
        const real* dy = grad.row(rotated, l, r);
        real* dx = grad.row(unrotated, l, r);
        for (int h = 0; h < heads; ++h, dx += config.d_head, dy += config.d_head) {
            for (int i = 0; i < pairs; ++i) {
                const real a = dy[step * i], b = dy[step * i + apart];
                dx[step * i] = a * cosine[i] + b * sine[i];
                dx[step * i + apart] = b * cosine[i] - a * sine[i];
            }
            std::copy(dy + layer.d_rotary, dy + config.d_head, dx + layer.d_rotary);
        }
    }
}

} // namespace gf::detail
