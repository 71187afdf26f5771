#pragma once
// The five schemes of positions: how they are called, what they do to what, and which of the runs has one.
// Used by all files of this room.

#include "app/view/panel.h"

#include <span>
#include <string>
#include <string_view>

namespace gf::ui {

struct SchemeRow {
    Positions scheme;
    std::string_view label;    ///< "RoPE"
    std::string_view does;     ///< "turned"
    std::string_view sentence; ///< what is turned
    std::string_view term;     ///< the glossary's entry
};
/// All five, from nothing to what is used most today.
std::span<const SchemeRow> scheme_rows();
const SchemeRow& scheme_row(Positions scheme);

/// The run in view if it has the scheme, else the first one beside the text that has it; null if none has.
const Run* run_with_scheme(const View& view, Positions scheme);
/// How many of the five the runs have.
int n_schemes_open(const View& view);

/// The name of the model that ships for a scheme: "positions-rope".
std::string model_with_scheme(Positions scheme);
/// Asks for runs of the models that ship, in lock-step, until all five schemes stand beside each other. A
/// model that is none of the five makes room for one of them, with the same prompt.
void post_compare_five(const View& view, Commands& commands);
/// Asks for one run of the model that ships for a scheme.
void post_add_scheme(Positions scheme, Commands& commands);
/// Removes all runs beside the text.
void post_remove_others(const View& view, Commands& commands);

/// The setup of a run, without what comes with the text and its edits.
RunSetup setup_of(const Run& run);
/// Asks for the run under another setup: the text's by its command, one beside it by another run in its
/// place.
void post_setup(const Run& run, RunSetup setup, Commands& commands);

} // namespace gf::ui
