#pragma once
// What the loss of a batch is made of, and which experts its rows visited. BatchGradient adds it up as it
// goes; the trainer reports it.

#include "core/trace.h"
#include "train/batch.h"

#include <span>
#include <vector>

namespace gf {

/// Sums over the runs of one batch or several.
struct BatchDetails {
    struct DomainSum {
        double nats = 0, count = 0; ///< as in LossSum
    };
    std::vector<DomainSum> domains; ///< by their numbers
    /// Visits to each expert, [layer, expert], with the layers of an encoder first; empty for dense models.
    std::vector<double> visits;

    BatchDetails() = default;
    /// Zeros for this model and so many domains.
    BatchDetails(const ModelConfig& config, std::size_t n_domains);

    void clear();
    BatchDetails& operator+=(const BatchDetails& other);

    /// Adds the losses of a sequence's targets, `nats`, to their domains. What has no target (-1) counts for
    /// none. Both are of one length: a value per token, or one for the label of all.
    void add_losses(const Sequence& sequence, std::span<const int> targets, std::span<const double> nats);
    /// Counts the choices of the routers in a complete run; over capacity, a choice counts although its
    /// expert adds nothing.
    void add_visits(const Trace& run);
};

} // namespace gf
