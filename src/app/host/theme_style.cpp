// A theme as styles of Dear ImGui and ImPlot: rounded panels on a darker ground, and white space instead of
// lines between things.
#include "app/host/theme.h"

#include <imgui.h>
#include <implot.h>

namespace gf::ui {
namespace {

void apply_colours(const Theme& t, ImVec4* colours) {
    const auto set = [colours](ImU32 colour, std::initializer_list<ImGuiCol> places) {
        for (const ImGuiCol place : places) colours[place] = ImGui::ColorConvertU32ToFloat4(colour);
    };
    constexpr ImU32 nothing = 0;
    set(t.text, {ImGuiCol_Text});
    set(t.muted, {ImGuiCol_TextDisabled});
    set(t.panel, {ImGuiCol_WindowBg, ImGuiCol_MenuBarBg, ImGuiCol_TabActive, ImGuiCol_TabUnfocusedActive});
    set(t.dark ? t.well : t.panel, {ImGuiCol_PopupBg}); // in dark themes, nearer surfaces are lighter
    set(t.ground, {ImGuiCol_TitleBg, ImGuiCol_TitleBgActive, ImGuiCol_TitleBgCollapsed, ImGuiCol_Tab,
                   ImGuiCol_TabUnfocused, ImGuiCol_DockingEmptyBg});
    set(nothing, {ImGuiCol_ChildBg, ImGuiCol_BorderShadow, ImGuiCol_ScrollbarBg, ImGuiCol_ResizeGrip,
                  ImGuiCol_TableRowBg});
    set(t.border,
        {ImGuiCol_Border, ImGuiCol_Separator, ImGuiCol_TableBorderStrong, ImGuiCol_TableBorderLight});
    set(t.control, {ImGuiCol_FrameBg, ImGuiCol_Button, ImGuiCol_ScrollbarGrab, ImGuiCol_HeaderHovered,
                    ImGuiCol_TableHeaderBg});
    set(t.control_hover, {ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive, ImGuiCol_ButtonHovered,
                          ImGuiCol_ButtonActive, ImGuiCol_ScrollbarGrabHovered, ImGuiCol_HeaderActive,
                          ImGuiCol_TabHovered, ImGuiCol_ResizeGripHovered});
    set(t.accent_tint, {ImGuiCol_Header});
    set(t.well, {ImGuiCol_TableRowBgAlt});
    set(t.accent, {ImGuiCol_CheckMark, ImGuiCol_SliderGrab, ImGuiCol_SliderGrabActive,
                   ImGuiCol_ScrollbarGrabActive, ImGuiCol_ResizeGripActive, ImGuiCol_SeparatorActive,
                   ImGuiCol_PlotHistogram, ImGuiCol_PlotLinesHovered, ImGuiCol_PlotHistogramHovered,
                   ImGuiCol_NavHighlight, ImGuiCol_DragDropTarget});
    set(t.line, {ImGuiCol_SeparatorHovered, ImGuiCol_PlotLines});
    set(with_alpha(t.accent, 0.30f), {ImGuiCol_TextSelectedBg, ImGuiCol_DockingPreview});
    set(rgb(0x000000, t.dark ? 140 : 70), {ImGuiCol_ModalWindowDimBg, ImGuiCol_NavWindowingDimBg});
    set(with_alpha(t.panel, 0.9f), {ImGuiCol_NavWindowingHighlight});
}

void apply_lengths(ImGuiStyle& s) {
    s.WindowPadding = {12, 12};
    s.FramePadding = {12, 4}; // with a line of text: k_control_height
    s.CellPadding = {8, 2};
    s.ItemSpacing = {8, 8};
    s.ItemInnerSpacing = {8, 4};
    s.IndentSpacing = 16;
    s.ScrollbarSize = 8;
    s.GrabMinSize = 12;
    s.WindowRounding = s.PopupRounding = 8;
    s.ChildRounding = s.FrameRounding = s.TabRounding = 6;
    s.ScrollbarRounding = s.GrabRounding = 4;
    s.WindowBorderSize = s.PopupBorderSize = 1;
    s.ChildBorderSize = s.FrameBorderSize = s.TabBorderSize = s.TabBarBorderSize = 0;
    s.DockingSeparatorSize = 8;
    s.WindowMinSize = {48, 48};
    s.SeparatorTextBorderSize = 1;
    s.WindowMenuButtonPosition = ImGuiDir_None;
    s.DisabledAlpha = 0.55f;
    s.HoverStationaryDelay = 0.10f;
    s.HoverDelayShort = 0.10f;
    s.HoverDelayNormal = 0.35f;
}

/// The hues of the roles, for curves that were given no colour.
ImPlotColormap series_colours(const Theme& t) {
    constexpr const char* k_name = "Glassformer";
    const ImPlotColormap existing = ImPlot::GetColormapIndex(k_name);
    if (existing != -1) return existing;
    return ImPlot::AddColormap(k_name, t.role_fill.data(), k_role_count);
}

void apply_plot_style(const Theme& t, float scale) {
    ImPlotStyle& s = ImPlot::GetStyle();
    s = ImPlotStyle();
    const auto set = [&s](ImU32 colour, std::initializer_list<ImPlotCol> places) {
        for (const ImPlotCol place : places) s.Colors[place] = ImGui::ColorConvertU32ToFloat4(colour);
    };
    set(0, {ImPlotCol_FrameBg, ImPlotCol_PlotBg, ImPlotCol_PlotBorder, ImPlotCol_AxisBg,
            ImPlotCol_LegendBorder});
    set(t.text, {ImPlotCol_TitleText, ImPlotCol_InlayText, ImPlotCol_LegendText, ImPlotCol_Crosshairs});
    set(t.muted, {ImPlotCol_AxisText});
    set(t.border, {ImPlotCol_AxisGrid, ImPlotCol_AxisTick});
    set(t.panel, {ImPlotCol_LegendBg});
    set(t.control, {ImPlotCol_AxisBgHovered, ImPlotCol_AxisBgActive});
    set(with_alpha(t.accent, 0.30f), {ImPlotCol_Selection});
    s.Colormap = series_colours(t);
    s.PlotBorderSize = 0;
    s.MinorAlpha = 0;
    s.LineWeight = 1.5f * scale;
    s.MarkerSize = 3 * scale;
    const auto scaled = [scale](float x, float y) { return ImVec2(x * scale, y * scale); };
    s.PlotPadding = scaled(4, 4);
    s.LabelPadding = scaled(4, 4);
    s.LegendPadding = scaled(8, 8);
    s.LegendInnerPadding = scaled(8, 4);
    s.LegendSpacing = scaled(8, 4);
    s.MousePosPadding = scaled(8, 8);
    s.PlotMinSize = scaled(80, 60);
}

} // namespace

void apply_theme(const Theme& theme, float scale) {
    ImGuiStyle& style = ImGui::GetStyle();
    style = ImGuiStyle();
    apply_colours(theme, style.Colors);
    apply_lengths(style);
    style.ScaleAllSizes(scale);
    apply_plot_style(theme, scale);
}

} // namespace gf::ui
