#pragma once
// The tables of the panel Attribution: the tokens to explain, the tokens that a head read, what was copied
// from one of them, and the proof that the terms add up.

#include "app/panels/attribution/attribution_scene.h"
#include "app/widgets/line_buffer.h"

#include <string_view>
#include <vector>

namespace gf::ui {

class AttributionTables {
  public:
    /// The likeliest tokens and those that are compared; a click chooses which one counts plus, which minus.
    void draw_candidates(const AttributionScene& scene, const UiRect& area);
    /// The factors that are taken as computed, and that the terms sum to the logit.
    void draw_proof(const AttributionScene& scene, const UiRect& area);
    /// By the tokens that the head reads: weight, worth of the value, product. A click looks into one.
    void draw_sources(const AttributionScene& scene, const UiRect& area);
    /// What earlier parts wrote at that token, as far as the head takes it to the target.
    void draw_copied(const AttributionScene& scene, const UiRect& area);

  private:
    void choose_candidates(const AttributionScene& scene, std::size_t most);
    double choose_sources(const AttributionScene& scene, std::size_t most);
    void heading(const UiRect& line, std::string_view title, std::string_view words);

    std::vector<int> candidates_;
    std::vector<int> order_; ///< working memory
    LineBuffer line_, number_;
};

} // namespace gf::ui
