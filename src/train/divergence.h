#pragma once
// Notices that a run has diverged while its last checkpoint is still good. Used by the trainer.

#include <cstdint>
#include <optional>
#include <string>

namespace gf {

/// Watches the loss of each step. Its numbers are stored in checkpoints, so that a resumed run stops at the
/// same step as an unbroken one.
struct DivergenceWatch {
    double mean = 0;   ///< running mean of the loss in nats, weight 0.1 for the newest
    double lowest = 0; ///< the lowest value of the running mean so far
    std::int64_t n_steps = 0;

    /// Takes the loss (nats) and the gradient norm of a step. Returns what went wrong, if anything did: a
    /// number is not finite, or the running mean is no longer plausible.
    std::optional<std::string> update(double loss, double gradient_norm);

    /// Whether a loss is finite and at most three times the lowest running mean plus one nat.
    bool is_plausible(double loss) const;
};

} // namespace gf
