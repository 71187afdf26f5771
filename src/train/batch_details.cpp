#include "train/batch_details.h"

#include <algorithm>

namespace gf {

BatchDetails::BatchDetails(const ModelConfig& config, std::size_t n_domains)
    : domains(n_domains),
      visits(static_cast<std::size_t>(
          config.is_moe() ? (config.n_encoder_layers + config.n_layers) * config.n_experts : 0)) {}

void BatchDetails::clear() {
    std::ranges::fill(domains, DomainSum{});
    std::ranges::fill(visits, 0.0);
}

BatchDetails& BatchDetails::operator+=(const BatchDetails& other) {
    for (std::size_t i = 0; i < domains.size(); ++i) {
        domains[i].nats += other.domains[i].nats;
        domains[i].count += other.domains[i].count;
    }
    for (std::size_t i = 0; i < visits.size(); ++i) visits[i] += other.visits[i];
    return *this;
}

void BatchDetails::add_losses(const Sequence& sequence, std::span<const int> targets,
                              std::span<const double> nats) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (targets[i] < 0) continue;
        DomainSum& sum = domains.at(sequence.domain(i));
        sum.nats += nats[i];
        sum.count += 1;
    }
}

void BatchDetails::add_visits(const Trace& run) {
    const ModelConfig& c = run.config();
    if (!c.is_moe()) return;
    const int before = run.shape().stack == Stack::encoder ? 0 : run.weights().config.n_encoder_layers;
    for (int l = 0; l < c.n_layers; ++l) {
        double* of_layer = visits.data() + static_cast<std::ptrdiff_t>(before + l) * c.n_experts;
        for (int r = 0; r < run.n_tokens(); ++r) {
            const real* chosen = run.row(Site::expert_indices, l, r);
            for (int slot = 0; slot < c.experts_per_token; ++slot)
                of_layer[static_cast<int>(chosen[slot])] += 1;
        }
    }
}

} // namespace gf
