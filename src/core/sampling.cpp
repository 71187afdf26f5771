#include "core/sampling.h"

#include "core/error.h"

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace gf {
namespace {

constexpr std::array<StageRow, k_n_stage_kinds> k_stages{{
    {StageKind::repetition_penalty, "repetition-penalty", 1, 0.1, 10},
    {StageKind::temperature, "temperature", 1, 0.01, 100},
    {StageKind::top_k, "top-k", 0, 1, 1e9},
    {StageKind::top_p, "top-p", 1, 0, 1},
    {StageKind::min_p, "min-p", 0, 0, 1},
    {StageKind::greedy, "greedy", 0, 0, 1},
}};

/// Likelier first; equal ones by id, so that the order is total and reproducible.
auto likelier(const std::vector<real>& values) {
    return [v = values.data()](int a, int b) { return v[a] > v[b] || (v[a] == v[b] && a < b); };
}

} // namespace

const StageRow& stage_row(StageKind kind) { return k_stages[static_cast<std::size_t>(kind)]; }

SamplingChain default_chain() {
    return {{StageKind::repetition_penalty, 1.1, false},
            {StageKind::temperature, 1.0, true},
            {StageKind::top_k, 40, false},
            {StageKind::top_p, 0.9, false},
            {StageKind::min_p, 0.05, false},
            {StageKind::greedy, 0, false}};
}

SamplingChain with_all_stages(SamplingChain chain) {
    for (SampleStage stage : default_chain()) {
        const bool present = std::any_of(chain.begin(), chain.end(), [&](const SampleStage& s) { return s.kind == stage.kind; });
        stage.on = false;
        if (!present) chain.push_back(stage);
    }
    return chain;
}

SamplingChain greedy_chain() { return {{StageKind::greedy, 0, true}}; }

void validate(const SamplingChain& chain) {
    for (const SampleStage& s : chain) {
        const StageRow& row = stage_row(s.kind);
        if (!(s.value >= row.least && s.value <= row.most)) {
            auto number = [](double v) {
                std::string t = std::to_string(v);
                t.erase(std::min(t.find_last_not_of('0') + 1, t.size()));
                return t.back() == '.' ? t.substr(0, t.size() - 1) : t;
            };
            throw Error({std::string(row.name), number(row.least) + " to " + number(row.most), number(s.value),
                         s.kind == StageKind::temperature ? "for temperature 0 use greedy" : ""});
        }
    }
}

double stage_logit(const SampleStep& step, int stage, int token) {
    const StageRecord& r = step.stages[static_cast<std::size_t>(stage)];
    return r.scale * static_cast<double>((r.penalised ? step.penalised : step.logits)[static_cast<std::size_t>(token)]);
}

double probability(const SampleStep& step, int stage, int token) {
    const int cut = step.cut_by[static_cast<std::size_t>(token)];
    if (cut != 0 && cut <= stage + 1) return 0;
    return std::exp(stage_logit(step, stage, token) - step.stages[static_cast<std::size_t>(stage)].log_sum_exp);
}

double final_probability(const SampleStep& step, int token) {
    return probability(step, static_cast<int>(step.stages.size()) - 1, token);
}

void top_ids(std::span<const real> values, int n, std::vector<int>& ids) {
    ids.resize(values.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto key = [&](int i) {
        return std::isnan(values[static_cast<std::size_t>(i)]) ? -std::numeric_limits<real>::infinity()
                                                               : values[static_cast<std::size_t>(i)];
    };
    const auto before = [&](int a, int b) { return key(a) > key(b) || (key(a) == key(b) && a < b); };
    const auto end = ids.begin() + std::min<std::ptrdiff_t>(n, static_cast<std::ptrdiff_t>(ids.size()));
    if (end != ids.end()) std::nth_element(ids.begin(), end, ids.end(), before);
    std::sort(ids.begin(), end, before);
    ids.erase(end, ids.end());
}

void Sampler::begin(std::span<const real> logits, SampleStep& step) {
    step.logits.assign(logits.begin(), logits.end());
    for (real& l : step.logits)
        l = std::min(l, std::numeric_limits<real>::max()); // an infinite one wins without making NaN of the rest
    step.penalised = step.logits;
    step.cut_by.assign(logits.size(), 0);
    step.stages.clear();
    alive_.clear();
    alive_.reserve(logits.size());
    values_.reserve(logits.size());
    seen_.reserve(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] > -std::numeric_limits<real>::infinity())
            alive_.push_back(static_cast<int>(i)); // false for NaN
        else
            step.cut_by[i] = 1;
    }
    n_ranked_ = 0;
    StageRecord raw;
    raw.stage = {StageKind::temperature, 1.0, true};
    raw.n_cut = static_cast<int>(logits.size() - alive_.size());
    measure(raw, step);
    step.stages.push_back(raw);
}

void Sampler::penalise(std::span<const int> history, double penalty, SampleStep& step) {
    seen_.assign(step.logits.size(), 0);
    for (const int t : history) {
        const auto i = static_cast<std::size_t>(t);
        if (i >= seen_.size() || seen_[i]) continue;
        seen_[i] = 1;
        real& l = step.penalised[i];
        if (!std::isfinite(l)) continue;
        using Limits = std::numeric_limits<real>;
        l = static_cast<real>(std::clamp<double>(l > 0 ? l / penalty : l * penalty, Limits::lowest(), Limits::max()));
    }
    n_ranked_ = 0;
}

