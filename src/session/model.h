#pragma once
// A model as a person opens it: weights, tokenizer, and how its tokens are read from text and shown. Used by
// the Engine, the command line and the window.

#include "core/params.h"
#include "text/tokenizer.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

struct Model {
    std::string name; ///< the file's or folder's, without extension
    std::shared_ptr<const Weights> weights;
    std::shared_ptr<const Tokenizer> tokenizer; ///< null: prompts are token ids
    std::vector<std::string> warnings; ///< what a person should know, said once: tensors that hold NaN, ...

    const ModelConfig& config() const { return weights->config; }
};

/// Loads a folder in Hugging Face layout or a llama2.c `.bin`, and its tokenizer: the given one, else
/// that in the folder (text/load_tokenizer.h), else none. `ignored_keys` are keys of config.json to read as
/// if they were not there.
/// @throws Error when a file cannot be read, or a llama2.c tokenizer has more tokens than the model
std::shared_ptr<const Model> open_model(const std::filesystem::path& model,
                                        const std::filesystem::path& tokenizer,
                                        const std::vector<std::string>& ignored_keys = {});

/// What a model that draws no next token does instead, to follow "this model ": "reads in both directions".
/// Empty for a model that continues text.
std::string_view non_generative_purpose(const ModelConfig& config);

/// Id of the token that every text of the model begins with; -1 if there is none. The tokenizer's BOS goes
/// before the config's. A decoder that has an encoder and no BOS begins with EOS, as in training.
int bos_id(const Model& model);

/// Id of the token that stands for a hidden one ([MASK] of BERT, <mask> of RoBERTa); -1 if there is none.
int mask_id(const Model& model);

/// Whether a text ends before this token: EOS, or the tokenizer's BOS, which begins another text.
bool ends_text(const Model& model, int token);

/// Token ids of a prompt, with BOS where the model has one; an empty prompt gives BOS alone. Without a
/// tokenizer the text is read by parse_token_ids().
/// @throws Error when the prompt is empty and there is no BOS, or an id is outside the vocabulary
std::vector<int> encode_prompt(const Model& model, std::string_view text);

/// Token ids of the text that an encoder reads; an empty text has none. Without a tokenizer the text is read
/// by parse_token_ids().
/// @throws Error on an id outside the vocabulary
std::vector<int> encode_source(const Model& model, std::string_view text);

/// @throws Error naming `where` if the model has no row for one of the ids, as its tokenizer may have more
/// tokens
void check_ids(const Model& model, std::span<const int> ids, const std::string& where);

/// Reads ids separated by commas or blanks.
/// @throws Error for anything else and for ids outside the vocabulary
std::vector<int> parse_token_ids(const Model& model, std::string_view text);

/// Text that shows a token, valid UTF-8: its piece, or "#17" where the tokenizer does not know it.
std::string token_label(const Model& model, int token);

} // namespace gf
