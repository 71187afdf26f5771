#pragma once
// The three themes: colours and sizes as data, and their translation into the styles of Dear ImGui and
// ImPlot. Widgets and panels ask theme() of imgui_host.h for the current one.

#include "app/host/colour_math.h"
#include "core/site.h"
#include "render/heat_map.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace gf::ui {

enum class ThemeName { light, dark, projector };
inline constexpr int k_theme_count = 3;

/// What a colour stands for, the same in every panel.
enum class ColourRole { query, key, value, residual, mlp, token, position };
inline constexpr int k_role_count = 7;
inline constexpr int k_scheme_count = static_cast<int>(Positions::alibi) + 1;

/// The role that gives a family of sites its hue. Attention's scores and patterns and the output have none.
std::optional<ColourRole> role_of(SiteFamily family);

/// All text colours have a contrast of at least 4.5 : 1 on every surface (tests/app/host/theme_test.cpp).
struct Theme {
    ThemeName name{};
    std::string_view label;
    bool dark = false;

    // Surfaces, from the back to the front.
    ImU32 ground{};        ///< between the panels
    ImU32 panel{};         ///< panels, the bars, popups
    ImU32 well{};          ///< regions inside a panel
    ImU32 control{};       ///< chips, buttons, tracks
    ImU32 control_hover{}; ///< a control under the mouse
    ImU32 accent_tint{};   ///< what is chosen
    ImU32 note_tint{};     ///< formulas and remarks inside a text

    // Lines.
    ImU32 border{}; ///< around panels and fields
    ImU32 line{};   ///< drawn lines: axes, the residual stream
    ImU32 block{};  ///< folded blocks, bars without emphasis

    // Text, from strong to weak.
    ImU32 text{};
    ImU32 muted{}; ///< labels and details
    ImU32 faint{}; ///< tokens that sampling has cut off, and the like

    // The one accent: the chosen token, the selection, the primary action.
    ImU32 accent{};      ///< as a fill
    ImU32 accent_text{}; ///< as text
    ImU32 on_accent{};   ///< text on the accent

    ImU32 good{}, bad{}; ///< as fills
    ImU32 good_text{}, bad_text{};

    std::array<ImU32, k_role_count> role_fill{}, role_text{};
    /// The five schemes of positions, by enumerator: hues of their own, evenly spaced, so that none looks
    /// like a role.
    std::array<ImU32, k_scheme_count> scheme_fill{}, scheme_text{};
    double head_lightness = 0; ///< OKLCH lightness of all heads' hues
    ImU32 surprisal{};         ///< behind a token with a surprisal of k_surprisal_full or more

    ColourMap sequential{}, diverging{};
    HeatMapLook heat;
    float scale = 1; ///< all lengths are multiplied by it

    /// The hue of a role as a fill, and the same hue as text.
    ImU32 fill(ColourRole role) const { return role_fill[static_cast<std::size_t>(role)]; }
    ImU32 ink(ColourRole role) const { return role_text[static_cast<std::size_t>(role)]; }
    ImU32 fill(Positions scheme) const { return scheme_fill[index_of(scheme)]; }
    ImU32 ink(Positions scheme) const { return scheme_text[index_of(scheme)]; }
    /// Buckets look like ALiBi, which adds to scores as they do.
    static std::size_t index_of(Positions scheme) {
        return static_cast<std::size_t>(scheme == Positions::buckets ? Positions::alibi : scheme);
    }
    /// The hue of a family of sites as a fill: the accent for the output, a neutral grey for attention.
    ImU32 fill(SiteFamily family) const {
        if (family == SiteFamily::output) return accent;
        return fill(role_of(family).value_or(ColourRole::residual));
    }
    /// The hue of a head among n_heads, as a fill. Hues are evenly spaced and of equal lightness.
    ImU32 head_fill(int head, int n_heads) const;
    /// The colour behind a token, from `panel` at 0 bits to `surprisal` at k_surprisal_full.
    ImU32 surprisal_tint(float bits) const;
    /// What a row, chip or word under the mouse becomes that has a tint of its own already.
    ImU32 hovered(ImU32 tint) const { return mix(tint, text, k_hover_shade); }
    static constexpr float k_hover_shade = 0.07f;
    /// The surfaces that have a tint which says something: the chosen row, and words by their surprisal, also
    /// under the mouse. Text and what is chosen stand on them.
    std::array<ImU32, 6> tints() const {
        const ImU32 half = mix(panel, surprisal, 0.5f);
        return {accent_tint, hovered(accent_tint), half, hovered(half), surprisal, hovered(surprisal)};
    }
    /// All surfaces that text of every colour stands on.
    std::array<ImU32, 7> surfaces() const {
        return {ground, panel, well, control, control_hover, accent_tint, note_tint};
    }
};

inline constexpr float k_surprisal_full = 9; ///< bits

const Theme& theme_of(ThemeName name);
inline std::string_view name(ThemeName name) { return theme_of(name).label; }
/// The theme called "light", "dark" or "projector". @throws Error for any other label
ThemeName theme_named(std::string_view label);

/// Sets the styles of the current ImGui and ImPlot contexts; lengths are multiplied by `scale`.
void apply_theme(const Theme& theme, float scale);

} // namespace gf::ui
