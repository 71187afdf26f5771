#include "core/passes/forward_pass.h"

#include "core/kernels/kernels.h"
#include "core/passes/dropout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf::detail {

void ForwardPass::run(int first_layer) {
    if (first_layer == 0) embed();
    if (trace.source() && begin == 0) read_source();
    for (int l = first_layer; l < config.n_layers; ++l) {
        if (l > first_layer)
            copy(rows(config.norms_stream() ? Site::normalized_resid_post : Site::resid_post, l - 1),
                 rows(Site::resid_pre, l));
        else if (staged && l > 0) // the pass starts from the Trace's resid_pre of this layer
            std::copy_n(trace.row(Site::resid_pre, l, begin), config.d_model, row(Site::resid_pre, l, begin));
        hook(Site::resid_pre, l);
        block(l);
        store_staged_row(SitePlace::in_layers, l);
    }
    output();
    if (first_layer == 0) store_staged_row(SitePlace::before_layers, -1);
    store_staged_row(SitePlace::after_layers, -1);
    if (staged) finish_nontemporal_copies();
}

void ForwardPass::read_out() {
    const int last = config.n_layers - 1;
    const Site stream = config.norms_stream() ? Site::normalized_resid_post : Site::resid_post;
    if (staged) std::copy_n(trace.row(stream, last, begin), config.d_model, row(stream, last, begin));
    output();
    store_staged_row(SitePlace::after_layers, -1);
    if (staged) finish_nontemporal_copies();
}

/// Writes the residual stream that enters the first block: token embeddings, plus position embeddings where
/// the model has them, then a norm where the model has one there.
void ForwardPass::embed() {
    const int d = config.d_model;
    const auto table_row = [d](const real* table, int i) {
        return table + static_cast<std::size_t>(i) * static_cast<std::size_t>(d);
    };
    const auto scale_row = [](const real* from, real factor, int n, real* to) {
        for (int i = 0; i < n; ++i) to[i] = factor * from[i];
    };
    for (int r = begin; r < end; ++r)
        scale_row(table_row(weights.embed, trace.tokens()[r]), static_cast<real>(config.embed_scale), d,
                  row(Site::embed, -1, r));
    hook(Site::embed);
    const Rows sum = rows(Site::resid_pre, 0);
    copy(rows(Site::embed), sum);
    for (int r = begin; trace.has(Site::pos_embed) && r < end; ++r) {
        const int position = trace.plan(r).position;
        real* out = row(Site::pos_embed, -1, r);
        if (weights.pos_embed)
            std::copy_n(table_row(weights.pos_embed, position), d, out);
        else
            sinusoidal_vector(position, d, out);
    }
    if (trace.has(Site::pos_embed)) {
        hook(Site::pos_embed);
        add(rows(Site::embed), rows(Site::pos_embed), sum);
    }
    if (config.embed_norm)
        copy(norm(sum, Site::embed_ln_scale, -1, weights.embed_ln_gain, weights.embed_ln_bias), sum);
}

/// Writes encoder_out: the source's residual stream after the encoder's last norm, (S, d_model).
void ForwardPass::read_source() {
    const Trace& source = *trace.source();
    const StackWeights& encoder = source.stack();
    const Rows out = rows(Site::encoder_out);
    for (int r = 0; r < source.n_tokens(); ++r)
        if (config.norms_stream())
            std::copy_n(source.row(Site::normalized_resid_post, config.n_encoder_layers - 1, r),
                        config.d_model, out.at(r));
        else
            apply_gain_and_bias(source.row(Site::ln_final_normalized, -1, r), encoder.ln_final_gain,
                                gain_offset(), encoder.ln_final_bias, out.at(r), config.d_model);
    hook(Site::encoder_out);
}

