#pragma once
// One pass over rows [begin, end) of a Trace: forward_pass.cpp reads from top to bottom as the computation
// does; attention.cpp and feed_forward.cpp hold the two sub-layers. Internal to core.

#include "core/rows.h"
#include "core/trace.h"

#include <algorithm>
#include <cstddef>

namespace gf::detail {

struct RowBlock;

/// The sites of one attention: of the rows to each other, or to the source.
struct AttentionSites {
    Site queries, keys, values, scores, pattern, z, out;
};
inline constexpr AttentionSites k_self_attention{Site::q,       Site::k, Site::v,       Site::attn_scores,
                                                 Site::pattern, Site::z, Site::attn_out};
inline constexpr AttentionSites k_rotated_attention{
    Site::rot_q, Site::rot_k, Site::v, Site::attn_scores, Site::pattern, Site::z, Site::attn_out};
inline constexpr AttentionSites k_cross_attention{Site::cross_q,           Site::cross_k,       Site::cross_v,
                                                  Site::cross_attn_scores, Site::cross_pattern, Site::cross_z,
                                                  Site::cross_attn_out};

class Pass {
  public:
    Pass(Trace& t, int row_begin, int row_end)
        : trace(t), weights(t.stack()), config(t.config()), begin(row_begin), end(row_end),
          staged(row_end - row_begin == 1 && t.shape().keep == Keep::all && t.shape().layer < 0 &&
                 t.edits().empty() && !t.source() && t.shape().regularise.capacity_factor == 0) {
        t.pass_begin_ = row_begin;
        const auto before = [&](int row) { return [&, row](const Segment& s) { return s.begin < row; }; };
        const auto& segments = t.shape().segments;
        first_segment = static_cast<int>(std::count_if(segments.begin(), segments.end(), before(row_begin)));
        last_segment = static_cast<int>(std::count_if(segments.begin(), segments.end(), before(row_end)));
    }
    void run(int first_layer);
    /// Computes the inside of one layer again, from its resid_pre as it was left.
    void layer(int l) { block(l); }

  private:
    void embed();
    void read_source();
    void block(int l);
    void attention(int l, const AttentionWeights& w, const Rows& in);
    void cross_attention(int l, const AttentionWeights& w, const Rows& in);
    void attend(int l, const AttentionSites& a, const AttentionWeights& w);
    void feed_forward(int l, const BlockWeights& w, const Rows& in);
    void output();
    Rows mlm_head(const Rows& in);
    void pool(const Rows& in);

    void rotate(Site in, Site out, int l);
    const Trace::TransposedKeys& transposed(Site keys) const {
        return row_axis(keys) == Axis::source ? trace.cross_keys_transposed_ : trace.keys_transposed_;
    }
    void keep_keys(int l, Site keys);
    const real* keys_of(int l, Site keys, int h, int key) const;
    void scores(int l, const AttentionSites& a);
    void score_row(int l, const AttentionSites& a, int r);
    void score_block(int l, const AttentionSites& a, const RowBlock& b);
    void penalise_distance(Site scores, int h, int r, real* s) const;
    void weighted_values(int l, const AttentionSites& a);
    void weigh_row(int l, const AttentionSites& a, int r);
    void weigh_block(int l, const AttentionSites& a, const RowBlock& b);
    void route(int l, const BlockWeights& w, const Rows& in);
    /// f(expert, the visits to it): of a dense MLP once, with all rows, which then need not be gathered.
    template <class F>
    void each_expert(const BlockWeights& w, F f);

    /// Normalises; the sites are `scale` and the one after it. Returns scratch rows with gain and bias
    /// applied.
    Rows norm(const Rows& in, Site scale, int l, const real* gain, const real* bias);
    void add(const Rows& a, const Rows& b, const Rows& sum) const;
    void copy(const Rows& from, const Rows& to) const;

    real* row(Site site, int l, int r) const {
        return staged && site != Site::v ? trace.stages_[static_cast<std::size_t>(site)]
                                         : trace.row(site, l, r);
    }
    /// The rows of the site that this pass computes: tokens, segments that begin in it, or with row 0 all of
    /// the source.
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
    Rows rows(Site site, int l = -1) const {
        return {row(site, l, range(site).begin), static_cast<std::ptrdiff_t>(trace.row_stride(site))};
    }
    /// out = in W + bias, for the rows of the site that is written
    void project(const Rows& in, const Matrix& w, const real* bias, Site out, int l) const;
    void project(const Rows& in, const Matrix& w, const real* bias, const Rows& out) const;
    /// The site is written: dropout and edits to it apply here, so everything after must read it back.
    void done(Site site, int l = -1) {
        if (trace.shape_.regularise.dropout > 0 && drops(site, l)) drop(site, l);
        if (trace.edits_.empty()) return;
        const auto [first, last] = range(site);
        trace.apply_edits(site, l, first, last);
    }
    void drop(Site site, int l);
    int count() const { return end - begin; }
    void put_away(Site first, Site last, int l) const;

    Trace& trace;
    const StackWeights& weights;
    const ModelConfig& config;
    const int begin, end;
    int first_segment = 0, last_segment = 0; ///< the segments that begin in these rows
    /// A single row is computed in a place that stays in the cache, and put away in the Trace layer by layer
    /// with stores that leave the cache alone: its own row was last touched long ago, and waiting for that
    /// memory took a quarter of the time. (v is read with the rows before it, so it goes to its place at
    /// once; edits are applied there too.)
    const bool staged;
};

} // namespace gf::detail
