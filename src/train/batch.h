#pragma once
// What one training step looks at.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// What a model is asked to do with a sequence.
enum class Objective {
    next_token,     ///< predict targets[r] at each row r
    masked_token,   ///< the same, where only the rows of masked tokens have targets
    seq2seq,        ///< read `source` with the encoder, predict targets with the decoder
    classification, ///< say `label`
    distillation,   ///< predict what a teacher predicts (and targets, in part)
    contrastive,    ///< bring the embeddings of two neighbours in the batch (2 i and 2 i + 1) together, all
                    ///< others apart
};
std::string_view name(Objective);
/// Throws Error listing the valid names.
Objective objective_from_name(std::string_view word, const std::string& where);

struct Sequence {
    std::vector<int> tokens;
    std::vector<int> targets; ///< per token: the id to predict there; -1: none
    std::vector<int> source;  ///< seq2seq
    int label = -1;           ///< classification
};

struct Batch {
    std::vector<Sequence> sequences;
};

} // namespace gf
