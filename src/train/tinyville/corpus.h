#pragma once
// The corpus: documents drawn one by one, each a function of (seed, number), and the files they are written
// to.

#include "train/tinyville/label.h"
#include "train/tinyville/world.h"

#include <array>
#include <filesystem>
#include <functional>
#include <string>
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
    std::string kind, group, domain; ///< "lost", "story", "stories"
    std::string template_id;
    std::vector<std::string> entities; ///< people who take part: "Mira the fox"
    std::string text;                  ///< without the end mark; several lines are possible
    std::vector<Label> labels;
};

struct KindOfDocument {
    std::string name, group, domain;
    int weight; ///< documents per thousand
};

/// All kinds that a corpus draws from: those of the grammar and the tasks.
const std::vector<KindOfDocument>& kinds_of_documents();

/// Draws documents of some kinds. Document i is the same whatever was drawn before.
class DocumentSource {
  public:
    /// Throws Error for a name in `only` that is neither a kind nor a group.
    explicit DocumentSource(const CorpusOptions& options);
    Document draw(std::uint64_t number) const;

  private:
    std::uint64_t seed_;
    std::vector<int> kinds_; ///< indices, each as often as it weighs
};

/// A document as the files have it: its text, a line's end, the end mark on a line of its own.
std::string file_text(const Document& d);

/// Calls f(document, number) for each document of the corpus, until `size` bytes of file_text() are drawn.
/// Throws Error as DocumentSource.
void each_document(const CorpusOptions& options,
                   const std::function<void(const Document&, std::uint64_t)>& f);

/// Of the three texts of a corpus, fed document by document.
class CorpusHash {
  public:
    void add(Split split, std::string_view file_text);
    std::uint64_t value() const;

  private:
    std::array<std::uint64_t, 3> by_split_{0xcbf29ce484222325u, 0xcbf29ce484222325u, 0xcbf29ce484222325u};
};

struct CorpusReport {
    std::array<std::uint64_t, 3> documents{}, bytes{}, labels{}; ///< by split
    std::uint64_t hash = 0;                                      ///< of the three texts
};

/// Writes {train, validation, test}.{txt, labels.jsonl}, documents.txt, questions.jsonl and corpus.json into
/// `folder`, which is made if it is missing. The same options give the same bytes on every platform. Throws
/// Error if a file cannot be written.
CorpusReport write_corpus(const CorpusOptions& options, const std::filesystem::path& folder);

/// 16 hexadecimal digits.
std::string hex(std::uint64_t value);

/// What is known of a person, to be retrieved: "Mira the fox lives at the old mill. She owns ..."
std::string card_of(int person);

} // namespace gf::tinyville
