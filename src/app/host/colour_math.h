#pragma once
// Colours as numbers: packing, mixing, contrast, and hues of equal lightness. Used by the themes, and by
// widgets and panels that mix colours of their own.

#include "render/colour_map.h"

#include <imgui.h>

#include <cstdint>

namespace gf::ui {

/// ImGui's packed colour of 0xRRGGBB.
constexpr ImU32 rgb(std::uint32_t hex, std::uint32_t alpha = 255) {
    return IM_COL32(hex >> 16 & 255, hex >> 8 & 255, hex & 255, alpha);
}
constexpr ImU32 pack(Rgb8 c, std::uint32_t alpha = 255) { return IM_COL32(c.r, c.g, c.b, alpha); }
constexpr Rgb8 unpack(ImU32 c) {
    return {static_cast<std::uint8_t>(c >> IM_COL32_R_SHIFT),
            static_cast<std::uint8_t>(c >> IM_COL32_G_SHIFT),
            static_cast<std::uint8_t>(c >> IM_COL32_B_SHIFT)};
}
/// The same colour with an opacity of 0 to 1.
constexpr ImU32 with_alpha(ImU32 c, float opacity) {
    return (c & ~IM_COL32_A_MASK) | static_cast<ImU32>(opacity * 255.0f + 0.5f) << IM_COL32_A_SHIFT;
}

/// Linear interpolation from a (t = 0) to b (t = 1) of all four channels, as they are stored in sRGB.
ImU32 mix(ImU32 a, ImU32 b, float t);

/// Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.1,
/// https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio).
double contrast(ImU32 a, ImU32 b);
/// Black or white, whichever reads better on an opaque colour.
ImU32 black_or_white_on(ImU32 ground);

/// A colour in Ottosson's perceptual space OKLCH, https://bottosson.github.io/posts/oklab/.
struct Oklch {
    double lightness = 0; ///< 0 to 1
    double chroma = 0;
    double hue = 0; ///< degrees
};
Oklch to_oklch(ImU32 c);
/// The chroma is reduced until the colour exists in sRGB.
ImU32 from_oklch(Oklch c);

} // namespace gf::ui
