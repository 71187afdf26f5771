#pragma once
// Edits cut to a run that is shorter than the text they were made for: rows and keys of tokens may be named
// before they are there. Used by the session's branches and by measures that run a text again.

#include "core/edit.h"
#include "core/model_config.h"

#include <vector>

namespace gf {

/// The first row of the text that an edit can change. Rows of the source are read by every row of the text.
int first_affected_row(const Edit& edit);

/// The edits as far as a run of this capacity has room for their cells.
std::vector<Edit> edits_within(const std::vector<Edit>& edits, const ModelConfig& config, int capacity);

} // namespace gf
