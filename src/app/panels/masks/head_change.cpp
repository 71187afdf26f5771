#include "app/panels/masks/head_change.h"

#include "app/panels/masks/mask_marks.h"
#include "app/panels/masks/mask_words.h"
#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_caption = 18, k_map_gap = 12, k_layers = 150, k_least_map = 48, k_layer_line = 20,
                k_least_layer_line = 13;
constexpr int k_marked_cells = 24; ///< so many painted rectangles are marked, no more

} // namespace

void HeadChange::upload(const MaskCase& c) {
    if (before_.lock() != c.found->before || now_.lock() != c.view.run.trace || head_ != c.head ||
        rows_ != c.n()) {
        maps_.clear();
        before_ = c.found->before, now_ = c.view.run.trace, head_ = c.head, rows_ = c.n();
    }
    const int n = c.n();
    const RunView before_view{.trace = c.found->before, .rows = n},
        now_view{.trace = c.view.run.trace, .rows = n};
    const SiteRef site{Site::pattern, c.head.layer};
    const SiteValues before = before_view.values(site), now = now_view.values(site);
    const auto row_of = [&](const SiteValues& values, int row, std::vector<real>& scratch) {
        const std::span<const real> cells = values.row(c.head.head, row, scratch);
        return cells.first(std::min(cells.size(), static_cast<std::size_t>(n)));
    };
    maps_.update({3, n, n, PoolRule::magnitude}, n, [&](int map, int row) {
        const std::span<const real> was = row_of(before, row, row_), is = row_of(now, row, row_now_);
        if (map < 2) return map == 0 ? was : is;
        // A key that is hidden has the weight 0.
        difference_.assign(std::max(was.size(), is.size()), k_not_visible);
        for (std::size_t key = 0; key < difference_.size(); ++key) {
            const real a = key < was.size() ? was[key] : k_not_visible,
                       b = key < is.size() ? is[key] : k_not_visible;
            if (a == k_not_visible && b == k_not_visible) continue;
            difference_[key] = (b == k_not_visible ? 0 : b) - (a == k_not_visible ? 0 : a);
        }
        return std::span<const real>(difference_);
    });
}

void HeadChange::draw(const MaskCase& c, const UiRect& area) {
    if (!c.has_before() || area.height() < px(k_least_map + 2 * k_caption)) return;
    upload(c);
    UiRect maps = area, layers = area;
    const bool has_layers = area.width() > px(k_layers + 3 * k_least_map + 3 * k_map_gap);
    if (has_layers) {
        maps.max.x -= px(k_layers + k_map_gap);
        layers.min.x = area.max.x - px(k_layers);
    }
    draw_maps(c, maps);
    if (has_layers) draw_layers(c, layers);
}

void HeadChange::draw_maps(const MaskCase& c, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* words = font(TextSize::small);
    const float side =
        std::floor(std::min((area.width() - 2 * px(k_map_gap)) / 3, area.height() - 2 * px(k_caption)));
    constexpr std::array<const char*, 3> k_long{"before", "now", "difference"},
        k_short{"before", "now", "diff."};
    const auto& captions = measure(words, k_long[2]).x <= side ? k_long : k_short;
    constexpr std::array<const char*, 3> k_ranges{"0 to 1", "0 to 1", "−1 to +1"};
    for (int map = 0; map < 3; ++map) {
        const float left = area.min.x + static_cast<float>(map) * (side + px(k_map_gap));
        const UiRect caption{{left, area.min.y}, {left + side, area.min.y + px(k_caption)}};
        const PlacedHeatMap place{map, {{left, caption.max.y}, {left + side, caption.max.y + side}}};
        draw_text_cut(list, caption, words, t.muted, captions[static_cast<std::size_t>(map)]);
        HeatMapView view = themed_heat_map(map == 2);
        view.scale.gamma = 0.5f;
        if (map == 2) view.scale.vmax = 1;
        view.rows = view.cols = c.n();
        view.row1 = view.col1 = static_cast<float>(c.n());
        view.look.gap_x = view.look.gap_y = side / view.row1 >= px(5) ? std::max(px(1), 1.0f) : 0;
        maps_.draw(list, {&place, 1}, view);
        if (map > 0) {
            int n_marked = 0;
            for (const MaskRule& rule : c.rules())
                for (const PaintedCells& p : rule.painted) {
                    const bool fits =
                        p.rows[1] > 0 && p.keys[1] > 0 && p.rows[1] <= c.n() && p.keys[1] <= c.n();
                    if (!fits || !names(rule.layers, c.head.layer) || !names(rule.heads, c.head.head) ||
                        ++n_marked > k_marked_cells)
                        continue;
                    const UiRect cells{heat_map_cell_rect(place, view, p.rows[0], p.keys[0]).min,
                                       heat_map_cell_rect(place, view, p.rows[1] - 1, p.keys[1] - 1).max};
                    if (map == 1)
                        mark_paint(list, cells, p.visible);
                    else
                        list.AddRect(cells.min, cells.max, t.accent, 0, 0, px(1));
                }
        }
        draw_text_cut(list, {{left, place.rect.max.y}, {left + side, place.rect.max.y + px(k_caption)}},
                      words, t.muted, k_ranges[static_cast<std::size_t>(map)]);
    }
}

