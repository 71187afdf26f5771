#include "text/tokenizer_json.h"

#include "platform/error.h"
#include "text/subword_model.h"
#include "text/text_splitter.h"
#include "text/tokenizer_parts.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

class JsonTokenizer : public Tokenizer {
  public:
    JsonTokenizer(const json& file, const std::string& where);
    std::vector<int> encode(std::string_view text, bool with_special) const override;

  private:
    void fill_vocabulary(const json& vocab, const std::vector<AddedToken>& added);
    void mark_hidden_spaces(const std::vector<AddedToken>& added);

    TextSplitter splitter_;
    TokenDecoder decoder_;
    PostProcessor post_processor_;
    std::unique_ptr<const SubwordModel> model_;
};

/// The id of the first of `names` that is an added token. It finds BOS and EOS, since the file does not say
/// which tokens they are.
std::optional<int> find_added_token(const std::vector<AddedToken>& added,
                                    std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        for (const AddedToken& t : added)
            if (t.content == name) return t.id;
    return {};
}

JsonTokenizer::JsonTokenizer(const json& file, const std::string& where)
    : Tokenizer(where), splitter_(file, where),
      decoder_(optional_part(file, "decoder"), where + ": 'decoder'"),
      post_processor_(
          parse_post_processor(optional_part(file, "post_processor"), where + ": 'post_processor'")),
      model_(parse_subword_model(json_object(file, "model", where), where + ": 'model'")) {
    json_check_keys(file,
                    {"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
                     "post_processor", "decoder", "model"},
                    where);
    if (const std::string version = json_string_or(file, "version", "1.0", where); version != "1.0")
        throw Error({where + ": 'version'", "1.0", version, "Glassformer knows no other"});
    for (const char* key : {"truncation", "padding"})
        if (json_has(file, key))
            throw Error(
                {fmt::format("{}: '{}'", where, key), "null", json_summary(file.at(key)), "set it to null"});
    if (splitter_.is_byte_level() != decoder_.is_byte_level())
        throw Error({where + ": 'decoder'", "ByteLevel if and only if 'pre_tokenizer' has it",
                     json_summary(optional_part(file, "decoder")), "the file is damaged"});

    const std::vector<AddedToken>& added = splitter_.added_tokens();
    fill_vocabulary(file.at("model").at("vocab"), added);
    for (const std::vector<int>* ids : {&post_processor_.before, &post_processor_.after})
        for (const int id : *ids)
            if (id >= size())
                throw Error({where + ": 'post_processor'", fmt::format("token ids below {}", size()),
                             std::to_string(id), "the file is damaged"});
    mark_hidden_spaces(added);
    bos_id_ =
        find_added_token(added, {"<s>", "<|begin_of_text|>", "<bos>", "[BOS]", "[CLS]", "<|endoftext|>"});
    if (!post_processor_.before.empty()) bos_id_ = post_processor_.before.front();
    eos_id_ =
        find_added_token(added, {"</s>", "<|end_of_text|>", "<eos>", "[EOS]", "[SEP]", "<|endoftext|>"});
}

/// Fills tokens_ by id.
/// @throws Error unless the names have the ids from 0 up, each exactly once.
void JsonTokenizer::fill_vocabulary(const json& vocab, const std::vector<AddedToken>& added) {
    const StringIdMap& known = model_->vocab();
    const auto is_new = [&](const AddedToken& t) { return !known.find(t.content); };
    tokens_.resize(vocab.size() +
                   static_cast<std::size_t>(std::count_if(added.begin(), added.end(), is_new)));
    if (tokens_.empty()) throw Error({where_ + ": 'vocab'", "tokens", "none", "the file is damaged"});
    std::vector<bool> taken(tokens_.size());
    const auto claim = [&](int id, const std::string& name) {
        const auto i = static_cast<std::size_t>(id);
        if (id < size() && !taken[i]) {
            taken[i] = true;
            return;
        }
        const std::string found =
            id < size() ? fmt::format("{}, which is '{}' too", id, tokens_[i].name) : std::to_string(id);
        throw Error({fmt::format("{}: token '{}'", where_, name),
                     fmt::format("the ids 0 to {}, each once", size() - 1), found, "the file is damaged"});
    };

    for (const auto& [name, id] : vocab_entries(vocab)) {
        claim(id, name);
        tokens_[static_cast<std::size_t>(id)] = decoder_.make_token(name);
    }
    for (const AddedToken& t : added) {
        if (is_new(t))
            claim(t.id, t.content);
        else if (const int id = *known.find(t.content); id != t.id)
            throw Error({fmt::format("{}: 'added_tokens' '{}'", where_, t.content),
                         fmt::format("id {}, as in 'vocab'", id), std::to_string(t.id),
                         "the file is damaged"});
        tokens_[static_cast<std::size_t>(t.id)] =
            t.special ? Token{t.content, "", TokenKind::special} : decoder_.make_token(t.content);
    }
}

/// Marks where encoding puts a space that decoding must drop again: at the start of the text, and for some
/// files also after an added token.
void JsonTokenizer::mark_hidden_spaces(const std::vector<AddedToken>& added) {
    start_hides_space_ = decoder_.strips_leading_space();
    if (!start_hides_space_) return;
    for (const int id : post_processor_.before) tokens_[static_cast<std::size_t>(id)].hides_next_space = true;
    for (const AddedToken& t : added) {
        if (splitter_.adds_space_after(t) && t.id != model_->unknown_id())
            tokens_[static_cast<std::size_t>(t.id)].hides_next_space = true;
    }
}

std::vector<int> JsonTokenizer::encode(std::string_view text, bool with_special) const {
    std::vector<int> ids;
    if (with_special) ids = post_processor_.before;
    splitter_.split(
        text, [&](int id) { ids.push_back(id); },
        [&](std::string_view piece) { model_->encode(piece, ids); });
    if (with_special) ids.insert(ids.end(), post_processor_.after.begin(), post_processor_.after.end());
    return ids;
}

} // namespace

std::shared_ptr<const Tokenizer> parse_tokenizer_json(std::string_view bytes, const std::string& where) {
    const json file = parse_json(bytes, where);
    if (!file.is_object())
        throw Error({where, "an object with 'model'", json_summary(file), "this is no tokenizer.json"});
    return std::make_shared<JsonTokenizer>(file, where);
}

} // namespace gf
