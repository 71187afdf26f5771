#include "app/panels/sampling/token_table.h"

#include "app/panels/sampling/stage_names.h"
#include "app/view/cell_edits.h"
#include "app/view/token_labels.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_row_height = 20, k_heading_height = 18; // design lengths

void draw_text_right_aligned(ImFont* f, float right, float y, float height, ImU32 ink, const char* text) {
    draw_text(*ImGui::GetWindowDrawList(), {{0, y}, {right, y + height}},
              right - std::ceil(measure(f, text).x), f, ink, text);
}

/// Whether a range means the logits of all tokens, and so the whole table.
bool is_all_logits(const CellRange& r) {
    return r.param < 0 && r.site == Site::logits && (r.column_end < 0 || r.column_end - r.column_begin > 1);
}

/// Where the columns of the table are, in pixels of the screen: names from `left`, numbers up to
/// `number_end`, bars, and at the right a second number.
struct Columns {
    float left, name_end, number_end, bar, bar_end, right;
};

/// Names get what numbers and bars leave; where the panel is narrow, there are no bars.
Columns lay_out_columns(const SamplingPanelState& state, float left, float width) {
    const float digit = measure(font(TextSize::small, Face::mono), "0").x, gap = px(8);
    Columns columns{};
    columns.left = left + px(4);
    columns.right = left + width - px(4);
    const float number_width = std::ceil(6 * digit);
    const float last_width = std::ceil((state.resampling() ? 8 : 6) * digit); // "1000 ±31", "100.0%"
    const float rest = columns.right - columns.left - last_width - number_width - 2 * gap;
    const float bar_width = rest > px(76) ? std::min(rest * 0.46f, px(320)) : 0;
    const float name_width = std::min(rest - bar_width - (bar_width > 0 ? gap : 0), px(220));
    columns.name_end = columns.left + std::max(name_width, px(8));
    columns.number_end = columns.name_end + gap + number_width;
    columns.bar = columns.number_end + gap;
    columns.bar_end = bar_width > 0 ? columns.right - last_width - gap : columns.bar;
    return columns;
}

