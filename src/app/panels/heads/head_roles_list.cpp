#include "app/panels/heads/head_roles_list.h"

#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_width = 184, k_title_height = 20;
constexpr float k_row_height = 24, k_min_row_height = 17; ///< rows shrink where there is no room

} // namespace

float HeadRolesList::width() { return px(k_width); }
float HeadRolesList::height() { return px(k_title_height) + px(k_row_height) * k_n_head_roles; }

void HeadRolesList::draw(const View& v, const HeadRoles& roles, Selection& selection, Commands& commands,
                         const UiRect& area) {
    text_.clear();
    if (v.run.layer.index >= 0)
        fmt::format_to(std::back_inserter(text_), "roles need all layers");
    else if (roles.rows() < v.cursor)
        fmt::format_to(std::back_inserter(text_), "roles: {} of {} tokens read", roles.rows(), v.cursor);
    else
        fmt::format_to(std::back_inserter(text_), "roles found");
    draw_text_cut(*ImGui::GetWindowDrawList(),
                  {{area.min.x + px(4), area.min.y}, {area.max.x, area.min.y + px(k_title_height)}},
                  font(TextSize::small), theme().muted, {text_.data(), text_.size()});
    const float room = area.height() - px(k_title_height);
    const float row = std::floor(std::clamp(room / k_n_head_roles, px(k_min_row_height), px(k_row_height)));
    for (int i = 0; i < k_n_head_roles; ++i) {
        const float top = px(k_title_height) + row * static_cast<float>(i);
        if (top + row > area.height() + 1) break;
        ImGui::SetCursorScreenPos({area.min.x, area.min.y + top});
        draw_row(v, roles, static_cast<HeadRole>(i), selection, commands, row, area.width());
    }
}

void HeadRolesList::draw_row(const View& v, const HeadRoles& roles, HeadRole role, Selection& selection,
                             Commands& commands, float height, float width) {
    const Theme& t = theme();
    const HeadRoleRow& row = head_role_row(role);
    const auto best = roles.best(role, v.cursor);
    const ButtonItem item = button_item(row.name.data(), {width, height});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool is_pinned = best && HeadRef{best->layer, best->head} == selection.pinned_head;
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
    ImFont* words = font(TextSize::body);
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float pad = px(4), score_left = item.box.max.x - pad - measure(numbers, "0.00").x;
    char head[32] = "none", score[16] = "";
    if (best) {
        *fmt::format_to_n(head, sizeof head - 1, "L{}H{}", best->layer, best->head).out = 0;
        *fmt::format_to_n(score, sizeof score - 1, "{:.2f}", best->score).out = 0;
    }
    const float head_left =
        score_left - px(10) - std::max(measure(numbers, head).x, measure(numbers, "L0H0").x);
    const float mark_left = head_left - px(8); // a bar in the hue of the head
    const char* label = role == HeadRole::local ? "local, 3 back" : row.name.data();
    draw_text_cut(list, {{item.box.min.x + pad, item.box.min.y}, {mark_left - px(4), item.box.max.y}}, words,
                  best ? t.text : t.muted, label);
    if (best)
        list.AddRectFilled({mark_left, item.box.center().y - px(5)},
                           {mark_left + px(3), item.box.center().y + px(5)},
                           t.head_fill(best->head, v.config().n_heads));
    draw_text(list, item.box, head_left, numbers, is_pinned ? t.accent_text : best ? t.text : t.muted, head);
    draw_text(list, item.box, score_left, numbers, t.text, score);
    draw_focus_ring(item, px(4));
    if (best && item.hovered) selection.head.set({best->layer, best->head});
    if (best && item.pressed) commands.post(command::PinHead{best->layer, best->head});
    draw_tooltip(v, roles, role);
}

void HeadRolesList::draw_tooltip(const View& v, const HeadRoles& roles, HeadRole role) {
    if (!ImGui::IsItemHovered()) return;
    const HeadRoleRow& row = head_role_row(role);
    text_.clear();
    auto out = std::back_inserter(text_);
    fmt::format_to(out, "{}: {}", row.name, row.definition);
    if (const int n = roles.queries(role, v.cursor))
        fmt::format_to(out, "\n{} of {} queries count; click pins the best head", n, v.cursor);
    else
        fmt::format_to(out, "\nnone: {}", row.impossible_because);
    tooltip({text_.data(), text_.size()});
}

} // namespace gf::ui
