#include "app/panels/sampling/probability_bar.h"

#include "app/view/token_labels.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace gf::ui {
namespace {

constexpr float k_bar_height = 22, k_pointer_height = 8; // design lengths
/// Tokens that have a part of their own; all others share the rest of the bar.
constexpr int k_max_parts = 64;

/// The words above the bar, behind "the draw: " where there was one.
const char* heading(SamplingPanelState& state, const View& v) {
    const std::string& drawn = token_labels().label(state.step().token);
    if (state.would_draw_another())
        return state.format("u = {:.4f} would now give {}", state.step().u, drawn);
    if (state.token_is_drawn()) return state.format("u = {:.4f} falls on {}", state.step().u, drawn);
    const bool prompt = v.run.origin(state.position()).kind == TokenOrigin::Kind::prompt;
    return prompt ? "the next token was not drawn: it is in the prompt"
                  : "the next token was not drawn: it was put there";
}

/// Draws the heading into a line as wide as the bar: where it is too long, its last part.
void draw_heading(SamplingPanelState& state, const View& v, const UiRect& line) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *f = font(TextSize::small), *bold = font(TextSize::small, Face::bold);
    float left = line.min.x;
    if (state.token_is_drawn()) {
        draw_text_cut(list, line, bold, t.text, "the draw:");
        left += std::ceil(measure(bold, "the draw:").x) + px(4);
    }
    std::string_view words = heading(state, v);
    if (state.token_is_drawn() && measure(f, words).x > line.max.x - left)
        words = state.format("u = {:.4f}", state.step().u);
    if (!state.token_is_drawn() && measure(f, words).x > line.width())
        words = words.substr(std::string_view("the next token was ").size());
    draw_text_cut(list, {{left, line.min.y}, line.max}, f, t.muted, words);
}

/// Grey, so that the drawn token stands out; the likeliest one is a little stronger than the others.
ImU32 part_colour(std::size_t rank) {
    const Theme& t = theme();
    return rank == 0 ? t.block : mix(t.panel, t.block, 0.6f);
}

std::span<const int> tokens_with_parts() { return sampling_preview().sampler().alive_tokens(k_max_parts); }

/// The part of a token: it covers [begin, begin + p_after(token)) of the bar, whose length is 1.
struct BarPart {
    int token = -1; ///< -1: the point lies in the rest of the bar
    double begin = 0;
};
BarPart part_at(const SamplingPanelState& state, double share) {
    double begin = 0;
    for (const int token : tokens_with_parts()) {
        const double p = state.p_after(token);
        if (share < begin + p) return {token, begin};
        begin += p;
    }
    return {-1, begin};
}

/// Parts are narrow: the raised dot that stands for a space is left out.
std::string_view without_dot(std::string_view label) {
    constexpr std::string_view k_dot = "·";
    return label.starts_with(k_dot) && label.size() > k_dot.size() ? label.substr(k_dot.size()) : label;
}

void draw_parts(const SamplingPanelState& state, const UiRect& bar, int accented_token) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const std::span<const int> tokens = tokens_with_parts();
    double sum = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const double p = state.p_after(tokens[i]);
        const float x0 = bar.min.x + bar.width() * static_cast<float>(sum);
        const float x1 = std::min(bar.min.x + bar.width() * static_cast<float>(sum + p), bar.max.x);
        sum += p;
        if (x1 - x0 < 0.5f) break; // too thin to be seen, as are all that follow
        const bool is_accented = tokens[i] == accented_token;
        const float gap = x1 - x0 > px(4) ? px(1) : 0;
        list.AddRectFilled({x0, bar.min.y}, {x1 - gap, bar.max.y}, is_accented ? t.accent : part_colour(i),
                           gap > 0 ? px(2) : 0);
        const std::string_view label = without_dot(token_labels().label(tokens[i]));
        const float width = measure(f, label).x;
        if (width + px(is_accented ? 2 : 6) < x1 - x0) // the drawn token is named wherever it can be
            draw_text(list, {{x0, bar.min.y}, {x1, bar.max.y}}, (x0 + x1 - width) / 2, f,
                      is_accented ? t.on_accent : t.text, label);
    }
    const float rest = bar.min.x + bar.width() * static_cast<float>(sum);
    if (bar.max.x - rest >= 1) list.AddRectFilled({rest, bar.min.y}, bar.max, part_colour(1), px(2));
}

/// A triangle that points at the bar from above, and a notch where it points.
void draw_pointer(const UiRect& bar, float top, float x) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float half_width = px(5);
    list.AddTriangleFilled({x - half_width, top}, {x + half_width, top}, {x, bar.min.y}, t.text);
    const float half = std::max(px(1), 1.0f); // a notch in the part of the drawn token
    list.AddRectFilled({x - half, bar.min.y}, {x + half, bar.min.y + px(5)}, t.on_accent);
}

void show_tooltip(SamplingPanelState& state, const BarPart& hovered) {
    const SampleStep& step = state.step();
    const double end = step.cumulative + state.p_after(step.token);
    const std::string& drawn_label = token_labels().label(step.token);
    if (hovered.token >= 0 && hovered.token != step.token)
        tooltip(state.format("{} covers {:.4f} to {:.4f}; u = {:.6f} falls there\n"
                             "{} covers {:.4f} to {:.4f}\nclick: how it gets that",
                             drawn_label, step.cumulative, end, step.u, token_labels().label(hovered.token),
                             hovered.begin, hovered.begin + state.p_after(hovered.token)));
    else
        tooltip(state.format("{} covers {:.4f} to {:.4f}; u = {:.6f} falls there\nclick: how it gets that",
                             drawn_label, step.cumulative, end, step.u));
}

} // namespace

float probability_bar_height() {
    return font(TextSize::small)->FontSize + ImGui::GetStyle().ItemSpacing.y +
           px(k_bar_height + k_pointer_height);
}

void draw_probability_bar(SamplingPanelState& state, const View& v) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = available_width(), line_height = font(TextSize::small)->FontSize;
    ImGui::Dummy({width, line_height});
    draw_heading(state, v, {at, {at.x + width, at.y + line_height}});
    const ButtonItem item = button_item("the draw", {width, px(k_bar_height + k_pointer_height)});
    if (!item.seen) return;
    const UiRect bar{{item.box.min.x, item.box.min.y + px(k_pointer_height)}, item.box.max};
    draw_parts(state, bar, state.token_is_drawn() ? state.step().token : state.next_token());
    draw_focus_ring(item, px(4));
    if (state.token_is_drawn())
        draw_pointer(bar, item.box.min.y, std::floor(bar.min.x + width * static_cast<float>(state.step().u)));
    const BarPart hovered = part_at(state, (ImGui::GetIO().MousePos.x - bar.min.x) / width);
    if (item.hovered) show_tooltip(state, hovered);
    if (item.pressed)
        state.choose_token(item.hovered && hovered.token >= 0 ? hovered.token : state.step().token);
}

} // namespace gf::ui
