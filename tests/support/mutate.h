#pragma once
// Damages files at random, for tests that no input can crash a parser: of models and tokenizers, of settings
// and layouts. The same generator gives the same damage everywhere.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace gf::tests {

using Random = std::mt19937_64;

/// A number in [0, n); 0 if n is 0. The standard distributions are not used,
/// because they differ between libraries.
inline std::size_t random_below(Random& random, std::size_t n) { return n == 0 ? 0 : random() % n; }

/// One of the items of a list that is not empty.
template <class List>
const auto& random_item(Random& random, const List& list) {
    return list[random_below(random, std::size(list))];
}

namespace detail {

/// A part of a text.
struct Part {
    std::size_t begin = 0, size = 0;
};

/// A part of at most `longest` bytes of a text of `whole` bytes.
inline Part random_part(Random& random, std::size_t whole, std::size_t longest) {
    const std::size_t begin = random_below(random, whole);
    return {begin, std::min(random_below(random, longest) + 1, whole - begin)};
}

/// Overwrites 4 or 8 bytes at a multiple of 4 with an extreme value, or changes
/// the integer there by at most 2.
inline void set_integer(std::string& bytes, Random& random) {
    constexpr std::array<std::uint64_t, 12> k_values = {0,
                                                        1,
                                                        0x7F,
                                                        0xFF,
                                                        0xFFFF,
                                                        0x7FFFFFFF,
                                                        0x80000000,
                                                        0xFFFFFFFF,
                                                        0x7F800000 /* infinity as float */,
                                                        0x7FC00000 /* NaN as float */,
                                                        0x7FFFFFFFFFFFFFFF,
                                                        0xFFFFFFFFFFFFFFFF};
    const std::size_t size = random_below(random, 2) ? 8 : 4;
    if (bytes.size() < size) return;
    char* at = bytes.data() + random_below(random, (bytes.size() - size) / 4 + 1) * 4;
    std::uint64_t value = 0;
    std::memcpy(&value, at, size);
    value = random_below(random, 3) ? random_item(random, k_values) : value + random_below(random, 5) - 2;
    std::memcpy(at, &value, size);
}

/// Makes one change of a random kind to the bytes.
inline void damage_bytes(std::string& bytes, Random& random) {
    constexpr std::string_view k_bytes("\0\x01\x7F\x80\xC0\xE2\xED\xF4\xFF\"{}[],:-.0\\", 20);
    if (bytes.empty()) {
        bytes.push_back(random_item(random, k_bytes));
        return;
    }
    const Part part = random_part(random, bytes.size(), 64);
    const std::string copy = bytes.substr(part.begin, part.size);
    const std::size_t at = random_below(random, bytes.size());
    switch (random_below(random, 8)) {
    case 0: bytes[at] = static_cast<char>(bytes[at] ^ 1 << random_below(random, 8)); break;
    case 1: bytes[at] = static_cast<char>(random()); break;
    case 2: bytes[at] = random_item(random, k_bytes); break;
    case 3: bytes.resize(at); break;
    case 4: bytes.erase(part.begin, part.size); break;
    case 5: bytes.insert(at, copy); break;                                            // duplicate
    case 6: bytes.replace(at, std::min(copy.size(), bytes.size() - at), copy); break; // splice
    case 7: set_integer(bytes, random); break;
    }
}

/// Where the values and keys of a JSON text are. The text need not be well-formed:
/// what is not understood is skipped.
struct JsonParts {
    std::vector<Part> values, keys;

    explicit JsonParts(std::string_view text) {
        std::vector<std::size_t> open; // where the objects and arrays begin that are not closed yet
        for (std::size_t at = 0; at < text.size();) {
            const char c = text[at];
            std::size_t end = at + 1;
            if (c == '{' || c == '[') {
                open.push_back(at);
            } else if ((c == '}' || c == ']') && !open.empty()) {
                values.push_back({open.back(), end - open.back()});
                open.pop_back();
            } else if (c == '"') {
                while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
                end = std::min(end + 1, text.size());
                (is_key(text, end) ? keys : values).push_back({at, end - at});
            } else if (std::string_view(" \t\r\n,:}]").find(c) == std::string_view::npos) {
                end = std::min(text.find_first_of(" \t\r\n,:}]", at), text.size());
                values.push_back({at, end - at});
            }
            at = end;
        }
    }

