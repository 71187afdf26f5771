#pragma once
// Trains a tokenizer on a text, and keeps each step for viewing. Used by `glassformer tokenizer`, and by
// training runs whose recipe has a tokenizer.

#include "text/tokenizer.h"
#include "text/train/tokenizer_recipe.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// A step of BPE or WordPiece: a pair of neighbouring tokens that became one token.
struct MergeStep {
    int left = 0, right = 0, merged = 0; ///< token ids
    std::int64_t count = 0;              ///< occurrences of the pair in the text, at that moment
    double score = 0;                    ///< BPE: the count; WordPiece: count / (count(left) count(right))
};

/// A step of Unigram: some rounds of expectation-maximisation, and then the removal of pieces.
struct PruneStep {
    struct Removed {
        std::string piece;
        double loss = 0; ///< estimate of what the text's log-likelihood loses without the piece, nats
    };
    std::vector<double> log_likelihoods; ///< the text's, nats: before the first round and after each
    std::size_t n_pieces = 0;            ///< number of pieces before the removal
    std::vector<Removed> removed;        ///< smallest loss first; empty in the last step
};

/// A piece of the text as training sees it, after normalization and pre-tokenization.
struct CountedWord {
    std::string piece;
    std::int64_t count = 0; ///< occurrences in the text
    std::vector<int> ids;   ///< its tokens at the end of training
};

struct TrainedTokenizer {
    std::shared_ptr<const Tokenizer> tokenizer;
    std::string tokenizer_json; ///< the content of the file
    std::vector<MergeStep> merges;
    std::vector<PruneStep> prunings;
    std::vector<CountedWord> words; ///< each once, in the order of the text
};

/// Trains a tokenizer. The same recipe and text give the same tokenizer, byte for byte. If the text has not
/// enough to make vocab_size tokens of, there are fewer. `where` names the text in messages.
/// @throws Error if the text is empty or no UTF-8 (naming the byte), or if vocab_size has no room for the
/// tokens that this kind of tokenizer begins with.
TrainedTokenizer train_tokenizer(const TokenizerRecipe& recipe, std::string_view text,
                                 const std::string& where = "text");

/// The merges and prunings as JSON, with tokens by name.
nlohmann::json history_json(const TrainedTokenizer& trained);

} // namespace gf
