#include "text/charsmap.h"

#include "platform/error.h"
#include "text/unicode.h"
#include "text/utf8.h"

#include <cstring>
#include <fmt/format.h>

namespace gf {

namespace {

// A node of the double array: its label, whether a key ends below it, and the offset to its children.
std::uint32_t label_of(std::uint32_t unit) { return unit & (1u << 31 | 0xFF); }
bool ends_key(std::uint32_t unit) { return unit >> 8 & 1; }
std::size_t offset_of(std::uint32_t unit) { return std::size_t(unit >> 10) << ((unit & 1u << 9) >> 6); }
std::size_t value_of(std::uint32_t unit) { return unit & ~(1u << 31); }

} // namespace

Charsmap::Charsmap(std::string_view blob, const std::string& where) {
    std::uint32_t trie_size = 0; // the blob is little-endian, like every machine that this runs on
    const auto refuse = [&](const std::string& expected, const std::string& found) {
        throw Error({where, expected, found, "the file is damaged"});
    };
    if (blob.size() < sizeof trie_size) refuse("the size of a trie", fmt::format("{} bytes", blob.size()));
    std::memcpy(&trie_size, blob.data(), sizeof trie_size);
    blob.remove_prefix(sizeof trie_size);
    if (trie_size == 0 || trie_size % sizeof(std::uint32_t) != 0 || trie_size > blob.size())
        refuse(fmt::format("a trie of at most {} bytes, 4 for a node", blob.size()),
               fmt::format("{}", trie_size));
    units_.resize(trie_size / sizeof(std::uint32_t));
    std::memcpy(units_.data(), blob.data(), trie_size);
    contents_ = blob.substr(trie_size);
    if (!is_valid_utf8(contents_)) refuse("texts in UTF-8", "bytes that are none");
}

std::optional<std::pair<Charsmap::Match, Charsmap::Match>> Charsmap::find(std::string_view text) const {
    std::optional<std::pair<Match, Match>> found;
    std::size_t node = offset_of(units_[0]);
    for (std::size_t i = 0; i < text.size() && text[i] != '\0'; ++i) {
        node ^= static_cast<unsigned char>(text[i]);
        if (node >= units_.size() || label_of(units_[node]) != static_cast<unsigned char>(text[i])) break;
        const bool is_key = ends_key(units_[node]);
        node ^= offset_of(units_[node]);
        if (node >= units_.size()) break;
        if (!is_key) continue;
        const std::size_t begin = std::min(value_of(units_[node]), contents_.size());
        const std::size_t end = std::min(contents_.find('\0', begin), contents_.size());
        const Match match{i + 1, std::string_view(contents_).substr(begin, end - begin)};
        found = {found ? found->first : match, match};
    }
    return found;
}

AlignedText Precompiled::apply(const AlignedText& in) const {
    constexpr std::size_t k_too_long = 6; // bytes of a grapheme that is not looked up as a whole
    const std::string_view text = in.text();
    AlignedText out;
    const auto write_if_found = [&](Span part) {
        const auto found = charsmap_.find(in.part(part));
        if (found) out.write(found->first.content, in.origin(part));
        return found.has_value();
    };
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        end = grapheme_end(text, at);
        if (end - at < k_too_long && write_if_found({at, end})) continue;
        for (std::size_t c = at, next = 0; c < end; c = next) {
            next = c + code_point_at(text, c).size;
            if (!write_if_found({c, next})) out.keep(in, {c, next});
        }
    }
    return out;
}

std::string decode_base64(std::string_view text, const std::string& where) {
    constexpr std::string_view k_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    int n_bits = 0;
    const std::size_t end = text.find_last_not_of('=') + 1;
    if (text.size() % 4 != 0 || text.size() - end > 2)
        throw Error({where, "base64", fmt::format("{} characters", text.size()), "the file is damaged"});
    for (const char c : text.substr(0, end)) {
        const std::size_t digit = k_digits.find(c);
        if (digit == k_digits.npos)
            throw Error(
                {where, "base64", fmt::format("'{}'", escape_invalid_utf8({&c, 1})), "the file is damaged"});
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        n_bits += 6;
        if (n_bits < 8) continue;
        n_bits -= 8;
        bytes += static_cast<char>(bits >> n_bits);
    }
    return bytes;
}

} // namespace gf
