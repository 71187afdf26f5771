#include "app/shell/help_card.h"

#include "app/host/keyboard.h"
#include "app/view/key_bindings.h"
#include "app/widgets/buttons.h"
#include "app/widgets/card.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gf::ui {
namespace {

constexpr const char* k_help_window = "Keys";
constexpr float k_help_width = 860, k_line_height = 26, k_column_gap = 32,
                k_min_keys_width = 96; ///< design lengths

/// The groups of keys and gestures, each once, in the order of the tables.
std::vector<std::string_view> group_names() {
    std::vector<std::string_view> names;
    const auto add = [&](std::string_view group) {
        if (std::find(names.begin(), names.end(), group) == names.end()) names.push_back(group);
    };
    for (const KeyBinding& b : key_bindings()) add(b.group);
    for (const Gesture& g : gestures()) add(g.group);
    return names;
}

/// A line such as "Ctrl+K   find anything", the keys in a box that looks like a key cap.
void draw_line(const char* keys, const char* what, float width) {
    const Theme& t = theme();
    ImFont *body = font(TextSize::body), *small = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect line{at, {at.x + width, at.y + px(k_line_height)}};
    ImGui::Dummy(line.size());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float cap_width = std::ceil(measure(small, keys).x) + px(12);
    const UiRect cap{{at.x, at.y + px(3)}, {at.x + cap_width, line.max.y - px(3)}};
    list.AddRectFilled(cap.min, cap.max, t.control, px(4));
    draw_text_centred(list, cap, small, t.text, keys);
    const float left = at.x + std::max(px(k_min_keys_width), cap_width) + px(12);
    draw_text_cut(list, {{left, line.min.y}, line.max}, body, t.text, what);
}

void draw_group(std::string_view group, float width) {
    ImGui::BeginGroup();
    {
        const FontScope scope(TextSize::body, Face::bold);
        ImGui::PushStyleColor(ImGuiCol_Text, theme().text);
        ImGui::TextUnformatted(group.data(), group.data() + group.size());
        ImGui::PopStyleColor();
    }
    ImGui::Dummy({width, px(4)});
    for (const KeyBinding& b : key_bindings())
        if (b.group == group) draw_line(b.keys, b.what, width);
    for (const Gesture& g : gestures())
        if (g.group == group) draw_line(g.how, g.what, width);
    ImGui::Dummy({0, px(16)});
    ImGui::EndGroup();
}

} // namespace

void HelpCard::draw() {
    if (std::exchange(opens_, false)) {
        if (ImGui::IsPopupOpen(k_help_window))
            closes_ = true; // F1 was pressed once more
        else
            ImGui::OpenPopup(k_help_window);
    }
    const float display = ImGui::GetIO().DisplaySize.x;
    const bool two_columns = display >= px(k_help_width + 32);
    if (!begin_card(k_help_window, px(two_columns ? k_help_width : k_help_width / 2 + 24), px(64))) {
        closes_ = false;
        return;
    }
    if (std::exchange(closes_, false)) {
        ImGui::CloseCurrentPopup();
        give_keyboard_back();
    }
    const float room = ImGui::GetContentRegionAvail().x, button = px(30);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    label_text("Keys and gestures", theme().text, TextSize::title, Face::bold);
    ImGui::SameLine(room - button + px(12));
    if (icon_button("Close", Icon::close, "Esc")) {
        ImGui::CloseCurrentPopup();
        give_keyboard_back();
    }
    ImGui::Dummy({0, px(8)});
    const float width = two_columns ? std::floor((room - px(k_column_gap)) / 2) : room;
    const std::vector<std::string_view> groups = group_names();
    const std::size_t n_left = two_columns ? (groups.size() + 1) / 2 : groups.size();
    ImGui::BeginGroup();
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (i == n_left) {
            ImGui::EndGroup();
            ImGui::SameLine(0, px(k_column_gap));
            ImGui::BeginGroup();
        }
        draw_group(groups[i], width);
    }
    ImGui::EndGroup();
    ImGui::PopStyleVar();
    end_card();
}

} // namespace gf::ui
