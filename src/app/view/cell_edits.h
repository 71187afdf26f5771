#pragma once
// What panels show of edits: whether a cell is edited or can be, and the mark that an edited cell carries.

#include "app/view/view.h"
#include "core/cell_ref.h"

#include <imgui.h>

#include <string>

namespace gf::ui {

/// Whether the run in view holds a value for this cell. Always true of parameters.
bool has_value(const View& view, const CellRef& cell);
/// The edit of exactly this cell; null if there is none. It lives as long as the snapshot's list of edits.
const RunEdit* find_edit(const View& view, const CellRef& cell);
/// Why the cell cannot be edited, as a sentence for a person; empty if it can.
std::string why_not_editable(const View& view, const CellRef& cell);

/// Draws a small triangle in the upper right corner of the cell from `min` to `max`, in grey while edits are
/// switched off.
void draw_edit_mark(ImDrawList& list, ImVec2 min, ImVec2 max, bool edits_on);

} // namespace gf::ui
