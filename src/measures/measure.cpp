#include "measures/measure.h"

#include "core/name_matching.h"
#include "measures/attention_rollout.h"
#include "measures/first_token.h"
#include "measures/head_roles.h"
#include "measures/logit_lens.h"
#include "measures/pattern_entropy.h"
#include "measures/router_load.h"
#include "measures/score_range.h"
#include "measures/stream_measures.h"
#include "measures/value_lengths.h"
#include "platform/error.h"

#include <array>
#include <vector>

namespace gf {
namespace {

template <class M>
std::unique_ptr<Measure> make() {
    return std::make_unique<M>();
}

constexpr std::array k_measure_rows{
    MeasureRow{"head-roles", "how much of each head's weight lies where a known role would put it",
               make<HeadRoles>},
    MeasureRow{"attention-rollout",
               "of which tokens the last row is made, if layers only mixed their streams",
               make<AttentionRollout>},
    MeasureRow{"first-token", "how much each head rests on the first token, and what it takes from there",
               make<FirstTokens>},
    MeasureRow{"lens", "what the model would say if it stopped at each point of the residual stream",
               make<LogitLens>},
    MeasureRow{"pattern-entropy", "how spread the weights of each head are, in bits", make<PatternEntropies>},
    MeasureRow{"router-load", "how evenly each layer's router shares out the tokens among its experts",
               make<RouterLoads>},
    MeasureRow{"score-range", "the largest magnitude among the scores of each head", make<ScoreRanges>},
    MeasureRow{"stream", "what each sub-layer writes to the residual stream, and what the stream predicts",
               make<StreamMeasures>},
    MeasureRow{"value-length", "the mean length of each head's values", make<AllValueLengths>},
};

} // namespace

std::span<const MeasureRow> measure_rows() { return k_measure_rows; }

const MeasureRow& measure_named(const std::string& name) {
    std::vector<std::string> valid;
    for (const MeasureRow& row : k_measure_rows) {
        if (row.name == name) return row;
        valid.emplace_back(row.name);
    }
    throw Error({"measure", "one of the measures; nearest: " + nearest_names(name, valid), "'" + name + "'",
                 "`glassformer trace --help` lists them"});
}

} // namespace gf
