#pragma once
// Notices that a run has gone wrong while the last checkpoint is still good.

#include <cstdint>
#include <optional>
#include <string>

namespace gf {

/// Watches the loss of each step. Its numbers belong to a checkpoint, so that a resumed run stops where the
/// unbroken one does.
struct DivergenceWatch {
    double mean = 0;   ///< running mean of the loss, weight 0.1 for the newest
    double lowest = 0; ///< of the running mean
    std::int64_t n_steps = 0;

    /// Takes a step's loss (nats) and gradient norm. What went wrong: a number that is not finite, or a
    /// running mean above three times its lowest plus one nat.
    std::optional<std::string> update(double loss, double gradient_norm);

    /// Whether a loss is within what the running mean may be.
    bool is_plausible(double loss) const;
};

} // namespace gf
