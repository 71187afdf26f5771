#include "app/panels/text/source_line.h"

#include "app/panels/text/text_token.h"
#include "app/view/token_labels.h"
#include "app/widgets/token_chip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// Whether a range is about the token at a position of the source. `of_source`: it is a range of the source's
/// own run, not of the text's.
bool is_about_source_token(const CellRange& r, int position, const View& v, bool of_source) {
    if (r.param >= 0)
        return v.weights().table[static_cast<std::size_t>(r.param)].role == Role::embed && of_source &&
               is_within(v.source->token(position), r.row_begin, r.row_end);
    if (of_source)
        return is_within(position, r.row_begin, r.row_end) ||
               (has_key_axis(r.site) && is_within(position, r.column_begin, r.column_end));
    if (row_axis(r.site) == Axis::source) return is_within(position, r.row_begin, r.row_end);
    return has_source_keys(r.site) && is_within(position, r.column_begin, r.column_end);
}

} // namespace

float SourceLine::width(const View& v, TextSize size) {
    float total = 0;
    for (int i = 0; i < v.source->rows; ++i)
        total += text_token_width(token_labels().inline_label(v.source->token(i)), false, size);
    const float slack = px(4); // bold tokens are a little wider
    return std::ceil(total) + slack;
}

void SourceLine::draw(const View& v, Selection& selection, Commands& commands, const UiRect& rect,
                      float tokens_left, TextSize size) {
    draw_text(*ImGui::GetWindowDrawList(), {rect.min, rect.max}, rect.min.x, font(TextSize::body, Face::bold),
              theme().text, "Source");
    const bool is_cut = width(v, size) > rect.max.x - tokens_left;
    const float right = rect.max.x - (is_cut ? px(18) : 0);
    ImGui::SetCursorScreenPos({tokens_left, rect.min.y});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::BeginChild("source", {std::max(right - tokens_left, 1.0f), rect.height()}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoScrollbar |
                          ImGuiWindowFlags_NavFlattened);
    tokens_.clear();
    for (int i = 0; i < v.source->rows; ++i) {
        if (i > 0) ImGui::SameLine(0, 0);
        draw_token(v, i, selection, commands, size);
    }
    outline_tokens(tokens_, selection, [&](const CellRange& r, int position) {
        return is_about_source_token(r, position, v, selection.lit_run == v.source->id);
    });
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsWindowHovered() && !io.KeyCtrl && io.MouseWheel != 0)
        ImGui::SetScrollX(ImGui::GetScrollX() - io.MouseWheel * px(60));
    const bool goes_on = ImGui::GetScrollX() + 1 < ImGui::GetScrollMaxX();
    ImGui::EndChild();
    ImGui::PopStyleVar();
    if (is_cut && goes_on)
        draw_text(*ImGui::GetWindowDrawList(), {{right, rect.min.y}, rect.max}, right + px(4), font(size),
                  theme().muted, "…");
}

void SourceLine::draw_token(const View& v, int position, Selection& selection, Commands& commands,
                            TextSize size) {
    const bool in_view = selection.run == v.source->id;
    const int pinned = in_view ? selection.pinned_token : -1;
    TokenLook look;
    look.chosen = pinned == position;
    const std::optional<int>& hovered = in_view ? selection.token.get() : selection.source_token.get();
    if (hovered == position) look.tint = theme().accent_tint;
    char name[32];
    *fmt::format_to_n(name, sizeof name - 1, "source token {}", position).out = 0;
    ImGui::PushID(position);
    if (text_token(name, token_labels().inline_label(v.source->token(position)), look, size)) {
        if (!in_view) commands.post(command::ViewRun{v.source->name});
        commands.post(command::PinToken{look.chosen ? -1 : position});
    }
    if (ImGui::IsItemHovered()) {
        (in_view ? selection.token : selection.source_token).set(position);
        tooltip(line_("source position {}, id {}\n{}", position, v.source->token(position),
                      in_view ? "click pins it" : "click: look at it in the encoder"));
    }
    tokens_.push_back({position, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}});
    ImGui::PopID();
}

} // namespace gf::ui
