#include "core/sampling/sampling.h"

#include "platform/error.h"

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
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

/// Makes room for n numbers that begin at a cache line. Eigen sums the first few numbers in an order that
/// depends on their address, so aligned numbers give reproducible sums.
template <class T>
T* aligned(std::vector<T>& room, std::size_t n) {
    constexpr std::size_t k_line = 64;
    room.resize(n + k_line / sizeof(T));
    void* begin = room.data();
    std::size_t space = room.size() * sizeof(T);
    return static_cast<T*>(std::align(k_line, n * sizeof(T), begin, space));
}

constexpr std::size_t k_line_of_reals = 64 / sizeof(real);
constexpr std::size_t k_ranked_first = 512; ///< tokens that a draw looks at in order before find_tail()
constexpr std::size_t k_sorted_tail = 64;   ///< find_tail() stops when no more tokens than these are left
constexpr std::size_t k_buckets = 1024;

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
        const bool present = std::any_of(chain.begin(), chain.end(),
                                         [&](const SampleStage& s) { return s.kind == stage.kind; });
        stage.on = false;
        if (!present) chain.push_back(stage);
    }
    return chain;
}

SamplingChain greedy_chain() { return {{StageKind::greedy, 0, true}}; }

void validate(const SamplingChain& chain) {
    for (const SampleStage& s : chain) {
        const StageRow& row = stage_row(s.kind);
        if (!(s.value >= row.min_value && s.value <= row.max_value)) {
            auto number = [](double v) {
                std::string t = std::to_string(v);
                t.erase(std::min(t.find_last_not_of('0') + 1, t.size()));
                return t.back() == '.' ? t.substr(0, t.size() - 1) : t;
            };
            throw Error({std::string(row.name), number(row.min_value) + " to " + number(row.max_value),
                         number(s.value),
                         s.kind == StageKind::temperature ? "for temperature 0 use greedy" : ""});
        }
    }
}

double stage_logit(const SampleStep& step, int stage, int token) {
    const StageRecord& r = step.stages[static_cast<std::size_t>(stage)];
    return r.scale *
           static_cast<double>((r.penalised ? step.penalised : step.logits)[static_cast<std::size_t>(token)]);
}

double probability(const SampleStep& step, int stage, int token) {
    const int cut = step.cut_by[static_cast<std::size_t>(token)];
    if (cut != 0 && cut <= stage + 1) return 0;
    return std::exp(stage_logit(step, stage, token) -
                    step.stages[static_cast<std::size_t>(stage)].log_sum_exp);
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
    // An infinite logit wins, but must not make NaN of the others.
    for (real& l : step.logits) l = std::min(l, std::numeric_limits<real>::max());
    step.penalised = step.logits;
    step.cut_by.assign(logits.size(), 0);
    step.stages.clear();
    alive_.resize(logits.size());
    aligned(values_, 2 * (logits.size() + k_line_of_reals));
    tail_.reserve(logits.size());
    aligned(masses_, logits.size());
    buckets_.reserve(logits.size());
    ids_.reserve(logits.size());
    seen_.reserve(logits.size());
    std::size_t n_alive = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const bool lives = logits[i] > -std::numeric_limits<real>::infinity(); // false for NaN
        alive_[n_alive] = make_ranked(step.penalised[i], i);
        n_alive += lives;
        step.cut_by[i] = !lives;
    }
    alive_.resize(n_alive);
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
        l = static_cast<real>(
            std::clamp<double>(l > 0 ? l / penalty : l * penalty, Limits::lowest(), Limits::max()));
    }
    for (Ranked& r : alive_)
        r = make_ranked(step.penalised[static_cast<std::size_t>(token_of(r))],
                        static_cast<std::size_t>(token_of(r)));
    n_ranked_ = 0;
}

Sampler::Ranked Sampler::make_ranked(real logit, std::size_t token) {
    const float value = static_cast<float>(logit) + 0.0f; // no negative zero: it equals zero
    std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    bits = bits & 0x80000000u ? bits : ~bits & 0x7fffffffu; // the larger the value, the smaller the bits
    return Ranked{bits} << 32 | static_cast<Ranked>(token);
}

