#include "core/passes/forward_pass.h"

#include "core/kernels/kernels.h"
#include "core/passes/dropout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf::detail {

void Pass::run(int first_layer) {
    if (first_layer == 0) embed();
    if (trace.source() && begin == 0) read_source();
    for (int l = first_layer; l < config.n_layers; ++l) {
        // resid_pre of the layer that a resumed pass starts at is given
        if (staged && l == first_layer && l > 0)
            std::copy_n(trace.row(Site::resid_pre, l, begin), config.d_model, row(Site::resid_pre, l, begin));
        if (l > first_layer)
            copy(rows(config.norm_place == NormPlace::pre ? Site::resid_post : Site::normalized_resid_post,
                      l - 1),
                 rows(Site::resid_pre, l));
        done(Site::resid_pre, l);
        block(l);
        put_away(Site::resid_pre, Site::normalized_resid_post, l);
    }
    output();
    if (first_layer == 0) put_away(Site::embed, Site::embed_ln_normalized, -1);
    put_away(Site::ln_final_scale, Site::logits, -1);
    if (staged) finish_store_away();
}

/// Moves the staged row of these sites to its place.
void Pass::put_away(Site first, Site last, int l) const {
    if (!staged) return;
    const Trace::RowPlan& plan = trace.plan(begin);
    for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
        const Site site = static_cast<Site>(i);
        if (!trace.has(site) || site == Site::v) continue;
        real *from = row(site, l, begin), *to = trace.row(site, l, begin);
        if (site != Site::attn_scores && site != Site::pattern) {
            store_away(from, to, static_cast<int>(trace.row_stride(site)));
            continue;
        }
        // Beyond the keys it reads the row is -inf or 0 from the start; up to the end of a cache line it is
        // written once more.
        const int key = plan.key_begin - plan.segment_begin, n_keys = trace.n_keys(),
                  n = plan.key_end - plan.key_begin;
        const int wide = n_keys % 16 == 0 ? std::min((key + n + 15) / 16 * 16, n_keys) - key : n;
        for (int h = 0; h < config.n_heads; ++h) {
            real* keys = from + h * n_keys + key;
            std::fill(keys + n, keys + wide,
                      site == Site::pattern ? real(0) : -std::numeric_limits<real>::infinity());
            store_away(keys, to + h * n_keys + key, wide);
        }
    }
}

/// Tokens (and positions) to the residual stream that enters the first block.
void Pass::embed() {
    const int d = config.d_model;
    const auto table_row = [d](const real* table, int i) {
        return table + static_cast<std::size_t>(i) * static_cast<std::size_t>(d);
    };
    for (int r = begin; r < end; ++r)
        std::copy_n(table_row(weights.embed, trace.tokens()[r]), d, row(Site::embed, -1, r));
    done(Site::embed);
    const Rows sum = rows(Site::resid_pre, 0);
    copy(rows(Site::embed), sum);
    for (int r = begin; trace.has(Site::pos_embed) && r < end; ++r) {
        const int position = trace.plan(r).position;
        real* out = row(Site::pos_embed, -1, r);
        if (weights.pos_embed)
            std::copy_n(table_row(weights.pos_embed, position), d, out);
        else // sine and cosine in turn, wavelengths from 2 pi to 10000 * 2 pi (Vaswani et al. 2017, 3.5)
            for (int i = 0; i < d; ++i) {
                const double angle = position * std::pow(10000.0, -double(i - i % 2) / d);
                out[i] = static_cast<real>(i % 2 ? std::cos(angle) : std::sin(angle));
            }
    }
    if (trace.has(Site::pos_embed)) {
        done(Site::pos_embed);
        add(rows(Site::embed), rows(Site::pos_embed), sum);
    }
    if (config.embed_norm)
        copy(norm(sum, Site::embed_ln_scale, -1, weights.embed_ln_gain, weights.embed_ln_bias), sum);
}

/// What the encoder gives: the source's stream after its last norm.
void Pass::read_source() {
    const Trace& source = *trace.source();
    const StackWeights& encoder = source.stack();
    const Rows out = rows(Site::encoder_out);
    for (int r = 0; r < source.n_tokens(); ++r)
        if (config.norm_place == NormPlace::post)
            std::copy_n(source.row(Site::normalized_resid_post, config.n_encoder_layers - 1, r),
                        config.d_model, out.at(r));
        else
            gain_and_bias(source.row(Site::ln_final_normalized, -1, r), encoder.ln_final_gain,
                          encoder.ln_final_bias, out.at(r), config.d_model);
    done(Site::encoder_out);
}

/// resid_pre -> attention -> + (-> attention to the source -> +) -> MLP -> +. Pre-norm normalises what a
/// sub-layer reads, post-norm what each addition gives.
void Pass::block(int l) {
    const BlockWeights& w = weights.blocks[static_cast<std::size_t>(l)];
    const bool pre = config.norm_place == NormPlace::pre, has_mlp = config.mlp != MlpKind::none;
    const Rows stream = rows(Site::resid_pre, l);
    attention(l, w, pre ? norm(stream, Site::ln1_scale, l, w.ln1_gain, w.ln1_bias) : stream);
    const Site sum = has_mlp ? Site::resid_mid : Site::resid_post;
    add(stream, rows(Site::attn_out, l), rows(sum, l));
    done(sum, l);

    Rows out = rows(sum, l); // where the stream goes on
    if (!pre) out = norm(out, Site::ln1_scale, l, w.ln1_gain, w.ln1_bias);
    if (trace.source()) {
        const auto norm_cross = [&] {
            return norm(out, Site::ln_cross_scale, l, w.ln_cross_gain, w.ln_cross_bias);
        };
        cross_attention(l, w.cross, pre ? norm_cross() : out);
        add(out, rows(Site::cross_attn_out, l), rows(Site::resid_mid_cross, l));
        done(Site::resid_mid_cross, l);
        out = rows(Site::resid_mid_cross, l);
        if (!pre) out = norm_cross();
    }
    if (has_mlp) {
        feed_forward(l, w, pre ? norm(out, Site::ln2_scale, l, w.ln2_gain, w.ln2_bias) : out);
        add(out, rows(Site::mlp_out, l), rows(Site::resid_post, l));
        done(Site::resid_post, l);
        if (!pre) out = norm(rows(Site::resid_post, l), Site::ln2_scale, l, w.ln2_gain, w.ln2_bias);
    }
    if (pre) return;
    copy(out, rows(Site::normalized_resid_post, l));
    done(Site::normalized_resid_post, l);
}

