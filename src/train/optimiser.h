#pragma once
// From gradients to new weights, block after block. No result depends on the number of threads.

#include "train/parameter_block.h"

#include <cstdint>
#include <string_view>

namespace gf {

enum class OptimiserKind { adamw, sgd, muon };
std::string_view name(OptimiserKind);

struct OptimiserConfig {
    OptimiserKind kind = OptimiserKind::adamw;
    double weight_decay =
        0.1; ///< adamw: decoupled from the gradient (Loshchilov & Hutter 2019); sgd: added to the gradient
    double beta1 = 0.9, beta2 = 0.95, eps = 1e-8; ///< adamw, and what muon leaves to it
    double momentum = 0.9;                        ///< sgd: 0 for none; muon
    bool operator==(const OptimiserConfig&) const = default;
};

/// What an optimiser remembers between steps: running means of the gradients, block after block (frozen ones
/// have none).
struct OptimiserState {
    std::int64_t n_steps = 0;
    std::vector<real> first;  ///< adamw: of g; sgd, muon: the velocity; empty if there is none
    std::vector<real> second; ///< adamw: of g^2; of muon's blocks none
};

class Optimiser {
  public:
    /// `blocks`: those of every later step, in this order.
    Optimiser(const OptimiserConfig& config, std::span<const ParameterBlock> blocks, int n_threads = 1);

    /// Moves the values of the blocks that are not frozen. The gradients are read as `scale` times what they
    /// are (for means and clipping). adamw: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and
    /// with bias-corrected m^, v^: w = (1 - lr decay) w - lr m^ / (sqrt(v^) + eps). sgd: u = momentum u + g +
    /// decay w, w = w - lr u. muon (Jordan et al. 2024), on matrices inside layers: u = momentum u + g, and
    /// of g + momentum u all singular values become about 1: O; w = (1 - lr decay) w - lr 0.2 sqrt(max(rows,
    /// columns)) O, whose steps are as long as adamw's usually are (Liu et al. 2025). All else, embeddings
    /// too, moves as adamw says.
    void step(std::span<const ParameterBlock> blocks, double lr, double scale = 1);

    const OptimiserState& state() const { return state_; }
    /// Goes on from there. Throws Error if the sizes are not this optimiser's; `where` names the file.
    void restore(OptimiserState state, const std::string& where);

  private:
    bool orthogonal(const ParameterBlock& b) const {
        return config_.kind == OptimiserKind::muon && b.rows > 0;
    }

    OptimiserConfig config_;
    OptimiserState state_;
    int n_threads_;
};

} // namespace gf
