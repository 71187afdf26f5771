#pragma once
// Tooltips of labels whose word stands in the glossary, and what a person asked the glossary for. Used by
// panels; the Workbench opens the glossary.

#include "core/words/term.h"

#include <string_view>

namespace gf::ui {

/// Shows what the word on the last item means while the mouse rests on it: the plain sentence first, then the
/// formula, then `details`, line by line. It stands beside the window of the item, so that it covers neither
/// the word nor what can be set there, and the mouse can go over to it: the word in its last line is
/// underlined and opens the glossary, as F1 does.
void term_tooltip(const Term& term, std::string_view details = {});

/// Whether term_tooltip() would show now, called for the last item: write its details only then.
bool shows_term_tooltip();

/// A word at the cursor, in small type and underlined, that opens its entry of the glossary: an item of this
/// label, which is also what is written.
void term_link(const char* label, const Term& term);

/// Asks for an entry of the glossary.
void ask_for_term(const Term& term);
/// The term that was asked for since the last call; null if none was.
const Term* take_asked_term();
/// The term whose tooltip is on screen; null if there is none.
const Term* term_at_hand();

} // namespace gf::ui
