#pragma once
// The steps of a tokenizer.json between a text and its pieces. BPE merges within a piece, never across.

#include "text/regex.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// A text cut into pieces: piece i is text[ends[i-1], ends[i]).
struct Pieces {
    std::string text;
    std::vector<std::size_t> ends;
    bool at_start = true; ///< the first piece begins where the whole text begins

    std::size_t size() const { return ends.size(); }
    std::string_view operator[](std::size_t i) const {
        const std::size_t begin = i == 0 ? 0 : ends[i - 1];
        return std::string_view(text).substr(begin, ends[i] - begin);
    }
    /// Ends a piece at the end of the text, unless it would be empty.
    void cut() {
        if (text.size() > (ends.empty() ? 0 : ends.back())) ends.push_back(text.size());
    }
};

/// One step, immutable: rewrites or cuts the pieces that the step before left.
class PreTokenizer {
  public:
    virtual ~PreTokenizer() = default;
    virtual Pieces apply(const Pieces& in) const = 0;
};

/// Where a piece is cut around the matches of an expression (Hugging Face's SplitDelimiterBehavior).
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// Cuts at the matches of `regex`; with `invert`, matches and gaps change roles. Bytes that are no UTF-8 are
/// gaps.
class Split : public PreTokenizer {
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

enum class PrefixScheme { never, first, always };

/// Writes `mark` for every space, and a mark in front of the text (first) or of every piece (always) that has
/// none there.
class Metaspace : public PreTokenizer {
  public:
    Metaspace(std::string mark, PrefixScheme scheme) : mark_(std::move(mark)), scheme_(scheme) {}
    Pieces apply(const Pieces& in) const override;

  private:
    std::string mark_;
    PrefixScheme scheme_;
};

/// Puts a space in front of every piece that has none there.
class PrefixSpace : public PreTokenizer {
  public:
    Pieces apply(const Pieces& in) const override;
};

/// Writes every byte as GPT-2's printable character for it (text/byte_level.h).
class ByteLevel : public PreTokenizer {
  public:
    Pieces apply(const Pieces& in) const override;
};

} // namespace gf
