#include "text/tok_bin.h"

#include "core/error.h"
#include "text/bpe.h"
#include "text/utf8.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>

namespace gf {

namespace {

constexpr int k_bos = 1, k_eos = 2, k_first_byte = 3, k_bytes = 256;
constexpr int k_min_size = k_first_byte + k_bytes;
constexpr std::int32_t k_longest_token = 1024; // real ones stay below 100

class TokBin : public Tokenizer {
  public:
    TokBin(std::string_view bytes, const std::string& where, std::optional<int> expected_size);
    std::vector<int> encode(std::string_view text, bool with_special) const override;

  private:
    void add(std::string_view name, float score);
    std::optional<Merge> find_merge(int left, int right) const;

    TokenIds ids_;
    std::vector<float> scores_;
    std::size_t longest_ = 0; // bytes of the longest token
    int space_ = -1;          // the token " "
};

/// Takes fields off the front of the file.
class Reader {
  public:
    Reader(std::string_view bytes, const std::string& where) : rest_(bytes), where_(where) {}
    bool done() const { return rest_.empty(); }

    std::string_view take(std::size_t n, const std::string& field) {
        if (rest_.size() < n)
            throw Error({where_ + ": " + field, fmt::format("{} bytes", n),
                         fmt::format("the end of the file after {}", rest_.size()),
                         "the file is truncated, or no llama2.c tokenizer"});
        const std::string_view taken = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return taken;
    }
    template <class T>
    T take_as(const std::string& field) { // little-endian, like every machine that this runs on
        T value;
        std::memcpy(&value, take(sizeof value, field).data(), sizeof value);
        return value;
    }

  private:
    std::string_view rest_;
    const std::string& where_;
};

/// "\n<s>\n", as llama2.c writes it, is "<s>" on screen.
std::string trimmed(std::string_view name) {
    while (name.starts_with('\n')) name.remove_prefix(1);
    while (name.ends_with('\n')) name.remove_suffix(1);
    return std::string(name);
}

TokBin::TokBin(std::string_view bytes, const std::string& where, std::optional<int> expected_size) : Tokenizer(where) {
    Reader reader(bytes, where);
    const auto longest = reader.take_as<std::int32_t>("max_token_length");
    if (longest < 1 || longest > k_longest_token)
        throw Error({where + ": max_token_length", fmt::format("1 to {}", k_longest_token), std::to_string(longest),
                     "this is no llama2.c tokenizer"});
    longest_ = static_cast<std::size_t>(longest);

    while (!reader.done()) {
        const std::string token = fmt::format("token {}", size());
        const auto score = reader.take_as<float>(token + " score");
        if (!std::isfinite(score))
            throw Error(
                {fmt::format("{}: {} score", where, token), "a finite number", fmt::format("{}", score), "the file is damaged"});
        const auto length = reader.take_as<std::int32_t>(token + " length");
        if (length < 1 || length > longest)
            throw Error({fmt::format("{}: {} length", where, token), fmt::format("1 to {} (max_token_length)", longest),
                         std::to_string(length), "the file is damaged"});
        add(reader.take(static_cast<std::size_t>(length), token), score);
    }
    if (size() < k_min_size)
        throw Error({where, fmt::format("at least {} tokens", k_min_size), std::to_string(size()), "the file is truncated"});
    if (expected_size && size() != *expected_size)
        throw Error({where, fmt::format("{} tokens, as the model has", *expected_size), std::to_string(size()),
                     "pass the tokenizer that belongs to the model"});

    const auto space = ids_.find(" ");
    if (!space) throw Error({where, "a token ' ', which begins every text", "none", "this is no llama2.c tokenizer"});
    space_ = *space;
    bos_id_ = k_bos;
    eos_id_ = k_eos;
    tokens_[k_bos].hides_space = true;
}

void TokBin::add(std::string_view name, float score) {
    const int id = size();
    Token token{std::string(name), std::string(name)};
    if (id < k_first_byte) {
        token = {trimmed(name), "", TokenKind::special};
    } else if (id < k_min_size) {
        const auto byte = static_cast<unsigned char>(id - k_first_byte);
        if (name != byte_name(byte))
            throw Error({fmt::format("{}: token {}", where_, id), byte_name(byte), escape_invalid_utf8(name),
                         "tokens 3 to 258 must be the bytes, in order"});
        token = {std::string(name), std::string(1, static_cast<char>(byte)), TokenKind::byte};
    }
    if (!ids_.add(std::string(name), id))
        throw Error({fmt::format("{}: token {}", where_, id), "every token once",
                     fmt::format("'{}', as token {}", escape_invalid_utf8(name), *ids_.find(name)), "the file is damaged"});
    tokens_.push_back(std::move(token));
    scores_.push_back(score);
}

std::optional<Merge> TokBin::find_merge(int left, int right) const {
    constexpr float k_lowest_score = -1e10f; // run.c joins nothing at or below it
    const std::string &a = token(left).name, &b = token(right).name;
    if (a.size() + b.size() > longest_) return {};
    const std::optional<int> id = ids_.find(a + b);
    if (!id) return {};
    const float score = scores_[static_cast<std::size_t>(*id)];
    if (!(score > k_lowest_score)) return {};
    return Merge{-double(score), *id};
}

/// As run.c's encode(): BOS, a space in front of the text, one token per character or else per byte, then greedy merging.
std::vector<int> TokBin::encode(std::string_view text, bool with_special) const {
    constexpr std::size_t k_longest_char = 4;
    const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80; };

    std::vector<int> ids;
    if (!text.empty()) ids.push_back(space_);
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        end = at + 1; // a character is a byte and the continuation bytes after it, well-formed or not
        while (end < text.size() && end - at < k_longest_char && continues(end)) ++end;
        if (const auto id = ids_.find(text.substr(at, end - at))) {
            ids.push_back(*id);
        } else {
            for (std::size_t i = at; i < end; ++i) ids.push_back(k_first_byte + static_cast<unsigned char>(text[i]));
        }
    }
    merge_pairs(ids, [&](int left, int right) { return find_merge(left, right); });
    if (with_special) ids.insert(ids.begin(), k_bos);
    return ids;
}

} // namespace

std::shared_ptr<const Tokenizer> parse_tok_bin(std::string_view bytes, const std::string& where,
                                               std::optional<int> expected_size) {
    return std::make_shared<TokBin>(bytes, where, expected_size);
}

} // namespace gf
