#include "text/utf8.h"

#include <charconv>
#include <fmt/format.h>

namespace gf {

CodePoint code_point_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> char32_t { return static_cast<unsigned char>(text[at + i]); };
    const char32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};

    std::size_t size = 0;
    char32_t lowest = 0; // a smaller code point in this many bytes would be an overlong form
    char32_t value = 0;
    if (lead >= 0xC0 && lead < 0xE0) {
        size = 2, lowest = 0x80, value = lead & 0x1F;
    } else if (lead >= 0xE0 && lead < 0xF0) {
        size = 3, lowest = 0x800, value = lead & 0x0F;
    } else if (lead >= 0xF0 && lead < 0xF8) {
        size = 4, lowest = 0x10000, value = lead & 0x07;
    }
    if (size == 0 || text.size() - at < size) return {lead, 1, false};

    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {lead, 1, false};
        value = value << 6 | (byte(i) & 0x3F);
    }
    const bool is_surrogate = value >= 0xD800 && value < 0xE000;
    if (value < lowest || value > 0x10FFFF || is_surrogate) return {lead, 1, false};
    return {value, size, true};
}

std::size_t valid_utf8_size(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size()) {
        const CodePoint c = code_point_at(text, end);
        if (!c.is_valid) break;
        end += c.size;
    }
    return end - at;
}

std::size_t last_char_begin(std::string_view text) {
    constexpr std::size_t k_longest_char = 4; // bytes
    for (std::size_t size = k_longest_char; size > 1; --size)
        if (size <= text.size() && code_point_at(text, text.size() - size).size == size)
            return text.size() - size;
    return text.empty() ? 0 : text.size() - 1;
}

bool is_valid_utf8(std::string_view text) { return valid_utf8_size(text) == text.size(); }

void append_utf8(std::string& text, char32_t value) {
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (value < 0x80) {
        put(value);
        return;
    }
    if (value < 0x800) {
        put(0xC0 | value >> 6);
    } else {
        if (value < 0x10000) {
            put(0xE0 | value >> 12);
        } else {
            put(0xF0 | value >> 18);
            put(0x80 | (value >> 12 & 0x3F));
        }
        put(0x80 | (value >> 6 & 0x3F));
    }
    put(0x80 | (value & 0x3F));
}

std::string byte_name(unsigned char byte) { return fmt::format("<0x{:02X}>", byte); }

std::optional<unsigned char> byte_of_name(std::string_view name) {
    unsigned char byte = 0;
    if (name.size() != 6 ||
        std::from_chars(name.data() + 3, name.data() + 5, byte, 16).ptr != name.data() + 5)
        return {};
    return byte_name(byte) == name ? std::optional(byte) : std::nullopt;
}

std::string escape_invalid_utf8(std::string_view text) {
    std::string escaped;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint c = code_point_at(text, at);
        if (c.is_valid)
            escaped += text.substr(at, c.size);
        else
            escaped += byte_name(static_cast<unsigned char>(c.value));
        at += c.size;
    }
    return escaped;
}

std::size_t count_chars(std::string_view text) {
    std::size_t count = 0;
    for_each_char(text, [&](std::string_view) { ++count; });
    return count;
}

} // namespace gf
