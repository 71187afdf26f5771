#include "render/colour_map.h"

#include <gtest/gtest.h>

namespace gf::colour_map_test {
namespace {

TEST(ColourMap, EndsAndBeyondThemTakeTheEndColours) {
    const auto& blues = colour_table(ColourMap::blues).colours;
    const ColourScale scale{ColourMap::blues, 2, 4, 1};
    EXPECT_EQ(colour_of(scale, 2), (Rgb8{255, 255, 255}));
    EXPECT_EQ(colour_of(scale, -100), blues.front());
    EXPECT_EQ(colour_of(scale, 4), blues.back());
    EXPECT_EQ(colour_of(scale, 1e30f), blues.back());
    EXPECT_EQ(colour_index(scale, 3), 127);
}

TEST(ColourMap, DivergingHasATrueZeroAndIsSymmetric) {
    for (const ColourMap map : {ColourMap::diverging_light, ColourMap::diverging_dark}) {
        const ColourScale scale{map, 0, 3, 0.5f};
        EXPECT_EQ(colour_index(scale, 0.0f), 127);
        EXPECT_EQ(colour_index(scale, -0.0f), 127);
        EXPECT_GT(colour_index(scale, 0.001f), 127);
        for (const float v : {0.1f, 0.7f, 2.9f})
            EXPECT_EQ(colour_index(scale, v) - 127, 127 - colour_index(scale, -v));
        EXPECT_EQ(colour_index(scale, -3), 0);
        EXPECT_EQ(colour_index(scale, 5), k_colour_table_size - 1);
    }
}

TEST(ColourMap, GammaLiftsSmallValues) {
    EXPECT_EQ(colour_index({ColourMap::blues, 0, 1, 0.5f}, 0.25f), 127);
    EXPECT_EQ(colour_index({ColourMap::diverging_light, 0, 1, 0.5f}, -0.25f), 64);
}

TEST(ColourMap, AnEmptyRangeIsNoDivisionByZero) {
    EXPECT_EQ(colour_index({ColourMap::blues, 1, 1, 1}, 1), 0);
    EXPECT_EQ(colour_index({ColourMap::diverging_dark, 0, 0, 1}, 0), 127);
}

/// Sequential maps run from one end of lightness to the other, so they also read in grey.
TEST(ColourMap, SequentialLightnessIsMonotone) {
    const auto luma = [](Rgb8 c) { return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b; };
    for (const auto& [map, sign] : {std::pair{ColourMap::blues, -1.0}, std::pair{ColourMap::viridis, 1.0}}) {
        const auto& colours = colour_table(map).colours;
        for (std::size_t i = 1; i < colours.size(); ++i)
            EXPECT_GE(sign * (luma(colours[i]) - luma(colours[i - 1])), -0.5) << i;
    }
}

} // namespace
} // namespace gf::colour_map_test
