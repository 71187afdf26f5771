#include "io/dtype.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace gf::dtype_test {
namespace {

TEST(DType, NamesAndSizes) {
    EXPECT_EQ(name(DType::bf16), "BF16");
    EXPECT_EQ(dtype_from_name("I64"), DType::i64);
    EXPECT_EQ(dtype_from_name("BOOL"), DType::boolean);
    EXPECT_EQ(dtype_from_name("f32"), std::nullopt);
    for (int i = 0; i <= static_cast<int>(DType::f64); ++i) {
        const auto type = static_cast<DType>(i);
        EXPECT_EQ(dtype_from_name(name(type)), type);
        // The digits of a name are the bits of an element: "BF16" has 16. "BOOL" has none; it takes a byte.
        const std::string type_name(name(type));
        const std::size_t first_digit = type_name.find_first_of("0123456789");
        const bool has_digits = first_digit != std::string::npos;
        EXPECT_EQ(size_of(type) * 8, has_digits ? std::stoul(type_name.substr(first_digit)) : 8u)
            << type_name;
    }
}

TEST(DType, HalfPrecisionByItsDefinition) {
    // IEEE 754-2019 section 3.4, for every bit pattern.
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const int sign = bits >> 15 ? -1 : 1, exponent = static_cast<int>(bits >> 10 & 31),
                  fraction = static_cast<int>(bits & 1023);
        const float found = f16_to_float(static_cast<std::uint16_t>(bits));
        if (exponent == 31 && fraction != 0) {
            ASSERT_TRUE(std::isnan(found)) << bits;
            continue;
        }
        const double expected = exponent == 31  ? std::numeric_limits<double>::infinity()
                                : exponent == 0 ? std::ldexp(fraction, -24)
                                                : std::ldexp(1024 + fraction, exponent - 25);
        ASSERT_EQ(found, sign * expected) << bits;
        ASSERT_EQ(std::signbit(found), sign < 0) << bits;
    }
}

TEST(DType, KnownBitPatterns) {
    EXPECT_EQ(f16_to_float(0x3c00), 1.0f);
    EXPECT_EQ(f16_to_float(0xc000), -2.0f);
    EXPECT_EQ(f16_to_float(0x7bff), 65504.0f);
    EXPECT_EQ(f16_to_float(0x0400), 0x1p-14f);
    EXPECT_EQ(f16_to_float(0x0001), 0x1p-24f);
    EXPECT_EQ(f16_to_float(0x3555), 0.333251953125f);
    EXPECT_EQ(bf16_to_float(0x3f80), 1.0f);
    EXPECT_EQ(bf16_to_float(0xc049), -3.140625f);
    EXPECT_EQ(bf16_to_float(0x0001), 0x1p-133f);
    EXPECT_EQ(bf16_to_float(0x7f80), std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isnan(bf16_to_float(0x7fc0)));
}

TEST(DType, ReadsWithoutAlignment) {
    std::byte bytes[1 + 3 * sizeof(float)];
    const float values[] = {1.5f, -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()};
    std::memcpy(bytes + 1, values, sizeof values);
    real found[3];
    read_reals(DType::f32, bytes + 1, 3, found);
    EXPECT_EQ(std::memcmp(found, values, sizeof values), 0);
}

TEST(DType, TransposesEveryShape) {
    for (std::size_t rows : {1, 2, 31, 32, 33, 70})
        for (std::size_t columns : {1, 3, 32, 65}) {
            std::vector<std::uint16_t> from(rows * columns);
            for (std::size_t i = 0; i < from.size(); ++i)
                from[i] = static_cast<std::uint16_t>(0x3c00 + i % 1024); // 1 + i / 1024
            std::vector<real> to(from.size());
            read_transposed(DType::f16, reinterpret_cast<const std::byte*>(from.data()), rows, columns,
                            to.data());
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t c = 0; c < columns; ++c)
                    ASSERT_EQ(to[c * rows + r], 1 + static_cast<float>((r * columns + c) % 1024) / 1024)
                        << rows << "x" << columns;
        }
}

/// Checks every value of a type, the float half way to the next value, and the two floats beside that one.
void expect_rounds_to_nearest(std::uint16_t largest, float (*widen)(std::uint16_t),
                              std::uint16_t (*narrow)(float)) {
    for (std::uint16_t bits = 0; bits < largest; ++bits) {
        const auto next = static_cast<std::uint16_t>(bits + 1), even = bits % 2 == 0 ? bits : next;
        const float low = widen(bits), high = widen(next),
                    middle = static_cast<float>((double(low) + double(high)) / 2);
        for (const unsigned sign : {0u, 0x8000u}) {
            const float s = sign ? -1 : 1;
            ASSERT_EQ(narrow(s * low), sign | bits);
            ASSERT_EQ(narrow(s * middle), sign | even) << bits;
            ASSERT_EQ(narrow(s * std::nextafter(middle, low)), sign | bits) << bits;
            ASSERT_EQ(narrow(s * std::nextafter(middle, high)), sign | next) << bits;
        }
    }
}

TEST(DType, NarrowingRoundsToNearestEven) {
    expect_rounds_to_nearest(0x7bff, f16_to_float, float_to_f16);
    expect_rounds_to_nearest(0x7f7f, bf16_to_float, float_to_bf16);
}

TEST(DType, NarrowingBeyondTheLargest) {
    const float infinity = std::numeric_limits<float>::infinity(),
                nan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(float_to_f16(65519.996f), 0x7bff);
    EXPECT_EQ(float_to_f16(65520.0f), 0x7c00);
    EXPECT_EQ(float_to_f16(-1e30f), 0xfc00);
    EXPECT_EQ(float_to_f16(infinity), 0x7c00);
    EXPECT_EQ(float_to_bf16(std::numeric_limits<float>::max()), 0x7f80);
    EXPECT_EQ(float_to_bf16(-infinity), 0xff80);
    EXPECT_TRUE(std::isnan(f16_to_float(float_to_f16(nan))));
    EXPECT_TRUE(std::isnan(f16_to_float(float_to_f16(std::bit_cast<float>(0x7f800001u)))));
    EXPECT_TRUE(std::isnan(bf16_to_float(float_to_bf16(std::bit_cast<float>(0xff800001u)))));
}

} // namespace
} // namespace gf::dtype_test
