#pragma once
// One operation at a time: while a step of the computation is selected, a strip below the bars says what it
// does to the token in view, and goes on by buttons or by itself. Used by the Workbench.

#include "app/view/panel.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace gf::ui {

class OperationStrip {
  public:
    /// Once a frame while panels are in view. Draws from `top` on; returns where it ends, in pixels.
    float draw(const View& view, const Selection& selection, float top, Commands& commands);
    /// Whether it goes on by itself.
    void play(bool on) { playing_ = on, shown_since_ = -1; }

  private:
    void update_title(const View& view, const Operation& operation);
    void go_on(const View& view, const Selection& selection, Commands& commands);

    bool playing_ = false;
    double shown_since_ = -1; ///< when the operation came into view, on ImGui's clock; -1: not yet
    std::optional<Operation> shown_;
    std::string title_; ///< of this operation of this model under this chain:
    std::optional<Operation> titled_;
    std::weak_ptr<const Weights> titled_weights_;
    SamplingChain titled_chain_;
    fmt::memory_buffer text_;
};

} // namespace gf::ui
