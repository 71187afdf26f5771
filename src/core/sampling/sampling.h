#pragma once
// From logits to a token: a chain of stages over the whole vocabulary, every cut recorded, and one
// reproducible draw.

#include "core/random.h"
#include "core/real.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

enum class StageKind {
    repetition_penalty, ///< logits of tokens in the text so far: divided by the value if positive, else
                        ///< multiplied (CTRL, Keskar 2019)
    temperature,        ///< logits divided by the value
    top_k,              ///< only the `value` largest
    top_p, ///< the smallest set of likeliest tokens with probability >= value (nucleus, Holtzman et al. 2020)
    min_p, ///< only tokens with at least value times the largest probability (Nguyen et al. 2024)
    greedy, ///< only the largest
};
inline constexpr int k_n_stage_kinds = static_cast<int>(StageKind::greedy) + 1;

/// One row per kind: its words and the range in which a value makes sense.
struct StageRow {
    StageKind kind;
    std::string_view name; ///< as on the command line: "top-k"
    double neutral;        ///< the value that changes nothing
    double least, most;
};
const StageRow& stage_row(StageKind kind);

struct SampleStage {
    StageKind kind;
    double value;
    bool on = true;
    bool operator==(const SampleStage&) const = default;
};

/// The chain is data: stages apply in this order.
using SamplingChain = std::vector<SampleStage>;

/// Every stage once, in the usual order, all but temperature off.
SamplingChain default_chain();
/// The chain with every stage that it lacks appended, off, so that all can be seen and switched on.
SamplingChain with_all_stages(SamplingChain chain);
/// Greedy only.
SamplingChain greedy_chain();
/// Throws Error naming the stage whose value is outside its range.
void validate(const SamplingChain& chain);

/// What one stage did.
struct StageRecord {
    SampleStage stage;
    int n_alive = 0;        ///< tokens that can still be drawn after it
    int n_cut = 0;          ///< tokens that it removed
    double entropy = 0;     ///< bits, of the distribution after it
    double log_sum_exp = 0; ///< of the stage's logits over the living
    double scale = 1;       ///< logit after the stage = scale * penalised logit ...
    bool penalised = false; ///< ... or scale * raw logit, before a repetition penalty
};

/// What the sampler did at one token. Ids of equal logits are ordered by id everywhere.
struct SampleStep {
    std::vector<real> logits;    ///< raw (an infinite one as the largest number)
    std::vector<real> penalised; ///< after the repetition penalty (equal to logits without one)
    /// 0: alive; else 1 + the index in `stages` of the stage that cut the token (1: its raw logit is -inf or
    /// NaN)
    std::vector<std::uint8_t> cut_by;
    std::vector<StageRecord>
        stages; ///< [0] is the distribution before any stage; then one for each stage that is on
    DrawKey key;
    double u = 0;          ///< uniform(key)
    int token = -1;        ///< the drawn one
    double cumulative = 0; ///< probability of all likelier living tokens: the token covers [cumulative,
                           ///< cumulative + probability)
};

/// Probability of a token after stages[stage] (0: of the raw logits); 0 if it was cut by then.
double probability(const SampleStep& step, int stage, int token);
/// Its logit after stages[stage], as far as it is alive (else the logit it would have).
double stage_logit(const SampleStep& step, int stage, int token);
/// ... after the last stage.
double final_probability(const SampleStep& step, int token);

/// The n ids of largest value, largest first, equal values by id, NaN last. O(vocabulary + n log n).
void top_ids(std::span<const real> values, int n, std::vector<int>& ids);

/// Owns the working memory: no allocation once it has seen a vocabulary.
class Sampler {
  public:
    /// Runs the chain on `logits` and draws. `history` are the tokens before, for the repetition penalty. NaN
    /// is never drawn; if there is nothing else, token 0 is, with probability 0. The chain must be valid.
    void sample(std::span<const real> logits, std::span<const int> history, const SamplingChain& chain,
                const DrawKey& key, SampleStep& step);

    /// Draws again, with another key, from the distribution of the last sample(), whose result `step` is.
    void redraw(SampleStep& step, const DrawKey& key);

    /// The likeliest n of the tokens alive after the last sample(), likeliest first; all if there are fewer.
    std::span<const int> alive(const SampleStep& step, int n);

  private:
    /// A token and its place by penalised logit as one number: likelier ones are smaller, equal ones in the
    /// order of their ids.
    using Ranked = std::uint64_t;
    void begin(std::span<const real> logits, SampleStep& step);
    void penalise(std::span<const int> history, double penalty, SampleStep& step);
    int n_kept(const SampleStage& stage, const StageRecord& before, const SampleStep& step);
    void measure(StageRecord& record, const SampleStep& step);
    void rank(std::size_t n);
    std::vector<Ranked>::iterator front_of(std::vector<Ranked>::iterator from, std::ptrdiff_t n);
    void cut_to(std::size_t n, SampleStep& step);

    static Ranked ranked(real penalised_logit, std::size_t token);
    static int token_of(Ranked r) { return static_cast<int>(r & 0xffffffff); }
    void find_tail(const SampleStep& step, std::size_t begin, double& sum);

    std::vector<Ranked> alive_; ///< the first n_ranked_ in order
    std::size_t n_ranked_ = 0;
    std::vector<int> ids_;     ///< of alive()
    std::vector<real> values_; ///< penalised logits, for measure()
    std::vector<Ranked> tail_; ///< for find_tail(), as the next two
    std::vector<double> masses_;
    std::vector<std::uint16_t> places_;
    std::vector<char> seen_; ///< by token: already penalised
};

} // namespace gf
