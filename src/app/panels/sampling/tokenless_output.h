#pragma once
// What the Sampling panel shows of a model that has no logits of tokens: the probabilities of a classifier,
// or in words what another model gives.

#include "app/view/panel.h"
#include "app/view/pooled_output.h"
#include "app/widgets/line_buffer.h"

#include <vector>

namespace gf::ui {

class TokenlessOutput {
  public:
    /// The words beside the panel's title. Valid until the next call of a member function.
    const char* subtitle(const View& view);
    void draw(const View& view, Selection& selection, Commands& commands);

  private:
    void draw_classes(const View& view, Selection& selection);
    void draw_vector(const View& view);

    std::vector<ClassProbability> classes_;
    LineBuffer line_;
};

} // namespace gf::ui
