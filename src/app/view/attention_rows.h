#pragma once
// Rows of attention patterns and scores as panels draw them, and which cells of a head others point at. Used
// by Heads, Head and the Inspector.

#include "app/view/selection.h"
#include "app/view/view.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <vector>

namespace gf::ui {

/// The two sites of one attention that have a value for each query and key.
struct ScoreAndPatternSites {
    Site scores, pattern;
};
constexpr ScoreAndPatternSites score_and_pattern_sites(Attention a) {
    return a == Attention::cross ? ScoreAndPatternSites{Site::cross_attn_scores, Site::cross_pattern}
                                 : ScoreAndPatternSites{Site::attn_scores, Site::pattern};
}
/// Which attention a site is computed in. Sites outside both count as self.
inline Attention attention_of_site(Site site) { return site_row(site).attention.value_or(Attention::self); }

/// The run whose tokens are the keys: the one in view, or the one that it reads.
const Run& run_of_keys(const View& view, Attention attention);
/// Number of tokens of that run that are shown.
int n_keys_in_view(const View& view, Attention attention);

/// A query and a key that are pointed at.
struct AttentionCell {
    int query = 0, key = 0;
    bool operator==(const AttentionCell&) const = default;
};
CellRef as_cell_ref(const View& view, Site site, HeadRef head, const AttentionCell& cell);
/// The query and key of a cell that is in this head's pattern or scores in the run in view (whoever shows one
/// shows both at the same place); nullopt for any other cell.
std::optional<AttentionCell> as_attention_cell(const View& view, const std::optional<CellRef>& cell,
                                               Attention attention, HeadRef head);
/// Whether a range lies in this head's pattern or scores.
bool is_in_matrix_of_head(const CellRange& range, Attention attention, HeadRef head);

/// What a range of cells means for one head, in tokens.
struct RangeInHead {
    struct Span {
        int begin = 0, end = 0; ///< half-open; empty: none
    };
    Span queries, keys;
    bool cells = false; ///< the range lies in the matrix of queries and keys itself
};
/// A range in the head's q or z has queries, one in its k or v has keys, one in its pattern or scores has
/// both. Any other range has none.
RangeInHead range_in_head(const CellRange& range, const View& view, Attention attention, HeadRef head);

/// Appends "query to (19) reads key lo (17): weight 0.7124, score 3.860".
void write_attention_cell(fmt::memory_buffer& out, const View& view, Attention attention, HeadRef head,
                          const AttentionCell& cell);

/// The larger one of `so_far` and the largest finite magnitude of some values: where the colours of gradients
/// end, which have no natural scale.
float largest_magnitude(float so_far, std::span<const real> values);

} // namespace gf::ui
