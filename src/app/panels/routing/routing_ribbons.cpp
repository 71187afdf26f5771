#include "app/panels/routing/routing_ribbons.h"

#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_box_height = 44, k_least_box = 20, k_box_gap = 6, k_shared_box = 96, k_wide_box = 110,
                k_visit_height = 8;
constexpr int k_steps = 16; ///< pieces of a ribbon

/// A ribbon that leaves both ends upright: between the two ends its edges follow 3 s^2 - 2 s^3, and fade out
/// over a pixel.
void draw_upright_ribbon(ImDrawList& list, const float (&top)[2], float y0, const float (&bottom)[2],
                         float y1, ImU32 colour) {
    constexpr unsigned k_across = 4; // corners of a step: outside, inside, inside, outside
    list.PrimReserve(18 * k_steps, static_cast<int>(k_across) * (k_steps + 1));
    const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
    const unsigned first = list._VtxCurrentIdx;
    for (unsigned i = 0; i < k_steps; ++i)
        for (unsigned strip = 0; strip < 3; ++strip)
            for (const unsigned corner : {0u, 1u, k_across + 1, 0u, k_across + 1, k_across})
                list.PrimWriteIdx(static_cast<ImDrawIdx>(first + i * k_across + strip + corner));
    for (int i = 0; i <= k_steps; ++i) {
        const float s = static_cast<float>(i) / k_steps, across = s * s * (3 - 2 * s), y = y0 + (y1 - y0) * s;
        const float left = top[0] + (bottom[0] - top[0]) * across,
                    right = top[1] + (bottom[1] - top[1]) * across;
        list.PrimWriteVtx({left - 0.5f, y}, uv, with_alpha(colour, 0));
        list.PrimWriteVtx({std::min(left + 0.5f, right), y}, uv, colour);
        list.PrimWriteVtx({std::max(right - 0.5f, left), y}, uv, colour);
        list.PrimWriteVtx({right + 0.5f, y}, uv, with_alpha(colour, 0));
    }
}

} // namespace

void RoutingRibbons::draw(const RoutingScene& s, const UiRect& area) {
    place_boxes(s, area);
    place_ribbons(s);
    const float boxes_end = area.min.y + px(k_box_height + k_visit_height);
    draw_ribbons(s, boxes_end + px(1), area.max.y);
    for (int e = 0; e < s.config().n_experts; ++e) draw_box(s, e);
    if (s.config().n_shared_experts > 0) draw_shared(s);
    draw_gates(s, boxes_end + px(4));
}

/// Boxes as wide as their visits; one that is hardly visited keeps room for its number.
void RoutingRibbons::place_boxes(const RoutingScene& s, const UiRect& area) {
    const int n = s.config().n_experts;
    const RouterLoad& load = s.loads[static_cast<std::size_t>(s.layer)];
    const bool has_shared = s.config().n_shared_experts > 0;
    const float gap = std::min(px(k_box_gap), area.width() / static_cast<float>(4 * n)),
                right = area.max.x - (has_shared ? px(k_shared_box) + 2 * gap : 0),
                room = std::max(right - area.min.x - gap * static_cast<float>(n - 1), 1.0f),
                least = std::min(px(k_least_box), room / static_cast<float>(2 * n));
    float narrow = 0, wide_visits = 0; // taken by boxes of the least width; visits of the others
    for (int e = 0; e < n; ++e) {
        const float width = room * static_cast<float>(load.share(e));
        if (width < least)
            narrow += least;
        else
            wide_visits += static_cast<float>(load.visits[static_cast<std::size_t>(e)]);
    }
    boxes_.clear();
    float x = area.min.x;
    for (int e = 0; e < n; ++e) {
        const auto visits = static_cast<float>(load.visits[static_cast<std::size_t>(e)]);
        const float width = room * static_cast<float>(load.share(e)) < least
                                ? least
                                : (room - narrow) * visits / std::max(wide_visits, 1.0f);
        boxes_.push_back({{x, area.min.y}, {x + width, area.min.y + px(k_box_height)}});
        x += width + gap;
    }
    if (has_shared)
        boxes_.push_back({{right + 2 * gap, area.min.y}, {area.max.x, area.min.y + px(k_box_height)}});
}

