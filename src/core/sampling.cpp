#include "core/sampling.h"

#include "core/error.h"

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
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

constexpr std::size_t k_in_order = 512, k_few = 64; ///< tokens, in a draw

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
    values_.reserve(2 * logits.size());
    masses_.reserve(logits.size());
    ids_.reserve(logits.size());
    seen_.reserve(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] > -std::numeric_limits<real>::infinity())
            alive_.push_back(ranked(step.penalised[i], i)); // false for NaN
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
    for (Ranked& r : alive_)
        r = ranked(step.penalised[static_cast<std::size_t>(token_of(r))], static_cast<std::size_t>(token_of(r)));
    n_ranked_ = 0;
}

Sampler::Ranked Sampler::ranked(real logit, std::size_t token) {
    const float value = static_cast<float>(logit) + 0.0f; // no negative zero: it equals zero
    std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    bits = bits & 0x80000000u ? bits : ~bits & 0x7fffffffu; // ascending where the value descends
    return Ranked{bits} << 32 | static_cast<Ranked>(token);
}

/// Moves some of the living from `from` on to the front, n of the likeliest among them; returns where they end. One pass over a
/// large vocabulary, with a bound that a sample of it suggests, leaves little to sort.
std::vector<Sampler::Ranked>::iterator Sampler::front_of(std::vector<Ranked>::iterator from, std::ptrdiff_t n) {
    std::array<Ranked, 512> sample;
    const auto size = static_cast<std::size_t>(alive_.end() - from), stride = size / sample.size();
    if (stride < 8 || static_cast<std::size_t>(n) > size / 8) return alive_.end();
    for (std::size_t i = 0; i < sample.size(); ++i) sample[i] = from[static_cast<std::ptrdiff_t>(i * stride)];
    const std::size_t at = std::min(sample.size() - 1, 2 * static_cast<std::size_t>(n) / stride + 8);
    std::nth_element(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(at), sample.end());
    const auto end = std::partition(from, alive_.end(), [bound = sample[at]](Ranked r) { return r < bound; });
    return end - from > n ? end : alive_.end();
}

/// Puts the likeliest n of the living to the front, in order. Grows in large steps: what nobody asks for is not sorted.
void Sampler::rank(std::size_t n) {
    n = std::min(n, alive_.size());
    if (n <= n_ranked_) return;
    n = std::min(std::max({n, 8 * n_ranked_, std::size_t{64}}), alive_.size());
    const auto from = alive_.begin() + static_cast<std::ptrdiff_t>(n_ranked_),
               to = alive_.begin() + static_cast<std::ptrdiff_t>(n);
    if (to != alive_.end()) std::nth_element(from, to, front_of(from, to - from));
    std::sort(from, to);
    n_ranked_ = n;
}

/// Log-sum-exp and entropy of the living, from the record's scale.
void Sampler::measure(StageRecord& record, const SampleStep& step) {
    record.n_alive = static_cast<int>(alive_.size());
    if (alive_.empty()) return;
    using Array = Eigen::Array<real, Eigen::Dynamic, 1>;
    const auto n = static_cast<Eigen::Index>(alive_.size());
    values_.resize(2 * alive_.size());
    Eigen::Map<Array> x(values_.data(), n), e(values_.data() + n, n);
    if (alive_.size() == step.penalised.size())
        x = Eigen::Map<const Array>(step.penalised.data(), n);
    else
        for (std::size_t i = 0; i < alive_.size(); ++i)
            values_[i] = step.penalised[static_cast<std::size_t>(token_of(alive_[i]))];
    const real most = x.maxCoeff();
    x = ((x - most) * static_cast<real>(record.scale))
            .max(real(-1000)); // probability 0 all the same, but 0 * -inf would be NaN below
    e = x.exp();
    const double sum = e.template cast<double>().sum();
    record.log_sum_exp = record.scale * static_cast<double>(most) + std::log(sum);
    record.entropy = (std::log(sum) - (e * x).template cast<double>().sum() / sum) / std::log(2.0);
}

