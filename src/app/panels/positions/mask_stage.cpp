#include "app/panels/positions/mask_stage.h"

#include "app/panels/positions/stage_heading.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_mask_gap = 28, k_bar_step = 24, k_mask_label_width = 64, k_mask_number_width = 44;

} // namespace

float probe_bars_height(std::size_t n) { return px(k_bar_step) * static_cast<float>(n); }

void draw_probe_bars(const std::vector<double>& r_squared, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float step = std::min(
        px(k_bar_step), area.height() / static_cast<float>(std::max<std::size_t>(r_squared.size(), 1)));
    char text[24];
    for (std::size_t i = 0; i < r_squared.size(); ++i) {
        const float top = area.min.y + step * static_cast<float>(i);
        const UiRect line{{area.min.x, top}, {area.max.x, top + step}};
        if (i == 0)
            draw_text_cut(list, line, font(TextSize::small), t.muted, "words");
        else {
            *fmt::format_to_n(text, sizeof text - 1, "layer {}", i - 1).out = 0;
            draw_text_cut(list, line, font(TextSize::small), t.muted, text);
        }
        const UiRect track{{area.min.x + px(k_mask_label_width), line.center().y - px(5)},
                           {area.max.x - px(k_mask_number_width), line.center().y + px(5)}};
        if (track.width() < px(10)) continue;
        const auto share = static_cast<float>(std::clamp(r_squared[i], 0.0, 1.0));
        list.AddRectFilled(track.min, track.max, t.control, px(2));
        list.AddRectFilled(track.min, {track.min.x + share * track.width(), track.max.y},
                           t.fill(Positions::none), px(2));
        *fmt::format_to_n(text, sizeof text - 1, "{:.2f}", r_squared[i]).out = 0;
        draw_text(list, line, track.max.x + px(8), font(TextSize::small, Face::mono), t.text, text);
    }
}

void MaskStage::draw_mask(const StageContext& c, const UiRect& rect) {
    if (shown_run_.lock() != c.view.run.trace || shown_head_ != c.head) mask_.clear();
    shown_run_ = c.view.run.trace;
    shown_head_ = c.head;
    const int n = c.view.cursor;
    mask_.update({1, c.trace().capacity(), c.trace().capacity(), PoolRule::magnitude}, n, [&](int, int row) {
        row_.clear();
        for (int k = 0; k < c.trace().capacity(); ++k)
            row_.push_back(c.trace().visible(Site::attn_scores, c.head.layer, c.head.head, row, k)
                               ? 1.0f
                               : k_masked_cell);
        return std::span<const float>(row_);
    });
    HeatMapView view = themed_heat_map(false);
    view.rows = view.cols = n;
    view.row1 = view.col1 = static_cast<float>(std::max(n, 1));
    view.scale.vmax = 2.2f; // a quiet tone: it says yes or no
    view.look.gap_x = view.look.gap_y = rect.width() / view.col1 >= px(5) ? std::max(px(1), 1.0f) : 0;
    const PlacedHeatMap place{0, rect};
    mask_.draw(*ImGui::GetWindowDrawList(), {&place, 1}, view);
}

void MaskStage::draw(const StageContext& c, const PositionStudy* study) {
    const Theme& t = theme();
    const float half = std::min(std::floor(c.area.width() * 0.45f), c.area.height());
    const UiRect body = draw_heading({c.area.min, {c.area.min.x + half, c.area.max.y}}, "The mask",
                                     "the only thing that knows an order", "causal mask");
    const float side = std::min(body.width(), body.height());
    if (side > px(40)) {
        const UiRect map{body.min, {body.min.x + side, body.min.y + side}};
        ImGui::SetCursorScreenPos(map.min);
        text_item("mask", map.size());
        draw_mask(c, map);
    }
    const UiRect right{{c.area.min.x + half + px(k_mask_gap), c.area.min.y}, c.area.max};
    if (right.width() < px(120)) return;
    const UiRect found =
        draw_heading(right, "A probe reads the position from the stream",
                     "R², 1 = exactly; fitted on other texts than it is tested on", "position probe");
    const PositionStudy::OfModel* of =
        study ? study->find(c.view.run.model.get(), c.trace().setup().rope) : nullptr;
    ImFont* words = font(TextSize::body);
    if (!of || of->r_squared.empty())
        return draw_wrapped_text(
            *ImGui::GetWindowDrawList(), found.min, words, t.muted,
            "Not measured yet: “Read Tinyville” on the right fits one probe on the words alone and "
            "one after each layer.",
            found.width());
    draw_probe_bars(of->r_squared, {found.min, {std::min(found.max.x, found.min.x + px(420)), found.max.y}});
    const float top = found.min.y + probe_bars_height(of->r_squared.size()) + px(12);
    const std::string says = fmt::format("The words alone give away {:.0f} % of where they stand. After the "
                                         "first layer it is {:.0f} %: a row that sees "
                                         "few keys differs from one that sees many, and the model uses it.",
                                         100 * of->r_squared[0], 100 * of->r_squared[1]);
    if (top + px(40) < found.max.y)
        draw_wrapped_text(*ImGui::GetWindowDrawList(), {found.min.x, top}, words, t.text, says,
                          std::min(found.width(), px(460)));
}

} // namespace gf::ui
