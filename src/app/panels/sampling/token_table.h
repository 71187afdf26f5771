#pragma once
// The parts of the sampling panel, from top to bottom. For the panel only.

#include "app/host/item_recorder.h"
#include "app/panels/sampling/sampling_view.h"
#include "app/view/other_output.h"
#include "app/view/panel.h"

#include <imgui.h>

namespace gf::ui {

/// Pixels between the lines of the panel: less where it is low.
float line_gap();

/// The stages as chips in their order; below, the one in focus: switch, place, slider. True when `chain`
/// changed.
bool draw_chain(SamplingView& view, SamplingChain& chain, int d_vocab);

/// Entropy and tokens left; with resamples, how well they fit.
void draw_summary(SamplingView& view);

/// The likeliest tokens with their bars.
class TokenTable {
  public:
    void draw(SamplingView& view, const Snapshot& snapshot, Selection& selection, Commands& commands,
              ImVec2 size);
    /// In pixels.
    static float row_height();
    static float heading_height();

  private:
    struct Columns {
        float left, name_end, number_end, bar, bar_end, right;
    };
    Columns columns(const SamplingView& view, float left, float width) const;
    void heading(SamplingView& view, float width);
    void row(SamplingView& view, int id, float width, const Snapshot& snapshot, Selection& selection);
    void outline_all(const SamplingView& view, const Selection& selection, const UiRect& table) const;
    void write_on_second_click(SamplingView& view, Commands& commands);
    void bars(SamplingView& view, int id, const Columns& at, float middle, bool is_cut) const;
    void observed(SamplingView& view, int id, const Columns& at, float middle) const;
    void explain(SamplingView& view, int id) const;

    double pressed_at_ =
        -1; ///< when a row was clicked: the second click may meet something else in its place
    int pressed_ = -1;
};

/// What a model gives that has no logits of tokens, in words and, of a classifier, in probabilities.
class NoTokens {
  public:
    /// Valid until the next call of either.
    const char* subtitle(const Snapshot& snapshot);
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands);

  private:
    void draw_classes(const Snapshot& snapshot, Selection& selection);
    void draw_vector(const Snapshot& snapshot);
    std::vector<ClassProbability> classes_;
    LineBuffer line_;
};

/// Whether the mouse button that is released now was pressed for the second half of a double click.
bool is_second_click();

/// The draw as a point on the stacked probabilities; a click on a part takes its token in hand.
void draw_the_draw(SamplingView& view, const Snapshot& snapshot);
float the_draw_height();

/// The derivation of the token in hand.
void draw_derivation(SamplingView& view, Commands& commands, float width, float most_height);
float derivation_height(SamplingView& view, float width);

} // namespace gf::ui
