#pragma once
// The sequences of one training step, and what a model is asked to do
// with them. Datasets produce batches; BatchGradient reads them.

#include <string_view>
#include <vector>

namespace gf {

/// What a model is asked to do with a sequence.
enum class Objective {
    next_token,     ///< predict targets[r] at each row r
    masked_token,   ///< likewise, but only the rows of masked tokens have targets
    seq2seq,        ///< read `source` with the encoder, predict the targets with the decoder
    classification, ///< predict `label`
    distillation,   ///< predict what a teacher predicts, and to some part the targets
    contrastive,    ///< bring the embeddings of sequences 2 i and 2 i + 1 together, all others apart
};
std::string_view name(Objective);

struct Sequence {
    std::vector<int> tokens;
    std::vector<int> targets; ///< per token: the id to predict there; -1: none
    std::vector<int> source;  ///< seq2seq only: the tokens that the encoder reads
    int label = -1;           ///< classification only: the class; -1: none
};

struct Batch {
    std::vector<Sequence> sequences;
};

} // namespace gf
