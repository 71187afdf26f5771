#include "app/view/token_row.h"

#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_gap = 5, k_least = 26, k_least_room = 6, k_least_cut = 20; // design lengths

} // namespace

std::string_view short_label(const RunView& run, int position) {
    constexpr std::string_view k_dot = "·";
    std::string_view label = token_labels().alone(run.token(position));
    if (label.starts_with(k_dot) && label.size() > k_dot.size()) label.remove_prefix(k_dot.size());
    return label;
}

bool fit_token_slots(const RunView& run, int first, int end, float left, float right,
                     std::vector<float>& edges) {
    const int n = end - first;
    const float room = right - left - px(k_gap) * static_cast<float>(n);
    edges.clear();
    if (room < px(k_least_room) * static_cast<float>(n)) return false;
    edges.push_back(left);
    for (int i = first; i < end; ++i)
        edges.push_back(std::ceil(measure(font(TextSize::small), short_label(run, i)).x));
    // The widest that a label may be, so that all together fill the room.
    const auto sum_below = [&](float cap) {
        float sum = 0;
        for (int i = 1; i <= n; ++i) sum += std::min(edges[static_cast<std::size_t>(i)], cap);
        return sum;
    };
    float cap = FLT_MAX;
    if (sum_below(cap) > room) {
        float low = 0, high = room;
        for (int step = 0; step < 12; ++step)
            (sum_below((low + high) / 2) > room ? high : low) = (low + high) / 2;
        cap = low;
        if (cap < px(k_least_cut)) return false;
    }
    const float more = px(k_gap) + (room - sum_below(cap)) / static_cast<float>(n);
    for (std::size_t i = 1; i < edges.size(); ++i) edges[i] = edges[i - 1] + std::min(edges[i], cap) + more;
    return true;
}

int tokens_per_label(float slot) { return std::max(1, static_cast<int>(std::ceil(px(k_least) / slot))); }

float token_label_width(const RunView& run, int position) {
    return std::ceil(measure(font(TextSize::small, Face::bold), short_label(run, position)).x);
}

void put_token_row(ImDrawList& list, const RunView& run, const TokenSlots& slots, const UiRect& band,
                   std::span<const LitToken> lit, std::span<const ImU32> inks) {
    if (slots.count() <= 0) return;
    ImFont* face = font(TextSize::small);
    std::array<ImVec2, 4> taken{}; // from, to: by lit labels
    std::size_t n_taken = 0;
    const auto is_free = [&](float from, float to) {
        return std::none_of(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(n_taken),
                            [&](ImVec2 t) { return from < t.y && to > t.x; });
    };
    for (const LitToken& l : lit) {
        if (!slots.contains(l.token) || n_taken == taken.size()) continue;
        ImFont* bold = font(TextSize::small, Face::bold);
        const std::string_view label = short_label(run, l.token);
        const float width = std::min(measure(bold, label).x, band.width());
        const float x = std::clamp(slots.centre(l.token) - width / 2, band.min.x,
                                   std::max(band.min.x, band.max.x - width));
        if (!is_free(x, x + width)) continue;
        taken[n_taken++] = {x - px(3), x + width + px(3)};
        put_text_cut(list, {{x, band.min.y}, {band.max.x, band.max.y}}, bold, l.ink, label);
    }
    const int every = slots.every;
    float right =
        band.min.x; // where the last label ends; of several tokens' labels those that do not fit are left out
    for (int t = slots.first + (every - slots.first % every) % every; t < slots.end(); t += every) {
        const float centre = slots.centre(t);
        const float room = (slots.right(t) - slots.left(t)) * static_cast<float>(every) - px(k_gap) + 1;
        const std::string_view label = short_label(run, t);
        const float wanted = measure(face, label).x,
                    width = every > 1 ? std::ceil(wanted) : std::min(std::ceil(wanted), room);
        if (width < std::min(wanted, 2 * px(k_least_room))) continue;
        const float x =
            std::floor(std::clamp(centre - width / 2, band.min.x, std::max(band.min.x, band.max.x - width)));
        if (x < right || !is_free(x, x + width)) continue;
        right = x + width + px(2);
        put_text_cut(list, {{x, band.min.y}, {x + width + 1, band.max.y}}, face,
                     inks[static_cast<std::size_t>(t - slots.first)], label);
    }
}

} // namespace gf::ui
