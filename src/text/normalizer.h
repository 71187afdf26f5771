#pragma once
// Normalization: rewrites a text before it is cut into pieces. The steps bear Hugging Face's names. Made by
// parse_normalizer() and by the reader of SentencePiece's models, used by TextSplitter and by decoders.

#include "text/aligned_text.h"
#include "text/regex.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// One step of a normalizer. Immutable. Bytes that are no UTF-8 stay as they are.
class NormalizerStep {
  public:
    virtual ~NormalizerStep() = default;
    virtual AlignedText apply(const AlignedText& in) const = 0;
    virtual bool prepends() const { return false; }      ///< is it a Prepend?
    virtual bool is_byte_level() const { return false; } ///< is it ByteChars?
};

/// Puts `content` in front of every text that is not empty.
class Prepend : public NormalizerStep {
  public:
    explicit Prepend(std::string content) : content_(std::move(content)) {}
    AlignedText apply(const AlignedText& in) const override;
    bool prepends() const override { return true; }

  private:
    std::string content_;
};

/// Writes `content` for every match of `regex`.
class Replace : public NormalizerStep {
  public:
    Replace(Regex regex, std::string content) : regex_(std::move(regex)), content_(std::move(content)) {}
    AlignedText apply(const AlignedText& in) const override;

  private:
    Regex regex_;
    std::string content_;
};

/// Drops the white space at the ends of the text.
class StripSpace : public NormalizerStep {
  public:
    StripSpace(bool left, bool right) : left_(left), right_(right) {}
    AlignedText apply(const AlignedText& in) const override;

  private:
    bool left_, right_;
};

/// Rewrites each character by itself.
class MapChars : public NormalizerStep {
  public:
    /// Appends what becomes of `c`, which may be nothing.
    using Map = void (*)(char32_t c, std::string& out);
    explicit MapChars(Map map) : map_(map) {}
    AlignedText apply(const AlignedText& in) const override;

  private:
    Map map_;
};

/// One of Unicode's normal forms.
class NormalForm : public NormalizerStep {
  public:
    using Form = std::string (*)(std::string_view text);
    explicit NormalForm(Form form) : form_(form) {}
    AlignedText apply(const AlignedText& in) const override;

  private:
    Form form_;
};

/// Writes every byte as GPT-2's printable character for it (text/byte_level.h).
class ByteChars : public NormalizerStep {
  public:
    AlignedText apply(const AlignedText& in) const override;
    bool is_byte_level() const override { return true; }
};

/// All steps in order.
class Normalizer {
  public:
    /// `where` names the steps in messages.
    explicit Normalizer(std::string where = "") : where_(std::move(where)) {}

    void add(std::unique_ptr<const NormalizerStep> step) { steps_.push_back(std::move(step)); }
    bool prepends() const;
    bool is_byte_level() const;

    /// @throws Error if the steps make the text more than about 16 times as long, as a hostile file could.
    AlignedText apply(AlignedText text) const;

    /// What becomes of a text that stands by itself.
    std::string apply(std::string_view text) const { return std::string(apply(AlignedText(text)).text()); }

  private:
    std::string where_;
    std::vector<std::unique_ptr<const NormalizerStep>> steps_;
};

} // namespace gf
