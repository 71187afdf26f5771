#include "core/edits_within.h"

#include <algorithm>
#include <utility>

namespace gf {
namespace {

/// Leaves out the cells that a run of this capacity has no room for: a branch may be shorter, and rows and
/// keys of tokens may be named before they are there.
Edit within(Edit edit, const ModelConfig& config, int capacity) {
    const CellRange before = edit.range;
    CellRange& now = edit.range;
    if (row_axis(now.site) == Axis::pos) now.row_end = std::min(now.row_end, capacity);
    if (has_key_axis(now.site) && !has_source_keys(now.site)) {
        now.column_end = std::min(now.column_end, capacity);
        now.column_begin = std::min(now.column_begin, capacity);
    }
    if (now == before || edit.values.size() <= 1) return edit;
    // The values of all cells are in the order row, head, column, and those that are left move together.
    const int n_heads = (now.head_end < 0 ? site_heads(config, now.site) : now.head_end) - now.head_begin;
    const auto width = static_cast<int>(edit.values.size()) / (n_heads * (before.row_end - before.row_begin)),
               kept = now.column_end < 0 ? width : now.column_end - now.column_begin;
    std::vector<real> values;
    for (int block = 0; block < n_heads * (now.row_end - now.row_begin); ++block) {
        const auto first = edit.values.begin() + block * width;
        values.insert(values.end(), first, first + kept);
    }
    edit.values = std::move(values);
    return edit;
}

} // namespace

int first_affected_row(const Edit& edit) {
    return row_axis(edit.range.site) == Axis::source ? 0 : edit.range.row_begin;
}

std::vector<Edit> edits_within(const std::vector<Edit>& edits, const ModelConfig& config, int capacity) {
    std::vector<Edit> fitting;
    for (const Edit& e : edits)
        if (first_affected_row(e) < capacity) fitting.push_back(within(e, config, capacity));
    return fitting;
}

} // namespace gf
