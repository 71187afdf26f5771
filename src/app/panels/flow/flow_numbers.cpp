#include "app/panels/flow/flow_numbers.h"

#include "app/host/colour_math.h"
#include "app/panels/flow/flow_maps.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace gf::ui {
namespace {

constexpr float k_min_cell_width = 24, k_min_cell_height = 14; ///< design lengths

/// Brightness of a colour as eyes weigh it, 0 to 255 (ITU-R BT.601).
float luma(ImU32 colour) {
    const Rgb8 c = unpack(colour);
    return 0.299f * c.r + 0.587f * c.g + 0.114f * c.b;
}

/// The one of two inks that stands out more from a ground.
ImU32 ink_on(ImU32 ground, ImU32 a, ImU32 b) {
    return std::abs(luma(a) - luma(ground)) >= std::abs(luma(b) - luma(ground)) ? a : b;
}

/// Writes a value as short as it can be read. Weights lie between 0 and 1, so their leading zero is left out.
std::string_view short_number(float value, bool is_weight, char (&out)[16]) {
    const char* end = out;
    if (!is_weight) {
        end = fmt::format_to_n(out, sizeof out, "{:.1f}", value).out;
    } else if (value < 0.005f) {
        return "0";
    } else if (value >= 0.995f) {
        end = fmt::format_to_n(out, sizeof out, "{:.3g}", std::round(value * 100) / 100).out;
    } else {
        end = fmt::format_to_n(out, sizeof out, "{:.2f}", value).out;
        return {out + 1, static_cast<std::size_t>(end - out) - 1};
    }
    return {out, static_cast<std::size_t>(end - out)};
}

} // namespace

void draw_cell_numbers(ImDrawList& list, const FlowColumn& c, const View& v, const FlowLayout& layout,
                       const ColourScale& scale) {
    const int n = FlowMaps::n_columns_in_view(v.trace(), c, v.cursor);
    const float slot = (c.x1 - c.x0) / static_cast<float>(n);
    if (c.kind != FlowColumnKind::matrix || slot < px(k_min_cell_width) ||
        layout.row_height() < px(k_min_cell_height) || layout.opened < 1)
        return;
    const SiteValues values = v.values.values({c.site, c.layer});
    if (!values.exists()) return;
    const Theme& t = theme();
    ImFont* f = font(TextSize::small, Face::mono);
    const bool is_weight = c.site != Site::attn_scores && !v.has_both_signs();
    const int first = std::max(0, static_cast<int>(layout.row0)),
              end = std::min({v.cursor, values.rows(), static_cast<int>(std::ceil(layout.row1))});
    for (int row = first; row < end; ++row) {
        const float middle = layout.middle_of(row);
        for (int column = 0; column < std::min(n, values.n_columns(row)); ++column) {
            if (!values.visible(layout.head, row, column)) continue;
            const float value = values.at(layout.head, row, column);
            if (!std::isfinite(value)) continue;
            char buffer[16];
            const std::string_view number = short_number(value, is_weight, buffer);
            const ImVec2 size = measure(f, number);
            if (size.x > slot - 1) continue;
            const float x = std::round(c.x0 + slot * (static_cast<float>(column) + 0.5f) - size.x / 2);
            draw_text(list, {{x, middle - size.y / 2}, {x + size.x, middle + size.y / 2}}, x, f,
                      ink_on(pack(colour_of(scale, value)), t.text, t.panel), number);
        }
    }
}

} // namespace gf::ui
