#pragma once
// A card that floats over the panels and takes nothing away from what lies beside it: neither the keyboard
// nor the mouse. Used for notices.

#include "app/host/ui_rect.h"

namespace gf::ui {

/// Begins a card at this place. Always followed by end_floating_card().
void begin_floating_card(const char* name, const UiRect& rect);
void end_floating_card();

/// Whether a rectangle covers the mouse, the item that has the keyboard, or an open popup.
bool is_where_person_is(const UiRect& rect);

} // namespace gf::ui
