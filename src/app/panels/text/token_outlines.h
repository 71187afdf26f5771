#pragma once
// Outlines around tokens of a text: those whose values the cell in focus is computed from, and those that it
// feeds. Used by the Text panel for the text and by SourceLine for the source.

#include "app/host/ui_rect.h"
#include "app/view/selection.h"

#include <functional>
#include <span>

namespace gf::ui {

/// A token that was drawn in this frame.
struct PlacedToken {
    int position;
    UiRect rect;
};

/// Outlines each token that one of the selection's precedents or dependents is about; neighbours on a line
/// get one outline together. `is_about` says whether a range is about the token at a position.
void outline_tokens(std::span<const PlacedToken> tokens, const Selection& selection,
                    const std::function<bool(const CellRange&, int position)>& is_about);

/// Whether an index lies in [begin, end) of a CellRange; an end below 0 means no limit.
inline bool is_within(int index, int begin, int end) { return index >= begin && (end < 0 || index < end); }

} // namespace gf::ui
