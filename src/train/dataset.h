#pragma once
// What a run trains on: items that can be asked for by number, so that a resumed run needs to remember
// nothing. Used where a run is prepared, by the trainer, and to measure the models that ship.

#include "text/tokenizer.h"
#include "train/batch.h"
#include "train/tinyville/corpus.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf {

enum class DataOrder { random, sequential };
std::string_view name(DataOrder);

struct DataConfig {
    std::vector<std::filesystem::path> files; ///< text in UTF-8; for objectives over examples, JSON lines
    tinyville::CorpusOptions tinyville{.size = 0}; ///< instead of files, unless its size is 0
    /// Tinyville only: every window is one document, so that none is read before another.
    bool single_documents = false;
    /// Tinyville only: how often windows begin with documents of a group; 1 for groups that are not named.
    std::map<std::string, int> group_weights{};
    double validation = 0.1; ///< share of the files' tokens or examples kept for validation: the last ones
    DataOrder order = DataOrder::random;
    double mask_share = 0.15;          ///< masked_token: share of the tokens that are to be predicted
    std::string mask_token = "[MASK]"; ///< masked_token: name of the mask in the vocabulary
};

/// Whether the objective reads windows of a text. The others read examples.
bool reads_windows(Objective objective);

/// Items to train on and items kept for validation. An item is one
/// sequence; for the contrastive objective, two. Immutable.
class Dataset {
  public:
    virtual ~Dataset() = default;
    /// Appends the n-th item that a run with this seed trains on.
    virtual void append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const = 0;
    /// Appends the n-th item kept for validation, the same for every run.
    virtual void append_validation(std::size_t n, Batch& batch) const = 0;
    virtual std::size_t n_training() const = 0;    ///< tokens of a text, or number of examples
    virtual std::size_t n_validation() const = 0;  ///< items; 0 if none are kept
    virtual std::uint64_t fingerprint() const = 0; ///< hash of everything that training sees
    /// Names of the classes in the order of their numbers; empty if the data have no names for them.
    virtual std::vector<std::string> class_names() const { return {}; }
    virtual int n_classes() const { return 0; }
    /// Names of the domains that Sequence::domains numbers; at least one.
    virtual const std::vector<std::string>& domain_names() const = 0;
};

/// Reads the files, or generates the documents of Tinyville, and cuts them into tokens. Windows of Tinyville
/// begin with the end-of-text token that stands before each document; its examples are the questions and
/// answers of its tasks; what is kept for validation is `validation_split`. A document's domain is its own,
/// that of all else the file. `length` is the number of tokens of a window, and the most that an example may
/// have. @throws Error naming file and line, what was expected
/// and what was found.
std::unique_ptr<const Dataset> load_dataset(const DataConfig& config, Objective objective,
                                            const Tokenizer& tokenizer, int length,
                                            tinyville::Split validation_split = tinyville::Split::validation);

/// The text that a tokenizer is trained on: the contents of text files, all strings of JSON lines, or the
/// documents of Tinyville's training split. @throws Error as load_dataset() does.
std::string tokenizer_training_text(const DataConfig& config, Objective objective);

struct WindowOptions {
    int length = 0;                            ///< tokens
    double validation = 0.1;                   ///< share of the tokens kept for validation: the last ones
    std::optional<std::size_t> n_validation{}; ///< number of tokens kept for validation, instead of a share
    /// Where windows may begin, ascending, the more often the likelier; empty: anywhere.
    std::vector<std::size_t> starts{};
    bool end_at_starts = false; ///< a window ends where another one may begin
    DataOrder order = DataOrder::random;
    int mask_id = -1; ///< -1: nothing is masked, each token's target is the next one
    double mask_share = 0.15;
    int n_random_ids = 0; ///< masking: number of ids from which a random token is drawn
    Domains domains{};    ///< of the tokens
};

/// Windows of one long text. With a mask id they are masked as BERT does (Devlin et al. 2019). @throws Error
/// if there are too few tokens for a window to train on or for validation.
std::unique_ptr<const Dataset> window_dataset(std::vector<int> tokens, WindowOptions options);

/// Items of one sequence each, or with `pairs` of two that follow each other. The last `n_validation` items
/// are kept for validation. `domains` are those of the sequences. @throws Error if none is left to train on.
std::unique_ptr<const Dataset> example_dataset(std::vector<Sequence> sequences, bool pairs,
                                               std::size_t n_validation, DataOrder order,
                                               std::vector<std::string> class_names = {},
                                               Domains domains = {});

} // namespace gf
