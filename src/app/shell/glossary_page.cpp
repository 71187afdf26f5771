#include "app/shell/glossary_page.h"

#include "app/widgets/fuzzy_score.h"
#include "app/widgets/linked_text.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/text_field.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_list_width = 220, k_list_gap = 20, k_term_height = 24, k_chapter_height = 30;
constexpr float k_least_entry_width = 280; ///< where there is less, the entry stands below the list

/// Whether the words that were typed are in the term's names or, if they are long enough, in its sentence.
bool matches(const Term& t, std::string_view query) {
    if (query.empty() || fuzzy_score(query, t.name) >= 20 || fuzzy_score(query, t.also) >= 20) return true;
    return query.size() > 3 && t.plain.find(query) != std::string_view::npos;
}

} // namespace

void GlossaryPage::choose(const Term* t) {
    if (!t) return;
    chosen_ = t;
    query_.clear();
    search();
    scrolls_ = true;
}

void GlossaryPage::appear() {
    query_.clear();
    search();
    appears_ = true;
}

void GlossaryPage::search() {
    found_.clear();
    for (const Term& t : terms())
        if (matches(t, query_)) found_.push_back(&t);
    if (std::find(found_.begin(), found_.end(), chosen_) == found_.end())
        chosen_ = found_.empty() ? nullptr : found_.front();
    scrolls_ = true;
}

void GlossaryPage::draw(float width, float height) {
    if (std::exchange(appears_, false)) ImGui::SetKeyboardFocusHere();
    if (text_field("Search the words", query_, "Search the words", width,
                   ImGuiInputTextFlags_CallbackHistory))
        search();
    const int step = ImGui::IsKeyPressed(ImGuiKey_DownArrow) - ImGui::IsKeyPressed(ImGuiKey_UpArrow);
    const auto at = std::find(found_.begin(), found_.end(), chosen_);
    if (step != 0 && at != found_.end()) {
        const auto next = std::clamp<std::ptrdiff_t>(at - found_.begin() + step, 0,
                                                     static_cast<std::ptrdiff_t>(found_.size()) - 1);
        chosen_ = found_[static_cast<std::size_t>(next)];
        scrolls_ = true;
    }
    ImGui::Dummy({0, px(8)});
    const float room = height - px(k_control_height + 8);
    const bool is_beside = width >= px(k_list_width + k_list_gap + k_least_entry_width);
    if (is_beside) {
        draw_list(px(k_list_width), room);
        ImGui::SameLine(0, px(k_list_gap));
        draw_entry(width - px(k_list_width + k_list_gap), room);
    } else {
        draw_list(width, std::floor(room * 0.45f));
        ImGui::Dummy({0, px(8)});
        draw_entry(width, room - std::floor(room * 0.45f) - px(8));
    }
}

void GlossaryPage::draw_list(float width, float height) {
    const Theme& t = theme();
    ImGui::BeginChild("words", {width, height}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    const float room = available_width();
    if (found_.empty()) wrapped_text("No word of that kind.", room, t.muted, TextSize::small);
    for (std::size_t i = 0; i < found_.size(); ++i) {
        const Term& entry = *found_[i];
        if (i == 0 || found_[i - 1]->group != entry.group) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            ImGui::Dummy({room, px(k_chapter_height)});
            draw_text(*ImGui::GetWindowDrawList(),
                      {{at.x, at.y + px(6)}, {at.x + room, at.y + px(k_chapter_height)}}, at.x + px(6),
                      font(TextSize::small, Face::bold), t.muted, heading(entry.group));
        }
        const bool is_chosen = &entry == chosen_;
        const ButtonItem item = button_item(entry.name.data(), {room, px(k_term_height)}, mark_of(is_chosen));
        if (is_chosen && std::exchange(scrolls_, false)) ImGui::SetScrollHereY(0.3f);
        if (item.pressed) chosen_ = &entry;
        if (!item.seen) continue;
        ImDrawList& list = *ImGui::GetWindowDrawList();
        if (is_chosen || item.hovered)
            draw_fill(list, item.box, is_chosen ? t.accent_tint : t.control, px(4));
        draw_text_cut(list, {{item.box.min.x + px(6), item.box.min.y}, item.box.max}, font(TextSize::body),
                      is_chosen ? t.accent_text : t.text, entry.name);
        draw_focus_ring(item, px(4));
    }
    ImGui::EndChild();
}

void GlossaryPage::draw_entry(float width, float height) {
    const Theme& t = theme();
    ImGui::BeginChild("entry", {width, height}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    if (chosen_) {
        const Term& entry = *chosen_;
        const float room = available_width();
        for (const std::string_view text : {entry.formula, entry.more, entry.also})
            ImGuiHost::current().require_glyphs(text);
        record_text(font(TextSize::title), ImGui::GetCursorScreenPos(), entry.name);
        text_line(entry.name, t.text, TextSize::title, Face::bold);
        vertical_space(8);
        record_text(font(TextSize::body), ImGui::GetCursorScreenPos(), entry.plain, room);
        wrapped_text(entry.plain, room, t.text);
        if (!entry.formula.empty()) {
            vertical_space(10);
            record_text(font(TextSize::body), ImGui::GetCursorScreenPos(), entry.formula, room);
            ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + room);
            text_line(entry.formula, t.accent_text, TextSize::body, Face::mono);
            ImGui::PopTextWrapPos();
        }
        if (!entry.more.empty()) {
            vertical_space(10);
            if (const Term* next = linked_text(entry.more, room)) choose(next);
        }
        if (!entry.also.empty()) {
            vertical_space(10);
            wrapped_text(std::string("also: ").append(entry.also), room, t.muted, TextSize::small);
        }
    }
    ImGui::EndChild();
}

} // namespace gf::ui
