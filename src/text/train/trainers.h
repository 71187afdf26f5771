#pragma once
// The four ways to train a tokenizer, and the state that they share. Used by train_tokenizer(), which
// prepares that state and builds the tokenizer from it.

#include "text/train/train_tokenizer.h"

#include <map>

namespace gf {

/// The state of a training. At its start `vocab` holds the special tokens and `words` the words of the
/// text; a trainer fills in the rest.
struct TokenizerTraining {
    const TokenizerRecipe& recipe;
    std::vector<std::string> vocab; ///< names of tokens by id
    std::vector<CountedWord> words;
    int unknown_id = -1;  ///< the token for what has none; -1 if there is no such token
    nlohmann::json model; ///< "model" of the tokenizer.json
    std::vector<MergeStep> merges;
    std::vector<PruneStep> prunings;

    /// The recipe's, or the default of its kind.
    int min_frequency() const;

    /// The characters of the words that occur at least `min_count` times, in the order of their code
    /// points. If they are more than `most`, the most frequent.
    std::vector<std::string> alphabet(std::int64_t min_count, std::size_t most) const;

    /// The number of tokens that may still be added, which is the largest std::size_t if there is no limit.
    /// @throws Error if they are fewer than `least`, which `what` names in the message.
    std::size_t room(std::size_t least, const std::string& what) const;

    StringIdMap vocab_ids() const;

    /// The vocabulary as {"name": id, ...}.
    nlohmann::json vocab_json() const;

    /// "model" of a tokenizer.json that encodes by BPE with this vocabulary.
    nlohmann::json bpe_json(const nlohmann::json& unknown_token, bool byte_fallback,
                            const nlohmann::json& merge_list) const;
};

/// The keys of `counts`, sorted. If they are more than `most`, those of largest count.
std::vector<std::string> most_frequent(const std::map<std::string, std::int64_t>& counts, std::size_t most);

void train_bpe(TokenizerTraining& training);
void train_wordpiece(TokenizerTraining& training);
void train_unigram(TokenizerTraining& training);
void train_characters(TokenizerTraining& training);

} // namespace gf
