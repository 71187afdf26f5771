#pragma once
// The words of the text as chips that can be dragged into another order, and below them what each scheme
// notices: how far the logits of each word move. Used by the panel Positions.

#include "app/panels/positions/stage_context.h"

#include <fmt/format.h>

#include <span>
#include <vector>

namespace gf::ui {

/// Asks for the text's run with its words in this order: `rows` are the words as they shall stand.
void post_order(const View& view, Commands& commands, std::span<const int> rows);

class OrderStage {
  public:
    /// `unmasked`: shows the changes where every word sees every other one. A person may change it.
    void draw(const View& view, Commands& commands, const UiRect& area, bool& unmasked);

  private:
    void read_order(const View& view);
    void choose_columns(const View& view, const UiRect& area);
    float left_of(int place) const { return edges_[static_cast<std::size_t>(place)]; }
    float right_of(int place) const { return edges_[static_cast<std::size_t>(place) + 1]; }
    void draw_controls(const View& view, Commands& commands, const UiRect& line, bool& unmasked);
    void draw_words(const View& view, Commands& commands, float top);
    void draw_word(const View& view, Commands& commands, int place, float top);
    void move_word(const View& view, Commands& commands, int from, int to);
    void draw_changes(const View& view, const UiRect& area, bool unmasked);
    void draw_scheme(const View& view, const SchemeRow& scheme, const UiRect& line, bool unmasked,
                     double greatest);

    std::vector<int> rows_;    ///< [place]: the row of the word that stands there
    std::vector<float> edges_; ///< of the columns of the words in sight, in pixels
    int n_shown_ = 0;
    int dragged_ = -1, target_ = -1; ///< places, while a word is dragged
    fmt::memory_buffer text_;
};

} // namespace gf::ui
