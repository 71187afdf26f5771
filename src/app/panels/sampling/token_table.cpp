#include "app/panels/sampling/parts.h"
#include "app/view/cell_hands.h"
#include "app/view/token_labels.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_heading = 18;

void right_aligned(ImFont* f, float right, float y, float height, ImU32 ink, const char* text) {
    put_text(*ImGui::GetWindowDrawList(), {{0, y}, {right, y + height}},
             right - std::ceil(measure(f, text).x), f, ink, text);
}

bool is_of_all_logits(const CellRange& r) {
    return r.param < 0 && r.site == Site::logits && (r.column_end < 0 || r.column_end - r.column_begin > 1);
}

} // namespace

bool is_second_click() {
    return ImGui::IsMouseReleased(ImGuiMouseButton_Left) &&
           ImGui::GetIO().MouseClickedLastCount[ImGuiMouseButton_Left] > 1;
}

float TokenTable::row_height() { return px(20); }
float TokenTable::heading_height() { return px(k_heading); }

/// Names get what numbers and bars leave; where the panel is narrow, bars go first.
TokenTable::Columns TokenTable::columns(const SamplingView& view, float left, float width) const {
    const float digit = measure(font(TextSize::small, Face::mono), "0").x, gap = px(8);
    Columns at{};
    at.left = left + px(4);
    at.right = left + width - px(4);
    const float last = std::ceil((view.resampling() ? 8 : 6) * digit); // "1000 ±31", "100.0%"
    const float number = std::ceil(6 * digit);
    const float rest = at.right - at.left - last - number - 2 * gap;
    float bars = rest > px(76) ? std::min(rest * 0.46f, px(320)) : 0;
    const float name = std::min(rest - bars - (bars > 0 ? gap : 0), px(220));
    at.name_end = at.left + std::max(name, px(8));
    at.number_end = at.name_end + gap + number;
    at.bar = at.number_end + gap;
    at.bar_end = bars > 0 ? at.right - last - gap : at.bar;
    return at;
}

void TokenTable::heading(SamplingView& view, float width) {
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const Columns at = columns(view, origin.x, width);
    const float height = px(k_heading);
    ImGui::Dummy({width, height});
    ImFont* f = font(TextSize::small);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = theme().muted;
    put_text_cut(list, {{at.left, origin.y}, {at.name_end, origin.y + height}}, f, ink, "token");
    right_aligned(f, at.number_end, origin.y, height, ink, view.resampling() ? "drawn" : "logit");
    right_aligned(f, at.right, origin.y, height, ink, view.resampling() ? "expected" : "p");
    const float bars = at.bar_end - at.bar;
    const char* what = view.resampling() ? "of 1000" : view.before_name().data();
    if (bars < measure(f, what).x + px(12)) return;
    const float middle = std::floor(origin.y + height / 2);
    list.AddRectFilled({at.bar, middle - px(2)}, {at.bar + px(8), middle + px(2)},
                       view.resampling() ? theme().accent : theme().block, px(1));
    put_text(list, {{at.bar, origin.y}, {at.bar_end, origin.y + height}}, at.bar + px(12), f, ink, what);
}

void TokenTable::draw(SamplingView& view, const Snapshot& s, Selection& selection, Commands& commands,
                      ImVec2 size) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    heading(view, size.x - ImGui::GetStyle().ScrollbarSize);
    // Whole rows; what is left of the height is white.
    const float rows = std::max(std::floor((size.y - px(k_heading)) / row_height()), 1.0f) * row_height();
    ImGui::PopStyleVar();
    write_on_second_click(view, commands);
    const bool near = ImGui::IsWindowHovered(
        ImGuiHoveredFlags_ChildWindows); // the bar of a few rows is a stray mark elsewhere
    ImGui::BeginChild("table", {size.x, rows}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NavFlattened | (near ? 0 : ImGuiWindowFlags_NoScrollbar));
    const bool has_bar = near && ImGui::GetScrollMaxY() > 0;
    const float width = ImGui::GetContentRegionAvail().x - (has_bar ? 0 : ImGui::GetStyle().ScrollbarSize);
    ImGuiListClipper clipper;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    clipper.Begin(static_cast<int>(view.rows().size()), row_height());
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            row(view, view.rows()[static_cast<std::size_t>(i)], width, s, selection);
    ImGui::PopStyleVar();
    ImGui::EndChild();
    outline_all(view, selection, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    if (const float rest = size.y - px(k_heading) - rows; rest > 0)
        ImGui::SetCursorPosY(ImGui::GetCursorPosY() + rest);
}

