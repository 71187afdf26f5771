#pragma once
// The next token before and with the rules of the masks: bars and the difference. Upper part of the panel
// Mask effect.

#include "app/host/ui_rect.h"
#include "app/panels/masks/mask_case.h"

namespace gf::ui {

class NextTokenChange {
  public:
    /// Of the row in view: the pinned or hovered one, else the last.
    void draw(const MaskCase& mask_case, int row, const UiRect& area);

  private:
    struct Line {
        int token = 0;
        double before = 0, now = 0;
    };
    void update(const MaskCase& c, int row);

    std::weak_ptr<const Trace> before_, now_;
    int row_ = -1;
    std::vector<Line> lines_; ///< the likeliest of either run, likeliest first
};

} // namespace gf::ui
