#pragma once
// The sequences of one training step, and what a model is asked to do
// with them. Datasets produce batches; BatchGradient reads them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
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

/// The number of a domain: where a text comes from, such as a file or a part of Tinyville.
using DomainId = std::uint16_t;

/// Numbers domains in the order in which they are met.
struct Domains {
    std::vector<std::string> names{};
    /// Of each token of a text, or of each example; empty: all are of domain 0.
    std::vector<DomainId> ids{};

    /// Makes `name` the domain of what has none yet among `n` tokens or examples. @throws Error if there are
    /// more names than numbers.
    void extend(std::size_t n, const std::string& name);
};

struct Sequence {
    std::vector<int> tokens;
    std::vector<int> targets; ///< per token: the id to predict there; -1: none
    std::vector<int> source;  ///< seq2seq only: the tokens that the encoder reads
    int label = -1;           ///< classification only: the class; -1: none
    /// Per token: the domain that it counts for, or one for all of them; empty: domain 0. It is a view into
    /// the dataset, which must live as long as the batch.
    std::span<const DomainId> domains{};

    DomainId domain(std::size_t row) const {
        return domains.empty() ? DomainId{0} : domains[domains.size() == 1 ? 0 : row];
    }
};

struct Batch {
    std::vector<Sequence> sequences;
};

} // namespace gf
