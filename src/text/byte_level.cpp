#include "text/byte_level.h"

#include "text/utf8.h"

#include <array>

namespace gf {

namespace {

constexpr char32_t k_first_substitute = 0x100; // what bytes that are not printable are written as
constexpr int k_no_byte = -1;

struct Alphabet {
    std::array<std::string, 256> chars; // by byte, in UTF-8
    std::array<int, 512> bytes;         // by code point; k_no_byte for those that stand for none

    Alphabet() {
        bytes.fill(k_no_byte);
        char32_t substitute = k_first_substitute;
        for (char32_t b = 0; b < 256; ++b) {
            const bool is_printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            const char32_t c = is_printable ? b : substitute++;
            append_utf8(chars[b], c);
            bytes[c] = static_cast<int>(b);
        }
    }
};

const Alphabet& alphabet() {
    static const Alphabet instance;
    return instance;
}

} // namespace

std::string_view byte_level_char(unsigned char byte) { return alphabet().chars[byte]; }

std::optional<std::string> byte_level_bytes(std::string_view name) {
    std::string bytes;
    for (std::size_t at = 0; at < name.size();) {
        const CodePoint c = code_point_at(name, at);
        const int byte =
            c.is_valid && c.value < alphabet().bytes.size() ? alphabet().bytes[c.value] : k_no_byte;
        if (byte == k_no_byte) return {};
        bytes.push_back(static_cast<char>(byte));
        at += c.size;
    }
    return bytes;
}

} // namespace gf
