#pragma once
// The layer in view of a run that is too long to keep everything: its sites computed again from the residual
// stream.

#include "core/trace.h"

#include <memory>

namespace gf {

/// Everything is by the thread that writes the run. What trace() gives may be read by others below rows().
class LayerView {
  public:
    /// `run` keeps the residual stream (Keep::residual). Allocates room for every site of `layer` in all
    /// rows.
    LayerView(std::shared_ptr<const Trace> run, int layer);

    /// Bytes that it takes.
    static std::size_t bytes(const Trace& run, int layer);

    const std::shared_ptr<const Trace>& run() const { return run_; }
    int layer() const { return layer_; }
    int rows() const { return rows_; }

    /// Computes the layer up to `rows`, which the run must have, `most` rows at once (all where its mask
    /// looks ahead). True when they are there. The values agree with those of a run that keeps everything to
    /// rounding.
    bool compute(int rows, int most);

    /// The run with the sites of the layer: trace()->kept(site, layer).
    const std::shared_ptr<const Trace>& trace() const { return shown_; }

  private:
    static TraceShape shape_of(const Trace& run, int layer);

    std::shared_ptr<const Trace> run_, shown_;
    std::shared_ptr<Trace> inside_, writable_; ///< the layer's own sites; shown_, to be given tokens
    int layer_, rows_ = 0;
};

} // namespace gf
