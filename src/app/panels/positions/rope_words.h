#pragma once
// The words before a query in one line, with the key as a chip that can be dragged along them. Used by the
// drawing of RoPE.

#include "app/panels/positions/rope_score.h"

namespace gf::ui {

float rope_words_height();

class RopeWords {
  public:
    /// `distance` is what a person changes by dragging the key or by Alt+arrows; -1: where it stands.
    void draw(const StageContext& c, const RopeScore& score, const UiRect& area, int& distance);

  private:
    void choose_words(const StageContext& c, const UiRect& line);
    float centre(int row) const { return centres_[static_cast<std::size_t>(row - first_)]; }
    int row_at(float x) const;
    int row_at_position(const StageContext& c, int position) const;
    void draw_word(const StageContext& c, const RopeScore& score, int row, const UiRect& line, int& distance);
    void draw_key_chip(const StageContext& c, const RopeScore& score, const UiRect& area, int& distance);
    void draw_distance(const RopeScore& score, const UiRect& line) const;

    int first_ = 0;              ///< the first word in sight; the last one is the query
    std::vector<float> centres_; ///< of the words in sight
};

} // namespace gf::ui
