#pragma once
// Colours and sizes as data, and their translation into the styles of Dear ImGui and ImPlot.

#include "app/host/colour_math.h"
#include "render/heat_map.h"

#include <array>
#include <span>
#include <string_view>

namespace gf::ui {

enum class ThemeName { light, dark, projector };
inline constexpr int k_theme_count = 3;

/// What a colour stands for, the same in every panel.
enum class ColourRole { query, key, value, residual, mlp, token, position };
inline constexpr int k_role_count = 7;

/// Text colours reach a contrast of 4.5 : 1 on every surface (tests/app/theme_test.cpp).
struct Theme {
    ThemeName name{};
    std::string_view label;
    bool dark = false;

    // Surfaces, from the back to the front
    ImU32 ground{};        ///< between the panels
    ImU32 panel{};         ///< a panel, the top bar, a popup
    ImU32 well{};          ///< a region inside a panel
    ImU32 control{};       ///< chips, buttons, tracks
    ImU32 control_hover{}; ///< the same under the mouse
    ImU32 accent_tint{};   ///< what is chosen
    ImU32 note_tint{};     ///< formulas and remarks inside a text

    ImU32 border{}; ///< the hairline around panels and fields
    ImU32 line{};   ///< drawn lines: axes, the residual stream
    ImU32 block{};  ///< folded blocks, bars without emphasis

    // Text
    ImU32 text{}, muted{}, faint{}; ///< faint: what was cut
    ImU32 accent{};                 ///< the one accent: chosen token, selection, primary action; as a fill
    ImU32 accent_text{};            ///< the same as text
    ImU32 on_accent{};              ///< text on the accent
    ImU32 good{}, bad{};            ///< fills
    ImU32 good_text{}, bad_text{};

    std::array<ImU32, k_role_count> role_fill{}, role_text{};
    double head_lightness = 0, head_text_lightness = 0; ///< OKLCH
    ImU32 surprisal{}; ///< tint behind a token of k_surprisal_full bits or more

    ColourMap sequential{}, diverging{};
    HeatMapLook heat;
    float scale = 1; ///< of everything: larger on a projector

    ImU32 fill(ColourRole role) const { return role_fill[static_cast<std::size_t>(role)]; }
    ImU32 ink(ColourRole role) const { return role_text[static_cast<std::size_t>(role)]; }
    /// Hue of a head among n_heads, evenly spaced at equal lightness; `ink` is the same as text.
    ImU32 head_fill(int head, int n_heads) const;
    ImU32 head_ink(int head, int n_heads) const;
    ImU32 surprisal_tint(float bits) const;
    /// All surfaces that text stands on.
    std::array<ImU32, 7> surfaces() const {
        return {ground, panel, well, control, control_hover, accent_tint, note_tint};
    }
};

inline constexpr float k_surprisal_full = 9; ///< bits

const Theme& theme_of(ThemeName name);
/// "light", "dark" or "projector". @throws Error
ThemeName theme_named(std::string_view label);

/// Sets the styles of the current ImGui and ImPlot contexts; lengths are multiplied by `scale`.
void apply_theme(const Theme& theme, float scale);

} // namespace gf::ui