/// Puts the likeliest n of the living to the front, in order. Grows by doubling: what nobody asks for is not sorted.
void Sampler::rank(const SampleStep& step, std::size_t n) {
    n = std::min(n, alive_.size());
    if (n <= n_ranked_) return;
    n = std::min(std::max({n, 2 * n_ranked_, std::size_t{64}}), alive_.size());
    const auto from = alive_.begin() + static_cast<std::ptrdiff_t>(n_ranked_),
               to = alive_.begin() + static_cast<std::ptrdiff_t>(n);
    if (to != alive_.end()) std::nth_element(from, to, alive_.end(), likelier(step.penalised));
    std::sort(from, to, likelier(step.penalised));
    n_ranked_ = n;
}

/// Log-sum-exp and entropy of the living, from the record's scale.
void Sampler::measure(StageRecord& record, const SampleStep& step) {
    record.n_alive = static_cast<int>(alive_.size());
    if (alive_.empty()) return;
    values_.resize(alive_.size());
    for (std::size_t i = 0; i < alive_.size(); ++i) values_[i] = step.penalised[static_cast<std::size_t>(alive_[i])];
    Eigen::Map<Eigen::Array<real, Eigen::Dynamic, 1>> x(values_.data(), static_cast<Eigen::Index>(values_.size()));
    const real most = x.maxCoeff();
    x = ((x - most) * static_cast<real>(record.scale))
            .max(real(-1000)); // probability 0 all the same, but 0 * -inf would be NaN below
    const double sum = x.exp().template cast<double>().sum();
    record.log_sum_exp = record.scale * static_cast<double>(most) + std::log(sum);
    record.entropy = (std::log(sum) - (x.exp() * x).template cast<double>().sum() / sum) / std::log(2.0);
}

/// How many of the living a stage leaves; they are the first ones of alive_ then.
int Sampler::n_kept(const SampleStage& stage, const StageRecord& before, const SampleStep& step) {
    const std::size_t all = alive_.size();
    std::size_t kept = all;
    auto logit = [&](std::size_t i) {
        return before.scale * static_cast<double>(step.penalised[static_cast<std::size_t>(alive_[i])]);
    };
    switch (stage.kind) {
    case StageKind::greedy: kept = 1; break;
    case StageKind::top_k: kept = static_cast<std::size_t>(stage.value); break;
    case StageKind::top_p: {
        if (stage.value >= 1) break; // rounding must not cut the tail
        double sum = 0;
        for (kept = 0; kept < all && (sum < stage.value || kept == 0);) {
            rank(step, ++kept);
            sum += std::exp(logit(kept - 1) - before.log_sum_exp);
        }
        break;
    }
    case StageKind::min_p: {
        if (stage.value <= 0) break;
        rank(step, 1);
        const double least = logit(0) + std::log(stage.value);
        for (kept = 1; kept < all; ++kept) {
            rank(step, kept + 1);
            if (logit(kept) < least) break;
        }
        break;
    }
    default: break;
    }
    kept = std::min(kept, all);
    if (kept < all) rank(step, kept);
    return static_cast<int>(kept);
}

void Sampler::cut_to(std::size_t n, SampleStep& step) {
    const auto stage = static_cast<std::uint8_t>(step.stages.size() + 1); // the record is not pushed yet
    for (std::size_t i = n; i < alive_.size(); ++i) step.cut_by[static_cast<std::size_t>(alive_[i])] = stage;
    alive_.resize(n);
    n_ranked_ = std::min(n_ranked_, n);
}

void Sampler::sample(std::span<const real> logits, std::span<const int> history, const SamplingChain& chain, const DrawKey& key,
                     SampleStep& step) {
    step.stages.reserve(chain.size() + 1);
    begin(logits, step);
    for (const SampleStage& stage : chain) {
        if (!stage.on) continue;
        StageRecord record = step.stages.back();
        record.stage = stage;
        if (stage.kind == StageKind::repetition_penalty) {
            penalise(history, stage.value, step);
            record.penalised = true;
        } else if (stage.kind == StageKind::temperature) {
            record.scale = static_cast<real>(record.scale / stage.value); // short enough that scale * logit is exact in double
        }
        const int before = static_cast<int>(alive_.size());
        if (before > 0) cut_to(static_cast<std::size_t>(n_kept(stage, step.stages.back(), step)), step);
        record.n_cut = before - static_cast<int>(alive_.size());
        measure(record, step);
        step.stages.push_back(record);
    }
    redraw(step, key);
}

void Sampler::redraw(SampleStep& step, const DrawKey& key) {
    step.key = key;
    step.u = uniform(key);
    step.token = 0;
    step.cumulative = 0;
    double sum = 0;
    for (std::size_t i = 0; i < alive_.size(); ++i) {
        rank(step, i + 1);
        step.token = alive_[i];
        step.cumulative = sum;
        sum += final_probability(step, step.token);
        if (step.u < sum) break; // rounding may leave the sum just below 1: the last one then covers the rest
    }
}

std::span<const int> Sampler::alive(const SampleStep& step, int n) {
    rank(step, static_cast<std::size_t>(std::max(n, 0)));
    return alive_;
}

} // namespace gf
