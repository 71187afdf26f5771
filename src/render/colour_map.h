#pragma once
// Colour maps as data. The heat-map shader's look-up texture, the window's legends and its thin strips all
// read these tables.

#include <array>
#include <cstdint>
#include <string_view>

namespace gf {

/// Opaque 8-bit sRGB.
struct Rgb8 {
    std::uint8_t r = 0, g = 0, b = 0;
    bool operator==(const Rgb8&) const = default;
};

enum class ColourMap { blues, viridis, diverging_light, diverging_dark };
inline constexpr int k_colour_map_count = 4;

/// Odd, so that a diverging map has an exact middle entry: the true zero.
inline constexpr int k_colour_table_size = 255;

struct ColourTable {
    std::string_view name;
    bool diverging = false; ///< two hues around a neutral colour for 0
    std::array<Rgb8, k_colour_table_size> colours;
};

const ColourTable& colour_table(ColourMap map);

/// How values become colours. A diverging map is symmetric about 0 and reads `vmax` only.
struct ColourScale {
    ColourMap map = ColourMap::blues;
    float vmin = 0, vmax = 1; ///< values at the ends of the table
    float gamma = 1; ///< exponent: 1 is linear, 0.5 lifts small values; for the magnitude in a diverging map
};

/// Index in the table for a finite value. Values outside of the range take the nearest end.
int colour_index(const ColourScale& scale, float value);

/// Colour of a finite value. NaN, +inf and masked cells have none in a map: see CellKind in heat_cells.h.
Rgb8 colour_of(const ColourScale& scale, float value);

} // namespace gf
