#include "text/utf8.h"

#include <gtest/gtest.h>

namespace gf::utf8_test {
namespace {

TEST(Utf8, EveryCodePointRoundTrips) {
    for (char32_t c = 0; c < 0x110000; ++c) {
        const bool is_surrogate = c >= 0xD800 && c < 0xE000;
        std::string text;
        append_utf8(text, c);
        const CodePoint read = code_point_at(text, 0);
        ASSERT_EQ(read.is_valid, !is_surrogate) << std::uint32_t(c);
        if (is_surrogate) continue;
        ASSERT_EQ(read.value, c);
        ASSERT_EQ(read.size, text.size());
    }
}

TEST(Utf8, RefusesWhatUnicodeRefuses) {
    for (const std::string bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF", "\xE2\x96", "\xE2",
          "\xF0\x9F\x98"}) {
        EXPECT_FALSE(is_valid_utf8(bad)) << escape_invalid_utf8(bad);
        const CodePoint c = code_point_at(bad, 0);
        EXPECT_FALSE(c.is_valid);
        EXPECT_EQ(c.size, 1u);
    }
    EXPECT_TRUE(is_valid_utf8(""));
    EXPECT_TRUE(is_valid_utf8("a\xC3\xA9\xE2\x96\x81\xF0\x9F\x98\x80"));
}

TEST(Utf8, EscapesBytesThatAreNoCharacter) {
    EXPECT_EQ(escape_invalid_utf8("a\xE2\x96g\xC3\xA9\xFF"), "a<0xE2><0x96>g\xC3\xA9<0xFF>");
    EXPECT_EQ(byte_of_name("<0xE2>"), 0xE2);
    for (const char* other : {"<0xe2>", "<0xG2>", "<0x-2>", "<0xE2", "(0xE2)", "<0xE22>", ""})
        EXPECT_FALSE(byte_of_name(other)) << other;
    EXPECT_EQ(count_chars("a\xE2\x96g\xC3\xA9\xFF"), 6u);
    EXPECT_EQ(valid_utf8_size("ab\xFF", 0), 2u);
    EXPECT_EQ(valid_utf8_size("ab\xFF", 2), 0u);
}

} // namespace
} // namespace gf::utf8_test
