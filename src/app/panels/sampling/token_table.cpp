#include "app/panels/sampling/token_table.h"

#include "app/panels/sampling/table_cells.h"
#include "app/view/cell_edits.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_row_height = 20, k_heading_height = 18; // design lengths

/// Whether a range means the logits of all tokens, and so the whole table.
bool is_all_logits(const CellRange& r) {
    return r.param < 0 && r.site == Site::logits && (r.column_end < 0 || r.column_end - r.column_begin > 1);
}

/// Outlines the table if the cell in focus is computed from the logits of all tokens, or feeds them.
void outline_table(const SamplingPanelState& state, const View& v, const Selection& selection,
                   const UiRect& table) {
    const auto holds_table = [&](const CellRange& r) {
        return is_all_logits(r) && r.contains({0, Site::logits, -1, -1, state.logits_row(), 0});
    };
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto precedents = selection.precedents_in(v.run.id), dependents = selection.dependents_in(v.run.id);
    if (std::any_of(precedents.begin(), precedents.end(), holds_table)) outline_precedent(list, table);
    if (std::any_of(dependents.begin(), dependents.end(), holds_table)) outline_dependent(list, table);
}

/// Outlines the row of a logit that is in focus, or that the cell in focus is computed from or feeds.
void outline_row(const Selection& selection, const CellRef& logit, const UiRect& box) {
    const auto holds_logit = [&](const CellRange& r) { return !is_all_logits(r) && r.contains(logit); };
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto precedents = selection.precedents_in(logit.run),
               dependents = selection.dependents_in(logit.run);
    if (selection.focus() == logit)
        outline_focus(list, box);
    else if (std::any_of(precedents.begin(), precedents.end(), holds_logit))
        outline_precedent(list, box);
    if (std::any_of(dependents.begin(), dependents.end(), holds_logit)) outline_dependent(list, box);
}

void show_row_tooltip(SamplingPanelState& state, int id) {
    const char* clicks = "\nclick: how it follows from the logit; double click: write this token";
    const double p = state.p_after(id);
    if (shows_counts(state)) {
        tooltip(state.format("id {}, drawn {} times of {}, expected {:.1f} ± {:.1f}{}", id,
                             state.resamples().count(id), state.resamples().n(), k_n_resamples * p,
                             count_deviation(k_n_resamples, p), clicks));
        return;
    }
    const auto index = static_cast<std::size_t>(id);
    const bool cut_by_stage = state.step().cut_by[index] > 1;
    tooltip(state.format("id {}, logit {:.4f}\nprobability {:.5f} ({}) → {:.5f}{}{}{}", id,
                         state.step().logits[index], state.p_before(id), state.before_name(), p,
                         cut_by_stage ? "\ncut by " : "", cut_by_stage ? cutting_stage(state.step(), id) : "",
                         clicks));
}

} // namespace

bool is_end_of_double_click() {
    return ImGui::IsMouseReleased(ImGuiMouseButton_Left) &&
           ImGui::GetIO().MouseClickedLastCount[ImGuiMouseButton_Left] > 1;
}

float TokenTable::row_height() { return px(k_row_height); }
float TokenTable::heading_height() { return px(k_heading_height); }

/// Another place of the text or another run has another list, which is seen from its top.
void TokenTable::scroll_to_top_of_new_list(const SamplingPanelState& state, const View& v) {
    if (listed_trace_.lock() == v.run.trace && listed_row_ == state.logits_row()) return;
    listed_trace_ = v.run.trace;
    listed_row_ = state.logits_row();
    ImGui::SetScrollY(0);
}

/// Draws the rows that can be scrolled. Returns how many tokens stand above the lower end of what is seen.
int TokenTable::draw_list(SamplingPanelState& state, const View& v, Selection& selection, ImVec2 size) {
    // The scroll bar of so few rows would look like a stray mark: it is there only while the mouse is near.
    const bool near = ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows);
    ImGui::BeginChild("table", size, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NavFlattened | (near ? 0 : ImGuiWindowFlags_NoScrollbar));
    scroll_to_top_of_new_list(state, v);
    const bool has_scroll_bar = near && ImGui::GetScrollMaxY() > 0;
    const float width =
        ImGui::GetContentRegionAvail().x - (has_scroll_bar ? 0 : ImGui::GetStyle().ScrollbarSize);
    const auto n = static_cast<int>(state.likeliest_tokens().size());
    ImGuiListClipper clipper;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    clipper.Begin(n, row_height());
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            draw_row(state, state.likeliest_tokens()[static_cast<std::size_t>(i)], width, v, selection);
    ImGui::PopStyleVar();
    const int n_seen = static_cast<int>(std::lround((ImGui::GetScrollY() + size.y) / row_height()));
    ImGui::EndChild();
    outline_table(state, v, selection, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    return std::min(n_seen, n);
}

