#pragma once
// From gradients to new weights: one flat loop over blocks. On one thread, in a fixed order.

#include "train/parameter_block.h"

#include <cstdint>
#include <string_view>

namespace gf {

enum class OptimiserKind { adamw, sgd };
std::string_view name(OptimiserKind);

struct OptimiserConfig {
    OptimiserKind kind = OptimiserKind::adamw;
    double weight_decay = 0.1; ///< adamw: decoupled from the gradient (Loshchilov & Hutter 2019); sgd: added to the gradient
    double beta1 = 0.9, beta2 = 0.95, eps = 1e-8; ///< adamw
    double momentum = 0.9;                        ///< sgd: 0 for none
    bool operator==(const OptimiserConfig&) const = default;
};

/// What an optimiser remembers between steps: running means of the gradients, block after block (frozen ones have none).
struct OptimiserState {
    std::int64_t n_steps = 0;
    std::vector<real> first;  ///< adamw: of g; sgd: the velocity; empty if there is none
    std::vector<real> second; ///< adamw: of g^2
};

class Optimiser {
  public:
    /// `blocks`: those of every later step, in this order.
    Optimiser(const OptimiserConfig& config, std::span<const ParameterBlock> blocks);

    /// Moves the values of the blocks that are not frozen. The gradients are read as `scale` times what they are (for means and
    /// clipping). adamw: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and with bias-corrected m^, v^:
    /// w = (1 - lr decay) w - lr m^ / (sqrt(v^) + eps). sgd: u = momentum u + g + decay w, w = w - lr u.
    void step(std::span<const ParameterBlock> blocks, double lr, double scale = 1);

    const OptimiserState& state() const { return state_; }
    /// Goes on from there. Throws Error if the sizes are not this optimiser's; `where` names the file.
    void restore(OptimiserState state, const std::string& where);

  private:
    OptimiserConfig config_;
    OptimiserState state_;
};

} // namespace gf
