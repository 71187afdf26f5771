#pragma once
// The parameters as optimisers see them: blocks of numbers with their gradients, without models or losses.
// Used by the optimiser, the adapters and the trainer.

#include "core/params.h"

#include <span>
#include <string>
#include <vector>

namespace gf {

struct ParameterBlock {
    std::string name{}; ///< as in model files
    std::span<real> values;
    std::span<const real> gradient; ///< as long as values
    bool decay = false;             ///< whether weight decay pulls at it
    bool frozen = false;            ///< keeps its values and counts in no norm
    int rows = 0, columns = 0;      ///< shape of a matrix inside a layer; 0: embeddings and vectors
    Stack stack = Stack::decoder;   ///< as in ParamRow, like the layer
    int layer = -1;
};

/// One block per row of the parameter table. `gradient` has the layout of
/// `weights`; rows whose name matches one of the globs `frozen` keep their values.
/// @throws Error with the nearest names for a glob that matches none.
std::vector<ParameterBlock> parameter_blocks(Weights& weights, std::span<const real> gradient,
                                             std::span<const std::string> frozen = {});

/// How many values training moves.
std::size_t count_trainable(std::span<const ParameterBlock> blocks);

/// Euclidean norm of the gradients of all blocks that are not frozen, summed in double precision in the order
/// of the blocks. `squares`, unless it is empty, gets the squared norm of each block; 0 if it is frozen.
double gradient_norm(std::span<const ParameterBlock> blocks, std::span<double> squares = {});

/// Squared length of b - a, in double precision.
double squared_distance(std::span<const real> a, std::span<const real> b);

/// The factor that shortens a gradient of norm `norm` to `max_norm` (Pascanu et al. 2013); 1 if it is short
/// enough, or if max_norm is 0.
double clipping_scale(double norm, double max_norm);

} // namespace gf
