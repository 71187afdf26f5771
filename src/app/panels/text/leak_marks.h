#pragma once
// The leak, drawn over the text: by how much the logits of each token's row move when one later token is
// exchanged. Used by the Text panel; the session finds it (measures/mask_effects.h).

#include "app/panels/text/text_tint.h"
#include "app/panels/text/token_outlines.h"
#include "app/view/view.h"

#include <optional>
#include <span>

namespace gf::ui {

struct LeakMarks {
    std::span<const real> changes; ///< [row]: the largest change of a logit; exactly 0 where nothing leaks
    real largest = 0;              ///< of both cases, so that their tints compare
    int exchanged = -1;            ///< the token that is another one
    bool open = false;             ///< there is no mask

    ImU32 tint(int position) const;
};

/// Nothing for the surprisal, and while the leak of the tokens shown is not known.
std::optional<LeakMarks> leak_marks(const View& view, TextTint tint);

/// Prints the change above each token.
void draw_changes(const LeakMarks& marks, std::span<const PlacedToken> tokens);

} // namespace gf::ui
