#include "app/view/token_row.h"

#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_gap = 5;             ///< between two labels
constexpr float k_min_width = 26;      ///< the least that slots sharing a label take
constexpr float k_min_letter_room = 6; ///< for at least one letter
constexpr float k_min_cut_width = 20;  ///< labels are not cut to less
constexpr float k_lit_margin = 3;      ///< kept free at both sides of a lit label

} // namespace

std::string_view short_label(const Run& run, int position) {
    constexpr std::string_view k_dot = "·";
    std::string_view label = label_at(run, position);
    if (label.starts_with(k_dot) && label.size() > k_dot.size()) label.remove_prefix(k_dot.size());
    return label;
}

bool fit_token_slots(const Run& run, int first, int end, float left, float right, std::vector<float>& edges) {
    const int n = end - first;
    const float room = right - left - px(k_gap) * static_cast<float>(n);
    edges.clear();
    if (room < px(k_min_letter_room) * static_cast<float>(n)) return false;
    // edges[0] is final; edges[1 ... n] hold the labels' widths until the end.
    edges.push_back(left);
    for (int i = first; i < end; ++i)
        edges.push_back(std::ceil(measure(font(TextSize::small), short_label(run, i)).x));
    const auto sum_of_widths = [&](float max_width) {
        float sum = 0;
        for (int i = 1; i <= n; ++i) sum += std::min(edges[static_cast<std::size_t>(i)], max_width);
        return sum;
    };
    // The largest width at which the longest labels can be cut so that all together fit, by bisection.
    float max_width = FLT_MAX;
    if (sum_of_widths(max_width) > room) {
        float low = 0, high = room;
        for (int step = 0; step < 12; ++step)
            (sum_of_widths((low + high) / 2) > room ? high : low) = (low + high) / 2;
        max_width = low;
        if (max_width < px(k_min_cut_width)) return false;
    }
    const float space = px(k_gap) + (room - sum_of_widths(max_width)) / static_cast<float>(n);
    for (std::size_t i = 1; i < edges.size(); ++i)
        edges[i] = edges[i - 1] + std::min(edges[i], max_width) + space;
    return true;
}

int tokens_per_label(float slot_width) {
    return std::max(1, static_cast<int>(std::ceil(px(k_min_width) / slot_width)));
}

float lit_token_label_width(const Run& run, int position) {
    return std::ceil(measure(font(TextSize::small, Face::bold), short_label(run, position)).x);
}

void draw_token_row(ImDrawList& list, const Run& run, const TokenSlots& slots, const UiRect& band,
                    std::span<const LitToken> lit, std::span<const ImU32> colours) {
    if (slots.count() <= 0) return;
    const auto label_left = [&](int token, float width) {
        return std::clamp(slots.centre(token) - width / 2, band.min.x,
                          std::max(band.min.x, band.max.x - width));
    };
    struct Interval {
        float begin, end;
    };
    std::array<Interval, 4> taken{}; // by lit labels
    std::size_t n_taken = 0;
    const auto is_free = [&](float begin, float end) {
        return std::none_of(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(n_taken),
                            [&](const Interval& t) { return begin < t.end && end > t.begin; });
    };
    ImFont *regular = font(TextSize::small), *bold = font(TextSize::small, Face::bold);
    for (const LitToken& l : lit) {
        if (!slots.contains(l.token) || n_taken == taken.size()) continue;
        const std::string_view label = short_label(run, l.token);
        const float width = std::min(measure(bold, label).x, band.width());
        const float x = label_left(l.token, width);
        if (!is_free(x, x + width)) continue;
        taken[n_taken++] = {x - px(k_lit_margin), x + width + px(k_lit_margin)};
        draw_text_cut(list, {{x, band.min.y}, {band.max.x, band.max.y}}, bold, l.colour, label);
    }
    // Where each token has a label, labels are cut at their slots. Where several share one, a label may be
    // wider than its slots, and is left out if it would touch the one before.
    const int every = slots.every;
    float last_end = band.min.x;
    for (int t = slots.first + (every - slots.first % every) % every; t < slots.end(); t += every) {
        const float room = (slots.right(t) - slots.left(t)) * static_cast<float>(every) - px(k_gap) + 1;
        const std::string_view label = short_label(run, t);
        const float wanted = measure(regular, label).x;
        const float width = every > 1 ? std::ceil(wanted) : std::min(std::ceil(wanted), room);
        if (width < std::min(wanted, 2 * px(k_min_letter_room))) continue;
        const float x = std::floor(label_left(t, width));
        if (x < last_end || !is_free(x, x + width)) continue;
        last_end = x + width + px(2);
        draw_text_cut(list, {{x, band.min.y}, {x + width + 1, band.max.y}}, regular,
                      colours[static_cast<std::size_t>(t - slots.first)], label);
    }
}

} // namespace gf::ui
