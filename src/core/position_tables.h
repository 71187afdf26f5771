#pragma once
// What positions contribute to attention: the angles of RoPE, the slopes of ALiBi, the buckets of T5. Made
// with each Trace from its Plan and its config as it is run; both passes and the formulas read it.

#include "core/plan.h"
#include "core/real.h"

#include <cmath>
#include <vector>

namespace gf {

class PositionTables {
  public:
    /// `config` is the model as it is run, see config_under().
    PositionTables(const ModelConfig& config, const Plan& plan);

    /// Cosines and sines of a row's angles, d_rotary / 2 of each (Su et al. 2021), times the attention
    /// factor. Pair i turns by position * theta^(-2 i / d_head) / stretch[i], see rope(). Only for layers
    /// with RoPE.
    struct Angles {
        const real *cosine, *sine;
    };
    Angles angles(int layer, int row) const {
        const Table& rope = table(layer);
        const std::size_t at = index_[static_cast<std::size_t>(row)] * n_pairs_;
        return {rope.cosine.data() + at, rope.sine.data() + at};
    }
    /// RoPE of a layer at the run's length. Only for layers with RoPE.
    const ScaledRope& rope(int layer) const { return table(layer).rope; }
    /// By how many radians a pair turns from one position to the next.
    double turn(int layer, int pair) const {
        const ScaledRope& r = rope(layer);
        return std::pow(r.theta, -static_cast<double>(pair) / static_cast<double>(n_pairs_)) /
               r.stretch[static_cast<std::size_t>(pair)];
    }

    /// ALiBi's slope of a head (Press et al. 2022). Only for models with ALiBi.
    real slope(int head) const { return slopes_[static_cast<std::size_t>(head)]; }

    /// The bucket of a key's position as a query sees it, a row of StackWeights::position_bias. Only for
    /// models with buckets.
    int bucket(int query_position, int key_position) const {
        const int behind = query_position - key_position;
        return behind >= 0 ? buckets_behind_[static_cast<std::size_t>(behind)]
                           : buckets_ahead_[static_cast<std::size_t>(-behind)];
    }

  private:
    void make_buckets(const ModelConfig& config, int length);
    struct Table {
        ScaledRope rope;
        std::vector<real> cosine, sine; ///< [distinct position, pair]
    };
    const Table& table(int layer) const {
        return tables_[static_cast<std::size_t>(table_of_layer_[static_cast<std::size_t>(layer)])];
    }

    std::vector<int> position_;       ///< the distinct positions
    std::vector<std::size_t> index_;  ///< [row]: which of them a row has
    std::vector<Table> tables_;       ///< one for each distinct RoPE
    std::vector<int> table_of_layer_; ///< -1 for a layer without RoPE; empty if there is none with it
    std::vector<real> slopes_;        ///< empty without ALiBi
    std::vector<int> buckets_behind_, buckets_ahead_; ///< [distance]; empty without buckets
    std::size_t n_pairs_ = 0;
};

} // namespace gf
