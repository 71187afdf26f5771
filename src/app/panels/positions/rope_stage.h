#pragma once
// RoPE: the words with the key that can be dragged, the clocks, and the score by distance. Used by the panel
// Positions.

#include "app/panels/positions/rope_clocks.h"
#include "app/panels/positions/rope_distances.h"
#include "app/panels/positions/rope_words.h"

namespace gf::ui {

class RopeStage {
  public:
    /// `distance` is what a person chose: how far the key is to stand before the query; -1: where it stands.
    void draw(const StageContext& c, int& distance);

  private:
    RopeScore score_;
    RopeWords words_;
    RopeClocks clocks_;
    RopeDistances distances_;
    std::vector<real> row_; ///< working memory
};

} // namespace gf::ui
