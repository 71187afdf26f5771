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

class SubwordModel {
  public:
    virtual ~SubwordModel() = default;

    /// Appends the ids of one piece.
    /// @throws Error on a character that has no token, if there is no unknown token either.
    virtual void encode(std::string_view piece, std::vector<int>& ids) const = 0;

    const StringIdMap& vocab() const { return vocab_; }
    std::optional<int> unknown_id() const { return unknown_id_; }

  protected:
    explicit SubwordModel(std::string where) : where_(std::move(where)) {}

    /// Fills vocab_ from an object {"name": id, ...}.
    void read_vocab(const nlohmann::json& vocab);
    /// Sets unknown_id_ to the id of 'unk_token'; leaves it empty where that is null or missing.
    void read_unknown_token(const nlohmann::json& model);

    std::string where_; // names the model in messages
    StringIdMap vocab_;
    std::optional<int> unknown_id_;
};

/// Reads the object under "model" by its "type". `where` names it in messages.
/// @throws Error on a damaged model, and on settings that change the encoding and are not supported.
std::unique_ptr<const SubwordModel> parse_subword_model(const nlohmann::json& model,
                                                        const std::string& where);

/// Names and ids of a valid "vocab": an object of ids or, for Unigram, an array of [name, score].
std::vector<std::pair<std::string, int>> vocab_entries(const nlohmann::json& vocab);

} // namespace gf
