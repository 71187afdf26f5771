#pragma once
// What is printed around the tokens of the text: above each its surprisal in bits, below them who wrote them.
// Used by the Text panel.

#include "app/panels/text/token_outlines.h"
#include "session/run.h"

#include <cfloat>

namespace gf::ui {

// Heights in pixels of what is printed above and below a line of tokens.
float surprisal_row_height();
float origin_row_height();

/// Numbers in the middle above tokens, in the order of the text. One that has no room beside the one before
/// is left out. A number that would be written as 0.0 is "0".
class NumbersAbove {
  public:
    void draw(const UiRect& token, double number, int decimals, ImU32 ink);

  private:
    float free_from_ = -FLT_MAX, line_ = -FLT_MAX;
};

/// Prints the surprisals of the tokens of `run` that were drawn, as far as they have room: the tint and the
/// tooltip have them all.
void draw_surprisals(const Run& run, std::span<const PlacedToken> tokens);
/// Prints that of the token that comes next, in the accent.
void draw_surprisal_of_next(const UiRect& token, double bits);

/// Marks below the tokens which of them are the prompt's, which the model drew, and which a person put there:
/// in words where `height` pixels are more than 0, else with a line below what the model did not draw.
void draw_origins(const Run& run, std::span<const PlacedToken> tokens, float height);

} // namespace gf::ui