  private:
    static bool is_key(std::string_view text, std::size_t end) {
        const std::size_t next = text.find_first_not_of(" \t\r\n", end);
        return next != std::string_view::npos && text[next] == ':';
    }
};

/// A JSON value that readers may not expect.
inline std::string odd_value(Random& random) {
    static const std::vector<std::string> k_values = {"null",
                                                      "true",
                                                      "false",
                                                      "0",
                                                      "-1",
                                                      "1",
                                                      "0.5",
                                                      "1e308",
                                                      "-1e-320",
                                                      "2147483647",
                                                      "2147483648",
                                                      "4294967296",
                                                      "-2147483649",
                                                      "9223372036854775807",
                                                      "18446744073709551615",
                                                      "99999999999999999999999",
                                                      "\"\"",
                                                      "\"x\"",
                                                      "\" \"",
                                                      "[]",
                                                      "{}",
                                                      "\"\\u0000\"",
                                                      "\"\\ud83d\\ude00\"",
                                                      "\"" + std::string(300, 'a') + "\"",
                                                      "[[[[0]]]]",
                                                      "{\"a\":{\"b\":{}}}",
                                                      std::string(80, '[') + std::string(80, ']')};
    return random_item(random, k_values);
}

/// Makes one change of a random kind, which leaves most JSON texts well-formed.
inline void damage_json(std::string& text, Random& random) {
    const JsonParts parts(text);
    if (parts.values.empty() || parts.keys.empty()) return damage_bytes(text, random);
    Part a = random_item(random, parts.values), b = random_item(random, parts.values);
    const Part key = random_item(random, parts.keys), other_key = random_item(random, parts.keys);
    const auto part = [&](const Part& p) { return text.substr(p.begin, p.size); };
    const auto replace = [&](const Part& p, const std::string& by) { text.replace(p.begin, p.size, by); };
    switch (random_below(random, 6)) {
    case 0: replace(a, odd_value(random)); break;
    case 1: replace(a, part(b)); break;
    case 2: replace(key, part(other_key)); break;
    case 3:
        // An array gets one more element.
        replace(a, part(a) + "," + part(random_below(random, 2) ? a : b));
        break;
    case 4: { // Two values change places.
        if (a.begin > b.begin) std::swap(a, b);
        const std::size_t between = a.begin + a.size;
        if (between <= b.begin)
            text = text.substr(0, a.begin) + part(b) + text.substr(between, b.begin - between) + part(a) +
                   text.substr(b.begin + b.size);
        break;
    }
    case 5:
        replace(key, "\"" +
                         std::string(1 + random_below(random, 3),
                                     static_cast<char>('a' + random_below(random, 26))) +
                         "\"");
        break;
    }
}

} // namespace detail

/// A copy of `seed` with one to three random changes to its bytes.
inline std::string mutate(const std::string& seed, Random& random) {
    std::string mutant = seed;
    for (std::size_t n = 1 + random_below(random, 3); n > 0; --n) detail::damage_bytes(mutant, random);
    return mutant;
}

/// As mutate(), for a JSON text: most changes exchange values and keys and keep it
/// well-formed, the others damage its bytes.
inline std::string mutate_json(const std::string& seed, Random& random) {
    std::string mutant = seed;
    for (std::size_t n = 1 + random_below(random, 3); n > 0; --n) {
        if (random_below(random, 5) == 0)
            detail::damage_bytes(mutant, random);
        else
            detail::damage_json(mutant, random);
    }
    return mutant;
}

} // namespace gf::tests
