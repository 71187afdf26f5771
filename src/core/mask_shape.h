#pragma once
// What a kind of mask shows, cell by cell: one pure function for models and setups. Used by the Plan, which
// makes masks of it, and by RunSetup.

#include "core/model_config.h"

#include <compare>
#include <vector>

namespace gf {

/// A kind of mask with its numbers. Queries and keys count from the first token of their text.
///
/// causal            keys up to the query
/// bidirectional     all keys
/// prefix            causal, and the first n_prefix keys for every query
/// sliding_window    the query and the window - 1 keys before it
/// first_and_window  the same, and the first `size` keys (StreamingLLM, Xiao et al. 2023)
/// document          keys between the same `starts` as the query
/// block_sparse      blocks of `size`: the query's own, its neighbours and the first one (as in BigBird,
///                   Zaheer et al. 2020)
/// strided           keys less than `size` away, and each `size`-th one (Child et al. 2019)
/// padding           all keys but the first `size`
///
/// The last four say nothing about the order in time: joined to a causal mask by "and" they are causal.
struct MaskShape {
    MaskKind kind{};
    int window = 0;
    int n_prefix = -1; ///< -1: that of the segment
    int size = 0;
    std::vector<int> starts{}; ///< ascending; where documents begin, besides token 0
    auto operator<=>(const MaskShape&) const = default;
};

/// Whether the mask shows a query a key.
bool shows(const MaskShape& mask, int query, int key);

/// Whether some query can see a later key.
bool looks_ahead(MaskKind kind);
/// Which numbers of MaskShape a kind has.
bool has_window(MaskKind kind);
bool has_size(MaskKind kind);

} // namespace gf