/// A bar for each layer: what the masks in it alone leave to the token that was likeliest before.
void HeadChange::draw_layers(const MaskCase& c, const UiRect& area) const {
    const auto* last = c.change(c.n() - 1);
    if (!last || c.rules().empty()) return;
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *words = font(TextSize::small), *numbers = font(TextSize::small, Face::mono);
    UiRect line{area.min, {area.max.x, area.min.y + px(k_caption)}};
    const auto next = [&](float height) { line.min.y = line.max.y, line.max.y += px(height); };
    draw_text_cut(list, line, words, t.muted, "masks in one layer only");
    next(k_caption);
    draw_text_cut(list, line, words, t.text,
                  fmt::format("{} keeps", token_labels().label(last->before.token)));
    next(k_caption);
    const int passes = layer_it_passes(c);
    const float step =
        std::clamp((area.max.y - line.min.y) / static_cast<float>(c.found->in_layer.size() + 1),
                   px(k_least_layer_line), px(k_layer_line));
    // Where not all layers fit, the one that it passes in is among them, and a line says how many are not.
    const int n = static_cast<int>(c.found->in_layer.size()),
              fit = static_cast<int>((area.max.y - line.min.y) / step);
    const int shown = fit >= n ? n : std::max(fit - 1, 1),
              first = std::clamp(passes - shown / 2, 0, n - shown);
    for (std::size_t l = static_cast<std::size_t>(first); l < static_cast<std::size_t>(first + shown); ++l) {
        const bool known = !c.found->in_layer[l].empty(), is_it = static_cast<int>(l) == passes;
        const double p = known ? probability_of(c.found->in_layer[l], last->before.token) : 0;
        draw_text(list, line, line.min.x, numbers, is_it ? t.accent_text : t.muted, std::to_string(l));
        const std::string number = known ? fmt::format("{:.2f}", p) : "…";
        const float number_left = line.max.x - measure(numbers, number).x;
        draw_text(list, line, number_left, numbers, is_it ? t.accent_text : t.text, number);
        const UiRect track{{line.min.x + px(18), line.center().y - px(4)},
                           {line.max.x - px(36), line.center().y + px(4)}};
        draw_fill(list, track, t.control, px(2));
        draw_fill(
            list,
            {track.min, {track.min.x + std::max(px(2), track.width() * static_cast<float>(p)), track.max.y}},
            is_it ? t.accent : t.block, px(2));
        line.min.y += step, line.max.y += step;
    }
    if (shown < n)
        draw_text_cut(list, line, font(TextSize::small, Face::bold), t.accent_text,
                      fmt::format("{} of {} layers hidden", n - shown, n));
    else if (passes >= 0 && line.max.y <= area.max.y)
        draw_text_cut(list, line, words, t.text, fmt::format("it passes in layer {}", passes));
}

} // namespace gf::ui
