#pragma once
// What one step of the computation does to the token in view, in one plain sentence with the true numbers.
// Used by the OperationStrip; the formula bar says the same of one cell in symbols.

#include "app/view/selection.h"
#include "app/view/view.h"

#include <fmt/format.h>

namespace gf::ui {

/// Its short name: "layer 2, scores"; "top-k"; "the draw".
std::string operation_title(const View& view, const Operation& operation);
/// Writes the sentence for the row in view and, where there are heads, the head in view.
void write_operation_sentence(const View& view, const Selection& selection, const Operation& operation,
                              fmt::memory_buffer& out);

} // namespace gf::ui
