#include "app/panels/sampling/derivation_card.h"

#include "app/panels/sampling/stage_names.h"
#include "app/panels/sampling/token_table.h"
#include "app/view/token_labels.h"
#include "app/widgets/buttons.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_padding = 10, k_line_height = 18, k_title_height = 24; // design lengths

ImFont* name_font() { return font(TextSize::small); }
ImFont* number_font() { return font(TextSize::small, Face::mono); }

/// Whether there is room for name and numbers side by side; else the numbers go below the name.
bool fits_on_one_line(const DerivationLine& line, float room) {
    return measure(name_font(), line.name).x + px(12) + measure(number_font(), line.text).x <= room;
}

const char* title_text(SamplingPanelState& state) {
    const Derivation& d = state.derivation();
    if (d.cut_stage == 0) return state.format("never drawn");
    if (d.cut_stage > 0)
        return state.format(
            "cut by {}: p = 0",
            short_stage_name(state.step().stages[static_cast<std::size_t>(d.cut_stage)].stage.kind));
    return state.format("p = {:.3g} %", 100 * d.p);
}

void draw_title(SamplingPanelState& state, float width) {
    const Theme& t = theme();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = px(k_title_height), close_width = px(24);
    const Derivation& d = state.derivation();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* bold = font(TextSize::body, Face::bold);
    const std::string& label = token_labels().label(d.token);
    const float name = std::min(measure(bold, label).x + px(2), width * 0.4f);
    draw_text_cut(list, {at, {at.x + name, at.y + height}}, bold,
                  d.token == state.next_token() ? t.accent_text : t.text, label);
    draw_text_cut(list, {{at.x + name + px(8), at.y}, {at.x + width - close_width, at.y + height}},
                  font(TextSize::body), t.text, title_text(state));
    ImGui::SetCursorScreenPos({at.x + width - close_width, at.y});
    const ButtonItem item = button_item("Close the derivation", {close_width, height});
    if (!item.seen) return;
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control_hover, px(4));
    draw_icon(list, Icon::close, item.box.center(), px(9), t.muted);
    draw_focus_ring(item, px(4));
    tooltip("Close the derivation");
    if (item.pressed) state.choose_token(-1);
}

void draw_line(const DerivationLine& line, float width, bool is_result) {
    const Theme& t = theme();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = px(k_line_height) * (fits_on_one_line(line, width) ? 1.0f : 2.0f);
    ImGui::Dummy({width, height});
    if (!ImGui::IsItemVisible()) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = line.cuts ? t.bad_text : is_result ? t.accent_text : t.text;
    draw_text_cut(list, {at, {at.x + width, at.y + px(k_line_height)}}, name_font(), t.muted, line.name);
    const float left = at.x + std::max(width - std::ceil(measure(number_font(), line.text).x), 0.0f);
    draw_text_cut(list, {{left, at.y + height - px(k_line_height)}, {at.x + width + 1, at.y + height}},
                  number_font(), ink, line.text);
}

void draw_write_button(SamplingPanelState& state, Commands& commands, float room) {
    const bool pressed = push_button("Write this token", room < px(180) ? -1.0f : 0.0f, Emphasis::primary);
    // If the card appeared below the mouse between the two clicks of a double click on a row of the table,
    // the table writes the token already.
    if (!pressed || is_end_of_double_click()) return;
    commands.post(command::ForceToken{state.position(), state.derivation().token});
    state.choose_token(-1);
}

} // namespace

float derivation_card_height(SamplingPanelState& state, float width) {
    const float room = width - 2 * px(k_padding);
    float n_lines = 0;
    for (const DerivationLine& line : state.derivation().lines)
        n_lines += fits_on_one_line(line, room) ? 1 : 2;
    return px(k_padding) * 2 + px(k_title_height) + px(k_line_height) * n_lines + px(8 + k_control_height);
}

void draw_derivation_card(SamplingPanelState& state, Commands& commands, float width, float max_height) {
    const float height = std::min(derivation_card_height(state, width), std::max(max_height, px(80)));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + width, at.y + height}, theme().well, px(6));
    keep_clear({at, {at.x + width, at.y + height}});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(k_padding), px(k_padding)});
    ImGui::BeginChild("derivation", {width, height}, ImGuiChildFlags_AlwaysUseWindowPadding,
                      ImGuiWindowFlags_NavFlattened);
    ImGui::PopStyleVar();
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    const float room = ImGui::GetContentRegionAvail().x;
    draw_title(state, room);
    const bool scrolls = height < derivation_card_height(state, width);
    // The button is always in sight: above the lines where these scroll.
    if (scrolls) draw_write_button(state, commands, room);
    const auto& lines = state.derivation().lines;
    for (std::size_t i = 0; i < lines.size(); ++i) draw_line(lines[i], room, i + 1 == lines.size());
    ImGui::Dummy({1, px(8)});
    if (!scrolls) draw_write_button(state, commands, room);
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

} // namespace gf::ui
