#pragma once
// The card beside a hidden cell of the Masks panel: the score that it would have had, the weight that it had,
// and who has its share now.

#include "app/host/ui_rect.h"
#include "app/panels/masks/mask_case.h"

namespace gf::ui {

/// `cell` is where the hidden cell stands, `area` where the card may stand.
void draw_hidden_cell_card(const MaskCase& mask_case, const AttentionCell& hidden, const UiRect& cell,
                           const UiRect& area);

} // namespace gf::ui
