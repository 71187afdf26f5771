#pragma once
// What positions contribute to attention: the angles of RoPE and the slopes of ALiBi. Made with each Trace
// from its Plan and RunSetup; both passes and the formulas read it.

#include "core/plan.h"
#include "core/real.h"

#include <cmath>
#include <vector>

namespace gf {

class PositionTables {
  public:
    PositionTables(const ModelConfig& config, const Plan& plan, const RunSetup& setup);

    /// Cosines and sines of a row's angles, d_head / 2 of each (Su et al. 2021): pair i turns by
    /// angle = scaled_position(row) * theta(layer)^(-2 i / d_head). Only for layers with RoPE.
    struct Angles {
        const real *cosine, *sine;
    };
    Angles angles(int layer, int row) const {
        const Rope& rope = rope_of(layer);
        const std::size_t at = index_[static_cast<std::size_t>(row)] * n_pairs_;
        return {rope.cosine.data() + at, rope.sine.data() + at};
    }
    /// The base, after whatever the setup does to it.
    double theta(int layer) const { return rope_of(layer).theta; }
    /// By how many radians a pair turns from one position to the next.
    double turn(int layer, int pair) const {
        return std::pow(theta(layer), -static_cast<double>(pair) / static_cast<double>(n_pairs_)) / linear_;
    }
    /// The position that RoPE sees: a row's position, divided by the setup's factor.
    double scaled_position(int row) const {
        return position_[index_[static_cast<std::size_t>(row)]] / linear_;
    }

    /// ALiBi's slope of a head (Press et al. 2022). Only for models with ALiBi.
    real slope(int head) const { return slopes_[static_cast<std::size_t>(head)]; }

  private:
    struct Rope {
        double theta;
        std::vector<real> cosine, sine; ///< [distinct position, pair]
    };
    const Rope& rope_of(int layer) const {
        return ropes_[static_cast<std::size_t>(rope_of_layer_[static_cast<std::size_t>(layer)])];
    }

    std::vector<int> position_;      ///< the distinct positions
    std::vector<std::size_t> index_; ///< [row]: which of them a row has
    std::vector<Rope> ropes_;        ///< one for each distinct base
    std::vector<int> rope_of_layer_; ///< empty without RoPE
    std::vector<real> slopes_;       ///< empty without ALiBi
    std::size_t n_pairs_ = 0;
    double linear_ = 1;
};

} // namespace gf
