#pragma once
// A row for each expert: its logit, weight, bias and gate for the token in view; and below it what the chosen
// ones wrote, and their weighted sum. Used by the panel Router.

#include "app/panels/routing/routing_scene.h"
#include "app/widgets/line_buffer.h"
#include "measures/expert_outputs.h"

namespace gf::ui {

class RouterTable {
  public:
    /// Draws at the cursor over the whole width.
    void draw(const View& view, Selection& selection, ExpertRef expert, int token, Commands& commands);

  private:
    void draw_heading(const View& view);
    void draw_expert(const View& view, Selection& selection, ExpertRef expert, bool in_focus, int token,
                     Commands& commands);
    void draw_outputs(const View& view, Selection& selection, int layer, int token);
    void draw_vector(std::string_view words, ImU32 hue, const std::vector<float>& values, double length);

    ExpertOutputs outputs_;
    // What outputs_ was found for.
    std::weak_ptr<const Trace> trace_;
    int layer_ = -1, token_ = -1;
    LineBuffer line_;
};

} // namespace gf::ui
