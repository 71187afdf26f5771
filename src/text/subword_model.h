#pragma once
// The "model" of a tokenizer.json, which turns a piece of text into the ids of its tokens. Used by the
// tokenizer of tokenizer_json.cpp.

#include "io/json.h"
#include "text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// A token of a piece, for its bytes [begin, end), which are not none.
struct PieceToken {
    int id;
    std::size_t begin, end;
};

class SubwordModel {
  public:
    virtual ~SubwordModel() = default;

    /// Appends the tokens of one piece.
    /// @throws Error on a character that has no token, if there must be an unknown token and is none.
    virtual void encode(std::string_view piece, std::vector<PieceToken>& tokens) const = 0;

    /// Are characters without a token left out?
    virtual bool drops_unknown() const { return false; }

    const StringIdMap& vocab() const { return vocab_; }
    std::optional<int> unknown_id() const { return unknown_id_; }

  protected:
    explicit SubwordModel(std::string where) : where_(std::move(where)) {}

    /// Fills vocab_ from an object {"name": id, ...}.
    void read_vocab(const nlohmann::json& vocab);
    /// Sets unknown_name_ to 'unk_token', if that is not null or missing, or else to `fallback`; unknown_id_
    /// is its id, if it is in the vocabulary.
    void read_unknown_token(const nlohmann::json& model, const std::string& fallback);
    /// The unknown token, which `text` needs.
    /// @throws Error if there is none
    int unknown_id_for(std::string_view text) const;

    std::string where_; // names the model in messages
    StringIdMap vocab_;
    std::string unknown_name_; // empty for none
    std::optional<int> unknown_id_;
};

/// Reads the object under "model" by its "type"; older files lack that, and are known by their other keys.
/// `where` names it in messages.
/// @throws Error on a damaged model, and on settings that change the encoding and are not supported.
std::unique_ptr<const SubwordModel> parse_subword_model(const nlohmann::json& model,
                                                        const std::string& where);

/// Names and ids of a valid "vocab": an object of ids or, for Unigram, an array of [name, score].
std::vector<std::pair<std::string, int>> vocab_entries(const nlohmann::json& vocab);

} // namespace gf
