#pragma once
// What a run trains on: items that can be asked for by number, so that nothing needs to be remembered to go
// on with a run.

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
    std::vector<std::filesystem::path> files;      ///< text in UTF-8; of objectives over examples, JSON lines
    tinyville::CorpusOptions tinyville{.size = 0}; ///< instead of files, unless its size is 0
    bool single_documents =
        false; ///< of Tinyville: a window is one document, so that none is read before another
    std::map<std::string, int>
        weights{};           ///< of Tinyville: how often windows begin with documents of a group; else 1
    double validation = 0.1; ///< share of the files' tokens or examples that is kept from training: the tail
    DataOrder order = DataOrder::random;
    double mask_share = 0.15;          ///< masked tokens: share of the tokens to be predicted
    std::string mask_token = "[MASK]"; ///< its name in the vocabulary
};

/// Whether the objective reads windows of a text; else, examples.
bool reads_windows(Objective objective);

/// Immutable. An item is a sequence; of contrastive pairs, two.
class Data {
  public:
    virtual ~Data() = default;
    /// Appends the n-th item that a run with this seed trains on.
    virtual void append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const = 0;
    /// Appends the n-th of the items kept for validation, always the same.
    virtual void append_validation(std::size_t n, Batch& batch) const = 0;
    virtual std::size_t n_training() const = 0;    ///< tokens of a text, else examples
    virtual std::size_t n_validation() const = 0;  ///< items; 0: nothing was kept
    virtual std::uint64_t fingerprint() const = 0; ///< of everything that training sees
    /// The names of the classes in the order of their numbers, if the data name them.
    virtual std::vector<std::string> class_names() const { return {}; }
    virtual int n_classes() const { return 0; }
};

/// Reads the files, or draws the documents of Tinyville, and cuts them into tokens. Each document of
/// Tinyville stands behind an end-of-text token, with which windows begin; what is kept for validation is the
/// split `kept`. Examples of Tinyville are the questions and answers of its tasks. `length`: tokens of a
/// window of text, and the most that an example may have. Throws Error naming file and line, what was
/// expected, what was found.
std::unique_ptr<const Data> load_data(const DataConfig& config, Objective objective,
                                      const Tokenizer& tokenizer, int length,
                                      tinyville::Split kept = tinyville::Split::validation);

/// The text of the files, of examples that of all their fields, for a tokenizer to be trained on. Throws
/// Error as load_data().
std::string data_text(const DataConfig& config, Objective objective);

/// The two ways, for data that are no files. Windows of a text; with a mask id they are masked as BERT does
/// (Devlin et al. 2019).
struct WindowOptions {
    int length = 0;
    double validation = 0.1;                   ///< share of the tokens that is kept: the tail
    std::optional<std::size_t> n_validation{}; ///< or their number
    std::vector<std::size_t> starts{}; ///< where windows begin, in order, some more often; empty: anywhere
    bool end_at_starts = false;        ///< a window ends where another may begin
    DataOrder order = DataOrder::random;
    int mask_id = -1; ///< -1: each token's target is the next
    double mask_share = 0.15;
    int n_random_ids = 0; ///< masking: the ids that replace a token in one case of ten
};
std::unique_ptr<const Data> window_data(std::vector<int> tokens, const WindowOptions& options);

/// Items of one sequence, or with `pairs` of two that stand side by side; the last `n_validation` items are
/// kept.
std::unique_ptr<const Data> example_data(std::vector<Sequence> sequences, bool pairs,
                                         std::size_t n_validation, DataOrder order,
                                         std::vector<std::string> class_names = {});

} // namespace gf
