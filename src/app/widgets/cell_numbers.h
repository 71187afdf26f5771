#pragma once
// Numbers inside the cells of a heat map, where these are large enough to be read, and the note that says
// that not all of a map is in view. Used by the panels that show matrices.

#include "app/widgets/heat_map_widget.h"
#include "app/widgets/widget_parts.h"

#include <imgui.h>

#include <functional>
#include <string_view>

namespace gf::ui {

/// Width of a cell from which on its number is printed, in design lengths.
inline constexpr float k_least_number_cell = 25;

/// Whether cells of the map are so large in this view.
bool has_cell_numbers(const PlacedHeatMap& place, const HeatMapView& view);

/// Prints the value of each cell in view, in black or white, whichever is easier to read on its colour.
/// Weights, which lie between 0 and 1, lose their leading zero: ".66". Masked cells, and numbers that are too
/// wide for their cell, stay empty. `value(row, column)` gives k_not_visible for a masked cell.
void draw_cell_numbers(ImDrawList& list, const PlacedHeatMap& place, const HeatMapView& view,
                       const std::function<float(int row, int column)>& value, bool are_weights);

/// Says loudly that a part is hidden, "232 of 256 rows hidden", at the upper right corner of `area`, as an
/// item "show all". It is made before the item of the map, so that it has the mouse where both are, and drawn
/// after the map.
class HiddenNote {
  public:
    /// An empty text makes no item.
    HiddenNote(std::string_view text, const UiRect& area);
    void draw() const;
    bool is_pressed() const { return item_.pressed; } ///< all is to be shown

  private:
    std::string_view text_;
    ButtonItem item_;
};

} // namespace gf::ui
