#pragma once
// One score of the run in view, split by frequency: with the key where it stands, and with the key at another
// distance. Used by the drawings of RoPE.

#include "app/panels/positions/stage_context.h"
#include "measures/score_parts.h"

#include <vector>

namespace gf::ui {

struct RopeScore {
    QueryAndKey rows;
    std::vector<RopePair> pairs;
    int stands = 0;                         ///< how far apart query and key really are, in positions
    int distance = 0;                       ///< how far apart they are shown
    double unturned = 0;                    ///< what is the same at every distance
    double cap = 0;                         ///< the soft-cap of scores; 0: none
    double was = 0, score = 0;              ///< at these distances
    double weight_was = 0, weight = 0;      ///< in the query's row, where all other keys stay
    double longest = 0, greatest_reach = 0; ///< hand and part of all pairs

    double at(double at_distance) const; ///< the score with the key there
    bool is_moved() const { return distance != stands; }
    /// The angle of a pair's query, and of its key at a distance, as they are turned: in radians.
    double query_angle(const StageContext& c, const RopePair& pair) const;
    double key_angle(const StageContext& c, const RopePair& pair, int at_distance) const;
};

/// The key that is asked about: that of the pinned score or weight of the head, else the one that the query
/// listens to most among those that are neither itself nor the first token, else the first one.
int key_in_view(const StageContext& c);

/// Computes the score anew; `distance` -1: where the key stands.
void measure_rope_score(const StageContext& c, int distance, std::vector<real>& row, RopeScore& score);

} // namespace gf::ui