Rows Pass::norm(const Rows& in, Site scale_site, int l, const real* gain, const real* bias) {
    const Site normalized_site = static_cast<Site>(static_cast<int>(scale_site) + 1);
    const int d = config.d_model;
    auto mean = [&](const real* x) { return config.norm == NormKind::layer ? mean_of(x, d) : real(0); };
    for (int i = 0; i < count(); ++i)
        *rows(scale_site, l).at(i) = norm_scale(in.at(i), d, mean(in.at(i)), config.norm_eps);
    done(scale_site, l);
    for (int i = 0; i < count(); ++i)
        normalize(in.at(i), d, mean(in.at(i)), *rows(scale_site, l).at(i), rows(normalized_site, l).at(i));
    done(normalized_site, l);
    const Rows out{trace.normed_, d};
    for (int i = 0; i < count(); ++i) gain_and_bias(rows(normalized_site, l).at(i), gain, bias, out.at(i), d);
    return out;
}

/// From the residual stream to what the model is for.
void Pass::output() {
    const int last = config.n_layers - 1;
    const Rows stream = config.norm_place == NormPlace::post
                            ? rows(Site::normalized_resid_post, last)
                            : norm(rows(Site::resid_post, last), Site::ln_final_scale, -1,
                                   weights.ln_final_gain, weights.ln_final_bias);
    if (config.pools()) return pool(stream);
    if (!config.has_logits()) return;
    const Rows in = config.head == OutputHead::masked_tokens ? mlm_head(stream) : stream;
    project(in, weights.unembed, weights.unembed_bias,
            rows(Site::logits)); // (T, d_model) x (d_model, d_vocab) -> (T, d_vocab)
    done(Site::logits);
}

/// The transform before the unembedding (BERT, Devlin et al. 2019): dense layer, activation, norm.
Rows Pass::mlm_head(const Rows& in) {
    project(in, weights.mlm_dense, weights.mlm_dense_bias,
            rows(Site::mlm_pre)); // (T, d_model) x (d_model, d_model)
    done(Site::mlm_pre);
    for (int r = begin; r < end; ++r)
        activate(config.activation, row(Site::mlm_pre, -1, r), row(Site::mlm_post, -1, r), config.d_model);
    done(Site::mlm_post);
    return norm(rows(Site::mlm_post), Site::mlm_ln_scale, -1, weights.mlm_ln_gain, weights.mlm_ln_bias);
}

/// One vector for each segment: its first or last real row, or their mean; then its class.
void Pass::pool(const Rows& in) {
    for (int s = first_segment; s < last_segment; ++s) {
        const auto [first, last] = trace.pooled_rows(s);
        real* sum = trace.row(Site::pooled, -1, s);
        std::fill_n(sum, config.d_model, real(0));
        for (int r = first; r < last; ++r)
            for (int i = 0; i < config.d_model; ++i) sum[i] += in.at(r - begin)[i];
        for (int i = 0; i < config.d_model; ++i) sum[i] /= static_cast<real>(std::max(last - first, 1));
    }
    done(Site::pooled);
    if (config.head != OutputHead::classes) return;
    // (segments, d_model) x (d_model, n_classes)
    product(trace.row(Site::pooled, -1, first_segment),
            static_cast<std::ptrdiff_t>(trace.row_stride(Site::pooled)), last_segment - first_segment,
            weights.classifier, weights.classifier_bias, trace.row(Site::class_logits, -1, first_segment),
            static_cast<std::ptrdiff_t>(trace.row_stride(Site::class_logits)));
    done(Site::class_logits);
}

void Pass::project(const Rows& in, const Matrix& w, const real* bias, Site out, int l) const {
    const auto [first, last] = range(out);
    const Rows to = rows(out, l);
    product(in.data, in.stride, last - first, w, bias, to.data, to.stride);
}

void Pass::project(const Rows& in, const Matrix& w, const real* bias, const Rows& out) const {
    product(in.data, in.stride, count(), w, bias, out.data, out.stride);
}

void Pass::add(const Rows& a, const Rows& b, const Rows& sum) const {
    for (int i = 0; i < count(); ++i) {
        const real *x = a.at(i), *y = b.at(i);
        real* s = sum.at(i);
        for (int j = 0; j < config.d_model; ++j) s[j] = x[j] + y[j];
    }
}

void Pass::copy(const Rows& from, const Rows& to) const {
    for (int i = 0; i < count(); ++i) std::copy_n(from.at(i), config.d_model, to.at(i));
}

void Pass::drop(Site site, int l) {
    drop_rows(trace, site, l, begin, end, [&](int r) { return row(site, l, r); });
}

} // namespace gf::detail