/// Writes how many tokens are below those that are seen, of which there are `n_seen` and perhaps the next
/// token, which has a row of its own.
void TokenTable::draw_rest(SamplingPanelState& state, int n_seen, bool next_is_apart, float width) const {
    double rest = 1;
    int n_shown = n_seen;
    const auto& tokens = state.likeliest_tokens();
    for (int i = 0; i < n_seen; ++i) rest -= state.p_after(tokens[static_cast<std::size_t>(i)]);
    const auto end_of_seen = tokens.begin() + n_seen;
    if (next_is_apart && std::find(tokens.begin(), end_of_seen, state.next_token()) == end_of_seen) {
        rest -= state.p_after(state.next_token());
        ++n_shown;
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({width, row_height()});
    draw_rest_of_tokens(state, static_cast<int>(state.step().logits.size()) - n_shown, std::max(rest, 0.0),
                        {at, {at.x + width, at.y + row_height()}});
}

void TokenTable::draw(SamplingPanelState& state, const View& v, Selection& selection, Commands& commands,
                      ImVec2 size) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    const float width = size.x - ImGui::GetStyle().ScrollbarSize;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({width, heading_height()});
    write_on_double_click(state, commands);
    // Only whole rows are shown; what is left of the height stays empty.
    int n_rows = std::max(static_cast<int>((size.y - heading_height()) / row_height()), 1);
    const float unused = size.y - heading_height() - static_cast<float>(n_rows) * row_height();
    const bool has_rest = n_rows >= 4 && static_cast<int>(state.step().logits.size()) > n_rows;
    // Where there is no line for the rest, the heading says how many tokens have a row.
    const auto n_tokens = static_cast<int>(state.step().logits.size());
    draw_table_heading(state, at, width, heading_height(), has_rest ? n_tokens : std::min(n_rows, n_tokens));
    if (has_rest) --n_rows;
    const auto& tokens = state.likeliest_tokens();
    const auto first_rows_end =
        tokens.begin() + std::min(static_cast<std::ptrdiff_t>(n_rows), std::ssize(tokens));
    const bool next_is_apart =
        n_rows >= 2 && std::find(tokens.begin(), first_rows_end, state.next_token()) == first_rows_end;
    if (next_is_apart) --n_rows;
    const int n_seen = draw_list(state, v, selection, {size.x, static_cast<float>(n_rows) * row_height()});
    if (next_is_apart) {
        ImGui::PushID("apart"); // the list has a row of it, too
        draw_row(state, state.next_token(), width, v, selection);
        ImGui::PopID();
    }
    if (has_rest) draw_rest(state, n_seen, next_is_apart, width);
    if (unused > 0) ImGui::Dummy({1, unused});
    ImGui::PopStyleVar();
}

/// The first click may have put the derivation card where the row was, so the second one counts wherever it
/// lands in the panel.
void TokenTable::write_on_double_click(SamplingPanelState& state, Commands& commands) {
    constexpr ImGuiHoveredFlags k_anywhere =
        ImGuiHoveredFlags_RootAndChildWindows | ImGuiHoveredFlags_AllowWhenBlockedByActiveItem;
    const bool recent = ImGui::GetTime() - click_time_ < 2 * ImGui::GetIO().MouseDoubleClickTime;
    if (clicked_token_ < 0 || !recent || !ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ||
        !ImGui::IsWindowHovered(k_anywhere))
        return;
    commands.post(command::ForceToken{state.position(), clicked_token_});
    state.choose_token(-1);
    clicked_token_ = -1;
}

void TokenTable::draw_row(SamplingPanelState& state, int id, float width, const View& v,
                          Selection& selection) {
    const Theme& t = theme();
    const bool is_chosen = id == state.chosen_token();
    ImGui::PushID(id);
    const ButtonItem item = button_item("candidate", {width, row_height()}, mark_of(is_chosen));
    ImGui::PopID();
    if (!item.seen) return;
    const CellRef logit = v.cell(Site::logits, -1, -1, state.logits_row(), id);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool is_marked = is_chosen || id == state.next_token();
    if (item.hovered || is_marked)
        list.AddRectFilled(item.box.min, item.box.max, is_marked ? t.accent_tint : t.control, px(4));
    if (is_chosen) list.AddRect(item.box.min, item.box.max, t.accent, px(4), 0, std::max(px(1), 1.0f));
    if (item.hovered) selection.cell.set(logit);
    outline_row(selection, logit, item.box);
    if (find_edit(v, logit)) draw_edit_mark(list, item.box.min, item.box.max, v.snapshot.edits_on);
    draw_table_cells(state, id, item.box);
    draw_focus_ring(item, px(4));
    if (item.hovered) show_row_tooltip(state, id);
    if (item.pressed && !is_end_of_double_click()) {
        clicked_token_ = id;
        click_time_ = ImGui::GetTime();
        state.choose_token(is_chosen ? -1 : id);
    }
}

} // namespace gf::ui
