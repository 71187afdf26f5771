#pragma once
// Tinyville as something to train on: its documents as one stretch of tokens, the questions of its tasks as
// examples.

#include "text/tokenizer.h"
#include "train/tinyville/corpus.h"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gf {

struct TinyvilleTokens {
    std::vector<int> tokens; ///< each document behind an end-of-text token; first those to train on
    std::vector<std::size_t>
        starts; ///< where documents begin: their end-of-text tokens, in order, each as often as it weighs
    std::size_t n_kept = 0; ///< tokens at the end: the split that is kept from training
};

/// The training split and one that is kept; documents to train on weigh as much as their group (1 if it is
/// not named). Throws Error if the tokenizer has no end-of-text token, or for a group that there is none of.
TinyvilleTokens tinyville_tokens(const tinyville::CorpusOptions& options, const Tokenizer& tokenizer,
                                 tinyville::Split kept, const std::map<std::string, int>& weights = {});

/// The documents to train on, each on lines of its own, without end marks: what a tokenizer learns from.
std::string tinyville_text(const tinyville::CorpusOptions& options);

struct TinyvilleExample {
    tinyville::Split split;
    std::string line; ///< up to the answer: "translate: the fox sees the boat ->"
    std::string phenomenon, task, question,
        answer; ///< "translation", "translate", "the fox sees the boat", "bota foso mirel"
};

/// The lines of tasks in a document.
std::vector<TinyvilleExample> tinyville_examples(const tinyville::Document& document);

} // namespace gf
