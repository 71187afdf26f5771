#pragma once
// What a score owes to the distance of its two tokens: under RoPE by the pairs of dimensions that turn
// together (Su et al. 2021), under ALiBi the penalty that is subtracted (Press et al. 2022). Used by the
// panel Positions.

#include "core/trace.h"

#include <vector>

namespace gf {

/// What a pair of dimensions does in one score. Angles are in radians.
struct RopePair {
    double turn = 0; ///< from one position to the next
    double query_length = 0, key_length = 0;
    double query_angle = 0, key_angle = 0; ///< before they are turned
    double scale = 1;                      ///< of cosines: that of scores and of rotated vectors

    /// What the pair adds to the score of a query that stands `distance` positions behind the key.
    double part(double distance) const;
    /// The greatest magnitude of part().
    double reach() const { return scale * query_length * key_length; }
};

/// A query and a key of one head, both rows of the run.
struct QueryAndKey {
    int layer = 0, head = 0, query = 0, key = 0;
    bool operator==(const QueryAndKey&) const = default;
};

/// How far the query stands behind the key, in positions.
int distance_between(const Trace& run, const QueryAndKey& rows);

/// Their pairs, d_rotary / 2 of them. The parts at distance_between() and what does not turn add up to the
/// score in the run, before its soft-cap if it has one. The layer must have RoPE, and the run must keep its
/// queries and keys.
void rope_pairs(const Trace& run, const QueryAndKey& rows, std::vector<RopePair>& pairs);

/// What the dimensions that RoPE does not turn add to the score, at every distance the same.
double unturned_part(const Trace& run, const QueryAndKey& rows);

/// The score of the pairs at a distance: the sum of their parts.
double rope_score(const std::vector<RopePair>& pairs, double distance);

/// A score under ALiBi is the one minus the other.
struct AlibiParts {
    double product = 0; ///< q · k, scaled as scores are
    double penalty = 0; ///< slope of the head * distance
};
/// The layer must have ALiBi, and the run must keep its queries and keys.
AlibiParts alibi_parts(const Trace& run, const QueryAndKey& rows);

} // namespace gf
