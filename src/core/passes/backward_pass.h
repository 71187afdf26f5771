#pragma once
// One backward pass over all rows of a Trace, made by Backward::begin(). backward_pass.cpp reads from top to
// bottom in the order of the computation reversed; backward_attention.cpp and backward_feed_forward.cpp hold
// the two sub-layers. Internal to core.
//
// Each function inverts the one of the same name in ForwardPass. `din` and `dout` are the gradients of what
// that function read (`in`) and wrote: d loss / d value, in the layout of the value. T is the number of rows.

#include "core/passes/backward.h"
#include "core/passes/forward_pass.h"

namespace gf::detail {

struct RowBlock;

class BackwardPass {
  public:
    /// `param_gradients` has the layout of Weights::data; empty: gradients of sites only.
    BackwardPass(Backward& b, std::span<real> param_gradients);
    /// What comes after the last layer.
    void begin();
    /// The next layer, from the last one to the first, and with that what comes before the layers. Returns
    /// whether that was all.
    bool advance();

  private:
    void compute_again(int l);
    void output();
    void unembed(const Rows& in, const Rows& din);
    Rows raw_logit_gradients(const Rows& in);
    void mlm_head(const Rows& in, const Rows& din);
    void pool(const Rows& din);
    void block(int l);
    void parallel_block(int l, const BlockWeights& w);
    /// These three read the gradient of attn_out, cross_attn_out or mlp_out and write that of `in` to `din`.
    void attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din);
    void cross_attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din);
    void feed_forward(int l, const BlockWeights& w, const Rows& in, const Rows& din);
    void embed();

    // The parts of attention.
    void attend(int l, const AttentionSites& a, const AttentionWeights& w);
    void weighted_values(int l, const AttentionSites& a);
    void weighted_values_of_block(int l, const AttentionSites& a, const HeadGroup& g, const RowBlock& b);
    void pattern(int l, const AttentionSites& a);
    void scores(int l, const AttentionSites& a);
    /// Calls f(group of heads, rows taken together) for all that the attention of a layer consists of.
    template <class F>
    void for_each_block(int l, const AttentionSites& a, F f) const;
    void scores_of_block(int l, const AttentionSites& a, const HeadGroup& g, const RowBlock& b);
    Rows raw_score_gradients(int l, const AttentionSites& a, int h, const RowBlock& b);
    real score_of_distance(int l, const AttentionSites& a, int h, int row, int key) const;
    void position_bias(int l, int h, const RowBlock& b, const Rows& dscores);
    void rotate(Site rotated, Site unrotated, int l);
    void normalize_heads(Site in, Site scale, Site out, const real* gain, int l);

    // The parts of feed_forward.
    /// The visits to an expert; empty for a dense MLP, whose rows need no gathering.
    std::span<const ExpertVisit> visits_to(int l, std::size_t e) const {
        return config.layer(l).is_moe() ? backward.visits_.of_expert(e) : std::span<const ExpertVisit>();
    }
    /// The rows that the visits read, one after the other, in one of three places (0 to 2) of the scratch.
    Rows gather_visits(const Rows& from, int width, bool by_slot, std::span<const ExpertVisit> visits,
                       int place);
    void expert_out(int l, const ExpertWeights& w, std::span<const ExpertVisit> visits);
    void expert_in(Site site, int l, const Matrix& w, const real* bias, std::span<const ExpertVisit> visits,
                   const Rows& in, const Rows& din, bool accumulate);
    void route(int l, const BlockWeights& w, const Rows& in, const Rows& din);
    void route_gates(int l);

    /// From the gradient of the norm's result, `dout`; adds to that of `in`.
    void norm(const Rows& in, Site scale, int l, const real* gain, const real* bias, const Rows& dout,
              const Rows& din);
    /// From the gradient of the normalised site, which follows the site `scale`; adds to that of `in`.
    void normalize(const Rows& in, Site scale, int l, const Rows& din);
    /// From the gradient of what a sub-layer adds to the stream to that of what it gives.
    void normalize_output(Site raw, Site scale, int l, const real* gain, const real* bias, Site out);
    /// What ForwardPass::norm() returned, computed again. The next call overwrites it.
    Rows norm_output(Site scale, int l, const real* gain, const real* bias);
    /// din = dout W^T, or din += dout W^T if `accumulate`; adds to the gradients of W and its bias.
    void project(const Rows& in, const Matrix& w, const real* bias, const Rows& dout, const Rows& din,
                 bool accumulate) {
        project(in, w, bias, dout, din, accumulate, n_rows);
    }
    void project(const Rows& in, const Matrix& w, const real* bias, const Rows& dout, const Rows& din,
                 bool accumulate, int count);
    /// dW += in^T dout and db += the sum of dout, over `count` rows.
    void add_weight_gradients(const Rows& in, const Matrix& w, const real* bias, const Rows& dout, int count);
    void add_bias_gradients(const real* bias, int width, const Rows& dout, int count);

    /// To be called when the gradient of a site is complete. It makes of it the gradient of the value before
    /// the edits and dropout of ForwardPass::hook().
    void hook(Site site, int l = -1);

    /// Rows serve both ways, but those of the run are only read.
    Rows rows(Site site, int l = -1) const {
        return {const_cast<real*>(trace.row(site, l, 0)),
                static_cast<std::ptrdiff_t>(trace.row_stride(site))};
    }
    Rows grad_rows(Site site, int l = -1) {
        return {grad.row(site, l, 0), static_cast<std::ptrdiff_t>(grad.row_stride(site))};
    }
    /// Where the gradient of a parameter goes; null if none are wanted or the model has no such parameter.
    real* param_gradient(const real* value) const {
        return params.empty() || !value ? nullptr : params.data() + (value - first_param);
    }
    /// to += from, d_model values in each row.
    void add(const Rows& from, const Rows& to) const;
    void copy(const Rows& from, const Rows& to) const;
    /// Fills rows of `width` values with zeros and returns them.
    Rows zero_rows(const Rows& r, int width) const { return zero_rows(r, width, n_rows); }
    Rows zero_rows(const Rows& r, int width, int count) const;

    const Trace& trace;
    Trace& grad; ///< the gradients of the trace's sites
    const StackWeights& weights;
    const ModelConfig& config;
    const real* first_param;
    const std::span<real> params; ///< the gradients of the parameters
    Backward& backward;           ///< owns gradients and scratch
    const int n_rows;
    int layer; ///< the last one that was gone back over
};

} // namespace gf::detail