/// Moves the likeliest of the tokens from `from` on to the front, more than n of them, and returns where they
/// end. This is one pass over a large vocabulary, with a bound taken from a sample of it, and leaves little
/// to sort. Returns the end of all tokens where that is not worth it or the bound was too tight.
std::vector<Sampler::Ranked>::iterator Sampler::partition_front(std::vector<Ranked>::iterator from,
                                                                std::ptrdiff_t n) {
    std::array<Ranked, 512> sample;
    const auto size = static_cast<std::size_t>(alive_.end() - from), stride = size / sample.size();
    if (stride < 8 || static_cast<std::size_t>(n) > size / 8) return alive_.end();
    for (std::size_t i = 0; i < sample.size(); ++i) sample[i] = from[static_cast<std::ptrdiff_t>(i * stride)];
    const std::size_t at = std::min(sample.size() - 1, 2 * static_cast<std::size_t>(n) / stride + 8);
    std::nth_element(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(at), sample.end());
    const auto end = std::partition(from, alive_.end(), [bound = sample[at]](Ranked r) { return r < bound; });
    return end - from > n ? end : alive_.end();
}

/// Brings the likeliest n tokens that are alive to the front, in order. The ranked part grows in large steps,
/// and no further than callers ask.
void Sampler::rank(std::size_t n) {
    n = std::min(n, alive_.size());
    if (n <= n_ranked_) return;
    n = std::min(std::max({n, 8 * n_ranked_, std::size_t{64}}), alive_.size());
    const auto from = alive_.begin() + static_cast<std::ptrdiff_t>(n_ranked_),
               to = alive_.begin() + static_cast<std::ptrdiff_t>(n);
    if (to != alive_.end()) std::nth_element(from, to, partition_front(from, to - from));
    std::sort(from, to);
    n_ranked_ = n;
}

/// Sets n_alive, log_sum_exp and entropy of the record, whose scale and penalty are set already.
void Sampler::measure(StageRecord& record, const SampleStep& step) {
    record.n_alive = static_cast<int>(alive_.size());
    if (alive_.empty()) return;
    using Array = Eigen::Array<real, Eigen::Dynamic, 1>;
    const auto n = static_cast<Eigen::Index>(alive_.size());
    const std::size_t lines = (alive_.size() + k_line_of_reals - 1) / k_line_of_reals * k_line_of_reals;
    real* values = aligned(values_, 2 * lines);
    Eigen::Map<Array> x(values, n), e(values + lines, n);
    if (alive_.size() == step.penalised.size())
        x = Eigen::Map<const Array>(step.penalised.data(), n);
    else
        for (std::size_t i = 0; i < alive_.size(); ++i)
            values[i] = step.penalised[static_cast<std::size_t>(token_of(alive_[i]))];
    const real most = x.maxCoeff();
    // exp(-1000) is 0, too, but 0 * -inf would be NaN in the entropy.
    x = ((x - most) * static_cast<real>(record.scale)).max(real(-1000));
    e = x.exp();
    const double sum = e.template cast<double>().sum();
    record.log_sum_exp = record.scale * static_cast<double>(most) + std::log(sum);
    record.entropy = (std::log(sum) - (e * x).template cast<double>().sum() / sum) / std::log(2.0);
}

