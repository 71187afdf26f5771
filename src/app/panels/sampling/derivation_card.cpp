#include "app/panels/sampling/parts.h"

#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_padding = 10, k_line = 18, k_title = 24;

ImFont* name_font() { return font(TextSize::small); }
ImFont* number_font() { return font(TextSize::small, Face::mono); }

/// Whether name and numbers stand side by side.
bool on_one_line(const DerivationLine& line, float room) {
    return measure(name_font(), line.name).x + px(12) + measure(number_font(), line.text).x <= room;
}

const char* title(SamplingView& view) {
    const Derivation& d = view.derivation();
    if (d.cut_stage == 0) return view.line("never drawn");
    if (d.cut_stage > 0)
        return view.line("cut by {}: p = 0",
                         short_name(view.step().stages[static_cast<std::size_t>(d.cut_stage)].stage.kind));
    return view.line("p = {:.3g} %", 100 * d.p);
}

void draw_title(SamplingView& view, float width) {
    const Theme& t = theme();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = px(k_title), close = px(24);
    const Derivation& d = view.derivation();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* bold = font(TextSize::body, Face::bold);
    const std::string& label = token_labels().alone(d.token);
    const float name = std::min(measure(bold, label).x + px(2), width * 0.4f);
    put_text_cut(list, {at, {at.x + name, at.y + height}}, bold,
                 d.token == view.next_token() ? t.accent_text : t.text, label);
    put_text_cut(list, {{at.x + name + px(8), at.y}, {at.x + width - close, at.y + height}},
                 font(TextSize::body), t.text, title(view));
    ImGui::SetCursorScreenPos({at.x + width - close, at.y});
    const ButtonItem item = button_item("Close the derivation", {close, height});
    if (!item.seen) return;
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control_hover, px(4));
    draw_icon(list, Icon::close, item.box.center(), px(9), t.muted);
    put_focus_ring(item, px(4));
    tooltip("Close the derivation");
    if (item.pressed) view.choose_token(-1);
}

void draw_line(const DerivationLine& line, float width, bool result) {
    const Theme& t = theme();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const bool one = on_one_line(line, width);
    const float height = px(k_line) * (one ? 1.0f : 2.0f);
    ImGui::Dummy({width, height});
    if (!ImGui::IsItemVisible()) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = line.cuts ? t.bad_text : result ? t.accent_text : t.text;
    put_text_cut(list, {at, {at.x + width, at.y + px(k_line)}}, name_font(), t.muted, line.name);
    const float left = at.x + std::max(width - std::ceil(measure(number_font(), line.text).x), 0.0f);
    put_text_cut(list, {{left, at.y + height - px(k_line)}, {at.x + width + 1, at.y + height}}, number_font(),
                 ink, line.text);
}

void draw_write_button(SamplingView& view, Commands& commands, float room) {
    const bool pressed = push_button("Write this token", room < px(180) ? -1.0f : 0.0f, Emphasis::primary);
    // The second half of a double click on the row that was here writes the token already.
    if (!pressed || is_second_click()) return;
    commands.post(command::ForceToken{view.position(), view.derivation().token});
    view.choose_token(-1);
}

} // namespace

float derivation_height(SamplingView& view, float width) {
    const float room = width - 2 * px(k_padding);
    float lines = 0;
    for (const DerivationLine& line : view.derivation().lines) lines += on_one_line(line, room) ? 1 : 2;
    return px(k_padding) * 2 + px(k_title) + px(k_line) * lines + px(8 + k_control_height);
}

void draw_derivation(SamplingView& view, Commands& commands, float width, float most_height) {
    const float height = std::min(derivation_height(view, width), std::max(most_height, px(80)));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + width, at.y + height}, theme().well, px(6));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(k_padding), px(k_padding)});
    ImGui::BeginChild("derivation", {width, height}, ImGuiChildFlags_AlwaysUseWindowPadding,
                      ImGuiWindowFlags_NavFlattened);
    ImGui::PopStyleVar();
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    const float room = ImGui::GetContentRegionAvail().x;
    draw_title(view, room);
    const bool scrolls = height < derivation_height(view, width);
    if (scrolls) draw_write_button(view, commands, room); // always in sight
    const auto& lines = view.derivation().lines;
    for (std::size_t i = 0; i < lines.size(); ++i) draw_line(lines[i], room, i + 1 == lines.size());
    ImGui::Dummy({1, px(8)});
    if (!scrolls) draw_write_button(view, commands, room);
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

} // namespace gf::ui