/// What is computed from, or feeds, the logits of all tokens.
void TokenTable::outline_all(const SamplingView& view, const Selection& selection,
                             const UiRect& table) const {
    const auto holds = [&](const CellRange& r) {
        return is_of_all_logits(r) && r.contains({0, Site::logits, -1, -1, view.row(), 0});
    };
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (std::any_of(selection.precedents.begin(), selection.precedents.end(), holds))
        outline_precedent(list, table);
    if (std::any_of(selection.dependents.begin(), selection.dependents.end(), holds))
        outline_dependent(list, table);
}

/// The first click may have put the card where the row was: the second one counts wherever it lands in the
/// panel.
void TokenTable::write_on_second_click(SamplingView& view, Commands& commands) {
    constexpr ImGuiHoveredFlags k_anywhere =
        ImGuiHoveredFlags_RootAndChildWindows | ImGuiHoveredFlags_AllowWhenBlockedByActiveItem;
    const bool recent = ImGui::GetTime() - pressed_at_ < 2 * ImGui::GetIO().MouseDoubleClickTime;
    if (pressed_ < 0 || !recent || !ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ||
        !ImGui::IsWindowHovered(k_anywhere))
        return;
    commands.post(command::ForceToken{view.position(), pressed_});
    view.choose_token(-1);
    pressed_ = -1;
}

void TokenTable::row(SamplingView& view, int id, float width, const Snapshot& s, Selection& selection) {
    const Theme& t = theme();
    const float height = row_height();
    ImGui::PushID(id);
    const ButtonItem item = button_item("candidate", {width, height}, mark_of(id == view.token()));
    ImGui::PopID();
    if (!item.seen) return;
    const CellRef cell{0, Site::logits, -1, -1, view.row(), id};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered || id == view.token())
        list.AddRectFilled(item.box.min, item.box.max, id == view.token() ? t.accent_tint : t.control, px(4));
    if (item.hovered && selection.stack == Stack::decoder) selection.cell.set(cell);
    const auto holds = [&](const CellRange& r) { return !is_of_all_logits(r) && r.contains(cell); };
    if (selection.focus() == cell)
        outline_focus(list, {item.box.min, item.box.max});
    else if (std::any_of(selection.precedents.begin(), selection.precedents.end(), holds))
        outline_precedent(list, {item.box.min, item.box.max});
    if (std::any_of(selection.dependents.begin(), selection.dependents.end(), holds))
        outline_dependent(list, {item.box.min, item.box.max});
    if (edit_of(s, cell)) put_edit_mark(list, item.box.min, item.box.max, s.edits_on);
    const int cut = view.step().cut_by[static_cast<std::size_t>(id)];
    const bool is_next = id == view.next_token();
    const ImU32 ink = is_next ? t.accent_text : cut ? t.faint : t.text;
    const Columns at = columns(view, item.box.min.x, width);
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float y = item.box.min.y;
    put_text_cut(list, {{at.left, y}, {at.name_end, y + height}},
                 font(TextSize::body, is_next ? Face::bold : Face::regular), ink, token_labels().alone(id));
    const bool counts = view.resampling() && view.resamples().done();
    const char* number = counts ? view.line("{}", view.resamples().count(id))
                                : view.line("{:.2f}", view.step().logits[static_cast<std::size_t>(id)]);
    right_aligned(numbers, at.number_end, y, height, ink, number);
    const float middle = std::floor(y + height / 2);
    const double p = view.p_after(id);
    const char* last = cut ? "cut"
                       : counts
                           ? view.line("{:.0f} ±{:.0f}", k_n_resamples * p, count_deviation(k_n_resamples, p))
                           : view.line("{:.1f}%", 100 * p);
    right_aligned(numbers, at.right, y, height, ink, last);
    if (counts)
        observed(view, id, at, middle);
    else
        bars(view, id, at, middle, cut != 0);
    put_focus_ring(item, px(4));
    if (item.hovered) explain(view, id);
    if (item.pressed && !is_second_click()) {
        pressed_ = id;
        pressed_at_ = ImGui::GetTime();
        view.choose_token(view.token() == id ? -1 : id);
    }
}

