#pragma once
// The "model" of a tokenizer.json: from a piece of text to the ids of its tokens.

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

    /// Appends the ids of one piece. Throws Error on a character that has no token, if there is no unknown
    /// token either.
    virtual void encode(std::string_view piece, std::vector<int>& ids) const = 0;

    const TokenIds& vocab() const { return vocab_; }
    std::optional<int> unknown_id() const { return unknown_id_; }

  protected:
    explicit SubwordModel(std::string where) : where_(std::move(where)) {}

    /// Reads {"name": id}.
    void read_vocab(const nlohmann::json& vocab);
    /// Finds 'unk_token' in the vocabulary; null is none.
    void read_unknown(const nlohmann::json& model);

    std::string where_;
    TokenIds vocab_;
    std::optional<int> unknown_id_;
};

/// Reads the object under "model" by its "type". Throws Error, with `where`, on all that encode() cannot run
/// exactly.
std::unique_ptr<const SubwordModel> parse_subword_model(const nlohmann::json& model,
                                                        const std::string& where);

/// Names and ids of a model's "vocab", an object of ids or (Unigram) an array of [name, score].
std::vector<std::pair<std::string, int>> vocab_entries(const nlohmann::json& vocab);

} // namespace gf