/// One block: attention, attention to the source in the decoder of an encoder-decoder, MLP. Each of these
/// sub-layers reads the residual stream and adds to it, all (T, d_model); NormPlace says where the norms
/// stand.
void ForwardPass::block(int l) {
    const BlockWeights& w = weights.blocks[static_cast<std::size_t>(l)];
    const bool in = config.norms_input(), behind = config.norms_stream(),
               has_mlp = config.layer(l).mlp != MlpKind::none;
    Rows stream = rows(Site::resid_pre, l);
    const auto norm1 = [&] { return norm(stream, Site::ln1_scale, l, w.ln1_gain, w.ln1_bias); };
    const auto norm_cross = [&] {
        return norm(stream, Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias);
    };
    const auto norm2 = [&] { return norm(stream, Site::ln2_scale, l, w.ln2_gain, w.ln2_bias); };

    const Rows attention_in = in ? norm1() : stream;
    attention(l, w, attention_in);
    if (config.norms_output())
        normalize_output(Site::attn_raw, Site::ln1_post_scale, l, w.ln1_post_gain, w.ln1_post_bias,
                         Site::attn_out);
    if (config.is_parallel()) {
        feed_forward(l, w, config.has_norm2() ? norm2() : attention_in);
        add(stream, rows(Site::attn_out, l), rows(Site::resid_post, l));
        add(rows(Site::resid_post, l), rows(Site::mlp_out, l), rows(Site::resid_post, l));
        return hook(Site::resid_post, l);
    }
    const Site after_attention = has_mlp ? Site::resid_mid : Site::resid_post;
    add(stream, rows(Site::attn_out, l), rows(after_attention, l));
    hook(after_attention, l);
    stream = rows(after_attention, l);
    if (behind) stream = norm1();

    if (trace.source()) {
        cross_attention(l, w.cross, in ? norm_cross() : stream);
        add(stream, rows(Site::cross_attn_out, l), rows(Site::resid_mid_cross, l));
        hook(Site::resid_mid_cross, l);
        stream = rows(Site::resid_mid_cross, l);
        if (behind) stream = norm_cross();
    }

    if (has_mlp) {
        feed_forward(l, w, in ? norm2() : stream);
        if (config.norms_output())
            normalize_output(Site::mlp_raw, Site::ln2_post_scale, l, w.ln2_post_gain, w.ln2_post_bias,
                             Site::mlp_out);
        add(stream, rows(Site::mlp_out, l), rows(Site::resid_post, l));
        hook(Site::resid_post, l);
        stream = rows(Site::resid_post, l);
        if (behind) stream = norm2();
    }

    if (!behind) return;
    copy(stream, rows(Site::normalized_resid_post, l));
    hook(Site::normalized_resid_post, l);
}

void ForwardPass::normalize_output(Site raw, Site scale, int l, const real* gain, const real* bias,
                                   Site out) {
    copy(norm(rows(raw, l), scale, l, gain, bias), rows(out, l));
    hook(out, l);
}

/// LayerNorm: (x - mean) / sqrt(variance + eps) * gain + bias (Ba et al. 2016). RMSNorm has no mean and no
/// bias (Zhang & Sennrich 2019).
Rows ForwardPass::norm(const Rows& in, Site scale_site, int l, const real* gain, const real* bias) {
    const Site normalized_site = *site_row(scale_site).normalized;
    const int d = config.d_model;
    auto mean = [&](const real* x) { return config.norm == NormKind::layer ? mean_of(x, d) : real(0); };
    for (int i = 0; i < n_rows(); ++i)
        *rows(scale_site, l).at(i) = norm_scale(in.at(i), d, mean(in.at(i)), config.norm_eps);
    hook(scale_site, l);
    for (int i = 0; i < n_rows(); ++i)
        normalize(in.at(i), d, mean(in.at(i)), *rows(scale_site, l).at(i), rows(normalized_site, l).at(i));
    hook(normalized_site, l);
    const Rows out{trace.norm_output_, d};
    for (int i = 0; i < n_rows(); ++i)
        apply_gain_and_bias(rows(normalized_site, l).at(i), gain, gain_offset(), bias, out.at(i), d);
    return out;
}

/// From the residual stream to the site that the model is run for, see output_site().
void ForwardPass::output() {
    const int last = config.n_layers - 1;
    const Rows stream = config.norms_stream() ? rows(Site::normalized_resid_post, last)
                                              : norm(rows(Site::resid_post, last), Site::ln_final_scale, -1,
                                                     weights.ln_final_gain, weights.ln_final_bias);
    if (config.pools()) return pool(stream);
    if (!config.has_logits()) return;
    unembed(config.head == OutputHead::masked_tokens ? mlm_head(stream) : stream);
}

void ForwardPass::unembed(const Rows& in) {
    const Rows logits = rows(Site::logits);
    // (T, d_model) x (d_model, d_vocab) -> (T, d_vocab)
    project(in, weights.unembed, weights.unembed_bias, logits);
    const auto scale = static_cast<real>(config.logit_scale), cap = static_cast<real>(config.logit_cap);
    for (int i = 0; scale != 1 && i < n_rows(); ++i)
        for (int j = 0; j < config.d_vocab; ++j) logits.at(i)[j] *= scale;
    for (int i = 0; cap > 0 && i < n_rows(); ++i) soft_cap(cap, logits.at(i), config.d_vocab);
    hook(Site::logits);
}

