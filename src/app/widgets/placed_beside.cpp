#include "app/widgets/placed_beside.h"

#include "app/host/imgui_host.h"

#include <algorithm>
#include <array>
#include <vector>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_gap = 4, k_edge = 8;     ///< to what it stands beside, and to the window's edges
constexpr float k_large = 72, k_cell = 26; ///< items higher than this are maps; a cell of a map

bool overlap(const UiRect& a, const UiRect& b) {
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

/// The regions of this frame and of the one before.
struct ClearRegions {
    int frame = -1;
    std::vector<UiRect> now, before;
    void begin(int current) {
        if (frame == current) return;
        before.swap(now);
        if (frame != current - 1) before.clear();
        now.clear();
        frame = current;
    }
};
ClearRegions& clear_regions() {
    static ClearRegions regions;
    regions.begin(ImGui::GetFrameCount());
    return regions;
}

} // namespace

void keep_clear(const UiRect& region) { clear_regions().now.push_back(region); }

bool overlaps_clear_region(const UiRect& rect) {
    const ClearRegions& regions = clear_regions();
    const auto is_overlapped = [&](const UiRect& region) { return overlap(rect, region); };
    return std::any_of(regions.now.begin(), regions.now.end(), is_overlapped) ||
           std::any_of(regions.before.begin(), regions.before.end(), is_overlapped);
}

ImVec2 place_beside(const UiRect& what, ImVec2 size) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float gap = px(k_gap), margin = px(k_edge);
    const auto clamped = [&](ImVec2 at) {
        return ImVec2{std::max(std::min(at.x, display.x - size.x - margin), margin),
                      std::max(std::min(at.y, display.y - size.y - margin), margin)};
    };
    const float x =
        std::clamp(ImGui::GetIO().MousePos.x - px(16), what.min.x, std::max(what.min.x, what.max.x));
    const std::array places{clamped({x, what.max.y + gap}), clamped({x, what.min.y - gap - size.y}),
                            clamped({what.max.x + gap, what.min.y}),
                            clamped({what.min.x - gap - size.x, what.min.y})};
    const ImVec2* without_covering = nullptr;
    for (const ImVec2& at : places) {
        const UiRect there{at, {at.x + size.x, at.y + size.y}};
        if (overlap(there, what)) continue;
        if (!overlaps_clear_region(there)) return at;
        if (!without_covering) without_covering = &at;
    }
    return without_covering ? *without_covering : places[0];
}

UiRect region_around_mouse() {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    return UiRect{mouse, mouse}.grown(px(k_cell) / 2);
}

UiRect region_of_last_item() {
    const UiRect item{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
    return item.height() <= px(k_large) ? item : region_around_mouse();
}

} // namespace gf::ui
