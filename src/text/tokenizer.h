#pragma once
// What every tokenizer can do: text to ids, ids to text. The vocabulary is data; only encoding differs
// between kinds.

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
    special, ///< a mark such as BOS: part of no text
};

/// One entry of a vocabulary.
struct Token {
    std::string name;  ///< as the file writes it: "Ġthe", "▁the", "<0x0A>", "<s>"
    std::string bytes; ///< the bytes that it stands for in a text: " the"; empty for special tokens
    TokenKind kind = TokenKind::text;
    bool hides_space =
        false; ///< the text after it begins with a space that encode() put there, and decode() drops
};

/// Immutable after construction; safe to use from many threads.
class Tokenizer {
  public:
    virtual ~Tokenizer() = default;

    /// Ids of `text`, which may hold any bytes. With `with_special`, also the tokens that the model was
    /// trained to see around a text (BOS, for most). Throws Error if the vocabulary has no token for a
    /// character and no way around it.
    virtual std::vector<int> encode(std::string_view text, bool with_special = true) const = 0;

    /// The bytes that `ids` stand for: the concatenation of next_bytes() over the ids, so it can be done step
    /// by step. Throws Error on an id outside [0, size()).
    std::string decode(std::span<const int> ids) const;

    /// The bytes that `id` adds after `previous` (none at the start of a text): token_bytes(id), without its
    /// leading space where encode() had put that space there itself.
    std::string_view next_bytes(std::optional<int> previous, int id) const;

    /// The bytes of one token, its leading space kept; empty for special tokens.
    const std::string& token_bytes(int id) const { return token(id).bytes; }

    /// As the vocabulary writes it: "Ġthe", "▁the", "##ing".
    const std::string& token_name(int id) const { return token(id).name; }

    /// For display, always valid UTF-8: text as it is, bytes that are no character as `<0xE2>`, special
    /// tokens by name.
    std::string piece(int id) const;

    /// The token of that name, if there is one. Looks through the whole vocabulary.
    std::optional<int> find_token(std::string_view name) const;

    TokenKind kind(int id) const { return token(id).kind; }
    int size() const { return static_cast<int>(tokens_.size()); }
    std::optional<int> bos_id() const { return bos_id_; }
    std::optional<int> eos_id() const { return eos_id_; }

  protected:
    /// `where` names the tokenizer's file in messages.
    explicit Tokenizer(std::string where) : where_(std::move(where)) {}

    const Token& token(int id) const;

    std::string where_;
    std::vector<Token> tokens_; // by id
    std::optional<int> bos_id_, eos_id_;
    bool start_hides_space_ = false; // as Token::hides_space, for the start of a text
};

/// From a token's name to its id. Names live in the map, so that it can be looked up by any view.
class TokenIds {
  public:
    /// Returns false, and changes nothing, if the name is taken.
    bool add(std::string name, int id) { return ids_.emplace(std::move(name), id).second; }
    std::optional<int> find(std::string_view name) const {
        const auto it = ids_.find(name);
        return it == ids_.end() ? std::nullopt : std::optional(it->second);
    }
    std::size_t size() const { return ids_.size(); }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, int, Hash, std::equal_to<>> ids_;
};

} // namespace gf
