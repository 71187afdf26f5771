#include "app/panels/masks/mask_marks.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_hatch = 6; ///< design length between the lines

} // namespace

void mark_paint(ImDrawList& list, const UiRect& rect, bool visible) {
    if (rect.width() <= 0 || rect.height() <= 0) return;
    const Theme& t = theme();
    const float thin = std::max(px(1), 1.0f);
    if (!visible) {
        list.AddRectFilled(rect.min, rect.max, t.accent_tint);
        list.PushClipRect(rect.min, rect.max, true);
        const float step = px(k_hatch), height = rect.height();
        for (float x = rect.min.x - height; x < rect.max.x; x += step)
            list.AddLine({x, rect.max.y}, {x + height, rect.min.y}, t.accent, thin);
        list.PopClipRect();
    }
    list.AddRect(rect.min, rect.max, t.accent, 0, 0,
                 std::min(rect.width(), rect.height()) > px(10) ? px(2) : thin);
}

} // namespace gf::ui
