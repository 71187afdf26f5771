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
    top_k,              ///< keeps the `value` largest logits
    /// Keeps the smallest set of likeliest tokens whose probability is at least the value (nucleus sampling,
    /// Holtzman et al. 2020).
    top_p,
    min_p,  ///< keeps tokens with at least value times the largest probability (Nguyen et al. 2024)
    greedy, ///< keeps the largest logit
};
inline constexpr int k_n_stage_kinds = static_cast<int>(StageKind::greedy) + 1;

/// One row per kind: its name and the range in which a value makes sense.
struct StageRow {
    StageKind kind;
    std::string_view name; ///< as on the command line: "top-k"
    double neutral;        ///< the value that changes nothing
    double min_value, max_value;
};
const StageRow& stage_row(StageKind kind);
inline std::string_view name(StageKind kind) { return stage_row(kind).name; }

/// One stage of a chain.
struct SampleStage {
    StageKind kind;
    double value;
    bool on = true;
    bool operator==(const SampleStage&) const = default;
    static void fields(auto& stage, auto visit) { // as io/fields.h wants them
        visit("stage", stage.kind, {.required = true});
        visit("value", stage.value, {.fallback = stage_row(stage.kind).neutral});
        visit("on", stage.on);
    }
};

/// The stages in the order in which they apply.
using SamplingChain = std::vector<SampleStage>;

/// Every stage once, in the usual order; all are off except temperature.
SamplingChain default_chain();
/// The chain with every missing stage appended, switched off, so that the window can show and switch all of
/// them.
SamplingChain with_all_stages(SamplingChain chain);
/// The chain that always takes the likeliest token.
SamplingChain greedy_chain();
/// @throws Error that names the first stage whose value is outside its range
void validate(const SamplingChain& chain);

/// What one stage did.
struct StageRecord {
    SampleStage stage;
    int n_alive = 0;        ///< tokens that can still be drawn after it
    int n_cut = 0;          ///< tokens that it removed
    double entropy = 0;     ///< bits, of the distribution after it
    double log_sum_exp = 0; ///< over the logits, after the stage, of the tokens still alive
    /// The logit after the stage is scale * SampleStep::penalised[token], or scale *
    /// SampleStep::logits[token] where no repetition penalty applies yet.
    double scale = 1;
    bool penalised = false; ///< a repetition penalty applies
};

/// What the sampler did at one token. Tokens of equal logits are in the order of their ids everywhere.
struct SampleStep {
    std::vector<real> logits;    ///< (d_vocab) raw; +inf is replaced by the largest finite number
    std::vector<real> penalised; ///< (d_vocab) after the repetition penalty; without one, the same as logits
    /// (d_vocab) 0: alive; else 1 + the index in `stages` of the stage that cut the token. So 1 is a token
    /// whose raw logit is -inf or NaN.
    std::vector<std::uint8_t> cut_by;
    /// stages[0] is the distribution before any stage; then comes one record for each stage that is on.
    std::vector<StageRecord> stages;
    DrawKey key;
    double u = 0;   ///< uniform(key)
    int token = -1; ///< the drawn one
    /// Probability of all likelier tokens that are alive. The drawn token covers [cumulative, cumulative +
    /// its probability), in which u lies.
    double cumulative = 0;
};

/// Probability of a token after stages[stage]; 0 if the token was cut by then. Stage 0 is the distribution of
/// the raw logits.
double probability(const SampleStep& step, int stage, int token);
/// Logit of a token after stages[stage]; for a token that was cut, the logit that it would have.
double stage_logit(const SampleStep& step, int stage, int token);
/// Probability of a token after the last stage.
double final_probability(const SampleStep& step, int token);

/// Writes the ids of the n largest values to `ids`: largest first, equal values by id, NaN last.
/// O(vocabulary + n log n).
void top_ids(std::span<const real> values, int n, std::vector<int>& ids);

/// Applies chains and draws. It owns the working memory, so nothing is allocated from the second call on for
/// a vocabulary of the same size. Used by the session, the sampling panel and its preview.
class Sampler {
  public:
    /// Runs the chain on `logits` and draws. `history` are the tokens before, for the repetition penalty. NaN
    /// is never drawn; if there is nothing else, token 0 is, with probability 0. The chain must be valid.
    void sample(std::span<const real> logits, std::span<const int> history, const SamplingChain& chain,
                const DrawKey& key, SampleStep& step);

    /// Draws again, with another key, from the distribution of the last sample(), whose result `step` is.
    void redraw(SampleStep& step, const DrawKey& key);

    /// The likeliest n of the tokens alive after the last sample(), likeliest first; all if there are fewer.
    /// Valid until the next call.
    std::span<const int> alive_tokens(int n);

  private:
    /// A token and its penalised logit in one number, so that sorting the numbers ranks the tokens: the
    /// likelier token is the smaller number, and of equal logits the smaller id.
    using Ranked = std::uint64_t;
    void begin(std::span<const real> logits, SampleStep& step);
    void penalise(std::span<const int> history, double penalty, SampleStep& step);
    int n_kept(const SampleStage& stage, const StageRecord& before, const SampleStep& step);
    void measure(StageRecord& record, const SampleStep& step);
    void rank(std::size_t n);
    std::vector<Ranked>::iterator partition_front(std::vector<Ranked>::iterator from, std::ptrdiff_t n);
    void keep_first(std::size_t n, SampleStep& step);

    static Ranked make_ranked(real penalised_logit, std::size_t token);
    static int token_of(Ranked r) { return static_cast<int>(r & 0xffffffff); }
    void find_tail(const SampleStep& step, std::size_t begin, double& sum);

    std::vector<Ranked> alive_; ///< tokens not cut; the first n_ranked_ are in order, the others behind them
    std::size_t n_ranked_ = 0;

    // Working memory:
    std::vector<int> ids_;               ///< the result of alive_tokens()
    std::vector<real> values_;           ///< logits, in measure() and find_tail()
    std::vector<Ranked> tail_;           ///< the result of find_tail()
    std::vector<double> masses_;         ///< by place in tail_: the token's probability
    std::vector<std::uint16_t> buckets_; ///< by place in tail_: the token's bucket
    std::vector<char> seen_;             ///< by token: already penalised
};

} // namespace gf
