#pragma once
// The layer in view of a run that is too long to keep everything: it is computed again from the residual
// stream. Used by the Engine.

#include "core/passes/layer_view.h"
#include "session/run.h"

#include <cstddef>
#include <memory>

namespace gf {

class LayerDesk {
  public:
    /// Which layer of which run is wanted; -1: none.
    void want(int layer, int run) { wanted_ = layer, run_ = run; }
    int run() const { return run_; }

    /// Begins with the wanted layer of this run, if the run does not keep it and the budget allows. To be
    /// called after everything that can change the run or the wanted layer. `run` may be null.
    void update(const std::shared_ptr<const Trace>& run, std::size_t trace_budget);
    /// Whether the layer lacks some of the run's first `rows` rows.
    bool is_behind(int rows) const { return view_ && view_->rows() < rows; }
    bool exists() const { return view_ != nullptr; }
    int rows() const { return view_ ? view_->rows() : 0; } ///< computed so far
    void compute_slice(int rows);
    /// Says in the published run how far the layer is, and shows it once it is complete.
    void show(Run& run) const;
    std::size_t bytes() const { return view_ ? view_->trace()->bytes() - view_->run()->bytes() : 0; }

  private:
    int wanted_ = -1, run_ = Run::k_text;
    std::unique_ptr<LayerView> view_; ///< null where the run keeps everything, or no layer is wanted
    double refused_bytes_ = 0;        ///< bytes that the wanted layer would take, if they are too many
};

} // namespace gf
