#pragma once
// By what the experts of a model split texts up, found out by reading Tinyville. Plain data; RoutingDesk
// makes it, the panel Load reads it.

#include "measures/expert_split.h"
#include "session/model.h"

#include <memory>
#include <string_view>
#include <vector>

namespace gf {

struct RoutingStudy {
    std::shared_ptr<const Model> model;
    int n_texts = 0, n_read = 0;           ///< wanted, and read so far
    std::vector<SplitBits> bits, controls; ///< by layer
    SplitBits mean_bits, mean_control;     ///< over layers
    /// An expert that gets most visits of a kind of token.
    struct Favourite {
        int layer = 0, expert = 0;
        std::string_view kind;
        double share = 0; ///< of the visits of the kind in the layer
    };
    std::vector<Favourite> favourites; ///< the strongest one of each of a few kinds, the strongest first
};

} // namespace gf
