// The chain rule, applied to forward_pass.cpp from its end to its beginning (Rumelhart et al. 1986).

#include "core/passes/backward_pass.h"

#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/dropout.h"

#include <algorithm>

namespace gf::detail {

BackwardPass::BackwardPass(Backward& b, std::span<real> param_gradients)
    : trace(b.run_), grad(*b.gradients_), weights(trace.stack()), config(trace.config()),
      first_param(trace.weights().values(trace.weights().table.front())), params(param_gradients),
      backward(b), n_rows(trace.n_tokens()), layer(config.n_layers) {}

void BackwardPass::begin() {
    output();
    if (trace.source())
        zero_rows(grad_rows(Site::encoder_out), config.d_model, trace.row_capacity(Site::encoder_out));
}

bool BackwardPass::advance() {
    const int l = --layer;
    compute_again(l);
    block(l);
    hook(Site::resid_pre, l);
    if (l > 0) {
        copy(grad_rows(Site::resid_pre, l),
             grad_rows(config.norms_stream() ? Site::normalized_resid_post : Site::resid_post, l - 1));
        return false;
    }
    if (trace.source()) hook(Site::encoder_out);
    embed();
    return true;
}

/// Computes what the run does not keep of a layer, and makes room for its gradients.
void BackwardPass::compute_again(int l) {
    Trace* again = backward.recomputed_;
    if (again && again == backward.inside_.get())
        for (int r = 0; r < n_rows; ++r) // resid_pre has its edits already
            std::copy_n(trace.row(Site::resid_pre, l, r), config.d_model, again->row(Site::resid_pre, l, r));
    // Of a run that keeps layers the inside of the last one is still there.
    if (again && (again == backward.inside_.get() || l < config.n_layers - 1))
        ForwardPass(*again, 0, n_rows).recompute_layer(l);
    if (!backward.inside_gradients_ || !config.is_moe()) return;
    for (int r = 0; r < n_rows; ++r) // they are added to, and all layers have the same place
        for (const Site site : {Site::expert_weights, Site::router_logits})
            std::fill_n(grad.row(site, l, r), config.n_experts, real(0));
}

/// From the gradient of output_site() to that of the last layer's residual stream. Where the head reads the
/// stream through the last norm, the gradient of the norm's output stands in scratch rows, grad.norm_output_.
void BackwardPass::output() {
    const int last = config.n_layers - 1;
    const bool pre = !config.norms_stream();
    const auto stream = [&] {
        return pre ? norm_output(Site::ln_final_scale, -1, weights.ln_final_gain, weights.ln_final_bias)
                   : rows(Site::normalized_resid_post, last);
    };
    const Rows dnormed{grad.norm_output_, config.d_model};
    const Rows dstream = pre ? dnormed : grad_rows(Site::normalized_resid_post, last);
    if (config.head == OutputHead::masked_tokens) {
        unembed(norm_output(Site::mlm_ln_scale, -1, weights.mlm_ln_gain, weights.mlm_ln_bias), dnormed);
        mlm_head(stream(), dstream);
    } else if (config.has_logits()) {
        unembed(stream(), dstream);
    } else if (config.pools()) {
        pool(dstream);
    }
    if (!pre) return;
    const Rows in = rows(Site::resid_post, last),
               din = zero_rows(grad_rows(Site::resid_post, last), config.d_model);
    if (config.head == OutputHead::none && !backward.output_is_seeded_)
        normalize(in, Site::ln_final_scale, -1, din); // the normalised stream is the output itself
    else
        norm(in, Site::ln_final_scale, -1, weights.ln_final_gain, weights.ln_final_bias, dstream, din);
}

/// logits = in W_U + b_U, which may be scaled and capped; with tied embeddings W_U is a transposed copy of
/// W_E, (d_vocab, d_model).
void BackwardPass::unembed(const Rows& in, const Rows& din) {
    hook(Site::logits);
    const Rows dlogits = raw_logit_gradients(in);
    if (!config.tied_embeddings)
        return project(in, weights.unembed, weights.unembed_bias, dlogits, din, false);
    // din = dlogits W_E: (T, d_vocab) x (d_vocab, d_model) -> (T, d_model)
    gemm(n_rows, config.d_model, config.d_vocab, {dlogits.data, dlogits.stride},
         {weights.embed, config.d_model}, din.data, din.stride);
    // dW_E += dlogits^T in: (d_vocab, T) x (T, d_model) -> (d_vocab, d_model)
    if (real* dembed = param_gradient(weights.embed))
        gemm(config.d_vocab, config.d_model, n_rows, {dlogits.data, 1, dlogits.stride}, {in.data, in.stride},
             dembed, config.d_model, true);
    add_bias_gradients(weights.unembed_bias, config.d_vocab, dlogits, n_rows);
}

/// The gradients of the logits before scale and soft-cap. Edited logits do not say what the cap had before
/// it, so that is computed again from what the unembedding reads.
Rows BackwardPass::raw_logit_gradients(const Rows& in) {
    const Rows dlogits = grad_rows(Site::logits);
    if (backward.raw_logits_.empty()) return dlogits;
    const int n = config.d_vocab;
    const Rows raw{backward.raw_logits_.data(), n};
    const auto scale = static_cast<real>(config.logit_scale), cap = static_cast<real>(config.logit_cap);
    for (int r = 0; r < n_rows; ++r) {
        real* d = raw.at(r);
        const real* capped = trace.row(Site::logits, -1, r);
        if (cap > 0 && !trace.edits().empty()) {
            linear(in.at(r), in.stride, 1, weights.unembed, weights.unembed_bias, d, n);
            for (int j = 0; j < n; ++j) d[j] *= scale;
            soft_cap(cap, d, n);
            capped = d;
        }
        for (int j = 0; j < n; ++j)
            d[j] = dlogits.at(r)[j] * scale * (cap > 0 ? soft_cap_slope(cap, capped[j]) : real(1));
    }
    return raw;
}

/// From the gradient of the output of the head's norm, which stands in grad.norm_output_, to that of `in`.
void BackwardPass::mlm_head(const Rows& in, const Rows& din) {
    norm(rows(Site::mlm_post), Site::mlm_ln_scale, -1, weights.mlm_ln_gain, weights.mlm_ln_bias,
         {grad.norm_output_, config.d_model}, zero_rows(grad_rows(Site::mlm_post), config.d_model));
    hook(Site::mlm_post);
    for (int r = 0; r < n_rows; ++r)
        activate_backward(config.activation, trace.row(Site::mlm_pre, -1, r), nullptr,
                          grad.row(Site::mlm_post, -1, r), grad.row(Site::mlm_pre, -1, r), nullptr,
                          config.d_model);
    hook(Site::mlm_pre);
    project(in, weights.mlm_dense, weights.mlm_dense_bias, grad_rows(Site::mlm_pre), din, false);
}

/// From the gradients of the segments' vectors, or of the logits of their classes, to those of the rows that
/// the vectors are means of.
void BackwardPass::pool(const Rows& din) {
    const int n_segments = trace.n_rows(Site::pooled);
    const Rows dpooled = grad_rows(Site::pooled);
    if (config.head == OutputHead::classes) {
        hook(Site::class_logits);
        const Rows dlogits = grad_rows(Site::class_logits);
        // (segments, n_classes) x (n_classes, d_model) -> (segments, d_model)
        gemm(n_segments, config.d_model, config.n_classes, {dlogits.data, dlogits.stride},
             MatrixView{weights.classifier.data, weights.classifier.stride}.transposed(), dpooled.data,
             dpooled.stride);
        add_weight_gradients(rows(Site::pooled), weights.classifier, weights.classifier_bias, dlogits,
                             n_segments);
    }
    hook(Site::pooled);
    zero_rows(din, config.d_model);
    for (int s = 0; s < n_segments; ++s) {
        const auto [first, last] = trace.pooled_rows(s);
        for (int r = first; r < last; ++r)
            for (int i = 0; i < config.d_model; ++i)
                din.at(r)[i] = dpooled.at(s)[i] / static_cast<real>(last - first);
    }
}

/// From the gradient of the stream after the block, resid_post or normalized_resid_post, to that of
/// resid_pre. The comments give the line of ForwardPass::block() that is inverted.
void BackwardPass::block(int l) {
    const BlockWeights& w = weights.blocks[static_cast<std::size_t>(l)];
    if (config.is_parallel()) return parallel_block(l, w);
    const bool pre = config.norms_input(), post = config.norms_stream(), out = config.norms_output(),
               has_mlp = config.layer(l).mlp != MlpKind::none, cross = trace.source() != nullptr;
    // after_attention is the stream after attention, mid the stream that the MLP adds to.
    const Site after_attention = has_mlp ? Site::resid_mid : Site::resid_post,
               mid = cross ? Site::resid_mid_cross : after_attention;
    const Rows dmid = grad_rows(mid, l), dafter_attention = grad_rows(after_attention, l),
               dpre = grad_rows(Site::resid_pre, l);
    // The gradient of a norm's output, or of what a sub-layer reads, wherever that is no site.
    const Rows dnorm{grad.norm_output_, config.d_model};
    const auto norm1 = [&] { return norm_output(Site::ln1_scale, l, w.ln1_gain, w.ln1_bias); };
    const auto norm_cross = [&] {
        return norm_output(Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias);
    };
    const auto norm2 = [&] { return norm_output(Site::ln2_scale, l, w.ln2_gain, w.ln2_bias); };
    if (post) hook(Site::normalized_resid_post, l);

    if (!post && has_mlp) { // resid_post = mid + mlp(norm2(mid)), with one of the norms or both
        hook(Site::resid_post, l);
        copy(grad_rows(Site::resid_post, l), grad_rows(Site::mlp_out, l));
        if (out)
            normalize_output(Site::mlp_raw, Site::ln2_post_scale, l, w.ln2_post_gain, w.ln2_post_bias,
                             Site::mlp_out);
        feed_forward(l, w, pre ? norm2() : rows(mid, l), dnorm);
        copy(grad_rows(Site::resid_post, l), dmid);
        if (pre)
            norm(rows(mid, l), Site::ln2_scale, l, w.ln2_gain, w.ln2_bias, dnorm, dmid);
        else
            add(dnorm, dmid);
    } else if (post && has_mlp) { // normalized_resid_post = norm2(x + mlp(x)) with x = the norm of mid
        const Rows dout = grad_rows(Site::normalized_resid_post, l);
        const Rows dpost = zero_rows(grad_rows(Site::resid_post, l), config.d_model);
        norm(rows(Site::resid_post, l), Site::ln2_scale, l, w.ln2_gain, w.ln2_bias, dout, dpost);
        hook(Site::resid_post, l);
        copy(dpost, grad_rows(Site::mlp_out, l));
        feed_forward(l, w, cross ? norm_cross() : norm1(), dnorm);
        add(dpost, dnorm);
    } else if (post) { // normalized_resid_post = norm1(resid_post)
        copy(grad_rows(Site::normalized_resid_post, l), dnorm);
    }

    // pre-norm: mid = x + attention(norm_cross(x)) with x = resid_mid
    // post-norm: mid = x + attention(x) with x = norm1(resid_mid)
    if (cross) {
        if (post)
            norm(rows(mid, l), Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias, dnorm,
                 zero_rows(dmid, config.d_model));
        hook(mid, l);
        copy(dmid, grad_rows(Site::cross_attn_out, l));
        cross_attention(l, w.cross, pre ? norm_cross() : norm1(), dnorm);
        if (pre) {
            copy(dmid, dafter_attention);
            norm(rows(after_attention, l), Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias, dnorm,
                 dafter_attention);
        } else {
            add(dmid, dnorm);
        }
    }

    // after_attention = resid_pre + attention(norm1(resid_pre)), with one of the norms or both
    // post-norm: after_attention = resid_pre + attention(resid_pre), which is then normalised
    if (post)
        norm(rows(after_attention, l), Site::ln1_scale, l, w.ln1_gain, w.ln1_bias, dnorm,
             zero_rows(dafter_attention, config.d_model));
    hook(after_attention, l);
    copy(dafter_attention, grad_rows(Site::attn_out, l));
    if (out)
        normalize_output(Site::attn_raw, Site::ln1_post_scale, l, w.ln1_post_gain, w.ln1_post_bias,
                         Site::attn_out);
    attention(l, w, pre ? norm1() : rows(Site::resid_pre, l), dnorm);
    copy(dafter_attention, dpre);
    if (pre)
        norm(rows(Site::resid_pre, l), Site::ln1_scale, l, w.ln1_gain, w.ln1_bias, dnorm, dpre);
    else
        add(dnorm, dpre);
}

/// resid_post = x + attention(norm1(x)) + mlp(norm2(x)) with x = resid_pre; the norms may be one.
void BackwardPass::parallel_block(int l, const BlockWeights& w) {
    const Rows x = rows(Site::resid_pre, l), dx = grad_rows(Site::resid_pre, l),
               dpost = grad_rows(Site::resid_post, l), dnorm{grad.norm_output_, config.d_model};
    hook(Site::resid_post, l);
    for (const Site site : {Site::mlp_out, Site::attn_out}) copy(dpost, grad_rows(site, l));
    const auto norm1 = [&] { return norm_output(Site::ln1_scale, l, w.ln1_gain, w.ln1_bias); };
    if (config.has_norm2()) {
        feed_forward(l, w, norm_output(Site::ln2_scale, l, w.ln2_gain, w.ln2_bias), dnorm);
        copy(dpost, dx);
        norm(x, Site::ln2_scale, l, w.ln2_gain, w.ln2_bias, dnorm, dx);
        attention(l, w, norm1(), dnorm);
    } else {
        feed_forward(l, w, norm1(), dnorm);
        copy(dnorm, dx); // kept there while attention finds its own share
        attention(l, w, norm1(), dnorm);
        add(dx, dnorm);
        copy(dpost, dx);
    }
    norm(x, Site::ln1_scale, l, w.ln1_gain, w.ln1_bias, dnorm, dx);
}

void BackwardPass::normalize_output(Site raw, Site scale, int l, const real* gain, const real* bias,
                                    Site out) {
    hook(out, l);
    norm(rows(raw, l), scale, l, gain, bias, grad_rows(out, l), zero_rows(grad_rows(raw, l), config.d_model));
}

void BackwardPass::embed() {
    Rows dx = grad_rows(Site::resid_pre, 0);
    if (config.embed_norm) { // resid_pre = norm(embed + pos_embed)
        const Rows sum{backward.norm_output_.data(), config.d_model}, dsum{grad.norm_output_, config.d_model};
        copy(rows(Site::embed), sum);
        if (trace.has(Site::pos_embed)) add(rows(Site::pos_embed), sum);
        norm(sum, Site::embed_ln_scale, -1, weights.embed_ln_gain, weights.embed_ln_bias, dx,
             zero_rows(dsum, config.d_model));
        dx = dsum;
    }
    const Rows dembed = grad_rows(Site::embed);
    const auto add_row = [&](const real* from, real factor, real* table, int i) {
        if (!table) return;
        real* to = table + static_cast<std::size_t>(i) * static_cast<std::size_t>(config.d_model);
        for (int j = 0; j < config.d_model; ++j) to[j] += factor * from[j];
    };
    copy(dx, dembed);
    hook(Site::embed);
    for (int r = 0; r < n_rows; ++r)
        add_row(dembed.at(r), static_cast<real>(config.embed_scale), param_gradient(weights.embed),
                trace.tokens()[r]);
    if (!grad.has(Site::pos_embed)) return;
    copy(dx, grad_rows(Site::pos_embed));
    hook(Site::pos_embed);
    for (int r = 0; r < n_rows; ++r)
        add_row(grad_rows(Site::pos_embed).at(r), 1, param_gradient(weights.pos_embed),
                trace.plan(r).position);
}

void BackwardPass::norm(const Rows& in, Site scale_site, int l, const real* gain, const real* bias,
                        const Rows& dout, const Rows& din) {
    const Site normalized_site = *site_row(scale_site).normalized;
    const Rows from = rows(normalized_site, l), dnormalized = grad_rows(normalized_site, l);
    real *dgain = param_gradient(gain), *dbias = param_gradient(bias);
    for (int r = 0; r < n_rows; ++r)
        gain_and_bias_backward(dout.at(r), from.at(r), gain, static_cast<real>(config.gain_offset),
                               dnormalized.at(r), dgain, dbias, config.d_model);
    normalize(in, scale_site, l, din);
}

void BackwardPass::normalize(const Rows& in, Site scale_site, int l, const Rows& din) {
    const Site normalized_site = *site_row(scale_site).normalized;
    const Rows dnormalized = grad_rows(normalized_site, l), dscale = grad_rows(scale_site, l);
    hook(normalized_site, l);
    const bool centred = config.norm == NormKind::layer;
    // normalized = (in - mean) / scale: the gradient past the scale, and that of the scale
    for (int r = 0; r < n_rows; ++r)
        *dscale.at(r) = normalize_backward(dnormalized.at(r), in.at(r), config.d_model, centred,
                                           *rows(scale_site, l).at(r), din.at(r));
    hook(scale_site, l);
    // scale = sqrt(mean((in - mean)^2) + eps)
    for (int r = 0; r < n_rows; ++r)
        norm_scale_backward(*dscale.at(r), in.at(r), config.d_model, centred, config.norm_eps, din.at(r));
}

Rows BackwardPass::norm_output(Site scale_site, int l, const real* gain, const real* bias) {
    const Rows normalized = rows(*site_row(scale_site).normalized, l);
    const Rows out{backward.norm_output_.data(), config.d_model};
    for (int r = 0; r < n_rows; ++r)
        apply_gain_and_bias(normalized.at(r), gain, static_cast<real>(config.gain_offset), bias, out.at(r),
                            config.d_model);
    return out;
}

void BackwardPass::project(const Rows& in, const Matrix& w, const real* bias, const Rows& dout,
                           const Rows& din, bool accumulate, int count) {
    // din = dout W^T: (T, out) x (out, in) -> (T, in)
    gemm(count, w.in, w.out, {dout.data, dout.stride}, MatrixView{w.data, w.stride}.transposed(), din.data,
         din.stride, accumulate);
    add_weight_gradients(in, w, bias, dout, count);
}

void BackwardPass::add_weight_gradients(const Rows& in, const Matrix& w, const real* bias, const Rows& dout,
                                        int count) {
    // dW += in^T dout: (in, T) x (T, out) -> (in, out)
    if (real* dw = param_gradient(w.data))
        gemm(w.in, w.out, count, {in.data, 1, in.stride}, {dout.data, dout.stride}, dw, w.stride, true);
    add_bias_gradients(bias, w.out, dout, count);
}

void BackwardPass::add_bias_gradients(const real* bias, int width, const Rows& dout, int count) {
    if (real* db = param_gradient(bias))
        for (int r = 0; r < count; ++r)
            for (int j = 0; j < width; ++j) db[j] += dout.at(r)[j];
}

void BackwardPass::hook(Site site, int l) {
    if (!trace.edits().empty()) trace.edit_gradients(site, l, grad);
    if (trace.setup().regularise.dropout > 0 && has_dropout(site, l))
        apply_dropout_to_rows(trace, site, l, 0, n_rows, [&](int r) { return grad.row(site, l, r); });
}

void BackwardPass::add(const Rows& from, const Rows& to) const {
    for (int r = 0; r < n_rows; ++r) {
        const real* x = from.at(r);
        real* y = to.at(r);
        for (int j = 0; j < config.d_model; ++j) y[j] += x[j];
    }
}

void BackwardPass::copy(const Rows& from, const Rows& to) const {
    for (int r = 0; r < n_rows; ++r) std::copy_n(from.at(r), config.d_model, to.at(r));
}

Rows BackwardPass::zero_rows(const Rows& to, int width, int count) const {
    for (int r = 0; r < count; ++r) std::fill_n(to.at(r), width, real(0));
    return to;
}

} // namespace gf::detail
