#include "app/shell/palette.h"

#include "app/host/keyboard.h"
#include "app/widgets/card.h"
#include "app/widgets/fuzzy_score.h"
#include "app/widgets/menu.h"
#include "app/widgets/text_field.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

constexpr const char* k_palette_window = "Find";
constexpr float k_palette_width = 620, k_palette_top = 72; ///< design lengths
constexpr int k_visible_rows = 12;
constexpr const char* k_palette_invitation =
    "Panels, layouts, sites, parameters, tokens of the text, commands: type a few letters of any of them.";

/// Whether it is one of the many values, which are found by their own names.
bool is_value(const PaletteEntry& e) {
    constexpr std::array<std::string_view, 5> k_values{"site", "parameter", "layer", "head", "token"};
    return std::find(k_values.begin(), k_values.end(), e.category) != k_values.end();
}

} // namespace

void Palette::draw(const PaletteScope& scope, Commands& commands) {
    if (std::exchange(opens_, false)) {
        if (ImGui::IsPopupOpen(k_palette_window)) { // Ctrl+K was pressed once more
            close_all_popups();
            return;
        }
        waits_for_field_ = true;
        field_is_there_ = false;
        typed_.clear();
        ImGui::OpenPopup(k_palette_window);
        entries_ = palette_entries(scope);
        for (const PaletteEntry& e : entries_) ImGuiHost::current().require_glyphs(e.text);
        appears_ = true;
        rank_hits();
    }
    if (waits_for_field_) keep_typed();
    if (!begin_card(k_palette_window, px(k_palette_width),
                    std::min(px(k_palette_top), ImGui::GetIO().DisplaySize.y * 0.1f))) {
        if (!appears_) {
            entries_.clear();
            waits_for_field_ = false;
        }
        return;
    }
    if (std::exchange(appears_, false)) ImGui::SetKeyboardFocusHere();
    const bool entered =
        text_field("Query", query_, "Find anything", -1,
                   ImGuiInputTextFlags_CallbackHistory | ImGuiInputTextFlags_EnterReturnsTrue);
    field_is_there_ = ImGui::IsItemActive();
    if (query_ != ranked_query_) rank_hits();
    const int n = static_cast<int>(hits_.size());
    const int step =
        ImGui::IsKeyPressed(ImGuiKey_DownArrow) - ImGui::IsKeyPressed(ImGuiKey_UpArrow) +
        k_visible_rows * (ImGui::IsKeyPressed(ImGuiKey_PageDown) - ImGui::IsKeyPressed(ImGuiKey_PageUp));
    if (step != 0 && n > 0) {
        highlighted_hit_ = std::clamp(highlighted_hit_ + step, 0, n - 1);
        scrolls_to_highlight_ = true;
    }
    draw_list(commands);
    if (entered && n > 0) choose(static_cast<std::size_t>(highlighted_hit_), commands);
    end_card();
}

/// The field has the keyboard a few frames after Ctrl+K. What a fast person types meanwhile is kept for it.
void Palette::keep_typed() {
    ImVector<ImWchar>& queue = ImGui::GetIO().InputQueueCharacters;
    typed_.insert(typed_.end(), queue.begin(), queue.end());
    queue.clear();
    if (!field_is_there_) return;
    waits_for_field_ = false;
    for (const ImWchar c : typed_) queue.push_back(c);
}

/// How well an entry fits the query: as whole words of its names best, as letters here and there worst. Of
/// two that fit alike, what can be done goes before the values of the model.
std::optional<Palette::Hit> Palette::hit_of(std::size_t index) const {
    if (query_.empty()) return Hit{0, 0, index};
    const PaletteEntry& e = entries_[index];
    const std::string names = e.text + " " + e.also, words = names + " " + e.detail + " " + e.category;
    const float name_score = fuzzy_score(query_, e.text), words_score = fuzzy_score(query_, words);
    if (words_score < 0) return std::nullopt;
    const WordFit in_names = word_fit(query_, names), in_words = word_fit(query_, words);
    const int fit = in_names != WordFit::none   ? 1 + static_cast<int>(in_names)
                    : in_words != WordFit::none ? 1
                                                : 0;
    return Hit{2 * fit + (is_value(e) ? 0 : 1), std::max(name_score, 0.6f * words_score), index};
}

void Palette::rank_hits() {
    ranked_query_ = query_;
    ImGuiHost::current().require_glyphs(query_);
    hits_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (const std::optional<Hit> hit = hit_of(i)) hits_.push_back(*hit);
    std::stable_sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
        return a.fit != b.fit ? a.fit > b.fit : a.score > b.score;
    });
    highlighted_hit_ = 0;
    scrolls_to_highlight_ = true;
}

void Palette::draw_list(Commands& commands) {
    const float row_height = px(k_menu_row_height), max_height = row_height * k_visible_rows;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::Dummy({0, px(8)});
    if (hits_.empty() || query_.empty()) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float width = ImGui::GetContentRegionAvail().x;
        draw_text_cut(*ImGui::GetWindowDrawList(), {{at.x + px(8), at.y}, {at.x + width, at.y + px(24)}},
                      font(TextSize::small), theme().muted,
                      query_.empty() ? k_palette_invitation : "Nothing of that name.");
        ImGui::Dummy({width, px(28)});
    }
    const float wanted_height = std::min(max_height, row_height * static_cast<float>(hits_.size()));
    const float room = ImGui::GetIO().DisplaySize.y - ImGui::GetCursorScreenPos().y - px(24);
    ImGui::BeginChild("list", {0, std::clamp(wanted_height, 1.0f, std::max(room, row_height))});
    if (std::exchange(scrolls_to_highlight_, false)) {
        const float top = row_height * static_cast<float>(highlighted_hit_), bottom = top + row_height;
        const float list_height = ImGui::GetWindowHeight();
        if (top < ImGui::GetScrollY()) ImGui::SetScrollY(top);
        if (bottom > ImGui::GetScrollY() + list_height) ImGui::SetScrollY(bottom - list_height);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(hits_.size()), row_height);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const std::size_t hit = static_cast<std::size_t>(i), entry = hits_[hit].entry;
            const PaletteEntry& e = entries_[entry];
            ImGui::PushID(static_cast<int>(entry));
            std::string right = e.keys.empty() ? e.category : e.keys + "   " + e.category;
            if (menu_row(e.text.c_str(),
                         {.text = e.text, .detail = e.detail, .right = right, .lit = i == highlighted_hit_}))
                choose(hit, commands);
            ImGui::PopID();
        }
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

void Palette::choose(std::size_t hit, Commands& commands) {
    const Command& chosen = entries_[hits_[hit].entry].command;
    if (const auto* view =
            std::get_if<ViewCommand>(&chosen)) // an option of a panel that is not there shows nothing
        if (const auto* option = std::get_if<command::SetView>(view))
            commands.post(command::ShowPanel{option->panel, true});
    commands.post(chosen);
    close_all_popups();
}

} // namespace gf::ui
