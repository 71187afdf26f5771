#pragma once
// Positions that are added: the vector of the word in view between its embedding and what enters the first
// layer, all vectors as a map and as curves, their path in the plane where they differ most, and their
// products by distance. Used by the panel Positions.

#include "app/panels/positions/added_vectors.h"
#include "app/panels/positions/stage_context.h"

#include <fmt/format.h>

namespace gf::ui {

class AddedStage {
  public:
    void draw(const StageContext& c, AddedVectors& added);

  private:
    void draw_sum(const StageContext& c, const UiRect& area) const;
    void draw_map(const StageContext& c, AddedVectors& added, const UiRect& area) const;
    void draw_curves(const StageContext& c, const AddedVectors& added, const UiRect& area) const;
    void draw_path(const StageContext& c, const AddedVectors& added, const UiRect& area) const;
    void draw_dots(const StageContext& c, const AddedVectors& added, const UiRect& area) const;
};

} // namespace gf::ui
