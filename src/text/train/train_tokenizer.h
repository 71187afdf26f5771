#pragma once
// Trains a tokenizer on a text, and keeps each step for viewing.

#include "text/tokenizer.h"
#include "text/train/tokenizer_recipe.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// BPE, WordPiece: two neighbours that became one token.
struct MergeStep {
    int left = 0, right = 0, merged = 0; ///< token ids
    std::int64_t count = 0;              ///< of the pair in the text, at that moment
    double score = 0; ///< what was largest: BPE the count, WordPiece count / (count(left) count(right))
};

/// Unigram: some rounds of expectation-maximisation, and then the pieces that went.
struct PruneStep {
    struct Removed {
        std::string piece;
        double loss = 0; ///< nats that the text's log-likelihood was estimated to lose
    };
    std::vector<double> log_likelihoods; ///< of the text, nats: before the first round and after each
    std::size_t n_pieces = 0;            ///< before the removal
    std::vector<Removed> removed;        ///< smallest loss first; empty in the last step
};

/// A piece of the text as training saw it: after normalization and pre-tokenization.
struct TrainedWord {
    std::string piece;
    std::int64_t count = 0;
    std::vector<int> ids; ///< its tokens at the end of training
};

struct TrainedTokenizer {
    std::shared_ptr<const Tokenizer> tokenizer;
    std::string json; ///< the content of tokenizer.json
    std::vector<MergeStep> merges;
    std::vector<PruneStep> prunings;
    std::vector<TrainedWord> words; ///< each once, in the order of the text
};

/// The same recipe and text give the same tokenizer, byte for byte. Throws Error, with `where` as the name of
/// the text, if the text is empty or no UTF-8 (naming the byte), or if the vocabulary has no room for what
/// the kind begins with. If the text has not enough to make vocab_size tokens of, there are fewer.
TrainedTokenizer train_tokenizer(const TokenizerRecipe& recipe, std::string_view text,
                                 const std::string& where = "text");

/// The steps as JSON, tokens by name.
nlohmann::json history_json(const TrainedTokenizer& trained);

} // namespace gf
