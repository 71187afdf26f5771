#include "app/panels/positions/bucket_stage.h"

#include "app/panels/positions/head_label.h"
#include "app/panels/positions/line_chart.h"
#include "app/panels/positions/stage_heading.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_axis = 22, k_label_width = 78, k_label_height = 16;
constexpr int k_most_distances = 128;

/// What a head adds where the key stands so far behind the query; ahead of it if that is negative.
float bias_at(const StageContext& c, int head, int distance) {
    const int query = std::max(distance, 0), key = std::max(-distance, 0);
    return static_cast<float>(
        c.trace().stack().position_bias[c.trace().positions().bucket(query, key) * c.config().n_heads +
                                        head]);
}

} // namespace

/// A curve of steps for each head: within a bucket all distances add the same.
void draw_bucket_stage(const StageContext& c) {
    const Theme& t = theme();
    const bool both_ways = c.config().mask == MaskKind::bidirectional;
    const UiRect body =
        draw_heading(c.area, "What is added",
                     both_ways ? "by how far the key stands behind (ahead: below 0), in this text"
                               : "by how far the key stands behind, in this text",
                     "position bucket");
    const int n_heads = c.config().n_heads, last = std::clamp(c.view.cursor - 1, 1, k_most_distances - 1),
              first = both_ways ? -last : 0;
    float least = 0, greatest = 0;
    for (int h = 0; h < n_heads; ++h)
        for (int d = first; d <= last; ++d) {
            least = std::min(least, bias_at(c, h, d));
            greatest = std::max(greatest, bias_at(c, h, d));
        }
    const float margin = std::max(0.05f * (greatest - least), 1e-3f);
    const LineChart chart({{body.min.x + px(40), body.min.y + px(4)},
                           {body.max.x - px(k_label_width), body.max.y - px(k_axis)}},
                          {static_cast<double>(first), last + 1.0},
                          {static_cast<double>(least - margin), static_cast<double>(greatest + margin)});
    if (chart.area().height() < px(24) || chart.area().width() < px(40)) return;
    chart.draw_grid(6, 4);
    if (both_ways) chart.draw_mark(0, t.muted);
    for (int h = 0; h < n_heads; ++h) {
        const bool is_chosen = h == c.head.head;
        chart.draw_curve(
            2 * (last - first + 1),
            [&](int i) { // from the left to the right end of each distance
                return ImVec2{static_cast<float>(first + (i + 1) / 2), bias_at(c, h, first + i / 2)};
            },
            t.head_fill(h, n_heads), px(is_chosen ? 3 : 1.5f));
        const float top = chart.area().min.y + px(k_label_height) * static_cast<float>(h);
        if (top + px(k_label_height) > body.max.y) continue;
        char label[24];
        *fmt::format_to_n(label, sizeof label - 1, "head {}", h).out = 0;
        draw_head_label(c, h, label,
                        {{chart.area().max.x + px(4), top}, {body.max.x, top + px(k_label_height)}});
    }
}

} // namespace gf::ui
