#include "render/colour_map.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace gf {
namespace {

// A ramp from white to blue, whose lightness falls evenly.
constexpr Rgb8 k_blues[] = {{255, 255, 255}, {206, 222, 239}, {163, 194, 226},
                            {117, 165, 212}, {73, 138, 199},  {54, 115, 178},
                            {39, 90, 150},   {23, 63, 121},   {8, 36, 92}};
// Stops of matplotlib's viridis (van der Walt and Smith, CC0). Its low end is purple, which would flood a
// picture of small values: here it fades into the dark theme's ground.
constexpr Rgb8 k_viridis[] = {{35, 38, 42},   {50, 60, 98},  {59, 82, 139},  {44, 114, 142}, {33, 145, 140},
                              {40, 174, 128}, {94, 201, 98}, {173, 220, 48}, {253, 231, 37}};
// Blue to orange: the pair that every common colour blindness keeps apart.
constexpr Rgb8 k_diverging_light[] = {
    {0, 92, 160}, {124, 170, 204}, {247, 247, 247}, {220, 160, 125}, {192, 72, 4}};
constexpr Rgb8 k_diverging_dark[] = {
    {86, 180, 233}, {61, 105, 134}, {36, 39, 44}, {143, 96, 52}, {252, 149, 60}};

constexpr float k_min_range = 1e-30f; // an empty range must not divide by zero

/// A table that runs evenly through the stops, interpolating linearly between neighbours.
ColourTable make_table(std::string_view name, bool diverging, std::span<const Rgb8> stops) {
    ColourTable table{name, diverging, {}};
    for (int i = 0; i < k_colour_table_size; ++i) {
        const float stop =
            static_cast<float>(i) / (k_colour_table_size - 1) * static_cast<float>(stops.size() - 1);
        const auto left = std::min(static_cast<std::size_t>(stop), stops.size() - 2);
        const float t = stop - static_cast<float>(left);
        const auto mix = [t](std::uint8_t a, std::uint8_t b) {
            return static_cast<std::uint8_t>(
                std::lround(static_cast<float>(a) + t * static_cast<float>(b - a)));
        };
        const Rgb8 &a = stops[left], &b = stops[left + 1];
        table.colours[static_cast<std::size_t>(i)] = {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
    }
    return table;
}

} // namespace

const ColourTable& colour_table(ColourMap map) {
    static const std::array<ColourTable, k_colour_map_count> tables = {
        make_table("blues", false, k_blues), make_table("viridis", false, k_viridis),
        make_table("diverging, light", true, k_diverging_light),
        make_table("diverging, dark", true, k_diverging_dark)};
    return tables[static_cast<std::size_t>(map)];
}

// The same arithmetic as place_in_map() of shaders/heat_map.frag. A change here must be made there too.
int colour_index(const ColourScale& scale, float value) {
    const float last = k_colour_table_size - 1;
    float place;
    if (colour_table(scale.map).diverging) {
        const float magnitude =
            std::pow(std::min(std::abs(value) / std::max(scale.vmax, k_min_range), 1.0f), scale.gamma);
        place = 0.5f + 0.5f * std::copysign(magnitude, value);
    } else {
        const float range = std::max(scale.vmax - scale.vmin, k_min_range);
        place = std::pow(std::clamp((value - scale.vmin) / range, 0.0f, 1.0f), scale.gamma);
    }
    return static_cast<int>(std::floor(place * last + 0.5f));
}

Rgb8 colour_of(const ColourScale& scale, float value) {
    return colour_table(scale.map).colours[static_cast<std::size_t>(colour_index(scale, value))];
}

} // namespace gf
