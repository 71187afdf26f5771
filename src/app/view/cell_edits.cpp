#include "app/view/cell_edits.h"

#include "app/host/imgui_host.h"
#include "core/site.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf::ui {

bool has_value(const View& v, const CellRef& c) {
    if (c.param >= 0) return true;
    const SiteValues values = v.values.values({c.site, c.layer});
    return values.exists() && c.row >= 0 && c.row < values.rows();
}

const RunEdit* find_edit(const View& v, const CellRef& c) {
    if (c.param >= 0) return nullptr;
    const int head = std::max(c.head, 0);
    const CellRange cell{c.site, c.layer, c.row, c.row + 1, head, head + 1, c.column, c.column + 1};
    const auto found =
        std::find_if(v.edits().begin(), v.edits().end(), [&](const RunEdit& e) { return e.range == cell; });
    return found == v.edits().end() ? nullptr : &*found;
}

std::string why_not_editable(const View& v, const CellRef& c) {
    if (c.param >= 0) return "A parameter: training changes it. Edit what is computed from it.";
    const SiteRow& site = site_row(c.site);
    if (!site.editable) return fmt::format("It cannot be edited: {}.", site.not_editable_because);
    if (!has_value(v, c)) return "Its value is not there.";
    if (!v.values.values({c.site, c.layer}).visible(c.head, c.row, c.column))
        return "The mask forbids it: an edit does not lift the mask.";
    return {};
}

void draw_edit_mark(ImDrawList& list, ImVec2 min, ImVec2 max, bool edits_on) {
    const Theme& t = theme();
    const float side = std::clamp(std::min(max.x - min.x, max.y - min.y) * 0.5f, px(4), px(8)), half = px(1);
    const ImVec2 corner{std::max(max.x, min.x + side), min.y};
    // The larger triangle below makes the mark visible on a cell of any colour.
    list.AddTriangleFilled({corner.x - side - half, corner.y - half}, {corner.x + half, corner.y - half},
                           {corner.x + half, corner.y + side + half}, t.panel);
    list.AddTriangleFilled({corner.x - side, corner.y}, corner, {corner.x, corner.y + side},
                           edits_on ? t.accent : t.muted);
}

} // namespace gf::ui
