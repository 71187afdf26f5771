#pragma once
// What an optimiser moves. It knows neither models nor losses: only blocks of numbers and their gradients.

#include "core/params.h"

#include <span>
#include <string>
#include <vector>

namespace gf {

struct ParameterBlock {
    std::string name{}; ///< as in files
    std::span<real> values;
    std::span<const real> gradient; ///< as long as values
    bool decay = false;             ///< whether weight decay pulls at it
    bool frozen = false;            ///< keeps its values; counts in no norm
    int rows = 0, columns = 0;      ///< of a matrix between activations inside a layer; 0: of everything else
};

/// One block per row of the parameter table. `gradient` has the layout of `weights`; rows whose name matches
/// one of the globs are frozen. Throws Error with the nearest names for a glob that matches none.
std::vector<ParameterBlock> parameter_blocks(Weights& weights, std::span<const real> gradient,
                                             std::span<const std::string> frozen = {});

/// Values that training moves.
std::size_t trainable_count(std::span<const ParameterBlock> blocks);

/// Euclidean length of the gradients of all blocks that are not frozen, summed in double precision in the
/// order of the blocks.
double gradient_norm(std::span<const ParameterBlock> blocks);

/// The factor that shortens a gradient of length `norm` to `longest` (Pascanu et al. 2013); 1 if it is short
/// enough, or if longest is 0.
double clip_scale(double norm, double longest);

} // namespace gf
