#pragma once
// Tinyville as something to train on: its documents as one long sequence of tokens, the questions of its
// tasks as examples. Used where datasets are loaded, and to measure the models that ship.

#include "text/tokenizer.h"
#include "train/batch.h"
#include "train/tinyville/corpus.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gf {

struct TinyvilleTokens {
    /// Each document follows an end-of-text token. The documents to train on come first.
    std::vector<int> tokens;
    /// The end-of-text tokens before documents, ascending, each repeated as often as its document weighs.
    std::vector<std::size_t> starts;
    Domains domains;              ///< of the tokens: an end-of-text token belongs to the document behind it
    std::size_t n_validation = 0; ///< tokens at the end that are not to be trained on
};

/// The training split and `validation_split`. A document to train on weighs as much as its group in
/// `group_weights`, or 1. @throws Error if the tokenizer has no end-of-text token, and for an unknown group.
TinyvilleTokens tinyville_tokens(const tinyville::CorpusOptions& options, const Tokenizer& tokenizer,
                                 tinyville::Split validation_split,
                                 const std::map<std::string, int>& group_weights = {});

/// The documents of a split as tokens, one after the other, each behind an end-of-text token. They are drawn
/// as they are needed. Used where a model is measured while a person waits.
class TinyvilleDocuments {
  public:
    /// The tokenizer must live as long. @throws Error if it has no end-of-text token, and for unknown kinds
    TinyvilleDocuments(const tinyville::CorpusOptions& options, const Tokenizer& tokenizer,
                       tinyville::Split split);
    std::vector<int> next();

  private:
    tinyville::DocumentSource documents_;
    const Tokenizer& tokenizer_;
    tinyville::Split split_;
    int end_of_text_;
    std::uint64_t next_number_ = 0;
};

/// The same as windows of one length that each begin with a document, as the windows kept for validation do.
class TinyvilleWindows {
  public:
    explicit TinyvilleWindows(TinyvilleDocuments documents) : documents_(std::move(documents)) {}
    /// The next `length` tokens, and the one behind them: the last target of a model that reads them.
    std::vector<int> next(int length);

  private:
    TinyvilleDocuments documents_;
    std::vector<int> first_; ///< a document that was drawn and that the next window begins with; or empty
};

/// The documents of the training split, each on lines of its own, without end-of-text marks.
std::string tinyville_text(const tinyville::CorpusOptions& options);

/// One line of a task, such as "translate: the fox sees the boat -> bota foso mirel".
struct TinyvilleExample {
    tinyville::Split split;
    std::string line;       ///< the line up to the answer: "translate: the fox sees the boat ->"
    std::string phenomenon; ///< "translation"
    std::string domain;     ///< of the document: "stories"
    std::string task;       ///< "translate"
    std::string question;   ///< "the fox sees the boat"
    std::string answer;     ///< "bota foso mirel"
};

/// The lines of tasks in a document.
std::vector<TinyvilleExample> tinyville_examples(const tinyville::Document& document);

} // namespace gf
