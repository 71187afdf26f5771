#pragma once
// ALiBi: what each head subtracts by distance, as lines and as a triangle, and for the query in view the
// scores before and after. Used by the panel Positions.

#include "app/panels/positions/stage_context.h"
#include "app/widgets/heat_map_widget.h"
#include "measures/score_parts.h"

#include <string_view>
#include <vector>

namespace gf::ui {

/// "1/16": ALiBi's slopes are powers of two in models with a power of two of heads; else "0.0884".
std::string_view spell_slope(double slope, char (&out)[16]);

class AlibiStage {
  public:
    void draw(const StageContext& c);

  private:
    void draw_slopes(const StageContext& c, const UiRect& area) const;
    void draw_triangle(const StageContext& c, const UiRect& area);
    void draw_subtraction(const StageContext& c, const UiRect& area);
    void draw_subtraction_cell(const StageContext& c, std::size_t line, int key, const AlibiParts& part,
                               float largest, const UiRect& box) const;

    HeatMapWidget triangle_;
    std::weak_ptr<const Trace> shown_run_; ///< that of triangle_
    int shown_head_ = -1;
    std::vector<float> row_;        ///< working memory
    std::vector<AlibiParts> parts_; ///< of the keys in sight
};

} // namespace gf::ui
