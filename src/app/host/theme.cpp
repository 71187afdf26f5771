#include "app/host/theme.h"

#include "platform/error.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// The colour-blind safe palette of Okabe and Ito (https://jfly.uni-koeln.de/color/), in the order of
// ColourRole; the residual stream is a neutral grey.
constexpr std::array<ImU32, k_role_count> k_hues = {
    rgb(0x0072B2), rgb(0xD55E00), rgb(0x009E73), rgb(0x8D949B), rgb(0xCC79A7), rgb(0xE69F00), rgb(0x56B4E9)};
constexpr double k_head_chroma = 0.13; // OKLCH
constexpr double k_min_contrast = 4.6; // a little above the 4.5 that WCAG 2.1 asks for
constexpr double k_lightness_step = 0.005;

/// The least contrast with any surface of the theme.
double worst_contrast(std::span<const ImU32> surfaces, ImU32 colour) {
    double worst = 21;
    for (const ImU32 surface : surfaces) worst = std::min(worst, contrast(colour, surface));
    return worst;
}

/// `fill` darkened on light surfaces, or lightened on dark ones, until it can be read as text on all of them.
ImU32 readable_ink(const Theme& theme, ImU32 fill, std::span<const ImU32> surfaces) {
    Oklch c = to_oklch(fill);
    ImU32 result = fill;
    while (worst_contrast(surfaces, result) < k_min_contrast && c.lightness > 0 && c.lightness < 1) {
        c.lightness += theme.dark ? k_lightness_step : -k_lightness_step;
        result = from_oklch(c);
    }
    return result;
}

/// The hue of a head in degrees. Hues are evenly spaced.
double head_hue(int head, int n_heads) { return 20 + 360.0 * head / n_heads; }

/// The hue of a scheme of positions in degrees: evenly spaced, RoPE violet.
double scheme_hue(std::size_t scheme) {
    return 301 +
           360.0 / k_scheme_count * (static_cast<double>(scheme) - static_cast<double>(Positions::rope));
}

/// Fills in the colours that follow from those that a theme states.
Theme with_derived_colours(Theme theme) {
    const auto surfaces = theme.surfaces();
    const auto tints = theme.tints();
    theme.role_fill = k_hues;
    std::ranges::transform(k_hues, theme.role_text.begin(),
                           [&](ImU32 hue) { return readable_ink(theme, hue, surfaces); });
    for (std::size_t i = 0; i < theme.scheme_fill.size(); ++i) {
        theme.scheme_fill[i] = from_oklch({theme.head_lightness, k_head_chroma, scheme_hue(i)});
        theme.scheme_text[i] = readable_ink(theme, theme.scheme_fill[i], surfaces);
    }
    // What is chosen stands on tints, too.
    theme.accent_text = readable_ink(theme, readable_ink(theme, theme.accent, surfaces), tints);
    theme.good = k_hues[static_cast<std::size_t>(ColourRole::value)];
    theme.bad = rgb(0xD23B3B);
    theme.good_text = readable_ink(theme, theme.good, surfaces);
    theme.bad_text = readable_ink(theme, theme.bad, surfaces);
    theme.sequential = theme.dark ? ColourMap::viridis : ColourMap::blues;
    theme.diverging = theme.dark ? ColourMap::diverging_dark : ColourMap::diverging_light;
    return theme;
}

Theme light_theme() {
    Theme t;
    t.name = ThemeName::light;
    t.label = "light";
    t.ground = rgb(0xF1F2F4);
    t.panel = rgb(0xFFFFFF);
    t.well = rgb(0xF9FAFB);
    t.control = rgb(0xEEF0F3);
    t.control_hover = rgb(0xE4E7EC);
    t.accent_tint = rgb(0xF6EADD);
    t.note_tint = rgb(0xE2EEF6);
    t.border = rgb(0xE1E3E7);
    t.line = rgb(0xC3C8CE);
    t.block = rgb(0xD3D7DB);
    t.text = rgb(0x1F2328);
    t.muted = rgb(0x4E565F);
    t.faint = rgb(0x5F6770);
    t.accent = rgb(0xB45F00);
    t.on_accent = rgb(0xFFFFFF);
    t.surprisal = rgb(0xBFD7EE);
    t.head_lightness = 0.63;
    t.heat.masked_fill = {241, 242, 244};
    t.heat.masked_line = {226, 228, 232};
    return t;
}

Theme dark_theme() {
    Theme t;
    t.name = ThemeName::dark;
    t.label = "dark";
    t.dark = true;
    t.ground = rgb(0x15171B);
    t.panel = rgb(0x1C1F24);
    t.well = rgb(0x23262A);
    t.control = rgb(0x282C33);
    t.control_hover = rgb(0x323740);
    t.accent_tint = rgb(0x3C331E);
    t.note_tint = rgb(0x1B2A36);
    t.border = rgb(0x2E3238);
    t.line = rgb(0x4A4F57);
    t.block = rgb(0x43474E);
    t.text = rgb(0xE8EAED);
    t.muted = rgb(0xB3B8BE);
    t.faint = rgb(0x9DA3AA);
    t.accent = rgb(0xFFB000);
    t.on_accent = rgb(0x1C1F24);
    t.surprisal = rgb(0x1F4A6B);
    t.head_lightness = 0.74;
    t.heat.masked_fill = {38, 41, 46};
    t.heat.masked_line = {50, 54, 60};
    return t;
}

/// The light theme for a weak lamp and a far last row: larger, with stronger lines and darker text.
Theme projector_theme() {
    Theme t = light_theme();
    t.name = ThemeName::projector;
    t.label = "projector";
    t.ground = rgb(0xEBEDF0);
    t.border = rgb(0xC3C8CE);
    t.line = rgb(0x9AA1A9);
    t.text = rgb(0x000000);
    t.muted = rgb(0x3A4149);
    t.faint = rgb(0x525A63);
    t.accent = rgb(0xA04E00);
    t.scale = 1.25f;
    return t;
}

} // namespace

std::optional<ColourRole> role_of(SiteFamily family) {
    switch (family) {
    case SiteFamily::token: return ColourRole::token;
    case SiteFamily::position: return ColourRole::position;
    case SiteFamily::residual:
    case SiteFamily::norm: return ColourRole::residual;
    case SiteFamily::query: return ColourRole::query;
    case SiteFamily::key: return ColourRole::key;
    case SiteFamily::value: return ColourRole::value;
    case SiteFamily::experts:
    case SiteFamily::mlp: return ColourRole::mlp;
    case SiteFamily::attention:
    case SiteFamily::output: break;
    }
    return std::nullopt;
}

ImU32 Theme::head_fill(int head, int n_heads) const {
    return from_oklch({head_lightness, k_head_chroma, head_hue(head, n_heads)});
}

ImU32 Theme::surprisal_tint(float bits) const {
    return mix(panel, surprisal, std::clamp(bits / k_surprisal_full, 0.0f, 1.0f));
}

const Theme& theme_of(ThemeName name) {
    static const std::array<Theme, k_theme_count> themes = {with_derived_colours(light_theme()),
                                                            with_derived_colours(dark_theme()),
                                                            with_derived_colours(projector_theme())};
    return themes[static_cast<std::size_t>(name)];
}

ThemeName theme_named(std::string_view label) {
    for (int i = 0; i < k_theme_count; ++i)
        if (theme_of(static_cast<ThemeName>(i)).label == label) return static_cast<ThemeName>(i);
    throw Error({"theme", "light, dark or projector", std::string(label), "choose one of these"});
}

} // namespace gf::ui
