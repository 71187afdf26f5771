#include "measures/expert_split.h"

#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace gf {
namespace {

/// The mutual information of the rows and columns of a table of counts, [row, column].
double information(std::span<const double> counts, std::size_t n_columns) {
    std::vector<double> of_column(n_columns);
    double all = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) of_column[i % n_columns] += counts[i], all += counts[i];
    double bits = 0;
    for (std::size_t row = 0; row < counts.size(); row += n_columns) {
        const auto cells = counts.subspan(row, n_columns);
        const double of_row = std::accumulate(cells.begin(), cells.end(), 0.0);
        for (std::size_t i = 0; i < n_columns; ++i)
            if (cells[i] > 0) bits += cells[i] / all * std::log2(cells[i] * all / (of_row * of_column[i]));
    }
    return bits;
}

/// Fisher and Yates's shuffle, the same on every machine.
void shuffle(std::vector<int>& values, std::uint64_t seed) {
    for (std::size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[static_cast<std::size_t>(mix64(mix64(seed) ^ i) % i)]);
}

} // namespace

SplitBits mean_of(std::span<const SplitBits> layers) {
    SplitBits mean;
    const auto n = static_cast<double>(layers.size());
    for (const SplitBits& bits : layers) {
        mean.domain += bits.domain / n;
        mean.kind += bits.kind / n;
        mean.token += bits.token / n;
    }
    return mean;
}

ExpertSplit::ExpertSplit(const ModelConfig& c, std::vector<int> kinds, int n_kinds, int n_domains)
    : n_layers_(c.n_layers), n_experts_(c.n_experts), n_kinds_(n_kinds), n_domains_(n_domains),
      kinds_(std::move(kinds)), by_token_(static_cast<std::size_t>(n_layers_ * n_experts_) * kinds_.size()) {}

void ExpertSplit::add(const Trace& run, int domain) {
    const auto n = static_cast<std::size_t>(n_experts_);
    const std::size_t of_text = by_text_.size();
    by_text_.resize(of_text + static_cast<std::size_t>(n_layers_) * n);
    domains_.push_back(domain);
    for (int l = 0; l < n_layers_; ++l)
        for (int r = 0; r < run.n_tokens(); ++r) {
            const real* chosen = run.row(Site::expert_indices, l, r);
            const std::size_t row =
                static_cast<std::size_t>(l) * kinds_.size() + static_cast<std::size_t>(run.tokens()[r]);
            const int per_token = run.plan().experts(l, r).per_token;
            for (int slot = 0; slot < per_token; ++slot) {
                const auto e = static_cast<std::size_t>(chosen[slot]);
                ++by_token_[row * n + e];
                ++by_text_[of_text + static_cast<std::size_t>(l) * n + e];
            }
            if (l == 0) n_visits_ += per_token;
        }
}

double ExpertSplit::domain_bits(int layer, std::span<const int> domains) const {
    const auto n = static_cast<std::size_t>(n_experts_);
    std::vector<double> table(static_cast<std::size_t>(n_domains_) * n);
    for (std::size_t d = 0; d < domains.size(); ++d)
        for (std::size_t e = 0; e < n; ++e)
            table[static_cast<std::size_t>(domains[d]) * n + e] +=
                by_text_[(d * static_cast<std::size_t>(n_layers_) + static_cast<std::size_t>(layer)) * n + e];
    return information(table, n);
}

double ExpertSplit::kind_bits(int layer, std::span<const int> kinds) const {
    std::vector<double> table(static_cast<std::size_t>(n_kinds_ * n_experts_));
    for (int t = 0; t < static_cast<int>(kinds.size()); ++t)
        for (int e = 0; e < n_experts_; ++e)
            table[static_cast<std::size_t>(kinds[static_cast<std::size_t>(t)] * n_experts_ + e)] +=
                count(layer, t, e);
    return information(table, static_cast<std::size_t>(n_experts_));
}

double ExpertSplit::token_bits(int layer) const {
    const std::size_t size = kinds_.size() * static_cast<std::size_t>(n_experts_);
    return information(std::span(by_token_).subspan(static_cast<std::size_t>(layer) * size, size),
                       static_cast<std::size_t>(n_experts_));
}

SplitBits ExpertSplit::bits(int layer) const {
    if (n_visits_ == 0) return {};
    return {domain_bits(layer, domains_), kind_bits(layer, kinds_), token_bits(layer)};
}

SplitBits ExpertSplit::control(int layer, std::uint64_t seed) const {
    if (n_visits_ == 0) return {};
    std::vector<int> domains = domains_;
    shuffle(domains, seed);
    std::vector<int> seen, kinds_of_seen; // tokens that occurred
    std::vector<int> experts;             // of all visits, shuffled
    for (int t = 0; t < static_cast<int>(kinds_.size()); ++t) {
        const std::size_t before = experts.size();
        for (int e = 0; e < n_experts_; ++e)
            experts.insert(experts.end(), static_cast<std::size_t>(count(layer, t, e)), e);
        if (experts.size() == before) continue;
        seen.push_back(t);
        kinds_of_seen.push_back(kinds_[static_cast<std::size_t>(t)]);
    }
    shuffle(experts, seed);
    shuffle(kinds_of_seen, seed);
    std::vector<int> kinds = kinds_;
    std::vector<double> table(kinds_.size() * static_cast<std::size_t>(n_experts_));
    std::size_t next = 0;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        kinds[static_cast<std::size_t>(seen[i])] = kinds_of_seen[i];
        double visits = 0;
        for (int e = 0; e < n_experts_; ++e) visits += count(layer, seen[i], e);
        for (; visits > 0; --visits)
            ++table[static_cast<std::size_t>(seen[i] * n_experts_ + experts[next++])];
    }
    return {domain_bits(layer, domains), kind_bits(layer, kinds),
            information(table, static_cast<std::size_t>(n_experts_))};
}

std::vector<double> ExpertSplit::visits(int layer) const {
    std::vector<double> visits(static_cast<std::size_t>(n_experts_));
    for (int t = 0; t < static_cast<int>(kinds_.size()); ++t)
        for (int e = 0; e < n_experts_; ++e) visits[static_cast<std::size_t>(e)] += count(layer, t, e);
    return visits;
}

double ExpertSplit::visits_of_kind(int layer, int kind) const {
    double visits = 0;
    for (int t = 0; t < static_cast<int>(kinds_.size()); ++t)
        for (int e = 0; kinds_[static_cast<std::size_t>(t)] == kind && e < n_experts_; ++e)
            visits += count(layer, t, e);
    return visits;
}

std::vector<double> ExpertSplit::shares_of_kind(int layer, int kind) const {
    std::vector<double> shares(static_cast<std::size_t>(n_experts_));
    for (int t = 0; t < static_cast<int>(kinds_.size()); ++t)
        for (int e = 0; kinds_[static_cast<std::size_t>(t)] == kind && e < n_experts_; ++e)
            shares[static_cast<std::size_t>(e)] += count(layer, t, e);
    const double all = visits_of_kind(layer, kind);
    for (double& x : shares) x = all > 0 ? x / all : 0;
    return shares;
}

} // namespace gf
