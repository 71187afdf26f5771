// Each function inverts the one of the same name in forward_pass.cpp (Rumelhart et al. 1986).

#include "core/passes/backward_pass.h"

#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/dropout.h"

#include <algorithm>

namespace gf::detail {

BackwardPass::BackwardPass(Backward& b, std::span<real> param_gradients)
    : trace(b.run_), grad(*b.sites_), weights(trace.stack()), config(trace.config()),
      first_param(trace.weights().values(trace.weights().table.front())), params(param_gradients),
      normed_(b.normed_), mixed_(b.mixed_), visits_(b.visits_), seeded_(b.seeded_), n(trace.n_tokens()) {}

void BackwardPass::run() {
    output();
    if (trace.source())
        zeroed(drows(Site::encoder_out), config.d_model, trace.row_capacity(Site::encoder_out));
    const bool again = trace.shape().keep == Keep::layers; // of the inside only the last layer is there
    for (int l = config.n_layers - 1; l >= 0; --l) {
        if (again && l < config.n_layers - 1) Pass(trace, 0, n).layer(l);
        block(l);
        done(Site::resid_pre, l);
        if (l > 0)
            copy(drows(Site::resid_pre, l),
                 drows(config.norm_place == NormPlace::pre ? Site::resid_post : Site::normalized_resid_post,
                       l - 1));
    }
    if (trace.source()) done(Site::encoder_out);
    embed();
}

/// From the gradient of the output to that of the residual stream.
void BackwardPass::output() {
    const int last = config.n_layers - 1;
    const bool pre = config.norm_place == NormPlace::pre;
    const auto stream = [&] {
        return pre ? normed(Site::ln_final_scale, -1, weights.ln_final_gain, weights.ln_final_bias)
                   : rows(Site::normalized_resid_post, last);
    };
    const Rows dnormed{grad.normed_, config.d_model};
    const Rows dstream = pre ? dnormed : drows(Site::normalized_resid_post, last);
    if (config.head == OutputHead::masked_tokens) {
        unembed(normed(Site::mlm_ln_scale, -1, weights.mlm_ln_gain, weights.mlm_ln_bias), dnormed);
        mlm_head(stream(), dstream);
    } else if (config.has_logits()) {
        unembed(stream(), dstream);
    } else if (config.pools()) {
        pool(dstream);
    }
    if (!pre) return;
    const Rows in = rows(Site::resid_post, last), din = zeroed(drows(Site::resid_post, last), config.d_model);
    if (config.head == OutputHead::none && !seeded_)
        normalized(in, Site::ln_final_scale, -1, din); // the output itself
    else
        norm(in, Site::ln_final_scale, -1, weights.ln_final_gain, weights.ln_final_bias, dstream, din);
}

void BackwardPass::unembed(const Rows& in, const Rows& din) {
    done(Site::logits);
    const Rows dlogits = drows(Site::logits);
    if (!config.tied_embeddings)
        return project(in, weights.unembed, weights.unembed_bias, dlogits, din, false);
    // The unembedding is a transposed copy of the embedding, [d_vocab, d_model].
    gemm(n, config.d_model, config.d_vocab, {dlogits.data, dlogits.stride}, {weights.embed, config.d_model},
         din.data,
         din.stride); // (T, d_vocab) x (d_vocab, d_model)
    if (real* to = param(weights.embed))
        gemm(config.d_vocab, config.d_model, n, {dlogits.data, 1, dlogits.stride}, {in.data, in.stride}, to,
             config.d_model,
             true); // (d_vocab, T) x (T, d_model)
    bias_of(weights.unembed_bias, config.d_vocab, dlogits, n);
}

/// From the gradient of what the head's norm gives, in grad.normed_, to that of `in`.
void BackwardPass::mlm_head(const Rows& in, const Rows& din) {
    norm(rows(Site::mlm_post), Site::mlm_ln_scale, -1, weights.mlm_ln_gain, weights.mlm_ln_bias,
         {grad.normed_, config.d_model}, zeroed(drows(Site::mlm_post), config.d_model));
    done(Site::mlm_post);
    for (int r = 0; r < n; ++r)
        activate_backward(config.activation, trace.row(Site::mlm_pre, -1, r), nullptr,
                          grad.row(Site::mlm_post, -1, r), grad.row(Site::mlm_pre, -1, r), nullptr,
                          config.d_model);
    done(Site::mlm_pre);
    project(in, weights.mlm_dense, weights.mlm_dense_bias, drows(Site::mlm_pre), din, false);
}

/// From the gradients of the segments' vectors (or their classes) to those of the rows that they are means
/// of.
void BackwardPass::pool(const Rows& din) {
    const int n_segments = trace.n_rows(Site::pooled);
    const Rows dpooled = drows(Site::pooled);
    if (config.head == OutputHead::classes) {
        done(Site::class_logits);
        const Rows dlogits = drows(Site::class_logits);
        gemm(n_segments, config.d_model, config.n_classes, {dlogits.data, dlogits.stride},
             MatrixView{weights.classifier.data, weights.classifier.stride}.transposed(), dpooled.data,
             dpooled.stride); // (segments, n_classes) x (n_classes, d_model)
        weights_of(rows(Site::pooled), weights.classifier, weights.classifier_bias, dlogits, n_segments);
    }
    done(Site::pooled);
    zeroed(din, config.d_model);
    for (int s = 0; s < n_segments; ++s) {
        const auto [first, last] = trace.pooled_rows(s);
        for (int r = first; r < last; ++r)
            for (int i = 0; i < config.d_model; ++i)
                din.at(r)[i] = dpooled.at(s)[i] / static_cast<real>(last - first);
    }
}

/// From the gradient of what the block gives to that of what it takes, Site::resid_pre.
void BackwardPass::block(int l) {
    const BlockWeights& w = weights.blocks[static_cast<std::size_t>(l)];
    const bool pre = config.norm_place == NormPlace::pre, has_mlp = config.mlp != MlpKind::none;
    const bool cross = trace.source() != nullptr;
    const Site sum = has_mlp ? Site::resid_mid : Site::resid_post,
               last_sum = cross ? Site::resid_mid_cross : sum;
    const Rows dlast = drows(last_sum, l);
    const auto norm1 = [&] { return normed(Site::ln1_scale, l, w.ln1_gain, w.ln1_bias); };
    const auto norm_cross = [&] { return normed(Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias); };
    const Rows dnormed{grad.normed_, config.d_model}, dsum = drows(sum, l), dpre = drows(Site::resid_pre, l);
    if (!pre) done(Site::normalized_resid_post, l);

    if (pre && has_mlp) { // resid_post = resid_mid + mlp(norm(resid_mid))
        done(Site::resid_post, l);
        copy(drows(Site::resid_post, l), drows(Site::mlp_out, l));
        feed_forward(l, w, normed(Site::ln2_scale, l, w.ln2_gain, w.ln2_bias), dnormed);
        copy(drows(Site::resid_post, l), dlast);
        norm(rows(last_sum, l), Site::ln2_scale, l, w.ln2_gain, w.ln2_bias, dnormed, dlast);
    } else if (!pre) { // normalized_resid_post = norm(x + mlp(x)) with x = norm(resid_mid), or without MLP
                       // norm(resid_post)
        const Rows dout = drows(Site::normalized_resid_post, l);
        if (has_mlp) {
            const Rows dpost = zeroed(drows(Site::resid_post, l), config.d_model);
            norm(rows(Site::resid_post, l), Site::ln2_scale, l, w.ln2_gain, w.ln2_bias, dout, dpost);
            done(Site::resid_post, l);
            copy(dpost, drows(Site::mlp_out, l));
            feed_forward(l, w, cross ? norm_cross() : norm1(), dnormed);
            add(dpost, dnormed);
        } else {
            copy(dout, dnormed);
        }
    }
    if (cross) { // resid_mid_cross = x + attention to the source of norm(x) with x = resid_mid, or of x =
                 // norm(resid_mid)
        const Rows mid = rows(last_sum, l);
        if (!pre)
            norm(mid, Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias, dnormed,
                 zeroed(dlast, config.d_model));
        done(last_sum, l);
        copy(dlast, drows(Site::cross_attn_out, l));
        cross_attention(l, w.cross, pre ? norm_cross() : norm1(), dnormed);
        if (pre) {
            copy(dlast, dsum);
            norm(rows(sum, l), Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias, dnormed, dsum);
        } else {
            add(dlast, dnormed);
        }
    }
    if (!pre)
        norm(rows(sum, l), Site::ln1_scale, l, w.ln1_gain, w.ln1_bias, dnormed, zeroed(dsum, config.d_model));
    done(sum, l);

    copy(dsum,
         drows(Site::attn_out,
               l)); // sum = resid_pre + attention(norm(resid_pre)), or attention(resid_pre) if post-norm
    attention(l, w, pre ? norm1() : rows(Site::resid_pre, l), dnormed);
    copy(dsum, dpre);
    if (pre)
        norm(rows(Site::resid_pre, l), Site::ln1_scale, l, w.ln1_gain, w.ln1_bias, dnormed, dpre);
    else
        add(dnormed, dpre);
}

void BackwardPass::embed() {
    Rows dx = drows(Site::resid_pre, 0);
    if (config.embed_norm) { // resid_pre = norm(embed + pos_embed)
        const Rows sum{normed_.data(), config.d_model}, dsum{grad.normed_, config.d_model};
        copy(rows(Site::embed), sum);
        if (trace.has(Site::pos_embed)) add(rows(Site::pos_embed), sum);
        norm(sum, Site::embed_ln_scale, -1, weights.embed_ln_gain, weights.embed_ln_bias, dx,
             zeroed(dsum, config.d_model));
        dx = dsum;
    }
    const Rows dembed = drows(Site::embed);
    const auto add_row = [&](const real* from, real* table, int i) {
        if (!table) return;
        real* to = table + static_cast<std::size_t>(i) * static_cast<std::size_t>(config.d_model);
        for (int j = 0; j < config.d_model; ++j) to[j] += from[j];
    };
    copy(dx, dembed);
    done(Site::embed);
    for (int r = 0; r < n; ++r) add_row(dembed.at(r), param(weights.embed), trace.tokens()[r]);
    if (!grad.has(Site::pos_embed)) return;
    copy(dx, drows(Site::pos_embed));
    done(Site::pos_embed);
    for (int r = 0; r < n; ++r)
        add_row(drows(Site::pos_embed).at(r), param(weights.pos_embed), trace.plan(r).position);
}

void BackwardPass::norm(const Rows& in, Site scale_site, int l, const real* gain, const real* bias,
                        const Rows& dout, const Rows& din) {
    const Site normalized_site = static_cast<Site>(static_cast<int>(scale_site) + 1);
    const Rows from = rows(normalized_site, l), dnormalized = drows(normalized_site, l);
    real *dgain = param(gain), *dbias = param(bias);
    for (int r = 0; r < n; ++r)
        gain_backward(dout.at(r), from.at(r), gain, dnormalized.at(r), dgain, dbias, config.d_model);
    normalized(in, scale_site, l, din);
}

void BackwardPass::normalized(const Rows& in, Site scale_site, int l, const Rows& din) {
    const Site normalized_site = static_cast<Site>(static_cast<int>(scale_site) + 1);
    const Rows dnormalized = drows(normalized_site, l), dscale = drows(scale_site, l);
    done(normalized_site, l);
    const bool centred = config.norm == NormKind::layer;
    for (int r = 0; r < n; ++r) // normalized = (in - mean) / scale
        *dscale.at(r) = normalize_backward(dnormalized.at(r), in.at(r), config.d_model, centred,
                                           *rows(scale_site, l).at(r), din.at(r));
    done(scale_site, l);
    for (int r = 0; r < n; ++r)
        norm_scale_backward(*dscale.at(r), in.at(r), config.d_model, centred, config.norm_eps, din.at(r));
}

Rows BackwardPass::normed(Site scale_site, int l, const real* gain, const real* bias) {
    const Rows normalized = rows(static_cast<Site>(static_cast<int>(scale_site) + 1), l);
    const Rows out{normed_.data(), config.d_model};
    for (int r = 0; r < n; ++r) gain_and_bias(normalized.at(r), gain, bias, out.at(r), config.d_model);
    return out;
}

void BackwardPass::project(const Rows& in, const Matrix& w, const real* bias, const Rows& dout,
                           const Rows& din, bool add, int count) {
    gemm(count, w.in, w.out, {dout.data, dout.stride}, MatrixView{w.data, w.stride}.transposed(), din.data,
         din.stride,
         add); // (T, out) x (out, in) -> (T, in)
    weights_of(in, w, bias, dout, count);
}

void BackwardPass::weights_of(const Rows& in, const Matrix& w, const real* bias, const Rows& dout,
                              int count) {
    if (real* dw = param(w.data)) // (in, T) x (T, out) -> (in, out)
        gemm(w.in, w.out, count, {in.data, 1, in.stride}, {dout.data, dout.stride}, dw, w.stride, true);
    bias_of(bias, w.out, dout, count);
}

void BackwardPass::bias_of(const real* bias, int width, const Rows& dout, int count) {
    if (real* db = param(bias))
        for (int r = 0; r < count; ++r)
            for (int j = 0; j < width; ++j) db[j] += dout.at(r)[j];
}

void BackwardPass::done(Site site, int l) {
    if (!trace.edits_.empty()) trace.edit_gradients(site, l, grad);
    if (trace.shape().regularise.dropout > 0 && drops(site, l))
        drop_rows(trace, site, l, 0, n, [&](int r) { return grad.row(site, l, r); });
}

void BackwardPass::add(const Rows& from, const Rows& to) const {
    for (int r = 0; r < n; ++r) {
        const real* x = from.at(r);
        real* y = to.at(r);
        for (int j = 0; j < config.d_model; ++j) y[j] += x[j];
    }
}

void BackwardPass::copy(const Rows& from, const Rows& to) const {
    for (int r = 0; r < n; ++r) std::copy_n(from.at(r), config.d_model, to.at(r));
}

Rows BackwardPass::zeroed(const Rows& to, int width, int count) const {
    for (int r = 0; r < count; ++r) std::fill_n(to.at(r), width, real(0));
    return to;
}

} // namespace gf::detail
