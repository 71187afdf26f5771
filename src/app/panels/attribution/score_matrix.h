#pragma once
// Why a head looks at a token, in the panel Attribution: the score of the key, less the mean of those that
// the query sees, by who wrote into the query and who into the key.

#include "app/panels/attribution/attribution_scene.h"
#include "app/widgets/line_buffer.h"
#include "measures/score_split.h"

namespace gf::ui {

class ScoreMatrix {
  public:
    /// Draws the split of the head in focus for its source; null: it is not worked out (yet).
    void draw(const AttributionScene& scene, const ScoreSplit* split, const UiRect& area);

  private:
    void draw_names(const AttributionScene& scene, const ScoreSplit& split, const UiRect& cells, float cell,
                    float row);
    void handle_name(const AttributionScene& scene, const ScoreSplit::Part& part, std::string_view name,
                     const UiRect& box);
    void draw_cells(const ScoreSplit& split, const UiRect& cells, float cell, float row);
    void draw_sums(const ScoreSplit& split, const UiRect& cells, float cell, float row);
    void draw_words(const AttributionScene& scene, const ScoreSplit& split, const UiRect& area);

    LineBuffer line_;
};

} // namespace gf::ui
