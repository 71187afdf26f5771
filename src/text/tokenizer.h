#pragma once
// The tokenizer of a model: from text to token ids and back. Sessions, training, and the window's views of
// tokens use this interface, and load_tokenizer() makes the tokenizers. All have a vocabulary of plain data;
// they differ only in how they encode.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gf {

enum class TokenKind {
    text,    ///< a piece of text
    byte,    ///< one byte, for characters that the vocabulary lacks
    special, ///< a mark such as BOS, which is part of no text
};

/// One entry of a vocabulary.
struct Token {
    std::string name;          ///< as the file writes it: "Ġthe", "▁the", "<0x0A>", "<s>"
    std::string bytes{};       ///< what it stands for in a text: " the"; empty for special tokens
    std::string start_bytes{}; ///< what it stands for at the start of a text: "the"
    TokenKind kind = TokenKind::text;
    /// encode() puts a space in front of the text after this token, and decode() drops it again.
    bool hides_next_space = false;
    /// Its last byte is a space that stands between words, and not at the end of a text.
    bool ends_word = false;
};

/// A token of a text, and the part of the text that it stands for: bytes [begin, end). A token that was added
/// around the text stands for nothing.
struct TokenSpan {
    int id;
    std::size_t begin, end;
    bool operator==(const TokenSpan&) const = default;
};

/// Immutable after construction; safe to use from many threads.
class Tokenizer {
  public:
    virtual ~Tokenizer() = default;

    /// The tokens of `text`, which may hold any bytes. `with_special` adds the tokens that the model was
    /// trained to see around a text (BOS, for most).
    /// @throws Error if a character has no token, and the file neither has an unknown token or byte tokens in
    /// its place nor leaves such characters out.
    virtual std::vector<TokenSpan> encode_spans(std::string_view text, bool with_special = true) const = 0;

    /// Their ids.
    std::vector<int> encode(std::string_view text, bool with_special = true) const;

    /// The bytes that `ids` stand for. They are what next_bytes() gives for one id after the other, so a
    /// text can be decoded step by step as well; only a space that ends the last word is dropped.
    /// @throws Error on an id outside [0, size()), as do all members that take an id.
    std::string decode(std::span<const int> ids) const;

    /// The bytes that `id` adds to a text after the tokens `before`. They are token_bytes(id) without its
    /// leading space where encode() had put that space there itself. Special tokens do not begin a text, nor
    /// do ids in `before` that are outside of [0, size()), which a model may have.
    std::string_view next_bytes(std::span<const int> before, int id) const;

    /// The bytes of one token, its leading space kept; empty for special tokens.
    const std::string& token_bytes(int id) const { return token(id).bytes; }

    /// The token as the vocabulary writes it: "Ġthe", "▁the", "##ing".
    const std::string& token_name(int id) const { return token(id).name; }

    /// The token for display, always valid UTF-8: text as it is, bytes that are no character as `<0xE2>`,
    /// special tokens by name.
    std::string display_text(int id) const;

    /// The token of that name, if there is one. Looks through the whole vocabulary.
    std::optional<int> find_token(std::string_view name) const;

    TokenKind kind(int id) const { return token(id).kind; }
    int size() const { return static_cast<int>(tokens_.size()); }
    /// What the person who opens this should know, each a sentence: parts of the file that are not followed,
    /// texts that lose characters.
    const std::vector<std::string>& notices() const { return notices_; }
    std::optional<int> bos_id() const { return bos_id_; }
    std::optional<int> eos_id() const { return eos_id_; }

  protected:
    /// `where` names the tokenizer's file in messages.
    explicit Tokenizer(std::string where) : where_(std::move(where)) {}

    const Token& token(int id) const;

    std::string where_;
    std::vector<Token> tokens_; // by id
    std::optional<int> bos_id_, eos_id_;
    bool repeats_are_one_ = false; // a token that repeats the one before it adds nothing, as in CTC
    std::vector<std::string> notices_;
};

/// `bytes` without its leading space, if it has one.
std::string_view without_leading_space(std::string_view bytes);

/// A map from strings, such as tokens' names, to ids. It is looked up by a view, without a copy.
class StringIdMap {
  public:
    /// Returns false, and changes nothing, if the map has the name already.
    bool add(std::string name, int id) { return ids_.emplace(std::move(name), id).second; }
    std::size_t size() const { return ids_.size(); }
    std::optional<int> find(std::string_view name) const {
        const auto it = ids_.find(name);
        return it == ids_.end() ? std::nullopt : std::optional(it->second);
    }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, int, Hash, std::equal_to<>> ids_;
};

} // namespace gf
