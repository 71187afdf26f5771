#pragma once
// What each kind of training does with the counted words. Ids begin after the special tokens.

#include "text/train/train_tokenizer.h"

namespace gf {

struct Training {
    const TokenizerRecipe& recipe;
    std::vector<std::string> vocab; ///< by id; at first the special tokens
    std::vector<TrainedWord> words; ///< ids are filled in
    int unknown_id = -1;            ///< -1: none
    nlohmann::json model;           ///< "model" of tokenizer.json
    std::vector<MergeStep> merges;
    std::vector<PruneStep> prunings;

    int min_frequency() const;
    /// The characters that occur at least `min_count` times, the most frequent `most`; in the order of their
    /// code points.
    std::vector<std::string> alphabet(std::int64_t min_count, std::size_t most) const;
    /// How many tokens may still be added. Throws Error if there is no room for `least`, which are `what`.
    std::size_t room(std::size_t least, const std::string& what) const;
    /// {"token": id}
    nlohmann::json vocab_json() const;
};

void train_bpe(Training& t);
void train_wordpiece(Training& t);
void train_unigram(Training& t);
void train_characters(Training& t);

} // namespace gf