/// Each visit has a part of its expert's box, in the order of the tokens, and a part of its token's column,
/// as wide as its gate.
void RoutingRibbons::place_ribbons(const RoutingScene& s) {
    const RouterLoad& load = s.loads[static_cast<std::size_t>(s.layer)];
    ribbons_.clear();
    used_.assign(static_cast<std::size_t>(s.config().n_experts), 0);
    for (int t = 0; t < s.n_tokens(); ++t) {
        const int per_token = s.per_token(s.layer, t);
        float sum = 0;
        for (int slot = 0; slot < per_token; ++slot)
            sum += std::abs(static_cast<float>(s.gate(s.layer, t, slot)));
        const float room = (s.right(t) - s.left(t)) * 0.84f, scale = room / std::max(sum, 1.0f);
        float x = (s.left(t) + s.right(t)) / 2 - std::min(sum, 1.0f) * room / 2;
        for (int slot = 0; slot < per_token; ++slot) {
            const int e = s.chosen(s.layer, t, slot);
            const auto at = static_cast<std::size_t>(e);
            const UiRect& box = boxes_[at];
            const float part = box.width() / static_cast<float>(std::max(load.visits[at], 1));
            const float width = std::abs(static_cast<float>(s.gate(s.layer, t, slot))) * scale;
            const float top = box.min.x + used_[at]++ * part;
            ribbons_.push_back({t,
                                slot,
                                e,
                                static_cast<float>(s.gate(s.layer, t, slot)),
                                s.is_dropped(s.layer, t, slot),
                                {top, top + part},
                                {x, x + width}});
            x += width;
        }
    }
}

void RoutingRibbons::draw_ribbons(const RoutingScene& s, float y0, float y1) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto is_lit = [&](const Ribbon& r) {
        return s.expert_is_lit && s.expert.layer == s.layer ? r.expert == s.expert.expert
                                                            : r.token == s.token;
    };
    for (const bool lit : {false, true}) // those that are lit lie above the others
        for (const Ribbon& r : ribbons_) {
            if (r.dropped || is_lit(r) != lit) continue;
            const float strength = std::clamp(std::abs(r.gate), 0.0f, 1.0f);
            draw_upright_ribbon(
                list, r.top, y0, r.bottom, y1,
                with_alpha(s.hue(r.expert), lit ? 0.55f + 0.4f * strength : 0.10f + 0.30f * strength));
        }
    // Below the boxes, where each visit arrives.
    const float top = y0 - px(k_visit_height);
    for (const Ribbon& r : ribbons_) {
        const float gap = r.top[1] - r.top[0] > 4 ? 1.0f : 0.0f;
        if (r.dropped)
            list.AddRect({r.top[0], top}, {r.top[1] - gap, y0}, theme().bad);
        else
            list.AddRectFilled({r.top[0], top}, {r.top[1] - gap, y0},
                               with_alpha(s.hue(r.expert), is_lit(r) ? 1.0f : 0.45f));
    }
}

