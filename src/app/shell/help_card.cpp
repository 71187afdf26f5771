#include "app/shell/help_card.h"

#include "app/host/keyboard.h"
#include "app/view/key_bindings.h"
#include "app/widgets/menu.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gf::ui {
namespace {

constexpr const char* k_name = "Keys";
constexpr float k_width = 860, k_line = 26, k_gap = 32, k_widest_key = 96; ///< design lengths

std::vector<std::string_view> groups() {
    std::vector<std::string_view> names;
    const auto note = [&](std::string_view group) {
        if (std::find(names.begin(), names.end(), group) == names.end()) names.push_back(group);
    };
    for (const KeyBinding& b : key_bindings()) note(b.group);
    for (const Gesture& g : gestures()) note(g.group);
    return names;
}

/// "Ctrl+K   find anything", the keys as a key cap.
void put_line(const char* keys, const char* what, float width) {
    const Theme& t = theme();
    ImFont *body = font(TextSize::body), *small = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect line{at, {at.x + width, at.y + px(k_line)}};
    ImGui::Dummy(line.size());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float cap = std::ceil(measure(small, keys).x) + px(12), column = px(k_widest_key);
    const UiRect box{{at.x, at.y + px(3)}, {at.x + cap, line.max.y - px(3)}};
    list.AddRectFilled(box.min, box.max, t.control, px(4));
    put_text_centred(list, box, small, t.text, keys);
    const float left = at.x + std::max(column, cap) + px(12);
    put_text_cut(list, {{left, line.min.y}, line.max}, body, t.text, what);
}

void put_group(std::string_view group, float width) {
    ImGui::BeginGroup();
    {
        const FontScope scope(TextSize::body, Face::bold);
        ImGui::PushStyleColor(ImGuiCol_Text, theme().text);
        ImGui::TextUnformatted(group.data(), group.data() + group.size());
        ImGui::PopStyleColor();
    }
    ImGui::Dummy({width, px(4)});
    for (const KeyBinding& b : key_bindings())
        if (b.group == group) put_line(b.keys, b.what, width);
    for (const Gesture& g : gestures())
        if (g.group == group) put_line(g.how, g.what, width);
    ImGui::Dummy({0, px(16)});
    ImGui::EndGroup();
}

} // namespace

void HelpCard::draw() {
    if (std::exchange(wanted_, false)) {
        if (ImGui::IsPopupOpen(k_name))
            closing_ = true; // F1 once more
        else
            ImGui::OpenPopup(k_name);
    }
    const float display = ImGui::GetIO().DisplaySize.x;
    const bool two_columns = display >= px(k_width + 32);
    if (!begin_card(k_name, px(two_columns ? k_width : k_width / 2 + 24), px(64))) {
        closing_ = false;
        return;
    }
    if (std::exchange(closing_, false)) {
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
    const float width = two_columns ? std::floor((room - px(k_gap)) / 2) : room;
    const auto all = groups();
    const std::size_t left_column = two_columns ? (all.size() + 1) / 2 : all.size();
    ImGui::BeginGroup();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i == left_column) {
            ImGui::EndGroup();
            ImGui::SameLine(0, px(k_gap));
            ImGui::BeginGroup();
        }
        put_group(all[i], width);
    }
    ImGui::EndGroup();
    ImGui::PopStyleVar();
    end_card();
}

} // namespace gf::ui
