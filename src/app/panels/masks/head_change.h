#pragma once
// What one head did before and with the rules of the masks, and the difference; beside it what the masks in
// one layer alone do to the next token. Lower part of the panel Mask effect.

#include "app/host/ui_rect.h"
#include "app/panels/masks/mask_case.h"
#include "app/widgets/heat_map_widget.h"

namespace gf::ui {

class HeadChange {
  public:
    void draw(const MaskCase& mask_case, const UiRect& area);

  private:
    void upload(const MaskCase& c);
    void draw_maps(const MaskCase& c, const UiRect& area);
    void draw_layers(const MaskCase& c, const UiRect& area) const;

    HeatMapWidget maps_; ///< before, with the masks, the difference
    std::weak_ptr<const Trace> before_, now_;
    HeadRef head_;
    int rows_ = 0;
    std::vector<real> row_, row_now_, difference_; ///< working memory
};

} // namespace gf::ui
