#pragma once
// The corpus: documents drawn one by one, each a function of (seed, number), and the files they are written
// to. Used by `glassformer corpus`, by the training data and by the models' measures.

#include "train/tinyville/label.h"
#include "train/tinyville/split.h"
#include "train/tinyville/text_hash.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

/// Stands on a line of its own after every document.
inline constexpr const char* k_end_of_document = "<|endoftext|>";

struct CorpusOptions {
    std::uint64_t seed = 1;
    std::uint64_t size = 1'000'000;  ///< bytes of text, all splits together; the last document may pass it
    std::vector<std::string> only{}; ///< kinds or groups of documents; empty: all
};

struct Document {
    Split split = Split::train;
    std::string kind, group, domain;   ///< "lost", "story", "stories"
    std::string template_id;           ///< "lost/0.2.1"; no template stands in two splits
    std::vector<std::string> entities; ///< people who take part: "Mira the fox"
    std::string text;                  ///< without the end mark; several lines are possible
    std::vector<Label> labels;
};

struct DocumentKind {
    std::string name, group, domain;
    int weight; ///< how many of a thousand documents are of this kind; 0: written on request only
};

/// All kinds that a corpus draws from: those of the grammar, then the tasks.
const std::vector<DocumentKind>& document_kinds();

/// Draws documents of some kinds. Document i is the same whatever was drawn before.
class DocumentSource {
  public:
    /// @throws Error for a name in `only` that is neither a kind nor a group, and if no kind is left.
    explicit DocumentSource(const CorpusOptions& options);
    Document draw(std::uint64_t number) const;

  private:
    std::uint64_t seed_;
    std::vector<int> kinds_; ///< indices of document_kinds(), each as often as it weighs
};

/// A document as the files have it: its text, a line's end, the end mark on a line of its own.
std::string file_text(const Document& document);

/// Calls `visit(document, number)` for each document, until `size` bytes of file_text() are drawn.
/// @throws Error as DocumentSource does.
void for_each_document(const CorpusOptions& options,
                       const std::function<void(const Document&, std::uint64_t)>& visit);

/// Identifies a corpus: a hash of the texts of its three splits, fed document by document.
class CorpusHash {
  public:
    void add(Split split, std::string_view file_text);
    std::uint64_t value() const;

  private:
    std::array<std::uint64_t, 3> by_split_{k_fnv_basis, k_fnv_basis, k_fnv_basis};
};

struct CorpusReport {
    std::array<std::uint64_t, 3> documents{}, bytes{}, labels{}; ///< by split
    std::uint64_t hash = 0;                                      ///< CorpusHash of the texts
};

/// Writes {train, validation, test}.{txt, labels.jsonl}, documents.txt, questions.jsonl and corpus.json into
/// `folder`, which is made if it is missing. The same options give the same bytes on every platform.
/// @throws Error as DocumentSource does, and if a file cannot be written.
CorpusReport write_corpus(const CorpusOptions& options, const std::filesystem::path& folder);

/// What is known of a person (an index of World::people): "Mira the fox lives at the old mill. She owns ..."
std::string person_card(int person);

} // namespace gf::tinyville
