#include "app/panels/positions/rope_stage.h"

#include "app/host/imgui_host.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_max_clocks = 204, k_min_clocks = 128, k_rope_gap = 10, k_min_distances = 90;

} // namespace

void RopeStage::draw(const StageContext& c, int& distance) {
    measure_rope_score(c, distance, row_, score_);
    const UiRect& area = c.area;
    const float words_end = area.min.y + rope_words_height();
    words_.draw(c, score_, {area.min, {area.max.x, words_end}}, distance);
    const float rest = area.max.y - words_end - px(k_rope_gap);
    const bool has_distances = rest > px(k_min_clocks + k_min_distances);
    const float clocks =
        has_distances ? std::clamp(std::floor(rest * 0.48f), px(k_min_clocks), px(k_max_clocks)) : rest;
    const float clocks_end = words_end + px(k_rope_gap) + clocks;
    clocks_.draw(c, score_, {{area.min.x, words_end + px(k_rope_gap)}, {area.max.x, clocks_end}});
    if (has_distances)
        distances_.draw(c, score_, {{area.min.x, clocks_end + px(k_rope_gap)}, area.max}, distance);
}

} // namespace gf::ui
