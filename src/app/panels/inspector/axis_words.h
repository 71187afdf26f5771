#pragma once
// What the rows and columns of an inspected matrix are, in words.

#include "app/panels/inspector/inspected_matrix.h"

#include <fmt/format.h>

namespace gf::ui {

/// Appends "rows: tokens   columns: 4 heads of 16 numbers". Of logits it also says which token a row
/// predicts.
void write_axis_words(const InspectedMatrix& matrix, const View& view, fmt::memory_buffer& out);

} // namespace gf::ui
