#pragma once
// Our controls, drawn with ImDrawList in the theme's style. Each is an ordinary item of Dear ImGui: it has
// the name of its label (what stands before "##" is shown), can be reached with Tab, and by UiDriver. Labels
// and values are UTF-8.

#include "app/host/imgui_host.h"
#include "app/widgets/icons.h"

#include <span>
#include <string>
#include <string_view>

namespace gf::ui {

/// Height of all one-line controls, in design lengths.
inline constexpr float k_control_height = 28;

enum class Emphasis { plain, primary };

/// A text of the height of a control, to stand beside controls.
void label_text(std::string_view text, ImU32 colour, TextSize size = TextSize::body,
                Face face = Face::regular);

/// True when clicked. Width 0: as wide as the label needs; -1: all that is left.
bool push_button(const char* label, float width = 0, Emphasis emphasis = Emphasis::plain);

/// A square button; the label is its name and, with `keys`, its tooltip: "Back  (Left)".
bool icon_button(const char* label, Icon icon, const char* keys = "", Emphasis emphasis = Emphasis::plain);

/// A rounded pill with a value behind its label: "temperature 0.80". True when clicked.
bool chip(const char* label, std::string_view value, bool chosen);

/// One of several answers or entries, as wide as the panel. True when clicked.
bool choice_row(const char* label, bool chosen);

/// Small controls fit into the header line of a panel.
enum class ControlSize { normal, small };

/// Options side by side, one of them chosen (-1: none is). True when `choice` changed. The options are items
/// "name/option".
bool segmented(const char* name, int& choice, std::span<const char* const> options,
               ControlSize size = ControlSize::normal);
/// Its width in pixels.
float segmented_width(std::span<const char* const> options, ControlSize size = ControlSize::normal);

/// A switch with its label to the right. True when changed.
bool toggle(const char* label, bool& on);

/// A thin track with a round knob over the whole width; Ctrl+click types a value. Show the value beside it.
/// True when changed. `format` serves typing; ImGuiSliderFlags_Logarithmic and others work.
bool slim_slider(const char* label, float& value, float least, float greatest, const char* format = "%.2f",
                 int flags = 0);
bool slim_slider(const char* label, int& value, int least, int greatest, const char* format = "%d",
                 int flags = 0);

/// One line of text in a rounded border. True while it changes, or with ImGuiInputTextFlags_EnterReturnsTrue
/// on Enter.
bool text_field(const char* label, std::string& text, const char* hint = "", float width = -1, int flags = 0);

/// How a token looks among others in a text.
struct TokenLook {
    ImU32 tint = 0;        ///< behind it; 0: none
    ImU32 ink = 0;         ///< 0: the theme's text
    bool chosen = false;   ///< accent, bold
    bool outlined = false; ///< a candidate that was not written yet
    bool menu = false;     ///< a small arrow: alternatives can be chosen
};
/// A token of a running text; true when clicked. `name` is its item name, `text` what is shown.
bool token_chip(const char* name, std::string_view text, const TokenLook& look,
                TextSize size = TextSize::title);

/// A thin bar filled from the left; the name is an item so that it can have a tooltip.
void progress_line(const char* name, float fraction, ImU32 fill);

/// "weight 0 [ramp] 1", and on demand how masked cells look.
struct LegendText {
    const char* name = "";
    const char* least = "";
    const char* greatest = "";
    bool masked = false;
};
void colour_legend(const LegendText& text, const ColourScale& scale);

/// Shown when the mouse rests on the last item.
void tooltip(std::string_view text);

} // namespace gf::ui
