#pragma once
// The frame of the workbench: a top and a bottom bar, and between them rounded panels that dock on the
// ground.

#include "app/host/imgui_host.h"

#include <optional>
#include <string_view>

namespace gf::ui {

/// A window over the whole width at `top`, for the top bar. Always followed by end_bar().
void begin_bar(const char* name, float top, float height);
void end_bar();

/// The area between the bars, in which panels dock; the gaps between panels can be dragged. Returns the dock
/// space's id for DockBuilder calls. `name` is the host window's name.
ImGuiID panel_dock(const char* name, float top, float bottom);

/// A panel: a card on the ground, without title bar. False when it is hidden behind a tab; always followed by
/// end_panel().
bool begin_panel(const char* name, bool* open = nullptr);
void end_panel();
/// Where the panel of this title stands; nullopt before its first frame.
std::optional<UiRect> panel_rect(const char* title);

/// "Flow  layer 2, head 3 in focus": the title in bold, what is shown now in grey, as many of its parts (up
/// to a semicolon, a comma, a space) as fit into the line, less `reserved` pixels (see header_controls.h); a
/// tooltip has all of it.
void panel_header(std::string_view title, std::string_view subtitle, float reserved = 0);

} // namespace gf::ui
