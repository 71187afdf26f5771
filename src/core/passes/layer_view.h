#pragma once
// The layer in view of a run that is too long to keep everything. Its sites are computed again from the
// residual stream. Used by the session's Engine.

#include "core/trace.h"

#include <memory>

namespace gf {

/// To be called by the thread that writes the run only. Other threads may read rows [0, rows()) of trace().
class LayerView {
  public:
    /// `run` must keep the residual stream (Keep::residual). Allocates room for every site of `layer` in all
    /// rows. @throws Error if the run has no such layer or does not keep resid_pre
    LayerView(std::shared_ptr<const Trace> run, int layer);

    /// How many bytes such a view allocates.
    static std::size_t bytes(const Trace& run, int layer);

    const std::shared_ptr<const Trace>& run() const { return run_; }
    int layer() const { return layer_; }
    int rows() const { return rows_; }

    /// Computes at most `max_rows` further rows of the layer, or all at once where the mask looks ahead.
    /// `rows` is how many are wanted; the run must have them. Returns whether they are there. The values
    /// agree to rounding with those of a run that keeps everything.
    bool compute(int rows, int max_rows);

    /// The run as it is, plus the sites of the layer, for which trace()->kept(site, layer()) is true.
    const std::shared_ptr<const Trace>& trace() const { return shown_; }

  private:
    static TraceShape shape_of(const Trace& run, int layer);

    std::shared_ptr<const Trace> run_;
    std::shared_ptr<Trace> layer_sites_; ///< a Trace of the layer's own sites
    std::shared_ptr<Trace> combined_;    ///< reads run_ and layer_sites_; compute() gives it the tokens
    std::shared_ptr<const Trace> shown_; ///< combined_, for readers
    int layer_, rows_ = 0;
};

} // namespace gf