/// Before above, after below; of a cut token, who cut it.
void TokenTable::bars(SamplingView& view, int id, const Columns& at, float middle, bool is_cut) const {
    const Theme& t = theme();
    const float length = at.bar_end - at.bar;
    if (length <= 0) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto end = [&](double p) {
        return at.bar + std::max(length * static_cast<float>(p / view.most()), px(1));
    };
    const float before = end(view.p_before(id));
    list.AddRectFilled({at.bar, middle - px(4)}, {before, middle - px(1)}, t.block, px(1));
    if (!is_cut) {
        list.AddRectFilled({at.bar, middle}, {end(view.p_after(id)), middle + px(5)}, t.accent, px(1));
        return;
    }
    const int by = view.step().cut_by[static_cast<std::size_t>(id)] - 1;
    const std::string_view name =
        by == 0 ? std::string_view("no number")
                : short_name(view.step().stages[static_cast<std::size_t>(by)].stage.kind);
    ImFont* f = font(TextSize::small);
    const float left = at.bar_end - std::ceil(measure(f, name).x);
    if (left > before + px(4))
        put_text(list, {{left, middle - px(10)}, {at.bar_end, middle + px(10)}}, left, f, t.faint, name);
}

/// The observed frequency as a bar, the expected one as a line with a whisker of one standard deviation.
void TokenTable::observed(SamplingView& view, int id, const Columns& at, float middle) const {
    const Theme& t = theme();
    const float length = at.bar_end - at.bar;
    if (length <= 0) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const double n = view.resamples().n(), p = view.p_after(id),
                 deviation = count_deviation(k_n_resamples, p) / n;
    const double most = std::min(view.most() * 1.1, 1.0);
    const auto x = [&](double share) {
        return at.bar + length * static_cast<float>(std::clamp(share / most, 0.0, 1.0));
    };
    const int count = view.resamples().count(id);
    if (count > 0)
        list.AddRectFilled({at.bar, middle - px(4)}, {std::max(x(count / n), at.bar + px(1)), middle + px(4)},
                           with_alpha(t.accent, 0.55f), px(1));
    if (!(p > 0)) return;
    const float thin = std::max(px(1), 1.0f), expected = std::floor(x(p));
    list.AddRectFilled({x(p - deviation), middle}, {x(p + deviation), middle + thin}, t.text);
    list.AddRectFilled({expected, middle - px(6)}, {expected + thin, middle + px(6)}, t.text);
}

void TokenTable::explain(SamplingView& view, int id) const {
    const int cut = view.step().cut_by[static_cast<std::size_t>(id)];
    const std::string_view by =
        cut > 1 ? short_name(view.step().stages[static_cast<std::size_t>(cut - 1)].stage.kind) : "";
    const char* how = "\nclick: how it follows from the logit; double click: write this token";
    const auto logit = view.step().logits[static_cast<std::size_t>(id)];
    if (view.resampling() && view.resamples().done())
        tooltip(view.line("id {}, drawn {} times of {}, expected {:.1f} ± {:.1f}{}", id,
                          view.resamples().count(id), view.resamples().n(), k_n_resamples * view.p_after(id),
                          count_deviation(k_n_resamples, view.p_after(id)), how));
    else
        tooltip(view.line("id {}, logit {:.4f}\nprobability {:.5f} ({}) → {:.5f}{}{}{}", id, logit,
                          view.p_before(id), view.before_name(), view.p_after(id), cut > 1 ? "\ncut by " : "",
                          by, how));
}

} // namespace gf::ui
