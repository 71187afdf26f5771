#pragma once
// Rows of attention patterns and scores as the panels draw them, and what is said when a run does not keep
// them.

#include "app/view/selection.h"
#include "session/snapshot.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <vector>

namespace gf::ui {

/// The scores and weights of an attention.
struct AttentionSites {
    Site scores, pattern;
};
constexpr AttentionSites sites_of(Attention a) {
    return a == Attention::cross ? AttentionSites{Site::cross_attn_scores, Site::cross_pattern}
                                 : AttentionSites{Site::attn_scores, Site::pattern};
}
/// Whether a site is one of the attention to the source, from its queries to its mixed values.
constexpr bool of_cross_attention(Site site) { return site >= Site::cross_q && site <= Site::cross_z; }
constexpr Attention attention_of(Site site) {
    return of_cross_attention(site) ? Attention::cross : Attention::self;
}

/// The tokens that are keys: those of the text, or of the source.
const RunView& key_run(const Snapshot& snapshot, Attention attention);
/// How many of them are in view.
int n_keys_in_view(const Snapshot& snapshot, Attention attention);

/// The weights of one query over the keys up to the last one that it may read, masked cells marked with
/// k_masked_cell. `marked` is working memory.
std::span<const float> weight_cells(const Trace& trace, Attention attention, HeadRef head, int row,
                                    std::vector<float>& marked);
/// The same of its scores, which carry that mark themselves.
std::span<const float> score_cells(const Trace& trace, Attention attention, HeadRef head, int row);

/// A query and a key that are pointed at.
struct AttentionCell {
    int query = 0, key = 0;
    bool operator==(const AttentionCell&) const = default;
};
CellRef cell_ref(Site site, HeadRef head, const AttentionCell& cell);
/// The cell if it is one of this head's pattern or scores: both panels show either at the same place.
std::optional<AttentionCell> attention_cell(const std::optional<CellRef>& cell, Attention attention,
                                            HeadRef head);
/// Whether a range lies in this head's pattern or scores.
bool is_attention_of(const CellRange& range, Attention attention, HeadRef head);
/// Of a range's rows, what they are for a head: queries where it lies in the head's q or z, keys in its k or
/// v; both where it lies in its pattern or scores (rows, and columns); none elsewhere.
struct AttentionPart {
    struct Span {
        int begin = 0, end = 0; ///< of tokens; empty: none
    };
    Span queries, keys;
    bool cells = false; ///< of the matrix itself
};
AttentionPart attention_part(const CellRange& range, const Snapshot& snapshot, Attention attention,
                             HeadRef head);

/// "query to (19) reads key lo (17): weight 0.7124, score 3.860".
void say_cell(fmt::memory_buffer& out, const Snapshot& snapshot, Attention attention, HeadRef head,
              const AttentionCell& cell);

/// Of a run above the trace budget: why the sites of this layer are not there, and when they will be.
void say_why_not_kept(const Snapshot& snapshot, int layer);

} // namespace gf::ui
