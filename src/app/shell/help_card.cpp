#include "app/shell/help_card.h"

#include "app/host/keyboard.h"
#include "app/view/key_bindings.h"
#include "app/widgets/buttons.h"
#include "app/widgets/card.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace gf::ui {
namespace {

constexpr const char* k_help_window = "Keys";
constexpr float k_help_width = 860, k_line_height = 26, k_column_gap = 32, k_min_keys_width = 96,
                k_glossary_height = 520; ///< design lengths

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

void HelpCard::explain(const Term* term) {
    explains_ = true;
    page_ = Page::words;
    glossary_.appear();
    glossary_.choose(term);
}

void HelpCard::draw() {
    if (std::exchange(explains_, false) && !ImGui::IsPopupOpen(k_help_window))
        ImGui::OpenPopup(k_help_window);
    if (std::exchange(opens_, false)) {
        if (ImGui::IsPopupOpen(k_help_window))
            closes_ = true; // F1 was pressed once more
        else
            ImGui::OpenPopup(k_help_window);
    }
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const bool two_columns = display.x >= px(k_help_width + 32);
    const float top = px(64);
    if (!begin_card(k_help_window, px(two_columns ? k_help_width : k_help_width / 2 + 24), top)) {
        closes_ = false;
        return;
    }
    if (std::exchange(closes_, false)) {
        ImGui::CloseCurrentPopup();
        give_keyboard_back();
    }
    const float room = ImGui::GetContentRegionAvail().x;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    draw_header(room);
    if (page_ == Page::keys)
        draw_keys(room, two_columns);
    else
        glossary_.draw(room, std::clamp(display.y - top - px(88), px(160), px(k_glossary_height)));
    ImGui::PopStyleVar();
    end_card();
}

/// The choice between keys and words, and the button that closes the card.
void HelpCard::draw_header(float room) {
    constexpr std::array k_pages = {"Keys and gestures", "Words"};
    int page = static_cast<int>(page_);
    if (segmented_control("page", page, k_pages)) {
        page_ = static_cast<Page>(page);
        if (page_ == Page::words) glossary_.appear();
    }
    ImGui::SameLine(room - px(30) + px(12));
    if (icon_button("Close", Icon::close, "Esc")) {
        ImGui::CloseCurrentPopup();
        give_keyboard_back();
    }
    ImGui::Dummy({0, px(8)});
}

void HelpCard::draw_keys(float room, bool two_columns) {
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
}

} // namespace gf::ui
