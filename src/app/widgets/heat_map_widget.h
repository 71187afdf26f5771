#pragma once
// Heat maps inside a window of the interface: new rows are uploaded, and the maps are drawn within the
// window's own draw list. Used by the panels that show matrices.

#include "app/host/ui_rect.h"
#include "render/heat_map.h"

#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace gf::ui {

/// One map and where it goes, in ImGui's coordinates.
struct PlacedHeatMap {
    int map = 0;
    UiRect rect;
};

struct HeatMapCell {
    int map = 0, row = 0, col = 0;
    bool operator==(const HeatMapCell&) const = default;
};

/// A view in the colours of the theme. With `signed_values` they diverge from 0 to both sides.
HeatMapView themed_heat_map(bool signed_values);

/// The cell under `point`; nullopt if there is none.
std::optional<HeatMapCell> heat_map_cell_at(std::span<const PlacedHeatMap> places, const HeatMapView& view,
                                            ImVec2 point);

/// Where a cell of a map is on screen. Cells that are scrolled out of view lie outside of the map's
/// rectangle.
UiRect heat_map_cell_rect(const PlacedHeatMap& place, const HeatMapView& view, int row, int col);

/// Lets the wheel zoom at the pointer and dragging pan; call it after the item over `rect`. Keeps the view
/// within rows x cols. Returns whether the view changed.
bool navigate_heat_map(HeatMapView& view, const UiRect& rect);

/// Some maps of one shape. Must be destroyed before the ImGuiHost whose OpenGL context it draws with.
class HeatMapWidget {
  public:
    /// Brings rows 0 to rows - 1 of every map up to date; only new rows are read and uploaded. `capacity` is
    /// the largest shape expected soon. Without OpenGL (in tests) nothing happens.
    void update(const HeatMapShape& capacity, int rows, const HeatMapRows& source);
    /// Forgets the values; the next update() reads all rows.
    void clear();
    /// The maps if they were too large for the graphics card and are pooled, else null. The panel should say
    /// that they are.
    const HeatMaps* pooled_maps() const { return maps_ && maps_->pooled() ? &*maps_ : nullptr; }

    /// Draws into `list`, within its clip rectangle and in its order. The widget must live until the frame is
    /// drawn.
    void draw(ImDrawList& list, std::span<const PlacedHeatMap> places, const HeatMapView& view);

  private:
    /// What paint() needs of one draw().
    struct Call {
        HeatMaps* maps = nullptr;
        std::vector<PlacedHeatMap> places;
        std::vector<HeatMapPlacement> placements;
        HeatMapView view;
    };
    static void paint(const ImDrawList* list, const ImDrawCmd* command);

    std::optional<HeatMaps> maps_;
    std::deque<Call> calls_; // a deque, since draw lists point at its elements; used again in each frame
    std::size_t n_calls_used_ = 0; // in the frame `frame_`
    int frame_ = -1;
};

/// Draws one vector as a strip of cells with ImDrawList, which is quick enough for the few strips that are
/// seen at once. Where cells are narrower than a pixel, they are pooled.
void draw_heat_strip(ImDrawList& list, const UiRect& rect, std::span<const float> values,
                     const ColourScale& scale, PoolRule pool = PoolRule::magnitude);

} // namespace gf::ui
