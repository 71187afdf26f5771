#pragma once
// What each model notices when the words of the text stand in another order. Plain data; OrderDesk makes it,
// the panel Positions reads it.

#include "session/model.h"

#include <memory>
#include <vector>

namespace gf {

struct OrderEffect {
    struct OfModel {
        std::shared_ptr<const Model> model;
        /// By row: the largest change among the logits of that word from the order as written to the other
        /// one.
        std::vector<double> change;
        std::vector<double> change_unmasked; ///< the same where every word sees every other one, both times
    };
    std::vector<int> order;      ///< [row]: the position that the word has
    std::vector<OfModel> models; ///< those of the runs, the text's first; those behind it are still computed

    const OfModel* find(const Model* model) const {
        for (const OfModel& of : models)
            if (of.model.get() == model) return &of;
        return nullptr;
    }
};

} // namespace gf
