#include "text/tokenizer_json.h"

#include "platform/error.h"
#include "text/byte_level.h"
#include "text/subword_model.h"
#include "text/text_splitter.h"
#include "text/token_decoder.h"
#include "text/tokenizer_parts.h"
#include "text/utf8.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace gf {

using nlohmann::json;

namespace {

class JsonTokenizer : public Tokenizer {
  public:
    JsonTokenizer(const json& file, const std::string& where);
    std::vector<TokenSpan> encode_spans(std::string_view text, bool with_special) const override;

  private:
    std::vector<AddedToken> place_added_tokens(std::vector<AddedToken> added);
    void fill_vocabulary(const json& vocab);
    void check_post_processor() const;
    void mark_hidden_spaces();
    void note_ignored_settings(const json& file);
    void note_dropped_characters();

    std::unique_ptr<const SubwordModel> model_;
    std::vector<AddedToken> added_;
    TextSplitter splitter_;
    TokenDecoder decoder_;
    PostProcessor post_processor_;
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
    : Tokenizer(where), model_(parse_subword_model(json_object(file, "model", where), where + ": 'model'")),
      added_(place_added_tokens(read_added_tokens(file, where))), splitter_(file, where, added_),
      decoder_(optional_part(file, "decoder"), where + ": 'decoder'", splitter_.pre_tokenizer(),
               splitter_.is_byte_level()),
      post_processor_(
          parse_post_processor(optional_part(file, "post_processor"), where + ": 'post_processor'")) {
    json_check_keys(file,
                    {"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
                     "post_processor", "decoder", "model"},
                    where);
    if (const std::string version = json_string_or(file, "version", "1.0", where); version != "1.0")
        throw Error({where + ": 'version'", "1.0", version, "Glassformer knows no other"});
    note_ignored_settings(file);

    fill_vocabulary(file.at("model").at("vocab"));
    note_dropped_characters();
    check_post_processor();
    mark_hidden_spaces();
    repeats_are_one_ = decoder_.repeats_are_one();
    notices_.insert(notices_.end(), decoder_.notices().begin(), decoder_.notices().end());
    bos_id_ =
        find_added_token(added_, {"<s>", "<|begin_of_text|>", "<bos>", "[BOS]", "[CLS]", "<|endoftext|>"});
    if (!post_processor_.before.empty()) bos_id_ = post_processor_.before.front();
    eos_id_ =
        find_added_token(added_, {"</s>", "<|end_of_text|>", "<eos>", "[EOS]", "[SEP]", "<|endoftext|>"});
}

/// Gives added tokens their ids as Hugging Face's library does, which does not follow those of the file: the
/// id of the vocabulary's token of that name, or else the first id after the vocabulary and the tokens added
/// before.
std::vector<AddedToken> JsonTokenizer::place_added_tokens(std::vector<AddedToken> added) {
    const int n_vocab = static_cast<int>(model_->vocab().size());
    StringIdMap placed;
    int next = n_vocab, n_moved = 0;
    for (AddedToken& t : added) {
        const int id_in_file = t.id;
        if (const auto known = model_->vocab().find(t.content))
            t.id = *known;
        else if (const auto before = placed.find(t.content))
            t.id = *before;
        else
            t.id = next;
        placed.add(t.content, t.id);
        next = std::max(next, t.id < std::numeric_limits<int>::max() ? t.id + 1 : t.id);
        if (t.id != id_in_file && ++n_moved == 1)
            notices_.push_back(
                fmt::format("{}: '{}' has id {} and not {}: Hugging Face's library leaves no gaps", where_,
                            t.content, t.id, id_in_file));
    }
    if (n_moved > 1) notices_.back() += fmt::format(", nor for {} more added tokens", n_moved - 1);
    return added;
}

/// Fills tokens_ by id. Ids that no token has get a special one without a text.
/// @throws Error if two tokens of the vocabulary have one id, or an id is far above the number of tokens
void JsonTokenizer::fill_vocabulary(const json& vocab) {
    constexpr std::size_t k_most_gaps = 1'000'000;
    const std::vector<std::pair<std::string, int>> entries = vocab_entries(vocab);
    if (entries.empty() && added_.empty())
        throw Error({where_ + ": 'vocab'", "tokens", "none", "the file is damaged"});
    const std::size_t most = entries.size() + added_.size() + k_most_gaps;
    const auto make_room = [&](const std::string& name, int id) -> Token& {
        const auto i = static_cast<std::size_t>(id);
        if (i >= most)
            throw Error({fmt::format("{}: token '{}'", where_, name), fmt::format("an id below {}", most),
                         std::to_string(id), "the file is damaged"});
        while (tokens_.size() <= i)
            tokens_.push_back({.name = fmt::format("#{}", tokens_.size()), .kind = TokenKind::special});
        return tokens_[i];
    };
    std::vector<bool> taken;
    for (const auto& [name, id] : entries) {
        Token& token = make_room(name, id);
        taken.resize(tokens_.size());
        if (taken[static_cast<std::size_t>(id)])
            throw Error({fmt::format("{}: token '{}'", where_, name), "an id of its own",
                         fmt::format("{}, which is '{}' too", id, token.name), "the file is damaged"});
        taken[static_cast<std::size_t>(id)] = true;
        token = decoder_.make_token(name);
    }
    for (const AddedToken& t : added_)
        make_room(t.content, t.id) =
            t.special ? Token{.name = t.content, .kind = TokenKind::special} : decoder_.make_token(t.content);
}

void JsonTokenizer::check_post_processor() const {
    for (const std::vector<int>* ids : {&post_processor_.before, &post_processor_.after})
        for (const int id : *ids)
            if (id >= size())
                throw Error({where_ + ": 'post_processor'", fmt::format("token ids below {}", size()),
                             std::to_string(id), "the file is damaged"});
}

/// Marks the added tokens after which encoding puts a space that decoding must drop again.
void JsonTokenizer::mark_hidden_spaces() {
    const bool hides_at_start = std::any_of(tokens_.begin(), tokens_.end(),
                                            [](const Token& t) { return t.bytes == " " + t.start_bytes; });
    if (!hides_at_start) return;
    for (const AddedToken& t : added_) {
        if (splitter_.adds_space_after(t) && t.id != model_->unknown_id())
            tokens_[static_cast<std::size_t>(t.id)].hides_next_space = true;
    }
}

void JsonTokenizer::note_ignored_settings(const json& file) {
    if (json_has(file, "truncation"))
        notices_.push_back(where_ + ": 'truncation' is not followed: texts are read whole");
    if (json_has(file, "padding"))
        notices_.push_back(where_ + ": 'padding' is not followed: texts are not filled up");
}

/// Says which bytes encoding leaves out, where a vocabulary of bytes lacks some.
void JsonTokenizer::note_dropped_characters() {
    if (!model_->drops_unknown() || !splitter_.is_byte_level()) return;
    std::string missing;
    int n_missing = 0;
    for (int i = 0; i < 256; ++i) {
        const auto byte = static_cast<unsigned char>(i + ' '); // those that people type come first
        if (model_->vocab().find(byte_level_char(byte))) continue;
        if (++n_missing > 3) continue;
        const std::string shown =
            byte > ' ' && byte < 0x7F ? fmt::format("'{}'", char(byte)) : byte_name(byte);
        missing += (missing.empty() ? "" : ", ") + (byte == ' ' ? "the space" : shown);
    }
    if (n_missing > 0)
        notices_.push_back(
            fmt::format("{}: {} of the 256 bytes have no token and are left out of texts: {}{}", where_,
                        n_missing, missing, n_missing > 3 ? " ..." : ""));
}

std::vector<TokenSpan> JsonTokenizer::encode_spans(std::string_view text, bool with_special) const {
    std::vector<TokenSpan> tokens;
    std::vector<PieceToken> of_piece;
    const auto add_special = [&](const std::vector<int>& ids) {
        if (with_special)
            for (const int id : ids) tokens.push_back({id, 0, 0});
    };
    add_special(post_processor_.before);
    splitter_.split(
        text,
        [&](int id, Origin origin) {
            tokens.push_back({id, origin.begin, origin.end});
        },
        [&](const AlignedText& pieces, Span span) {
            of_piece.clear();
            model_->encode(pieces.part(span), of_piece);
            for (const PieceToken& t : of_piece) {
                const Origin origin = pieces.origin(Span{span.begin + t.begin, span.begin + t.end});
                tokens.push_back({t.id, origin.begin, origin.end});
            }
        });
    add_special(post_processor_.after);
    return tokens;
}

} // namespace

std::shared_ptr<const Tokenizer> make_tokenizer(const json& file, const std::string& where) {
    if (!file.is_object())
        throw Error({where, "an object with 'model'", json_summary(file), "this is no tokenizer.json"});
    return std::make_shared<JsonTokenizer>(file, where);
}

std::shared_ptr<const Tokenizer> parse_tokenizer_json(std::string_view bytes, const std::string& where) {
    return make_tokenizer(parse_json(bytes, where), where);
}

} // namespace gf
