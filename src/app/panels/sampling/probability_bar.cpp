// The draw as a coin thrown on the cumulative distribution.
#include "app/panels/sampling/parts.h"

#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_bar = 22, k_pointer = 8;
constexpr int k_most_parts = 64;

const char* heading(SamplingView& view, const Snapshot& s) {
    if (view.is_drawn() && view.next_token() != view.step().token)
        return view.line("the draw: u = {:.4f} would now give {}", view.step().u,
                         token_labels().alone(view.step().token));
    if (view.is_drawn()) return view.line("the draw: u = {:.4f} on the cumulative curve", view.step().u);
    const bool prompt = s.run().origin(view.position()).kind == TokenOrigin::Kind::prompt;
    return prompt ? "the next token was not drawn: it is in the prompt"
                  : "the next token was not drawn: it was put there";
}

/// Distinct but calm, and the same for the same place in the ranking.
ImU32 part_colour(std::size_t rank) {
    const Theme& t = theme();
    return mix(t.panel, t.head_fill(static_cast<int>(rank * 3 % 7), 7), t.dark ? 0.42f : 0.5f);
}

/// The token whose part lies at `share` of the bar; -1: behind those that are drawn one by one.
int token_at(SamplingView& view, double share, double& begin) {
    const auto alive = next_draw().sampler().alive(view.step(), k_most_parts);
    begin = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(alive.size(), k_most_parts); ++i) {
        const double p = view.p_after(alive[i]);
        if (share < begin + p) return alive[i];
        begin += p;
    }
    return -1;
}

void draw_parts(SamplingView& view, const UiRect& bar, int chosen) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const auto alive = next_draw().sampler().alive(view.step(), k_most_parts);
    double sum = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(alive.size(), k_most_parts); ++i) {
        const double p = view.p_after(alive[i]);
        const float x0 = bar.min.x + bar.width() * static_cast<float>(sum);
        const float x1 = std::min(bar.min.x + bar.width() * static_cast<float>(sum + p), bar.max.x);
        sum += p;
        if (x1 - x0 < 0.5f) break; // too thin to be seen, as are all that follow
        const bool is_chosen = alive[i] == chosen;
        const float gap = x1 - x0 > px(4) ? px(1) : 0;
        list.AddRectFilled({x0, bar.min.y}, {x1 - gap, bar.max.y}, is_chosen ? t.accent : part_colour(i),
                           gap > 0 ? px(2) : 0);
        const std::string& label = token_labels().alone(alive[i]);
        const float width = measure(f, label).x;
        if (width + px(6) < x1 - x0)
            put_text(list, {{x0, bar.min.y}, {x1, bar.max.y}}, (x0 + x1 - width) / 2, f,
                     is_chosen ? t.on_accent : t.text, label);
    }
    const float rest = bar.min.x + bar.width() * static_cast<float>(sum);
    if (bar.max.x - rest >= 1) list.AddRectFilled({rest, bar.min.y}, bar.max, t.block, px(2));
}

} // namespace

float the_draw_height() {
    return font(TextSize::small)->FontSize + ImGui::GetStyle().ItemSpacing.y + px(k_bar + k_pointer);
}

void draw_the_draw(SamplingView& view, const Snapshot& s) {
    const Theme& t = theme();
    const bool drawn = view.is_drawn();
    const ImVec2 top = ImGui::GetCursorScreenPos();
    const float width = std::max(ImGui::GetContentRegionAvail().x, 1.0f);
    ImFont* f = font(TextSize::small);
    ImGui::Dummy({width, f->FontSize});
    ImDrawList& list = *ImGui::GetWindowDrawList();
    std::string_view words = heading(view, s);
    if (measure(f, words).x > width) words = view.line("the draw: u = {:.4f}", view.step().u);
    put_text_cut(list, {top, {top.x + width, top.y + f->FontSize}}, f, t.muted, words);
    const ButtonItem item = button_item("the draw", {width, px(k_bar + k_pointer)});
    if (!item.seen) return;
    const UiRect bar{{item.box.min.x, item.box.min.y + px(k_pointer)}, item.box.max};
    draw_parts(view, bar, drawn ? view.step().token : view.next_token());
    put_focus_ring(item, px(4));
    if (drawn) {
        const float u = std::floor(bar.min.x + width * static_cast<float>(view.step().u)),
                    thick = std::max(px(1), 1.0f);
        list.AddTriangleFilled({u - px(5), item.box.min.y}, {u + px(5), item.box.min.y}, {u, bar.min.y},
                               t.text);
        list.AddRectFilled({u - thick / 2, bar.min.y}, {u + thick / 2, bar.max.y}, t.text);
    }
    const SampleStep& step = view.step();
    double begin = 0;
    const int pointed = token_at(view, (ImGui::GetIO().MousePos.x - bar.min.x) / width, begin);
    if (item.hovered && pointed >= 0 && pointed != step.token)
        tooltip(view.line("{} covers {:.4f} to {:.4f}; u = {:.6f} falls there\n{} covers {:.4f} to "
                          "{:.4f}\nclick: how it gets that",
                          token_labels().alone(step.token), step.cumulative,
                          step.cumulative + view.p_after(step.token), step.u, token_labels().alone(pointed),
                          begin, begin + view.p_after(pointed)));
    else if (item.hovered)
        tooltip(view.line("{} covers {:.4f} to {:.4f}; u = {:.6f} falls there\nclick: how it gets that",
                          token_labels().alone(step.token), step.cumulative,
                          step.cumulative + view.p_after(step.token), step.u));
    if (item.pressed) view.choose_token(item.hovered && pointed >= 0 ? pointed : step.token);
}

} // namespace gf::ui
