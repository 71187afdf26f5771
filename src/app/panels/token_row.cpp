#include "app/panels/token_row.h"

#include "app/token_labels.h"
#include "app/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

constexpr float k_gap = 5, k_least = 26, k_least_room = 6, k_least_cut = 20; // design lengths

} // namespace

std::string_view short_label(const RunView& run, int position) {
    constexpr std::string_view k_dot = "·";
    std::string_view label = token_labels().alone(run.token(position));
    if (label.starts_with(k_dot) && label.size() > k_dot.size()) label.remove_prefix(k_dot.size());
    return label;
}

bool fit_token_slots(const RunView& run, int first, int end, float left, float right, std::vector<float>& edges) {
    const int n = end - first;
    const float room = right - left - px(k_gap) * static_cast<float>(n);
    edges.clear();
    if (room < px(k_least_room) * static_cast<float>(n)) return false;
    edges.push_back(left);
    for (int i = first; i < end; ++i) edges.push_back(std::ceil(measure(font(TextSize::small), short_label(run, i)).x));
    // The widest that a label may be, so that all together fill the room.
    const auto sum_below = [&](float cap) {
        float sum = 0;
        for (int i = 1; i <= n; ++i) sum += std::min(edges[static_cast<std::size_t>(i)], cap);
        return sum;
    };
    float cap = FLT_MAX;
    if (sum_below(cap) > room) {
        float low = 0, high = room;
        for (int step = 0; step < 12; ++step) (sum_below((low + high) / 2) > room ? high : low) = (low + high) / 2;
        cap = low;
        if (cap < px(k_least_cut)) return false;
    }
    const float more = px(k_gap) + (room - sum_below(cap)) / static_cast<float>(n);
    for (std::size_t i = 1; i < edges.size(); ++i) edges[i] = edges[i - 1] + std::min(edges[i], cap) + more;
    return true;
}

int tokens_per_label(float slot) { return std::max(1, static_cast<int>(std::ceil(px(k_least) / slot))); }

void put_token_row(ImDrawList& list, const RunView& run, const TokenSlots& slots, const UiRect& band, int lit, ImU32 lit_ink,
                   std::span<const ImU32> inks) {
    if (slots.count() <= 0) return;
    ImFont* face = font(TextSize::small);
    UiRect taken{{0, 0}, {0, 0}}; // by the lit label
    if (slots.contains(lit)) {
        ImFont* bold = font(TextSize::small, Face::bold);
        const std::string_view label = short_label(run, lit);
        const float width = std::min(measure(bold, label).x, band.width());
        const float x = std::clamp(slots.centre(lit) - width / 2, band.min.x, std::max(band.min.x, band.max.x - width));
        taken = {{x - px(3), band.min.y}, {x + width + px(3), band.max.y}};
        put_text_cut(list, {{x, band.min.y}, {band.max.x, band.max.y}}, bold, lit_ink, label);
    }
    const int every = slots.every;
    for (int t = slots.first + (every - slots.first % every) % every; t < slots.end(); t += every) {
        if (t == lit) continue;
        const float centre = slots.centre(t);
        const float room = std::min({(slots.right(t) - slots.left(t)) * static_cast<float>(every) - px(k_gap) + 1,
                                     2 * (centre - band.min.x), 2 * (band.max.x - centre)});
        const std::string_view label = short_label(run, t);
        const float wanted = measure(face, label).x, width = std::min(std::ceil(wanted), room);
        if (width < std::min(wanted, 2 * px(k_least_room))) continue;
        const float x = std::floor(centre - width / 2);
        if (x < taken.max.x && x + width > taken.min.x) continue;
        put_text_cut(list, {{x, band.min.y}, {x + width + 1, band.max.y}}, face, inks[static_cast<std::size_t>(t - slots.first)],
                     label);
    }
}

} // namespace gf
