#pragma once
// Optimisers: from gradients to new weights, block after block. No result depends on the number of threads.
// Used by the trainer and by `glassformer bench train`.

#include "train/parameter_block.h"

#include <cstdint>
#include <string_view>

namespace gf {

enum class OptimiserKind { adamw, sgd, muon };
std::string_view name(OptimiserKind);

struct OptimiserConfig {
    OptimiserKind kind = OptimiserKind::adamw;
    /// adamw, muon: decoupled from the gradient (Loshchilov & Hutter 2019); sgd: added to the gradient.
    double weight_decay = 0.1;
    double beta1 = 0.9, beta2 = 0.95, eps = 1e-8; ///< adamw, and the blocks that muon leaves to it
    double momentum = 0.9;                        ///< sgd (0: none), muon
    bool operator==(const OptimiserConfig&) const = default;
};

/// What an optimiser remembers between steps: running means of the
/// gradients, block after block. Frozen blocks have none.
struct OptimiserState {
    std::int64_t n_steps = 0;
    std::vector<real> first;  ///< adamw: mean of g; sgd, muon: velocity; empty for sgd without momentum
    std::vector<real> second; ///< adamw: mean of g^2; empty for sgd; muon's matrices have none
};

class Optimiser {
  public:
    /// Every later step must have the same blocks in the same order.
    Optimiser(const OptimiserConfig& config, std::span<const ParameterBlock> blocks, int n_threads = 1);

    /// Moves the values of the blocks that are not frozen. Gradients are
    /// multiplied by `scale` first, for means and clipping.
    ///
    /// adamw (Loshchilov & Hutter 2019): m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and with
    /// the bias-corrected m^, v^: w = (1 - lr decay) w - lr m^ / (sqrt(v^) + eps).
    ///
    /// sgd: u = momentum u + g + decay w, w = w - lr u.
    ///
    /// muon (Jordan et al. 2024), for matrices inside layers: u = momentum u + g; O is g +
    /// momentum u with all singular values brought near 1; w = (1 - lr decay) w - lr 0.2
    /// sqrt(max(rows, columns)) O, whose steps are about as long as adamw's (Liu et al.
    /// 2025). All other blocks, embeddings too, move as with adamw.
    ///
    /// `squared_updates`, unless it is empty, gets for each block the squared length of its move; 0 if it is
    /// frozen.
    void step(std::span<const ParameterBlock> blocks, double lr, double scale = 1,
              std::span<double> squared_updates = {});

    const OptimiserState& state() const { return state_; }
    /// Continues from a state. @throws Error naming the file `where` if the sizes are not this optimiser's;
    /// it is then as before.
    void restore(const OptimiserState& state, const std::string& where);

  private:
    bool moves_by_muon(const ParameterBlock& b) const {
        return config_.kind == OptimiserKind::muon && b.rows > 0;
    }

    OptimiserConfig config_;
    OptimiserState state_;
    int n_threads_;
    std::vector<std::vector<real>> before_; ///< of each thread: a block before its move
};

} // namespace gf
