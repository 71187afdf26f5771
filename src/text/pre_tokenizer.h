#pragma once
// Pre-tokenization: cuts a text into the pieces that the model of a tokenizer encodes one by one, so that
// no token reaches across two pieces. The steps bear Hugging Face's names. Made by parse_pre_tokenizer(),
// used by TextSplitter.

#include "text/aligned_text.h"
#include "text/normalizer.h"
#include "text/regex.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// A text cut into pieces: piece i is text.part({ends[i-1], ends[i]}).
struct Pieces {
    AlignedText text;
    std::vector<std::size_t> ends;

    std::size_t size() const { return ends.size(); }
    Span span(std::size_t i) const { return {i == 0 ? 0 : ends[i - 1], ends[i]}; }
    std::string_view operator[](std::size_t i) const { return text.part(span(i)); }
    /// Ends the last piece at the end of `text`, unless it would be empty.
    void end_piece() {
        if (text.size() > (ends.empty() ? 0 : ends.back())) ends.push_back(text.size());
    }
};

/// One step of a pre-tokenizer. It rewrites or cuts the pieces that the step before it made. Immutable.
class PreTokenizerStep {
  public:
    virtual ~PreTokenizerStep() = default;
    virtual Pieces apply(const Pieces& in) const = 0;
};

/// What Split does with the matches of its expression (Hugging Face's SplitDelimiterBehavior): drop them,
/// make each a piece, join it to the text before or after it, or join neighbouring matches into one piece.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// Cuts at the matches of `regex`. With `invert`, the matches and the gaps between them change roles. Bytes
/// that are no UTF-8 belong to gaps.
class Split : public PreTokenizerStep {
  public:
    Split(Regex regex, SplitBehavior behavior, bool invert)
        : regex_(std::move(regex)), behavior_(behavior), invert_(invert) {}
    Pieces apply(const Pieces& in) const override;

  private:
    struct Part {
        Span span;
        bool is_match;
    };
    void find_parts(std::string_view piece, std::vector<Part>& parts) const;
    void merge_parts(std::vector<Part>& parts) const;

    Regex regex_;
    SplitBehavior behavior_;
    bool invert_;
};

/// Which pieces Metaspace marks at their front: none, that at the beginning of the text, or all.
enum class PrefixScheme { never, first, always };

/// Writes `mark` for every space. Also puts it in front of the pieces that `scheme` names, unless they
/// begin with a space or a mark.
class Metaspace : public PreTokenizerStep {
  public:
    Metaspace(std::string mark, PrefixScheme scheme) : mark_(std::move(mark)), scheme_(scheme) {}
    Pieces apply(const Pieces& in) const override;

  private:
    std::string mark_;
    PrefixScheme scheme_;
};

/// Puts a space in front of every piece that does not begin with one.
class PrefixSpace : public PreTokenizerStep {
  public:
    Pieces apply(const Pieces& in) const override;
};

/// Rewrites every piece by a step of normalizers.
class RewritePieces : public PreTokenizerStep {
  public:
    explicit RewritePieces(std::unique_ptr<const NormalizerStep> step) : step_(std::move(step)) {}
    Pieces apply(const Pieces& in) const override;

  private:
    std::unique_ptr<const NormalizerStep> step_;
};

/// The steps in order, and what decoding must know of them.
struct PreTokenizer {
    std::vector<std::unique_ptr<const PreTokenizerStep>> steps;
    bool is_byte_level = false;
    bool drops_text = false;             ///< such as the white space between words
    bool prefixes_every_segment = false; ///< text after an added token gets a space in front, too
    std::string space_mark;              ///< what Metaspace writes for a space; empty without one
};

} // namespace gf