/// Leaves in tail_, ranked, the few tokens of alive_ from `begin` on among which u lies. `sum` is the
/// probability of all likelier tokens: before the call, of those before `begin`; after it, of those before
/// tail_. Instead of sorting the whole tail, it divides the tail into buckets by logit and goes on with the
/// bucket that holds u, until little is left.
void Sampler::find_tail(const SampleStep& step, std::size_t begin, double& sum) {
    const StageRecord& last = step.stages.back();
    const std::vector<real>& logits = last.penalised ? step.penalised : step.logits;
    const auto logit = [&](Ranked r) { return logits[static_cast<std::size_t>(token_of(r))]; };
    tail_.assign(alive_.begin() + static_cast<std::ptrdiff_t>(begin), alive_.end());
    while (tail_.size() > k_sorted_tail) {
        const auto n = static_cast<Eigen::Index>(tail_.size());
        real* values = aligned(values_, tail_.size());
        double* masses = aligned(masses_, tail_.size());
        std::transform(tail_.begin(), tail_.end(), values, logit);
        const Eigen::Map<const Eigen::Array<real, Eigen::Dynamic, 1>> x(values, n);
        const double most = x.maxCoeff(), least = x.minCoeff();
        if (most == least) break; // sorting puts them in the order of their ids
        Eigen::Map<Eigen::ArrayXd>(masses, n) = (x.cast<double>() * last.scale - last.log_sum_exp).exp();
        const double per_logit = (k_buckets - 1) / (most - least);
        buckets_.resize(tail_.size());
        // The first bucket has the likeliest tokens.
        const auto bucket_of = [&](double value) {
            return static_cast<std::uint16_t>((most - value) * per_logit);
        };
        std::array<double, k_buckets> mass{};
        for (std::size_t i = 0; i < tail_.size(); ++i) {
            buckets_[i] = bucket_of(values[i]);
            mass[buckets_[i]] += masses[i];
        }
        std::size_t bucket = 0;
        for (const std::size_t end = bucket_of(least); bucket < end && !(step.u < sum + mass[bucket]);
             ++bucket)
            sum += mass[bucket];
        std::size_t kept = 0;
        for (std::size_t i = 0; i < tail_.size(); ++i)
            if (buckets_[i] == bucket) tail_[kept++] = tail_[i];
        tail_.resize(kept);
    }
    std::sort(tail_.begin(), tail_.end());
}

/// How many tokens a stage leaves alive. If it cuts any, those left are the first ones of alive_, ranked.
int Sampler::n_kept(const SampleStage& stage, const StageRecord& before, const SampleStep& step) {
    const std::size_t all = alive_.size();
    std::size_t kept = all;
    auto logit = [&](std::size_t i) {
        return before.scale *
               static_cast<double>(step.penalised[static_cast<std::size_t>(token_of(alive_[i]))]);
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

/// Cuts all tokens but the first n of alive_.
void Sampler::keep_first(std::size_t n, SampleStep& step) {
    const auto stage = static_cast<std::uint8_t>(step.stages.size() + 1); // the record is not pushed yet
    for (std::size_t i = n; i < alive_.size(); ++i)
        step.cut_by[static_cast<std::size_t>(token_of(alive_[i]))] = stage;
    alive_.resize(n);
    n_ranked_ = std::min(n_ranked_, n);
}

void Sampler::sample(std::span<const real> logits, std::span<const int> history, const SamplingChain& chain,
                     const DrawKey& key, SampleStep& step) {
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
            // Rounded to real, so that scale * logit is exact in double.
            record.scale = static_cast<real>(record.scale / stage.value);
        }
        const int before = static_cast<int>(alive_.size());
        if (before > 0) keep_first(static_cast<std::size_t>(n_kept(stage, step.stages.back(), step)), step);
        record.n_cut = before - static_cast<int>(alive_.size());
        const StageRecord& last = step.stages.back();
        if (record.n_cut > 0 || record.scale != last.scale || record.penalised != last.penalised)
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
    // Takes the token as drawn and returns whether u lies in the interval that it covers.
    const auto covers_u = [&](Ranked r) {
        step.token = token_of(r);
        step.cumulative = sum;
        sum += final_probability(step, step.token);
        return step.u < sum;
    };
    std::size_t i = 0;
    for (; i < std::min(alive_.size(), k_ranked_first); ++i) {
        rank(i + 1);
        if (covers_u(alive_[i])) return;
    }
    if (i == alive_.size()) return; // rounding may leave the sum just below 1: the last token covers the rest
    find_tail(step, i, sum);
    for (const Ranked r : tail_)
        if (covers_u(r)) return;
}

std::span<const int> Sampler::alive_tokens(int n) {
    const std::size_t count = std::min(static_cast<std::size_t>(std::max(n, 0)), alive_.size());
    rank(count);
    ids_.resize(count);
    std::transform(alive_.begin(), alive_.begin() + static_cast<std::ptrdiff_t>(count), ids_.begin(),
                   token_of);
    return ids_;
}

} // namespace gf