void draw_heading(const SamplingPanelState& state, float width) {
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const Columns columns = lay_out_columns(state, origin.x, width);
    const float height = px(k_heading_height);
    ImGui::Dummy({width, height});
    ImFont* f = font(TextSize::small);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = theme().muted;
    const bool resampling = state.resampling();
    draw_text_cut(list, {{columns.left, origin.y}, {columns.name_end, origin.y + height}}, f, ink, "token");
    draw_text_right_aligned(f, columns.number_end, origin.y, height, ink, resampling ? "drawn" : "logit");
    draw_text_right_aligned(f, columns.right, origin.y, height, ink, resampling ? "expected" : "p");
    const std::string_view bars_title = resampling ? "of 1000" : state.before_name();
    if (columns.bar_end - columns.bar < measure(f, bars_title).x + px(12)) return;
    const float middle = std::floor(origin.y + height / 2);
    list.AddRectFilled({columns.bar, middle - px(2)}, {columns.bar + px(8), middle + px(2)},
                       resampling ? theme().accent : theme().block, px(1));
    draw_text(list, {{columns.bar, origin.y}, {columns.bar_end, origin.y + height}}, columns.bar + px(12), f,
              ink, bars_title);
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

/// The short name of the stage that cut a token. Its `cut_by` is not 0.
std::string_view cutting_stage(const SampleStep& step, int id) {
    const int stage = step.cut_by[static_cast<std::size_t>(id)] - 1;
    if (stage == 0) return "no number";
    return short_stage_name(step.stages[static_cast<std::size_t>(stage)].stage.kind);
}

/// Two bars: the upper one is the probability before, the lower one the probability after. A token that was
/// cut has the name of the stage in place of the lower one.
void draw_bars(const SamplingPanelState& state, int id, const Columns& columns, float middle) {
    const Theme& t = theme();
    const float length = columns.bar_end - columns.bar;
    if (length <= 0) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto end_of_bar = [&](double p) {
        return columns.bar + std::max(length * static_cast<float>(p / state.max_probability()), px(1));
    };
    const float before = end_of_bar(state.p_before(id));
    list.AddRectFilled({columns.bar, middle - px(4)}, {before, middle - px(1)}, t.block, px(1));
    if (state.step().cut_by[static_cast<std::size_t>(id)] == 0) {
        list.AddRectFilled({columns.bar, middle}, {end_of_bar(state.p_after(id)), middle + px(5)}, t.accent,
                           px(1));
        return;
    }
    const std::string_view name = cutting_stage(state.step(), id);
    ImFont* f = font(TextSize::small);
    const float left = columns.bar_end - std::ceil(measure(f, name).x);
    if (left > before + px(4))
        draw_text(list, {{left, middle - px(10)}, {columns.bar_end, middle + px(10)}}, left, f, t.faint,
                  name);
}

/// The observed frequency as a bar, the expected one as a line with a whisker of one standard deviation.
void draw_frequency(const SamplingPanelState& state, int id, const Columns& columns, float middle) {
    const Theme& t = theme();
    const float length = columns.bar_end - columns.bar;
    if (length <= 0) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const double n = state.resamples().n(), p = state.p_after(id),
                 deviation = count_deviation(k_n_resamples, p) / n;
    const double full_length = std::min(state.max_probability() * 1.1, 1.0);
    const auto x_of = [&](double frequency) {
        return columns.bar + length * static_cast<float>(std::clamp(frequency / full_length, 0.0, 1.0));
    };
    const int count = state.resamples().count(id);
    if (count > 0)
        list.AddRectFilled({columns.bar, middle - px(4)},
                           {std::max(x_of(count / n), columns.bar + px(1)), middle + px(4)},
                           with_alpha(t.accent, 0.55f), px(1));
    if (!(p > 0)) return;
    const float thin = std::max(px(1), 1.0f), expected = std::floor(x_of(p));
    list.AddRectFilled({x_of(p - deviation), middle}, {x_of(p + deviation), middle + thin}, t.text);
    list.AddRectFilled({expected, middle - px(6)}, {expected + thin, middle + px(6)}, t.text);
}

bool shows_counts(const SamplingPanelState& state) { return state.resampling() && state.resamples().done(); }

/// Name, numbers and bars of a token.
void draw_cells(SamplingPanelState& state, int id, const UiRect& box, float width) {
    const Theme& t = theme();
    const bool cut = state.step().cut_by[static_cast<std::size_t>(id)] != 0;
    const bool is_next = id == state.next_token();
    const ImU32 ink = is_next ? t.accent_text : cut ? t.faint : t.text;
    const Columns columns = lay_out_columns(state, box.min.x, width);
    const float y = box.min.y, height = TokenTable::row_height();
    draw_text_cut(*ImGui::GetWindowDrawList(), {{columns.left, y}, {columns.name_end, y + height}},
                  font(TextSize::body, is_next ? Face::bold : Face::regular), ink, token_labels().label(id));
    const bool counts = shows_counts(state);
    const char* number = counts ? state.format("{}", state.resamples().count(id))
                                : state.format("{:.2f}", state.step().logits[static_cast<std::size_t>(id)]);
    ImFont* number_font = font(TextSize::small, Face::mono);
    draw_text_right_aligned(number_font, columns.number_end, y, height, ink, number);
    const double p = state.p_after(id);
    const char* last =
        cut      ? "cut"
        : counts ? state.format("{:.0f} ±{:.0f}", k_n_resamples * p, count_deviation(k_n_resamples, p))
                 : state.format("{:.1f}%", 100 * p);
    draw_text_right_aligned(number_font, columns.right, y, height, ink, last);
    const float middle = std::floor(y + height / 2);
    if (counts)
        draw_frequency(state, id, columns, middle);
    else
        draw_bars(state, id, columns, middle);
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

void TokenTable::draw(SamplingPanelState& state, const View& v, Selection& selection, Commands& commands,
                      ImVec2 size) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    draw_heading(state, size.x - ImGui::GetStyle().ScrollbarSize);
    // Only whole rows are shown; the rest of the height stays empty.
    const float n_rows = std::max(std::floor((size.y - px(k_heading_height)) / row_height()), 1.0f);
    const float rows_height = n_rows * row_height();
    ImGui::PopStyleVar();
    write_on_double_click(state, commands);
    // The scroll bar of so few rows would look like a stray mark: it is there only while the mouse is near.
    const bool near = ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows);
    ImGui::BeginChild("table", {size.x, rows_height}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NavFlattened | (near ? 0 : ImGuiWindowFlags_NoScrollbar));
    const bool has_scroll_bar = near && ImGui::GetScrollMaxY() > 0;
    const float width =
        ImGui::GetContentRegionAvail().x - (has_scroll_bar ? 0 : ImGui::GetStyle().ScrollbarSize);
    ImGuiListClipper clipper;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    clipper.Begin(static_cast<int>(state.likeliest_tokens().size()), row_height());
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            draw_row(state, state.likeliest_tokens()[static_cast<std::size_t>(i)], width, v, selection);
    ImGui::PopStyleVar();
    ImGui::EndChild();
    outline_table(state, v, selection, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    if (const float rest = size.y - px(k_heading_height) - rows_height; rest > 0)
        ImGui::SetCursorPosY(ImGui::GetCursorPosY() + rest);
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
    if (item.hovered || is_chosen)
        list.AddRectFilled(item.box.min, item.box.max, is_chosen ? t.accent_tint : t.control, px(4));
    if (item.hovered) selection.cell.set(logit);
    outline_row(selection, logit, item.box);
    if (find_edit(v, logit)) draw_edit_mark(list, item.box.min, item.box.max, v.snapshot.edits_on);
    draw_cells(state, id, item.box, width);
    draw_focus_ring(item, px(4));
    if (item.hovered) show_row_tooltip(state, id);
    if (item.pressed && !is_end_of_double_click()) {
        clicked_token_ = id;
        click_time_ = ImGui::GetTime();
        state.choose_token(is_chosen ? -1 : id);
    }
}

} // namespace gf::ui
