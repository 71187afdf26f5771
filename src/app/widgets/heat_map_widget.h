#pragma once
// Heat maps inside a window of the interface: uploads what is new, draws within the window's own draw list.

#include "app/host/item_recorder.h"
#include "render/heat_map.h"

#include <imgui.h>

#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace gf::ui {

/// Where one map goes, in ImGui's coordinates.
struct HeatMapPlace {
    int map = 0;
    UiRect rect;
};

struct HeatMapCell {
    int map = 0, row = 0, col = 0;
    bool operator==(const HeatMapCell&) const = default;
};

/// A view in the colours of the theme. `signed_values`: the diverging map, symmetric about 0.
HeatMapView themed_heat_map(bool signed_values);

/// The cell under `point`, if there is one.
std::optional<HeatMapCell> heat_map_cell_at(std::span<const HeatMapPlace> places, const HeatMapView& view,
                                            ImVec2 point);

/// Where a cell of a placed map is on screen; it may lie outside of the place.
UiRect heat_map_cell_rect(const HeatMapPlace& place, const HeatMapView& view, int row, int col);

/// Wheel zooms at the pointer, dragging pans; call after the item over `rect`. Keeps the view within rows x
/// cols. Returns whether the view changed.
bool navigate_heat_map(HeatMapView& view, const UiRect& rect);

/// Dies before the host (ImGuiHost) whose OpenGL context it draws with.
class HeatMapWidget {
  public:
    /// Rows 0 to rows - 1 of every map are up to date afterwards; only those that are new are read and
    /// uploaded. `capacity` is the largest shape expected soon. Without OpenGL (tests) nothing happens.
    void update(const HeatMapShape& capacity, int rows, const HeatMapRows& source);
    /// Other values will come: all rows are read again by the next update().
    void clear();
    /// Not null when maps were too large for the card's memory and are pooled: say so beside them.
    const HeatMaps* pooled() const { return maps_ && maps_->pooled() ? &*maps_ : nullptr; }

    /// Draws into `list` (clip rectangle and order are the list's). The widget must live until the frame is
    /// drawn.
    void draw(ImDrawList& list, std::span<const HeatMapPlace> places, const HeatMapView& view);

  private:
    struct Call {
        HeatMaps* maps = nullptr;
        std::vector<HeatMapPlace> places;
        std::vector<HeatMapPlacement> placements;
        HeatMapView view;
    };
    static void paint(const ImDrawList* list, const ImDrawCmd* command);

    std::optional<HeatMaps> maps_;
    std::deque<Call> calls_; // of this frame; addresses stay, memory is kept
    std::size_t calls_used_ = 0;
    int frame_ = -1;
};

/// One vector as a strip of cells with ImDrawList, for the few that are seen at once. Pooled where cells are
/// below a pixel.
void draw_heat_strip(ImDrawList& list, const UiRect& rect, std::span<const float> values,
                     const ColourScale& scale, PoolRule pool = PoolRule::magnitude);

} // namespace gf::ui
