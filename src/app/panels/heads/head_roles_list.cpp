#include "app/panels/heads/head_roles_list.h"

#include "app/widgets/icons.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_width = 208, k_title_height = 20;
constexpr float k_row_height = 24, k_min_row_height = 17; ///< rows shrink where there is no room

} // namespace

float HeadRolesList::width() { return px(k_width); }
float HeadRolesList::height() { return px(k_title_height) + px(k_row_height) * k_n_head_roles; }

/// What the roles are of, as a button that changes it, and the words for the columns.
void HeadRolesList::draw_title(const View& v, const ShownRoles& roles, Commands& commands,
                               const UiRect& line) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* small = font(TextSize::small);
    const Snapshot::Probe& probe = v.snapshot.probe;
    const int n = roles.is_of_probe ? probe.n_tokens : v.cursor;
    text_.clear();
    const auto out = std::back_inserter(text_);
    if (!roles.is_of_probe && v.run.layer.index >= 0)
        fmt::format_to(out, "roles need all layers");
    else if (roles.roles.rows() < n)
        fmt::format_to(out, "{} of {} read", roles.roles.rows(), n);
    else
        fmt::format_to(out, "on the {}", roles.is_of_probe ? "probe text" : "text in view");
    const std::string_view words(text_.data(), text_.size());
    constexpr std::string_view k_cases = "cases";
    const float cases_left = line.max.x - px(4) - measure(small, k_cases).x;
    const float width = std::min(std::ceil(measure(small, words).x) + px(22), cases_left - line.min.x);
    ImGui::SetCursorScreenPos(line.min);
    const ButtonItem item = button_item("roles of", {std::max(width, 1.0f), line.height()});
    draw_text(list, line, cases_left, small, t.muted, k_cases);
    if (!item.seen) return;
    if (item.hovered) draw_fill(list, item.box, t.control, px(4));
    draw_text_cut(list, {{line.min.x + px(4), line.min.y}, {item.box.max.x - px(16), line.max.y}}, small,
                  t.muted, words);
    draw_icon(list, Icon::chevron_down, {item.box.max.x - px(9), line.center().y}, px(8), t.muted);
    draw_focus_ring(item, px(4));
    if (shows_term_tooltip())
        term_tooltip(term(probe.on ? "probe text" : "head role"),
                     probe.on ? "click: roles on the text in view" : "click: roles on a fixed probe text");
    if (item.pressed) commands.post(command::Probe{!probe.on});
}

void HeadRolesList::draw(const View& v, const ShownRoles& roles, Selection& selection, Commands& commands,
                         const UiRect& area) {
    draw_title(v, roles, commands, {area.min, {area.max.x, area.min.y + px(k_title_height)}});
    const float room = area.height() - px(k_title_height);
    const float row = std::floor(std::clamp(room / k_n_head_roles, px(k_min_row_height), px(k_row_height)));
    for (int i = 0; i < k_n_head_roles; ++i) {
        const float top = px(k_title_height) + row * static_cast<float>(i);
        if (top + row > area.height() + 1) break;
        ImGui::SetCursorScreenPos({area.min.x, area.min.y + top});
        draw_row(v, roles, static_cast<HeadRole>(i), selection, commands, row, area.width());
    }
}

/// The name of the role, its best head with a bar in the hue of that, score and cases.
void HeadRolesList::draw_row(const View& v, const ShownRoles& roles, HeadRole role, Selection& selection,
                             Commands& commands, float height, float width) {
    const Theme& t = theme();
    const HeadRoleRow& row = head_role_row(role);
    const auto best = roles.best(role);
    const ButtonItem item = button_item(row.name.data(), {width, height});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool is_pinned = best && HeadRef{best->layer, best->head} == selection.pinned_head;
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
    ImFont* words = font(TextSize::body);
    ImFont* numbers = font(TextSize::small, Face::mono);
    char head[32] = "none", score[16] = "", cases[16] = "";
    if (best) {
        *fmt::format_to_n(head, sizeof head - 1, "L{}H{}", best->layer, best->head).out = 0;
        *fmt::format_to_n(score, sizeof score - 1, "{:.2f}", best->score).out = 0;
        *fmt::format_to_n(cases, sizeof cases - 1, "{}", roles.cases(role)).out = 0;
    }
    const float pad = px(4), right = item.box.max.x - pad;
    const float score_left = right - px(10) - std::max(measure(numbers, cases).x, measure(numbers, "00").x) -
                             measure(numbers, "0.00").x;
    const float head_left =
        score_left - px(10) - std::max(measure(numbers, head).x, measure(numbers, "L0H0").x);
    const float mark_left = head_left - px(8);
    // What may be chance is grey, in words and numbers.
    const ImU32 ink = !best ? t.muted : roles.is_guess(role) ? t.faint : t.text;
    const char* label = role == HeadRole::local ? "local, 3 back" : row.name.data();
    draw_text_cut(list, {{item.box.min.x + pad, item.box.min.y}, {mark_left - px(4), item.box.max.y}}, words,
                  ink, label);
    if (best)
        list.AddRectFilled({mark_left, item.box.center().y - px(5)},
                           {mark_left + px(3), item.box.center().y + px(5)},
                           t.head_fill(best->head, v.config().n_heads));
    draw_text(list, item.box, head_left, numbers, is_pinned ? t.accent_text : ink, head);
    draw_text(list, item.box, score_left, numbers, ink, score);
    draw_text(list, item.box, right - measure(numbers, cases).x, numbers, ink, cases);
    draw_focus_ring(item, px(4));
    if (best && item.hovered) selection.head.set({best->layer, best->head});
    if (best && item.pressed) commands.post(command::PinHead{best->layer, best->head});
    draw_tooltip(roles, role);
}

void HeadRolesList::draw_tooltip(const ShownRoles& roles, HeadRole role) {
    if (!shows_term_tooltip()) return;
    const HeadRoleRow& row = head_role_row(role);
    text_.clear();
    auto out = std::back_inserter(text_);
    fmt::format_to(out, "{}: {}", row.name, row.definition);
    const int n = roles.cases(role);
    if (n > 0)
        fmt::format_to(out, "\n{} of {} queries count{}; click pins the best head", n, roles.rows,
                       roles.is_guess(role) ? ", so few that chance may have made the score" : "");
    else
        fmt::format_to(out, "\nnone: {}", row.impossible_because);
    term_tooltip(term(row.name), {text_.data(), text_.size()});
}

} // namespace gf::ui
