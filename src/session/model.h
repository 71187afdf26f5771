#pragma once
// A model as a person opens it: weights, tokenizer, and how to show and read its tokens.

#include "core/params.h"
#include "text/tokenizer.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

struct Model {
    std::string name; ///< of the file or folder
    std::shared_ptr<const Weights> weights;
    std::shared_ptr<const Tokenizer> tokenizer; ///< null: the model is driven by ids
    std::vector<std::string> warnings;          ///< e.g. tensors that hold NaN

    const ModelConfig& config() const { return weights->config; }
};

/// Loads a folder in Hugging Face layout or a llama2.c `.bin`, and its tokenizer: the given one, else
/// tokenizer.json in the folder, else none. Throws Error as the loaders do, and if the vocabularies do not
/// fit each other.
std::shared_ptr<const Model> open_model(const std::filesystem::path& model,
                                        const std::filesystem::path& tokenizer);

/// Why the model draws no next token, as in "this model reads in both directions"; empty if it does.
std::string_view other_purpose(const ModelConfig& config);

/// The id that every text of the model begins with, its tokenizer's word first; -1 if there is none. A
/// decoder that has an encoder and no BOS begins with EOS, as in training.
int bos_id(const Model& model);

/// The special token that stands for a hidden one, called as BERT's or RoBERTa's; -1 if there is none.
int mask_id(const Model& model);

/// Token ids of a prompt with BOS where the model has one; without tokenizer the text is read as ids ("1, 2,
/// 3"). An empty prompt gives BOS alone. Throws Error naming what is wrong with it.
std::vector<int> encode_prompt(const Model& model, std::string_view text);

/// Token ids of what an encoder reads; an empty text has none. Without tokenizer the text is read as ids.
std::vector<int> encode_source(const Model& model, std::string_view text);

/// Ids separated by commas or blanks; throws Error for anything else and for ids outside the vocabulary.
std::vector<int> parse_token_ids(const Model& model, std::string_view text);

/// For display, valid UTF-8: the piece of text, or "#17" without tokenizer.
std::string token_label(const Model& model, int token);

} // namespace gf
