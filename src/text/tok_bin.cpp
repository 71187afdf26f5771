#include "text/tok_bin.h"

#include "platform/error.h"
#include "text/merge_pairs.h"
#include "text/utf8.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>

namespace gf {

namespace {

constexpr int k_bos = 1, k_eos = 2, k_first_byte = 3; // token ids
constexpr int k_min_size = k_first_byte + 256;        // tokens: the special ones and one for each byte
constexpr std::int32_t k_longest_token = 1024;        // bytes; real ones stay below 100

class TokBinTokenizer : public Tokenizer {
  public:
    TokBinTokenizer(std::string_view bytes, const std::string& where, std::optional<int> expected_size);
    std::vector<TokenSpan> encode_spans(std::string_view text, bool with_special) const override;

  private:
    void read_token(std::string_view& rest);
    void add_token(std::string_view name, float score);
    std::string_view read_bytes(std::string_view& rest, std::size_t n) const;
    template <class T>
    T read_value(std::string_view& rest) const;
    [[noreturn]] void refuse_token(const char* field, const std::string& expected,
                                   const std::string& found) const;
    std::optional<Merge> find_merge(int left, int right) const;

    StringIdMap ids_;
    std::vector<float> scores_; // by id
    std::size_t longest_ = 0;   // bytes of the longest token
    int space_id_ = -1;         // the token " "
};

/// llama2.c writes the names of special tokens with newlines around them: "\n<s>\n".
std::string trim_newlines(std::string_view name) {
    while (name.starts_with('\n')) name.remove_prefix(1);
    while (name.ends_with('\n')) name.remove_suffix(1);
    return std::string(name);
}

TokBinTokenizer::TokBinTokenizer(std::string_view bytes, const std::string& where,
                                 std::optional<int> expected_size)
    : Tokenizer(where) {
    const auto longest = read_value<std::int32_t>(bytes);
    if (longest < 1 || longest > k_longest_token)
        throw Error({where + ": max_token_length", fmt::format("1 to {}", k_longest_token),
                     std::to_string(longest), "this is no llama2.c tokenizer"});
    longest_ = static_cast<std::size_t>(longest);
    while (!bytes.empty()) read_token(bytes);

    if (size() < k_min_size)
        throw Error({where, fmt::format("at least {} tokens", k_min_size), std::to_string(size()),
                     "the file is truncated"});
    if (expected_size && size() != *expected_size)
        throw Error({where, fmt::format("{} tokens, as the model has", *expected_size),
                     std::to_string(size()), "pass the tokenizer that belongs to the model"});
    const auto space = ids_.find(" ");
    if (!space)
        throw Error({where, "a token ' ', which begins every text", "none", "this is no llama2.c tokenizer"});
    space_id_ = *space;
    bos_id_ = k_bos;
    eos_id_ = k_eos;
    tokens_[k_bos].hides_next_space = true;
}

/// Takes `n` bytes off the front of `rest`, which is what is left of the file.
std::string_view TokBinTokenizer::read_bytes(std::string_view& rest, std::size_t n) const {
    if (rest.size() < n)
        throw Error({fmt::format("{}: token {}", where_, size()), fmt::format("{} more bytes", n),
                     fmt::format("the end of the file after {}", rest.size()),
                     "the file is truncated, or no llama2.c tokenizer"});
    const std::string_view taken = rest.substr(0, n);
    rest.remove_prefix(n);
    return taken;
}

template <class T>
T TokBinTokenizer::read_value(std::string_view& rest) const {
    T value; // the file is little-endian, like every machine that this runs on
    std::memcpy(&value, read_bytes(rest, sizeof value).data(), sizeof value);
    return value;
}

void TokBinTokenizer::refuse_token(const char* field, const std::string& expected,
                                   const std::string& found) const {
    throw Error(
        {fmt::format("{}: token {}{}", where_, size(), field), expected, found, "the file is damaged"});
}

void TokBinTokenizer::read_token(std::string_view& rest) {
    const auto score = read_value<float>(rest);
    if (!std::isfinite(score)) refuse_token(", score", "a finite number", fmt::format("{}", score));
    const auto length = read_value<std::int32_t>(rest);
    if (length < 1 || static_cast<std::size_t>(length) > longest_)
        refuse_token(", length", fmt::format("1 to {} (max_token_length)", longest_), std::to_string(length));
    add_token(read_bytes(rest, static_cast<std::size_t>(length)), score);
}

void TokBinTokenizer::add_token(std::string_view name, float score) {
    const int id = size();
    Token token{.name = std::string(name), .bytes = std::string(name)};
    if (id < k_first_byte) {
        token.name = trim_newlines(name);
        token.bytes.clear();
        token.kind = TokenKind::special;
    } else if (id < k_min_size) {
        const auto byte = static_cast<unsigned char>(id - k_first_byte);
        if (name != byte_name(byte))
            refuse_token("", byte_name(byte) + ", as 3 to 258 are the bytes", escape_invalid_utf8(name));
        token.bytes = std::string(1, static_cast<char>(byte));
        token.kind = TokenKind::byte;
    }
    if (!ids_.add(std::string(name), id))
        refuse_token("", "a text that no token before has",
                     fmt::format("'{}', as token {}", escape_invalid_utf8(name), *ids_.find(name)));
    token.start_bytes = token.bytes;
    tokens_.push_back(std::move(token));
    scores_.push_back(score);
}

std::optional<Merge> TokBinTokenizer::find_merge(int left, int right) const {
    constexpr float k_lowest_score = -1e10f; // run.c makes no merge with this score or a lower one
    const std::string& a = token(left).name;
    const std::string& b = token(right).name;
    if (a.size() + b.size() > longest_) return {};
    const std::optional<int> id = ids_.find(a + b);
    if (!id) return {};
    const float score = scores_[static_cast<std::size_t>(*id)];
    if (!(score > k_lowest_score)) return {};
    return Merge{-double(score), *id};
}

/// Does what encode() of run.c does: BOS, a space in front of the text, one token for each character or
/// else for each of its bytes, and then greedy merging.
std::vector<TokenSpan> TokBinTokenizer::encode_spans(std::string_view text, bool with_special) const {
    constexpr std::size_t k_longest_char = 4; // bytes
    const auto is_continuation = [&](std::size_t i) {
        return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    };

    std::vector<int> ids;
    std::vector<std::size_t> begins; // by id: where its character begins
    const auto add = [&](int id, std::size_t begin) {
        ids.push_back(id);
        begins.push_back(begin);
    };
    if (!text.empty()) add(space_id_, 0);
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        // A character is a byte and the continuation bytes after it, well-formed or not.
        end = at + 1;
        while (end < text.size() && end - at < k_longest_char && is_continuation(end)) ++end;
        if (const auto id = ids_.find(text.substr(at, end - at))) {
            add(*id, at);
        } else {
            for (std::size_t i = at; i < end; ++i) add(k_first_byte + static_cast<unsigned char>(text[i]), i);
        }
    }
    const std::vector<int> firsts =
        merge_pairs(ids, [&](int left, int right) { return find_merge(left, right); });
    std::vector<TokenSpan> tokens;
    if (with_special) tokens.push_back({k_bos, 0, 0});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::size_t end = i + 1 < ids.size() ? begins[std::size_t(firsts[i + 1])] : text.size();
        tokens.push_back({ids[i], begins[std::size_t(firsts[i])], end});
    }
    return tokens;
}

} // namespace

std::shared_ptr<const Tokenizer> parse_tok_bin(std::string_view bytes, const std::string& where,
                                               std::optional<int> expected_size) {
    return std::make_shared<TokBinTokenizer>(bytes, where, expected_size);
}

} // namespace gf
