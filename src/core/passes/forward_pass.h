#pragma once
// One forward pass over rows [begin, end) of a Trace. Used by forward(), by LayerView and, where layers are
// computed again, by BackwardPass. forward_pass.cpp reads from top to bottom as the computation does;
// attention.cpp and feed_forward.cpp hold the two sub-layers. Internal to core.
//
// In comments on shapes T is the number of rows of the pass, S that of the source. `l` is a layer, `h` a
// query head, `r` a row of the Trace.

#include "core/rows.h"
#include "core/trace.h"

#include <algorithm>
#include <cstddef>

namespace gf::detail {

struct RowBlock;

/// The sites of one attention, which reads either the rows before or the source.
struct AttentionSites {
    Site queries, keys, values, scores, pattern, z, out;
};
/// What the MLP gives, before its norm where it has one.
inline Site feed_forward_out(const ModelConfig& config) {
    return config.norms_output() ? Site::mlp_raw : Site::mlp_out;
}
inline AttentionSites self_attention(const ModelConfig& config) {
    return {query_site(config),
            key_site(config),
            Site::v,
            Site::attn_scores,
            Site::pattern,
            Site::z,
            config.norms_output() ? Site::attn_raw : Site::attn_out};
}
inline constexpr AttentionSites k_cross_attention{Site::cross_q,           Site::cross_k,       Site::cross_v,
                                                  Site::cross_attn_scores, Site::cross_pattern, Site::cross_z,
                                                  Site::cross_attn_out};

class ForwardPass {
  public:
    ForwardPass(Trace& t, int row_begin, int row_end)
        : trace(t), weights(t.stack()), config(t.config()), begin(row_begin), end(row_end),
          staged(row_end - row_begin == 1 && t.shape().keep == Keep::all && t.shape().layer < 0 &&
                 t.edits().empty() && !t.source() && t.setup().capacity_factor == 0) {
        t.pass_begin_ = row_begin;
        const auto n_before = [&segments = t.segments()](int row) {
            return static_cast<int>(std::count_if(segments.begin(), segments.end(),
                                                  [row](const Segment& s) { return s.begin < row; }));
        };
        first_segment = n_before(row_begin);
        last_segment = n_before(row_end);
    }
    /// Computes all sites from this layer on; with 0 from the tokens, else from the layer's resid_pre.
    void run(int first_layer);
    /// Computes the sites inside one layer again, from its resid_pre as edits and dropout left it.
    void recompute_layer(int l) { block(l); }
    /// Computes what comes after the last layer again, from the stream behind it.
    void read_out();

  private:
    void embed();
    void read_source();
    void block(int l);
    void attention(int l, const AttentionWeights& w, const Rows& in);
    void cross_attention(int l, const AttentionWeights& w, const Rows& in);
    void attend(int l, const AttentionSites& a, const AttentionWeights& w);
    void feed_forward(int l, const BlockWeights& w, const Rows& in);
    void output();
    void unembed(const Rows& in);
    Rows mlm_head(const Rows& in);
    void pool(const Rows& in);

    // The parts of attention.
    void normalize_heads(Site in, Site scale, Site out, const real* gain, int l);
    void rotate(Site in, Site out, int l);
    void store_transposed_keys(int l, Site keys);
    const Trace::TransposedKeys& transposed_keys(Site keys) const {
        return row_axis(keys) == Axis::source ? trace.transposed_cross_keys_ : trace.transposed_keys_;
    }
    const real* transposed_keys_of_head(int l, Site keys, int h, int key) const;
    void scores(int l, const AttentionSites& a);
    void scores_of_row(int l, const AttentionSites& a, const HeadGroup& g, int r);
    void scores_of_block(int l, const AttentionSites& a, const HeadGroup& g, const RowBlock& b);
    /// Which positions act on these scores.
    Positions positions_in(int l, Site scores) const {
        return has_source_keys(scores) ? Positions::none : config.layer(l).positions;
    }
    void finish_scores(Positions kind, int h, int r, const KeyRange& keys, real* s) const;
    void pattern(int l, const AttentionSites& a);
    void weighted_values(int l, const AttentionSites& a);
    void weighted_values_of_row(int l, const AttentionSites& a, const HeadGroup& g, int r);
    void weighted_values_of_block(int l, const AttentionSites& a, const HeadGroup& g, const RowBlock& b);

    // The parts of feed_forward.
    void route(int l, const BlockWeights& w, const Rows& in);
    void choose_experts(int l, const BlockWeights& w);
    /// Calls f(expert, visits to it). The one expert of a dense MLP gets all rows, which need no gathering,
    /// and therefore an empty list of visits.
    template <class F>
    void for_each_expert(int l, const BlockWeights& w, F f);

    /// Normalises rows of d_model values and writes the site `scale` and its partner, the normalised
    /// values. Returns scratch rows with gain and bias applied, which the next norm() overwrites.
    Rows norm(const Rows& in, Site scale, int l, const real* gain, const real* bias);
    /// From what a sub-layer gives to what it adds to the stream.
    void normalize_output(Site raw, Site scale, int l, const real* gain, const real* bias, Site out);
    real gain_offset() const { return static_cast<real>(config.gain_offset); }
    /// sum = a + b, d_model values in each row.
    void add(const Rows& a, const Rows& b, const Rows& sum) const;
    void copy(const Rows& from, const Rows& to) const;
    /// out = in W + bias, for the rows of the site `out`.
    void project(const Rows& in, const Matrix& w, const real* bias, Site out, int l) const;
    /// out = in W + bias, for the rows of the pass.
    void project(const Rows& in, const Matrix& w, const real* bias, const Rows& out) const;

    /// To be called when a site has been written. Dropout and edits apply here, as at a hook point of
    /// TransformerLens, so everything after must read the values back from the Trace.
    void hook(Site site, int l = -1) {
        if (trace.setup_.regularise.dropout > 0 && has_dropout(site, l)) dropout(site, l);
        if (trace.edits().empty()) return;
        const auto [first, last] = range(site);
        trace.apply_edits(site, l, first, last);
    }
    void dropout(Site site, int l);

    int n_rows() const { return end - begin; }
    /// The rows of the site that this pass computes: tokens, segments that begin in it, or, in the pass with
    /// row 0, all of the source.
    struct Range {
        int begin, end;
    };
    Range range(Site site) const {
        switch (row_axis(site)) {
        case Axis::segment: return {first_segment, last_segment};
        case Axis::source: return {0, trace.row_capacity(site)};
        default: return {begin, end};
        }
    }
    real* row(Site site, int l, int r) const {
        return staged && site != Site::v ? trace.staged_rows_[static_cast<std::size_t>(site)]
                                         : trace.row(site, l, r);
    }
    Rows rows(Site site, int l = -1) const {
        return {row(site, l, range(site).begin), static_cast<std::ptrdiff_t>(trace.row_stride(site))};
    }
    /// Moves the staged row of the sites of the tokens there to its place in the Trace.
    void store_staged_row(SitePlace place, int l) const;

    Trace& trace;
    const StackWeights& weights;
    const ModelConfig& config;
    const int begin, end;
    int first_segment = 0, last_segment = 0; ///< the segments that begin in these rows, half-open
    /// A single row is computed in a place that stays in the cache, and moved to the Trace layer by layer
    /// with stores that leave the cache alone: its own row was last touched long ago, and waiting for that
    /// memory took a quarter of the time. v is read together with the rows before it, so it is written to its
    /// place at once. Edits apply to rows in their place, so with edits nothing is staged.
    const bool staged;
};

} // namespace gf::detail