/// The expert's number, how often it is visited, and what a person did to it. A click pins it.
void RoutingRibbons::draw_box(const RoutingScene& s, int e) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const UiRect& box = boxes_[static_cast<std::size_t>(e)];
    const RouterLoad& load = s.loads[static_cast<std::size_t>(s.layer)];
    const ExpertRef expert{s.layer, e};
    ImGui::SetCursorScreenPos(box.min);
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "expert {}", e).out = 0;
    const ButtonItem item = button_item(name, {std::max(box.width(), 1.0f), box.height()});
    if (!item.seen) return;
    const bool in_focus = s.expert_is_lit && s.expert == expert;
    list.AddRectFilled(box.min, box.max, with_alpha(s.hue(e), in_focus || item.hovered ? 0.34f : 0.18f));
    list.AddRectFilled(box.min, {box.max.x, box.min.y + px(3)}, s.hue(e));
    const int visits = load.visits[static_cast<std::size_t>(e)],
              dropped = load.dropped[static_cast<std::size_t>(e)],
              swapped = expert_swapped_with(s.view, expert, s.token);
    ImFont* bold = font(TextSize::title, Face::bold);
    const UiRect upper{{box.min.x + px(5), box.min.y + px(5)}, {box.max.x - px(2), box.min.y + px(25)}},
        lower{{upper.min.x, upper.max.y - px(2)}, {upper.max.x, box.max.y - px(1)}};
    const char* number = line_("{}", e);
    const float digits = std::ceil(measure(bold, number).x);
    draw_text(list, upper, upper.min.x, bold, t.text, number);
    const bool wide = upper.width() >= px(k_wide_box);
    const char* words = is_expert_off(s.view, expert, s.token) ? "off"
                        : swapped != e ? line_("{}by {}", wide ? "computed " : "", swapped)
                        : dropped > 0  ? line_("{} visits, {} dropped", visits, dropped)
                                       : line_("{} visits", visits);
    if (upper.width() - digits - px(6) >= px(30))
        draw_text_cut(list, {{upper.min.x + digits + px(6), upper.min.y + px(2)}, upper.max},
                      font(TextSize::small), t.text, words);
    if (upper.width() >= px(40))
        draw_text_cut(list, lower, font(TextSize::small, Face::mono), t.muted,
                      line_("{:.1f} %", 100 * load.share(e)));
    if (in_focus) draw_border(list, box, t.accent, 0);
    draw_focus_ring(item, px(2));
    tooltip(line_(
        "Expert {}: {} of {} visits in layer {}, an even share is {:.1f}.\nclick: pin it   X: off and on", e,
        visits, load.n_visits, s.layer, load.even()));
    if (item.hovered) s.selection.cell.set(s.view.cell(Site::expert_weights, s.layer, -1, s.token, e));
    if (item.pressed)
        s.commands.post(
            command::PinCell{s.view.address(s.view.cell(Site::expert_weights, s.layer, -1, s.token, e))});
}

void RoutingRibbons::draw_shared(const RoutingScene& s) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const UiRect& box = boxes_.back();
    list.AddRectFilled(box.min, box.max, t.well);
    list.AddRectFilled(box.min, {box.max.x, box.min.y + px(3)}, t.line);
    const int n = s.config().n_shared_experts;
    const UiRect upper{{box.min.x + px(5), box.min.y + px(6)}, {box.max.x, box.min.y + px(25)}};
    draw_text_cut(list, upper, font(TextSize::small, Face::bold), t.text,
                  n == 1 ? "shared" : line_("{} shared", n));
    draw_text_cut(list, {{upper.min.x, upper.max.y - px(1)}, {box.max.x, box.max.y}}, font(TextSize::small),
                  t.muted, "every token, gate 1");
}

/// The gates of the token in view, where its ribbons leave their experts.
void RoutingRibbons::draw_gates(const RoutingScene& s, float y) {
    if (s.expert_is_lit && s.expert.layer == s.layer) return;
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small, Face::mono_bold);
    float taken = -1e9f;
    for (const Ribbon& r : ribbons_) {
        if (r.token != s.token || r.dropped) continue;
        const char* text = line_("{:.3f}", r.gate);
        const ImVec2 size = measure(f, text);
        float x = std::clamp((r.top[0] + r.top[1]) / 2 - size.x / 2, boxes_.front().min.x,
                             boxes_.back().max.x - size.x - px(4));
        if (std::abs(x - taken) < size.x + px(10)) x = taken + size.x + px(12); // two experts side by side
        taken = x;
        const UiRect box{{x - px(4), y}, {x + size.x + px(4), y + px(17)}};
        draw_fill(list, box, t.panel, px(3));
        draw_border(list, box, s.hue(r.expert), px(3));
        draw_text_centred(list, box, f, t.text, text);
    }
}

} // namespace gf::ui
