#pragma once
// What was found out about the positions of a model by reading Tinyville: the loss at each position, and how
// well a probe reads the position from the residual stream. Plain data; PositionDesk makes it, the panel
// Positions and labs read it.

#include "core/run_setup.h"
#include "measures/loss_by_position.h"
#include "session/model.h"

#include <memory>
#include <vector>

namespace gf {

struct PositionStudy {
    struct OfModel {
        std::shared_ptr<const Model> model;
        RopeSetup rope; ///< what the run's setup does to the angles
        LossByPosition loss;
        std::vector<double> r_squared; ///< as PositionProbe::r_squared()
        int trained_length = 0;        ///< tokens, as its recipe says; 0: not known
    };
    std::vector<OfModel> models; ///< those of the runs that have one, the text's first
    int n_texts = 0;             ///< how many texts each is to read

    /// That of a model under such angles; null if there is none.
    const OfModel* find(const Model* model, const RopeSetup& rope) const {
        for (const OfModel& of : models)
            if (of.model.get() == model && of.rope == rope) return &of;
        return nullptr;
    }
};

} // namespace gf
