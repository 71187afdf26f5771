#include "app/panels/text/source_line.h"

#include "app/panels/text/text_token.h"
#include "app/view/attention_rows.h"
#include "app/view/token_labels.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>

namespace gf::ui {
namespace {

/// Whether a range of the run in view is of this token of the source.
bool is_about_source(const CellRange& r, int position, const Snapshot& s, Stack in_view) {
    const auto within = [](int i, int begin, int end) { return i >= begin && (end < 0 || i < end); };
    if (r.param >= 0)
        return s.model->weights->table[static_cast<std::size_t>(r.param)].role == Role::embed &&
               in_view == Stack::encoder && within(s.source_run.token(position), r.row_begin, r.row_end);
    if (in_view == Stack::encoder)
        return within(position, r.row_begin, r.row_end) ||
               (by_key(r.site) && within(position, r.column_begin, r.column_end));
    if (row_axis(r.site) == Axis::source) return within(position, r.row_begin, r.row_end);
    return by_source(r.site) && within(position, r.column_begin, r.column_end);
}

} // namespace

float SourceLine::width(const Snapshot& s, TextSize size) {
    float all = 0;
    for (int i = 0; i < s.source_run.rows; ++i)
        all += text_token_width(token_labels().in_text(s.source_run.token(i)), false, size);
    return std::ceil(all) + px(4); // bold ones are a little wider
}

void SourceLine::draw(const Snapshot& s, Selection& selection, Commands& commands, const UiRect& rect,
                      float left, TextSize size) {
    put_text(*ImGui::GetWindowDrawList(), {rect.min, rect.max}, rect.min.x, font(TextSize::body, Face::bold),
             theme().text, "Source");
    const bool cut = width(s, size) > rect.max.x - left;
    const float right = rect.max.x - (cut ? px(18) : 0);
    ImGui::SetCursorScreenPos({left, rect.min.y});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::BeginChild("source", {std::max(right - left, 1.0f), rect.height()}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoScrollbar |
                          ImGuiWindowFlags_NavFlattened);
    places_.clear();
    for (int i = 0; i < s.source_run.rows; ++i) {
        if (i > 0) ImGui::SameLine(0, 0);
        draw_token(s, i, selection, commands, size);
    }
    outline_tokens(s, selection);
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsWindowHovered() && !io.KeyCtrl && io.MouseWheel != 0)
        ImGui::SetScrollX(ImGui::GetScrollX() - io.MouseWheel * px(60));
    const bool goes_on = ImGui::GetScrollX() + 1 < ImGui::GetScrollMaxX();
    ImGui::EndChild();
    ImGui::PopStyleVar();
    if (cut && goes_on)
        put_text(*ImGui::GetWindowDrawList(), {{right, rect.min.y}, rect.max}, right + px(4), font(size),
                 theme().muted, "…");
}

void SourceLine::draw_token(const Snapshot& s, int position, Selection& selection, Commands& commands,
                            TextSize size) {
    const bool in_view = selection.stack == Stack::encoder;
    const int pinned = in_view ? selection.pinned_token : -1;
    TokenLook look;
    look.chosen = pinned == position;
    const std::optional<int>& hovered = in_view ? selection.token.get() : selection.source_token.get();
    if (hovered == position) look.tint = theme().accent_tint;
    char name[32];
    *fmt::format_to_n(name, sizeof name - 1, "source token {}", position).out = 0;
    ImGui::PushID(position);
    if (text_token(name, token_labels().in_text(s.source_run.token(position)), look, size)) {
        if (!in_view) commands.post(command::ViewStack{"encoder"});
        commands.post(command::PinToken{look.chosen ? -1 : position});
    }
    if (ImGui::IsItemHovered()) {
        (in_view ? selection.token : selection.source_token).set(position);
        tooltip(line_("source position {}, id {}\n{}", position, s.source_run.token(position),
                      in_view ? "click pins it" : "click: look at it in the encoder"));
    }
    places_.push_back({ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    ImGui::PopID();
}

/// Neighbours together.
void SourceLine::outline_tokens(const Snapshot& s, const Selection& selection) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto outline = [&](const std::vector<CellRange>& ranges, auto put) {
        const auto lit = [&](std::size_t i) {
            const auto about = [&](const CellRange& r) {
                return is_about_source(r, static_cast<int>(i), s, selection.stack);
            };
            return std::any_of(ranges.begin(), ranges.end(), about);
        };
        for (std::size_t i = 0; i < places_.size(); ++i) {
            if (!lit(i)) continue;
            UiRect all = places_[i];
            for (; i + 1 < places_.size() && lit(i + 1); ++i) all.max = places_[i + 1].max;
            put(list, UiRect{{all.min.x + px(1), all.min.y + px(1)}, {all.max.x - px(1), all.max.y - px(1)}});
        }
    };
    outline(selection.precedents, outline_precedent);
    outline(selection.dependents, outline_dependent);
}

} // namespace gf::ui
