#include "app/host/colour_math.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gf::ui {
namespace {

/// A colour in linear light, with the primaries of sRGB.
struct LinearRgb {
    double r, g, b;
    bool in_gamut() const {
        const auto in_range = [](double v) { return v >= -1e-6 && v <= 1 + 1e-6; };
        return in_range(r) && in_range(g) && in_range(b);
    }
};

// The transfer function of sRGB and its inverse (IEC 61966-2-1).

double decode(std::uint8_t channel) {
    const double v = channel / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

std::uint8_t encode(double v) {
    v = std::clamp(v, 0.0, 1.0);
    return static_cast<std::uint8_t>(
        std::lround(255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055)));
}

LinearRgb decode(ImU32 c) {
    const Rgb8 channels = unpack(c);
    return {decode(channels.r), decode(channels.g), decode(channels.b)};
}

/// Relative luminance, 0 to 1 (WCAG 2.1).
double luminance(ImU32 c) {
    const LinearRgb v = decode(c);
    return 0.2126 * v.r + 0.7152 * v.g + 0.0722 * v.b;
}

LinearRgb to_linear(Oklch c) {
    const double hue = c.hue * std::numbers::pi / 180; // radians
    const double a = c.chroma * std::cos(hue), b = c.chroma * std::sin(hue);
    const auto cube = [](double v) { return v * v * v; };
    const double l = cube(c.lightness + 0.3963377774 * a + 0.2158037573 * b);
    const double m = cube(c.lightness - 0.1055613458 * a - 0.0638541728 * b);
    const double s = cube(c.lightness - 0.0894841775 * a - 1.2914855480 * b);
    return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

} // namespace

ImU32 mix(ImU32 a, ImU32 b, float t) {
    ImU32 result = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        const auto from = static_cast<float>(a >> shift & 255), to = static_cast<float>(b >> shift & 255);
        result |= static_cast<ImU32>(from + (to - from) * t + 0.5f) << shift;
    }
    return result;
}

double contrast(ImU32 a, ImU32 b) {
    const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
    return (lighter + 0.05) / (darker + 0.05);
}

ImU32 black_or_white_on(ImU32 ground) {
    constexpr ImU32 k_black = rgb(0x000000), k_white = rgb(0xffffff);
    return contrast(ground, k_black) > contrast(ground, k_white) ? k_black : k_white;
}

Oklch to_oklch(ImU32 c) {
    const LinearRgb v = decode(c);
    const double l = std::cbrt(0.4122214708 * v.r + 0.5363325363 * v.g + 0.0514459929 * v.b);
    const double m = std::cbrt(0.2119034982 * v.r + 0.6806995451 * v.g + 0.1073969566 * v.b);
    const double s = std::cbrt(0.0883024619 * v.r + 0.2817188376 * v.g + 0.6299787005 * v.b);
    const double a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    const double b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, std::hypot(a, b),
            std::atan2(b, a) * 180 / std::numbers::pi};
}

ImU32 from_oklch(Oklch c) {
    c.lightness = std::clamp(c.lightness, 0.0, 1.0);
    while (c.chroma > 0 && !to_linear(c).in_gamut()) c.chroma = std::max(0.0, c.chroma - 0.005);
    const LinearRgb v = to_linear(c);
    return IM_COL32(encode(v.r), encode(v.g), encode(v.b), 255);
}

} // namespace gf::ui
