#include "sampling_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace gf::tests {
namespace {

/// The living, likeliest first; equal ones by id.
std::vector<std::size_t> by_rank(const ReferenceStage& s) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < s.alive.size(); ++i)
        if (s.alive[i]) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return s.logits[a] > s.logits[b]; });
    return order;
}

void measure(ReferenceStage& s) {
    s.n_alive = static_cast<int>(std::count(s.alive.begin(), s.alive.end(), true));
    s.probabilities.assign(s.logits.size(), 0);
    s.entropy = s.log_sum_exp = 0;
    if (s.n_alive == 0) return;
    double most = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t i = 0; i < s.logits.size(); ++i)
        if (s.alive[i]) most = std::max(most, s.logits[i]);
    for (std::size_t i = 0; i < s.logits.size(); ++i)
        if (s.alive[i]) sum += s.probabilities[i] = std::exp(s.logits[i] - most);
    for (double& p : s.probabilities) {
        p /= sum;
        if (p > 0) s.entropy -= p * std::log2(p);
    }
    s.log_sum_exp = most + std::log(sum);
}

/// How many of the `order` a rule keeps.
std::size_t n_kept(const SampleStage& rule, const ReferenceStage& s, const std::vector<std::size_t>& order,
                   double& margin) {
    switch (rule.kind) {
    case StageKind::greedy: return 1;
    case StageKind::top_k: return static_cast<std::size_t>(rule.value);
    case StageKind::min_p: {
        if (rule.value == 0) return order.size();
        const double least = s.logits[order[0]] + std::log(rule.value);
        std::size_t n = 0;
        for (const std::size_t i : order) {
            n += s.logits[i] >= least;
            if (s.logits[i] != s.logits[order[0]]) margin = std::min(margin, std::abs(s.logits[i] - least));
        }
        return n;
    }
    case StageKind::top_p: {
        if (rule.value == 1) return order.size();
        double sum = 0;
        std::size_t n = 0;
        for (const std::size_t i : order) {
            if (n > 0) margin = std::min(margin, std::abs(sum - rule.value));
            n += n == 0 || sum < rule.value; // while those before it do not reach the mass
            sum += s.probabilities[i];
        }
        return n;
    }
    default: return order.size();
    }
}

} // namespace

ReferenceSteps reference_sample(const std::vector<real>& logits, const std::vector<int>& history,
                                const SamplingChain& chain) {
    ReferenceSteps steps;
    ReferenceStage s;
    s.logits.assign(logits.begin(), logits.end());
    for (const real l : logits)
        s.alive.push_back(!std::isnan(l) && l != -std::numeric_limits<real>::infinity());
    measure(s);
    steps.stages.push_back(s);
    double scale = 1;
    for (const SampleStage& rule : chain) {
        if (!rule.on) continue;
        if (rule.kind == StageKind::temperature) {
            scale /= rule.value;
            for (double& l : s.logits) l /= rule.value;
        }
        if (rule.kind == StageKind::repetition_penalty)
            for (const int t : std::set(history.begin(), history.end())) {
                if (t < 0 || t >= static_cast<int>(logits.size())) continue;
                const double l = logits[static_cast<std::size_t>(
                    t)]; // the penalised logit is a single-precision number again
                s.logits[static_cast<std::size_t>(t)] =
                    scale * static_cast<real>(l > 0 ? l / rule.value : l * rule.value);
            }
        const std::vector<std::size_t> order = by_rank(s);
        if (!order.empty())
            for (std::size_t i = n_kept(rule, s, order, steps.margin); i < order.size(); ++i)
                s.alive[order[i]] = false;
        measure(s);
        steps.stages.push_back(s);
    }
    return steps;
}

} // namespace gf::tests
