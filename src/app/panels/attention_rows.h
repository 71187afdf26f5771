#pragma once
// Rows of attention patterns and scores as the panels draw them, and what is said when a run does not keep them.

#include "app/selection.h"
#include "session/snapshot.h"

#include <fmt/format.h>

#include <span>
#include <vector>

namespace gf {

/// The weights of one query over the keys up to the last one that it may read, masked cells marked with k_masked_cell.
/// `marked` is working memory.
std::span<const float> weight_cells(const Trace& trace, HeadRef head, int row, std::vector<float>& marked);
/// The same of its scores, which carry that mark themselves.
std::span<const float> score_cells(const Trace& trace, HeadRef head, int row);

/// A query and a key that are pointed at.
struct AttentionCell {
    int query = 0, key = 0;
    bool operator==(const AttentionCell&) const = default;
};
CellRef cell_ref(Site site, HeadRef head, const AttentionCell& cell);
/// The cell if it is one of this head's pattern or scores: both panels show either at the same place.
std::optional<AttentionCell> attention_cell(const std::optional<CellRef>& cell, HeadRef head);
/// Whether a range lies in this head's pattern or scores.
bool is_attention_of(const CellRange& range, HeadRef head);
/// Of a range's rows, what they are for a head: queries where it lies in the head's q or z, keys in its k or v; both where it
/// lies in its pattern or scores (rows, and columns); none elsewhere.
struct AttentionPart {
    struct Span {
        int begin = 0, end = 0; ///< of tokens; empty: none
    };
    Span queries, keys;
    bool cells = false; ///< of the matrix itself
};
AttentionPart attention_part(const CellRange& range, const ModelConfig& config, HeadRef head, int n_tokens);

/// "query to (19) reads key lo (17): weight 0.7124, score 3.860".
void say_cell(fmt::memory_buffer& out, const Snapshot& snapshot, HeadRef head, const AttentionCell& cell);

/// Of a run above the trace budget: why the sites of this layer are not there, and when they will be.
void say_why_not_kept(const Snapshot& snapshot, int layer);

} // namespace gf