/// The transform before the unembedding of a masked-token model: dense layer, activation function, norm
/// (BERT, Devlin et al. 2019).
Rows ForwardPass::mlm_head(const Rows& in) {
    // (T, d_model) x (d_model, d_model) -> (T, d_model)
    project(in, weights.mlm_dense, weights.mlm_dense_bias, rows(Site::mlm_pre));
    hook(Site::mlm_pre);
    for (int r = begin; r < end; ++r)
        activate(config.activation, row(Site::mlm_pre, -1, r), row(Site::mlm_post, -1, r), config.d_model);
    hook(Site::mlm_post);
    return norm(rows(Site::mlm_post), Site::mlm_ln_scale, -1, weights.mlm_ln_gain, weights.mlm_ln_bias);
}

/// One vector for each segment: its first real row, its last one, or the mean of all; then the logits of its
/// class.
void ForwardPass::pool(const Rows& in) {
    for (int s = first_segment; s < last_segment; ++s) {
        const auto [first, last] = trace.pooled_rows(s);
        real* sum = trace.row(Site::pooled, -1, s);
        std::fill_n(sum, config.d_model, real(0));
        for (int r = first; r < last; ++r)
            for (int i = 0; i < config.d_model; ++i) sum[i] += in.at(r - begin)[i];
        for (int i = 0; i < config.d_model; ++i) sum[i] /= static_cast<real>(std::max(last - first, 1));
    }
    hook(Site::pooled);
    if (config.head != OutputHead::classes) return;
    // (segments, d_model) x (d_model, n_classes) -> (segments, n_classes)
    linear(trace.row(Site::pooled, -1, first_segment),
           static_cast<std::ptrdiff_t>(trace.row_stride(Site::pooled)), last_segment - first_segment,
           weights.classifier, weights.classifier_bias, trace.row(Site::class_logits, -1, first_segment),
           static_cast<std::ptrdiff_t>(trace.row_stride(Site::class_logits)));
    hook(Site::class_logits);
}

void ForwardPass::project(const Rows& in, const Matrix& w, const real* bias, Site out, int l) const {
    const auto [first, last] = range(out);
    const Rows to = rows(out, l);
    linear(in.data, in.stride, last - first, w, bias, to.data, to.stride);
}

void ForwardPass::project(const Rows& in, const Matrix& w, const real* bias, const Rows& out) const {
    linear(in.data, in.stride, n_rows(), w, bias, out.data, out.stride);
}

void ForwardPass::add(const Rows& a, const Rows& b, const Rows& sum) const {
    for (int i = 0; i < n_rows(); ++i) {
        const real *x = a.at(i), *y = b.at(i);
        real* s = sum.at(i);
        for (int j = 0; j < config.d_model; ++j) s[j] = x[j] + y[j];
    }
}

void ForwardPass::copy(const Rows& from, const Rows& to) const {
    for (int i = 0; i < n_rows(); ++i) std::copy_n(from.at(i), config.d_model, to.at(i));
}

void ForwardPass::dropout(Site site, int l) {
    apply_dropout_to_rows(trace, site, l, begin, end, [&](int r) { return row(site, l, r); });
}

void ForwardPass::store_staged_row(SitePlace place, int l) const {
    if (!staged) return;
    for (const SiteRow& info : site_rows(place)) {
        const Site site = info.site;
        if (!trace.has(site) || site == Site::v || row_axis(site) != Axis::pos) continue;
        real *from = row(site, l, begin), *to = trace.row(site, l, begin);
        if (site != Site::attn_scores && site != Site::pattern) {
            nontemporal_copy(from, to, static_cast<int>(trace.row_stride(site)));
            continue;
        }
        // Outside the keys that it reads the row is -inf or 0 from the start. It is written again only up to
        // the end of a cache line, so that whole lines are moved.
        const int n_keys = trace.n_keys();
        const real hidden = site == Site::pattern ? real(0) : -std::numeric_limits<real>::infinity();
        for (const HeadGroup& g : trace.plan().groups(site, l)) {
            const KeyRange& read = g.mask->keys(begin);
            const int first_key = read.begin - read.first, n_read = read.size();
            const int n_written =
                n_keys % 16 == 0 ? std::min((first_key + n_read + 15) / 16 * 16, n_keys) - first_key : n_read;
            for (const int h : g.heads) {
                real* keys = from + h * n_keys + first_key;
                std::fill(keys + n_read, keys + n_written, hidden);
                nontemporal_copy(keys, to + h * n_keys + first_key, n_written);
            }
        }
    }
}

} // namespace gf::detail
