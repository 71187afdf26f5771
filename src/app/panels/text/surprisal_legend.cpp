#include "app/panels/text/surprisal_legend.h"

#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

namespace gf::ui {
namespace {

constexpr const char *k_min_text = "0", *k_max_text = "9 bits";
static_assert(k_surprisal_full == 9, "k_max_text says so");
constexpr const char *k_title = "surprisal", *k_numbers = "above: surprisal, 0 = certain",
                     *k_underlines = "underlined: not drawn";

constexpr float k_ramp_width = 48, k_gap_after_title = 8, k_gap_beside_ramp = 6; // design lengths
constexpr float k_line_height = 15;

/// The ramp between its two numbers.
void draw_ramp(const UiRect& line, ImU32 left, std::string_view most) {
    const Theme& t = theme();
    ImFont* f = font(TextSize::small);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float x = line.min.x;
    draw_text(list, line, x, f, t.muted, k_min_text);
    x += std::ceil(measure(f, k_min_text).x) + px(k_gap_beside_ramp);
    const float middle = std::floor(line.center().y);
    const UiRect ramp{{x, middle - px(5)}, {x + px(k_ramp_width), middle + px(5)}};
    list.AddRectFilledMultiColor(ramp.min, ramp.max, left, t.surprisal, t.surprisal, left);
    list.AddRect(ramp.min, ramp.max, t.border, 0, 0, std::max(px(1), 1.0f));
    draw_text(list, line, ramp.max.x + px(k_gap_beside_ramp), f, t.muted, most);
}

/// The lines above the scale, as many as fit, then its title. Returns where the scale goes.
UiRect draw_lines(const UiRect& box, std::span<const char* const> words, const char* title) {
    ImFont* f = font(TextSize::small);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const std::size_t n = std::min(
        words.size(), static_cast<std::size_t>(std::max(box.height() / px(k_line_height) - 1, 0.0f)));
    const float step = px(k_line_height), top = box.center().y - step * static_cast<float>(n + 1) / 2;
    const auto line = [&](std::size_t i) {
        const float y = top + step * static_cast<float>(i);
        return UiRect{{box.min.x, y}, {box.max.x, y + step}};
    };
    for (std::size_t i = 0; i < n; ++i) draw_text_cut(list, line(i), f, theme().muted, words[i]);
    draw_text(list, line(n), box.min.x, f, theme().muted, title);
    const float left = box.min.x + std::ceil(measure(f, title).x) + px(k_gap_after_title);
    return {{left, line(n).min.y}, line(n).max};
}

/// A square in the hue of each expert, as many as have room.
void draw_hues(const UiRect& place, int n) {
    const float step = px(11), top = std::floor(place.center().y - px(4));
    for (int i = 0; i < n && place.min.x + step * static_cast<float>(i + 1) <= place.max.x; ++i) {
        const ImVec2 at{place.min.x + step * static_cast<float>(i), top};
        ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + px(9), at.y + px(9)}, theme().head_fill(i, n),
                                                  px(2));
    }
}

} // namespace

float surprisal_legend_width() {
    ImFont* f = font(TextSize::small);
    const float ramp = measure(f, k_title).x + measure(f, k_min_text).x + measure(f, k_max_text).x +
                       px(k_ramp_width + k_gap_after_title + 2 * k_gap_beside_ramp);
    return std::ceil(std::max(ramp, measure(f, k_numbers).x));
}

void draw_surprisal_legend(ImVec2 at, float height, const TextMarks& marks) {
    ImGui::SetCursorScreenPos(at);
    const ButtonItem item = button_item(k_title, {surprisal_legend_width(), height});
    if (!item.seen) return;
    std::array<const char*, 2> words{};
    std::size_t n = 0;
    if (marks.numbers) words[n++] = k_numbers;
    if (marks.underlines) words[n++] = k_underlines;
    draw_ramp(draw_lines(item.box, {words.data(), n}, k_title), theme().surprisal_tint(0), k_max_text);
    draw_focus_ring(item, px(3));
    term_tooltip(term("surprisal"), "of each token, before any stage of sampling. A line below tokens marks "
                                    "those that the model did not draw.");
}

bool draw_leak_legend(const LeakMarks& marks, ImVec2 at, float height) {
    ImGui::SetCursorScreenPos(at);
    const ButtonItem item = button_item("back to surprisal", {surprisal_legend_width(), height});
    if (!item.seen) return false;
    char most[16] = "";
    *fmt::format_to_n(most, sizeof most - 1, "{:.2f}", marks.largest).out = 0;
    const std::array<const char*, 2> words{marks.open ? "mask off: the outlined word"
                                                      : "mask on: the outlined word",
                                           "is exchanged; click: back"};
    draw_ramp(draw_lines(item.box, words, "logits move"), theme().panel, most);
    draw_focus_ring(item, px(3));
    tooltip("How far the logits of each token's row move when the outlined token is exchanged for another "
            "one. With the model's mask the rows before it cannot know: exactly 0. Click to see surprisals "
            "again.");
    return item.pressed;
}

bool draw_expert_legend(const ExpertMarks& marks, ImVec2 at, float height) {
    ImGui::SetCursorScreenPos(at);
    const ButtonItem item = button_item("back to surprisal", {surprisal_legend_width(), height});
    if (!item.seen) return false;
    char layer[48] = "";
    *fmt::format_to_n(layer, sizeof layer - 1, "above: its expert in layer {}", marks.layer).out = 0;
    const std::array<const char*, 2> words{layer, "click: back to surprisal"};
    draw_hues(draw_lines(item.box, words, "expert"), marks.n_experts);
    draw_focus_ring(item, px(3));
    tooltip("Which expert had the largest gate for each token in the layer in view. Click to see surprisals "
            "again.");
    return item.pressed;
}

} // namespace gf::ui
