#include "app/host/window_icon.h"

#include "app/host/colour_math.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_cells = 4;
// Attention weights that fall off with the distance. The last query also attends to an early key: -1 is
// drawn in the accent colour.
constexpr float k_pattern[k_cells][k_cells] = {
    {0.95f}, {0.45f, 0.8f}, {0.25f, 0.5f, 0.7f}, {0.2f, -1, 0.3f, 0.5f}};

/// How much of a pixel at (x, y) a rounded square around the origin covers, 0 to 1. `half`: half its side.
float rounded_square(float x, float y, float half, float radius) {
    const float dx = std::max(std::abs(x) - half + radius, 0.0f),
                dy = std::max(std::abs(y) - half + radius, 0.0f);
    return std::clamp(0.5f - (std::hypot(dx, dy) - radius), 0.0f, 1.0f);
}

/// The colour of the icon at (x, y), in pixels from its upper left corner.
ImU32 icon_colour(float x, float y, float margin, float cell) {
    const ImU32 ground = rgb(0x1C1F24);
    const auto col = static_cast<int>(std::floor((x - margin) / cell));
    const auto row = static_cast<int>(std::floor((y - margin) / cell));
    if (row < 0 || row >= k_cells || col < 0 || col > row) return ground;
    const float weight = k_pattern[row][col];
    const ImU32 fill = weight < 0 ? rgb(0xFFB000) : pack(colour_of({ColourMap::viridis, 0, 1, 1}, weight));
    const float inside =
        rounded_square(x - margin - (static_cast<float>(col) + 0.5f) * cell,
                       y - margin - (static_cast<float>(row) + 0.5f) * cell, cell * 0.44f, cell * 0.12f);
    return mix(ground, fill, inside);
}

WindowIcon icon_of_size(int size) {
    WindowIcon icon{size, std::vector<unsigned char>(static_cast<std::size_t>(size) *
                                                     static_cast<std::size_t>(size) * 4)};
    const auto length = static_cast<float>(size);
    const float margin = length * 0.17f, cell = (length - 2 * margin) / k_cells;
    unsigned char* out = icon.rgba.data();
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x, out += 4) {
            const float center_x = static_cast<float>(x) + 0.5f, center_y = static_cast<float>(y) + 0.5f;
            const Rgb8 c = unpack(icon_colour(center_x, center_y, margin, cell));
            const float alpha =
                rounded_square(center_x - length / 2, center_y - length / 2, length / 2, length * 0.2f);
            out[0] = c.r, out[1] = c.g, out[2] = c.b, out[3] = static_cast<unsigned char>(alpha * 255);
        }
    }
    return icon;
}

} // namespace

std::vector<WindowIcon> window_icons() {
    return {icon_of_size(16), icon_of_size(32), icon_of_size(48), icon_of_size(128)};
}

} // namespace gf::ui
