#include "app/shell/palette.h"

#include "app/host/keyboard.h"
#include "app/widgets/fuzzy.h"
#include "app/widgets/menu.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

constexpr const char* k_name = "Find";
constexpr float k_width = 620, k_top = 72; ///< design lengths
constexpr int k_rows = 12;                 ///< seen at once
constexpr const char* k_invitation =
    "Panels, layouts, sites, parameters, tokens of the text, commands: type a few letters of any of them.";

} // namespace

void Palette::draw(const PaletteScope& scope, Commands& commands) {
    if (std::exchange(wanted_, false)) {
        if (ImGui::IsPopupOpen(k_name)) { // Ctrl+K once more
            close_all_popups();
            return;
        }
        ImGui::OpenPopup(k_name);
        entries_ = palette_entries(scope);
        for (const PaletteEntry& e : entries_) ImGuiHost::current().require_glyphs(e.text);
        appears_ = true;
        rank();
    }
    if (!begin_card(k_name, px(k_width), std::min(px(k_top), ImGui::GetIO().DisplaySize.y * 0.1f))) {
        if (!appears_) entries_.clear();
        return;
    }
    if (std::exchange(appears_, false)) ImGui::SetKeyboardFocusHere();
    const bool entered =
        text_field("Query", query_, "Find anything", -1,
                   ImGuiInputTextFlags_CallbackHistory | ImGuiInputTextFlags_EnterReturnsTrue);
    if (query_ != ranked_query_) rank();
    const int n = static_cast<int>(hits_.size());
    const int step = ImGui::IsKeyPressed(ImGuiKey_DownArrow) - ImGui::IsKeyPressed(ImGuiKey_UpArrow) +
                     k_rows * (ImGui::IsKeyPressed(ImGuiKey_PageDown) - ImGui::IsKeyPressed(ImGuiKey_PageUp));
    if (step != 0 && n > 0) {
        lit_ = std::clamp(lit_ + step, 0, n - 1);
        moved_ = true;
    }
    draw_list(commands);
    if (entered && n > 0) choose(static_cast<std::size_t>(lit_), commands);
    end_card();
}

void Palette::rank() {
    ranked_query_ = query_;
    ImGuiHost::current().require_glyphs(query_);
    hits_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        // The name counts more than what it means in words.
        const float by_name = fuzzy_score(query_, entries_[i].text);
        float score = by_name;
        if (by_name < 20 && !query_.empty()) {
            const std::string both = entries_[i].text + " " + entries_[i].detail + " " + entries_[i].category;
            if (const float in_words = fuzzy_score(query_, both); in_words >= 0)
                score = std::max(score, 0.6f * in_words);
        }
        if (score >= 0) hits_.push_back({query_.empty() ? 0 : score, i});
    }
    std::stable_sort(hits_.begin(), hits_.end(),
                     [](const Hit& a, const Hit& b) { return a.score > b.score; });
    lit_ = 0;
    moved_ = true;
}

void Palette::draw_list(Commands& commands) {
    const float height = px(k_menu_row_height) * k_rows;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::Dummy({0, px(8)});
    if (hits_.empty() || query_.empty()) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float width = ImGui::GetContentRegionAvail().x;
        put_text_cut(*ImGui::GetWindowDrawList(), {{at.x + px(8), at.y}, {at.x + width, at.y + px(24)}},
                     font(TextSize::small), theme().muted,
                     query_.empty() ? k_invitation : "Nothing of that name.");
        ImGui::Dummy({width, px(28)});
    }
    const float rows = std::min(height, px(k_menu_row_height) * static_cast<float>(hits_.size()));
    const float room = ImGui::GetIO().DisplaySize.y - ImGui::GetCursorScreenPos().y - px(24);
    ImGui::BeginChild("list", {0, std::clamp(rows, 1.0f, std::max(room, px(k_menu_row_height)))});
    if (std::exchange(moved_, false)) {
        const float top = px(k_menu_row_height) * static_cast<float>(lit_), page = ImGui::GetWindowHeight();
        if (top < ImGui::GetScrollY()) ImGui::SetScrollY(top);
        if (top + px(k_menu_row_height) > ImGui::GetScrollY() + page)
            ImGui::SetScrollY(top + px(k_menu_row_height) - page);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(hits_.size()), px(k_menu_row_height));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const PaletteEntry& e = entries_[hits_[static_cast<std::size_t>(i)].entry];
            ImGui::PushID(static_cast<int>(hits_[static_cast<std::size_t>(i)].entry));
            std::string right = e.keys.empty() ? e.category : e.keys + "   " + e.category;
            if (menu_row(e.text.c_str(),
                         {.text = e.text, .detail = e.detail, .right = right, .lit = i == lit_}))
                choose(static_cast<std::size_t>(i), commands);
            ImGui::PopID();
        }
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

void Palette::choose(std::size_t place, Commands& commands) {
    commands.post(entries_[hits_[place].entry].command);
    close_all_popups();
}

} // namespace gf::ui
