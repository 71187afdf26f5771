#include "session/model.h"

#include "io/model_file.h"
#include "platform/error.h"
#include "text/load_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace gf {
namespace {

namespace fs = std::filesystem;

/// Path of the tokenizer beside the model; empty if there is none.
fs::path tokenizer_beside(const fs::path& model) {
    const bool is_folder = fs::is_directory(model);
    if (!is_folder && model.extension() != ".safetensors") return {};
    return tokenizer_in(is_folder ? model : model.parent_path());
}

} // namespace

std::shared_ptr<const Model> open_model(const fs::path& given, const fs::path& tokenizer_path,
                                        const std::vector<std::string>& ignored_keys) {
    if (given.empty())
        throw Error(
            {"model", "a folder in Hugging Face layout, or a llama2.c .bin", "an empty name", "name one"});
    auto model = std::make_shared<Model>();
    const fs::path path = model_path(given);
    model->weights = load_model(path, model->warnings, ignored_keys);
    model->name = model_name(given);
    const fs::path tokenizer_file = tokenizer_path.empty() ? tokenizer_beside(path) : tokenizer_path;
    if (tokenizer_file.empty()) return model;
    model->tokenizer = load_tokenizer(tokenizer_file);
    const std::vector<std::string>& notices = model->tokenizer->notices();
    model->warnings.insert(model->warnings.end(), notices.begin(), notices.end());
    const int n_tokens = model->tokenizer->size(), d_vocab = model->config().d_vocab;
    if (n_tokens > d_vocab && tokenizer_file.extension() == ".bin") // llama2.c's have just the model's tokens
        throw Error({tokenizer_file.string(),
                     fmt::format("at most d_vocab = {} tokens, as {} has", d_vocab, path.string()),
                     std::to_string(n_tokens), "pass the tokenizer that belongs to this model"});
    if (n_tokens > d_vocab)
        model->warnings.push_back(
            fmt::format("{}: {} of its {} tokens, such as '{}', cannot be used: the model has {}",
                        tokenizer_file.string(), n_tokens - d_vocab, n_tokens,
                        model->tokenizer->display_text(d_vocab), d_vocab));
    if (n_tokens < d_vocab)
        model->warnings.push_back(fmt::format("{}: the model has {} ids that the tokenizer does not know",
                                              tokenizer_file.string(), d_vocab - n_tokens));
    return model;
}

std::vector<int> parse_token_ids(const Model& model, std::string_view text) {
    std::vector<int> ids;
    const auto refuse = [](std::string_view word, const std::string& expected) {
        throw Error({"token ids", expected, fmt::format("'{:.40}'", word), "write them as 1,2,3"});
    };
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ',' || text[i] == ' ' || text[i] == '\n' || text[i] == '\t') {
            ++i;
            continue;
        }
        const std::size_t end = std::min(text.find_first_of(", \n\t", i), text.size());
        const std::string_view word = text.substr(i, end - i);
        int id = -1;
        const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (error != std::errc() || stop != word.data() + word.size()) refuse(word, "whole numbers");
        if (id < 0 || id >= model.config().d_vocab)
            refuse(word, fmt::format("ids from 0 to {}", model.config().d_vocab - 1));
        ids.push_back(id);
        i = end;
    }
    return ids;
}

std::string_view non_generative_purpose(const ModelConfig& config) {
    switch (config.head) {
    case OutputHead::masked_tokens: return "fills in masked tokens";
    case OutputHead::classes: return "sorts texts into classes";
    case OutputHead::embedding: return "turns a text into one vector";
    case OutputHead::none: return "has no output layer";
    case OutputHead::tokens: break;
    }
    return config.continues_text() ? "" : "reads in both directions";
}

int bos_id(const Model& model) {
    const std::optional<int> own = model.tokenizer ? model.tokenizer->bos_id() : std::nullopt;
    const int bos = own.value_or(model.config().bos_id);
    if (bos >= 0 || !model.config().has_encoder()) return bos;
    const std::optional<int> eos = model.tokenizer ? model.tokenizer->eos_id() : std::nullopt;
    return eos.value_or(model.config().eos_id);
}

int mask_id(const Model& model) {
    for (const char* name : {"[MASK]", "<mask>"})
        if (const auto id = model.tokenizer ? model.tokenizer->find_token(name) : std::nullopt) return *id;
    return -1;
}

bool ends_text(const Model& model, int token) {
    const Tokenizer* t = model.tokenizer.get();
    return token == model.config().eos_id || (t && (token == t->eos_id() || token == t->bos_id()));
}

std::vector<int> encode_prompt(const Model& model, std::string_view text) {
    std::vector<int> ids;
    if (!model.tokenizer)
        ids = parse_token_ids(model, text);
    else if (!text.empty())
        ids = model.tokenizer->encode(text);
    if (!ids.empty() && model.config().has_encoder() && model.tokenizer && !model.tokenizer->bos_id() &&
        bos_id(model) >= 0)
        ids.insert(ids.begin(), bos_id(model));
    if (ids.empty()) {
        ids.push_back(bos_id(model));
        if (ids[0] < 0)
            throw Error({"prompt", "at least one token (this model has no BOS token to start from)",
                         "an empty prompt", "type some text"});
    }
    check_ids(model, ids, "prompt");
    return ids;
}

std::vector<int> encode_source(const Model& model, std::string_view text) {
    if (text.empty()) return {};
    std::vector<int> ids = model.tokenizer ? model.tokenizer->encode(text) : parse_token_ids(model, text);
    check_ids(model, ids, "source");
    return ids;
}

void check_ids(const Model& model, std::span<const int> ids, const std::string& where) {
    for (const int id : ids)
        if (id >= model.config().d_vocab)
            throw Error({where,
                         fmt::format("tokens below d_vocab = {}, as the model has", model.config().d_vocab),
                         fmt::format("'{}', which is token {}", token_label(model, id), id),
                         "leave it out, or use the tokenizer that belongs to the model"});
}

std::string token_label(const Model& model, int token) {
    if (!model.tokenizer || token >= model.tokenizer->size()) return fmt::format("#{}", token);
    return model.tokenizer->display_text(token);
}

} // namespace gf
