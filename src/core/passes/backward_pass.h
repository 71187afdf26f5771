#pragma once
// One way back over all rows of a Trace: backward_pass.cpp reads from top to bottom in the order of the
// computation reversed; backward_attention.cpp and backward_feed_forward.cpp hold the two sub-layers.
// Internal to core.

#include "core/passes/backward.h"
#include "core/passes/forward_pass.h"

namespace gf::detail {

struct RowBlock;

class BackwardPass {
  public:
    BackwardPass(Backward& b, std::span<real> param_gradients);
    void run();

  private:
    void output();
    void unembed(const Rows& in, const Rows& din);
    void mlm_head(const Rows& in, const Rows& din);
    void pool(const Rows& din);
    void block(int l);
    void attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din);
    void cross_attention(int l, const AttentionWeights& w, const Rows& in, const Rows& din);
    void unattend(int l, const AttentionSites& a, const AttentionWeights& w);
    void feed_forward(int l, const BlockWeights& w, const Rows& in, const Rows& din);
    void embed();

    void unweigh(int l, const AttentionSites& a);
    void unscore(int l, const AttentionSites& a);
    void unweigh_block(int l, const AttentionSites& a, const RowBlock& b);
    void unscore_block(int l, const AttentionSites& a, const RowBlock& b);
    void unrotate(Site from, Site to, int l);
    std::span<const ExpertVisit> visits_to(std::size_t e) const {
        return config.is_moe() ? visits_.to(e) : std::span<const ExpertVisit>();
    }
    Rows take(const Rows& from, int width, bool by_slot, std::span<const ExpertVisit> visits, int place);
    void expert_out(int l, const ExpertWeights& w, std::span<const ExpertVisit> visits);
    void expert_in(Site site, int l, const Matrix& w, const real* bias, std::span<const ExpertVisit> visits,
                   const Rows& in, const Rows& din, bool add);
    void unroute(int l, const BlockWeights& w, const Rows& in, const Rows& din);

    /// Inverts Pass::norm(): from the gradient of its result, which `dout` holds, adds to that of `in`.
    void norm(const Rows& in, Site scale, int l, const real* gain, const real* bias, const Rows& dout,
              const Rows& din);
    /// The same from the gradient of the normalised site.
    void normalized(const Rows& in, Site scale, int l, const Rows& din);
    /// What Pass::norm() gave, computed again.
    Rows normed(Site scale, int l, const real* gain, const real* bias);
    /// Inverts Pass::project(): din (+)= dout W^T; the gradients of W and its bias.
    void project(const Rows& in, const Matrix& w, const real* bias, const Rows& dout, const Rows& din,
                 bool add) {
        project(in, w, bias, dout, din, add, n);
    }
    void project(const Rows& in, const Matrix& w, const real* bias, const Rows& dout, const Rows& din,
                 bool add, int count);
    /// dW += in^T dout and db += sum of dout, over n rows.
    void weights_of(const Rows& in, const Matrix& w, const real* bias, const Rows& dout, int n);
    void bias_of(const real* bias, int width, const Rows& dout, int n);
    /// The gradient of the site is complete: from here on it is that before dropout and edits.
    void done(Site site, int l = -1);

    Rows rows(Site site, int l = -1) {
        return {trace.row(site, l, 0), static_cast<std::ptrdiff_t>(trace.row_stride(site))};
    }
    Rows drows(Site site, int l = -1) {
        return {grad.row(site, l, 0), static_cast<std::ptrdiff_t>(grad.row_stride(site))};
    }
    /// Where the gradient of a parameter goes; null if none are wanted or the model has no such parameter.
    real* param(const real* value) const {
        return params.empty() || !value ? nullptr : params.data() + (value - first_param);
    }
    void add(const Rows& from, const Rows& to) const;
    void copy(const Rows& from, const Rows& to) const;
    Rows zeroed(const Rows& r, int width) const { return zeroed(r, width, n); }
    Rows zeroed(const Rows& r, int width, int count) const;

    Trace& trace;
    Trace& grad;
    const StackWeights& weights;
    const ModelConfig& config;
    const real* first_param;
    const std::span<real> params;
    Backward::Scratch &normed_, &mixed_;
    ExpertVisits& visits_;
    const bool seeded_;
    const int n;
};

} // namespace gf::detail