/// Probability of the living [begin, end) together, after the last stage.
double Sampler::mass(const SampleStep& step, std::size_t begin, std::size_t end) {
    const StageRecord& last = step.stages.back();
    masses_.resize(end - begin);
    for (std::size_t i = begin; i < end; ++i)
        masses_[i - begin] = stage_logit(step, static_cast<int>(step.stages.size()) - 1, token_of(alive_[i]));
    return (Eigen::Map<const Eigen::ArrayXd>(masses_.data(), static_cast<Eigen::Index>(masses_.size())) - last.log_sum_exp)
        .exp()
        .sum();
}

/// How many of the living a stage leaves; they are the first ones of alive_ then.
int Sampler::n_kept(const SampleStage& stage, const StageRecord& before, const SampleStep& step) {
    const std::size_t all = alive_.size();
    std::size_t kept = all;
    auto logit = [&](std::size_t i) {
        return before.scale * static_cast<double>(step.penalised[static_cast<std::size_t>(token_of(alive_[i]))]);
    };
    switch (stage.kind) {
    case StageKind::greedy: kept = 1; break;
    case StageKind::top_k: kept = static_cast<std::size_t>(stage.value); break;
    case StageKind::top_p: {
        if (stage.value >= 1) break; // rounding must not cut the tail
        double sum = 0;
        for (kept = 0; kept < all && (sum < stage.value || kept == 0);) {
            rank(++kept);
            sum += std::exp(logit(kept - 1) - before.log_sum_exp);
        }
        break;
    }
    case StageKind::min_p: {
        if (stage.value <= 0) break;
        rank(1);
        const double least = logit(0) + std::log(stage.value);
        for (kept = 1; kept < all; ++kept) {
            rank(kept + 1);
            if (logit(kept) < least) break;
        }
        break;
    }
    default: break;
    }
    kept = std::min(kept, all);
    if (kept < all) rank(kept);
    return static_cast<int>(kept);
}

void Sampler::cut_to(std::size_t n, SampleStep& step) {
    const auto stage = static_cast<std::uint8_t>(step.stages.size() + 1); // the record is not pushed yet
    for (std::size_t i = n; i < alive_.size(); ++i) step.cut_by[static_cast<std::size_t>(token_of(alive_[i]))] = stage;
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
        const StageRecord& last = step.stages.back();
        if (record.n_cut > 0 || record.scale != last.scale || record.penalised != last.penalised) measure(record, step);
        step.stages.push_back(record);
    }
    redraw(step, key);
}

void Sampler::redraw(SampleStep& step, const DrawKey& key) {
    step.key = key;
    step.u = uniform(key);
    step.token = 0;
    step.cumulative = 0;
    std::size_t begin = 0, end = 0;
    double sum = 0;
    const auto found =
        [&] { // u in [begin, end), which are in order; rounding may leave the sum just below 1: the last one covers that
            for (; begin < end; ++begin) {
                step.token = token_of(alive_[begin]);
                step.cumulative = sum;
                sum += final_probability(step, step.token);
                if (step.u < sum) return true;
            }
            return false;
        };
    while (end < std::min(alive_.size(), k_in_order)) {
        rank(end + 1);
        end = n_ranked_;
        if (found()) return;
    }
    // Beyond the likeliest: in halves, of which only the one where u lies is looked into.
    for (end = alive_.size(); end - begin > k_few;) {
        const std::size_t middle = begin + (end - begin) / 2;
        const auto at = [&](std::size_t i) { return alive_.begin() + static_cast<std::ptrdiff_t>(i); };
        std::nth_element(at(begin), at(middle), at(end));
        const double half = mass(step, begin, middle);
        if (step.u < sum + half)
            end = middle;
        else
            sum += half, begin = middle;
    }
    std::sort(alive_.begin() + static_cast<std::ptrdiff_t>(begin), alive_.begin() + static_cast<std::ptrdiff_t>(end));
    found();
}

std::span<const int> Sampler::alive(const SampleStep&, int n) {
    const std::size_t most = std::min(static_cast<std::size_t>(std::max(n, 0)), alive_.size());
    rank(most);
    ids_.resize(most);
    std::transform(alive_.begin(), alive_.begin() + static_cast<std::ptrdiff_t>(most), ids_.begin(), token_of);
    return ids_;
}

} // namespace gf
