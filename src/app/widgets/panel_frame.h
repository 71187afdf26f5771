#pragma once
// The frame of the workbench: a top and a bottom bar, and between them rounded panels that can be docked.
// Used by the workbench and by every panel.

#include "app/host/imgui_host.h"

#include <optional>
#include <string>
#include <string_view>

namespace gf::ui {

/// Begins a bar over the whole width of the window, from `top` on. Always followed by end_bar().
void begin_bar(const char* name, float top, float height);
void end_bar();
/// A bar that holds a rounded, tinted strip `inner` pixels high, for a line of words with buttons. Returns
/// the strip; strip_end() is where the bar ends. Always followed by end_bar().
UiRect begin_strip(const char* name, float top, float inner);
float strip_end(float top, float inner);

/// The area between the bars, in which panels dock; the gaps between panels can be dragged. `name` is the
/// name of the window that holds it. Returns the dock's id, for the functions of docks.h.
ImGuiID panel_dock(const char* name, float top, float bottom);

/// Begins a panel: a rounded surface without a title bar. False if it is hidden behind a tab. Always followed
/// by end_panel(). `open` becomes false when a person closes the panel's tab.
bool begin_panel(const char* name, bool* open = nullptr);
void end_panel();
/// Whether the current panel shares its place with others, so that a tab above it has its title and moves it.
bool is_behind_tabs();
/// How many panels share the place of the panel of this title, itself included; 0 before its first frame.
int n_tabs_of(const char* title);
/// Where the panel of this title stands; nullopt before its first frame.
std::optional<UiRect> panel_rect(const char* title);

/// What the headers of panels say beside their titles until the next call: which run or quantity is shown.
/// PanelPairs sets it, panel_header() writes it; a panel with another header writes it itself.
void set_panel_caption(std::string caption);
const std::string& panel_caption();
/// Writes the caption on a line of its own, if there is one: where the header has no room.
void panel_caption_line();

/// left to controls, see header_controls.h.
/// Writes e.g. "Flow  from the text so far to the next token": the title in bold, by which the panel can be
/// moved (a panel behind tabs has it on its tab), the panel's caption, the subtitle in grey. A subtitle that
/// is too long ends at a semicolon, a bracket, a comma or a space, and a tooltip has all of it. `reserved`:
/// pixels at the right end that are left to controls, see header_controls.h.
void panel_header(std::string_view title, std::string_view subtitle, float reserved = 0);

} // namespace gf::ui
