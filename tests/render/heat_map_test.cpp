#include "render/heat_map.h"

#include "support/offscreen_fixture.h"

#include <cmath>
#include <limits>

namespace gf::heat_map_test {
namespace {

constexpr float k_nan = std::numeric_limits<float>::quiet_NaN();
constexpr float k_infinity = std::numeric_limits<float>::infinity();

/// Values of several maps, (maps, rows, cols).
struct Cells {
    int maps, rows, cols;
    std::vector<float> values;

    float& at(int map, int row, int col) {
        return values[static_cast<std::size_t>((map * rows + row) * cols + col)];
    }
    HeatMapRows row_source() {
        return [this](int map, int row) {
            return std::span<const float>(&at(map, row, 0), static_cast<std::size_t>(cols));
        };
    }
};

Cells waves(int maps, int rows, int cols) {
    Cells cells{maps, rows, cols, std::vector<float>(static_cast<std::size_t>(maps * rows * cols))};
    for (std::size_t i = 0; i < cells.values.size(); ++i)
        cells.values[i] = std::sin(0.7f * static_cast<float>(i));
    return cells;
}

class HeatMapTest : public OffscreenTest {
  protected:
    static DrawTarget whole_picture() { return {k_width, k_height, {0, 0, k_width, k_height}}; }

    static HeatMapView whole_view(const Cells& cells, ColourScale scale) {
        HeatMapView view;
        view.row1 = static_cast<float>(cells.rows);
        view.col1 = static_cast<float>(cells.cols);
        view.rows = cells.rows;
        view.cols = cells.cols;
        view.scale = scale;
        return view;
    }

    Image draw(HeatMaps& maps, const std::vector<HeatMapPlacement>& placements, const HeatMapView& view,
               DrawTarget target) {
        screen_->begin(k_background);
        maps.draw(placements, view, target);
        check_gl("drawing heat maps");
        return screen_->read_pixels();
    }
    Image draw(HeatMaps& maps, const std::vector<HeatMapPlacement>& placements, const HeatMapView& view) {
        return draw(maps, placements, view, whole_picture());
    }

    static HeatMaps uploaded(Cells& cells, HeatMapLimits limits, PoolRule pool = PoolRule::magnitude) {
        HeatMaps maps(limits);
        maps.reserve({cells.maps, cells.rows, cells.cols, pool});
        maps.upload_rows(0, cells.rows, cells.row_source());
        return maps;
    }
    static HeatMaps uploaded(Cells& cells, PoolRule pool = PoolRule::magnitude) {
        return uploaded(cells, HeatMapLimits::of_current_context(), pool);
    }

    static void expect_near(Rgb8 found, Rgb8 expected, const std::string& where) {
        EXPECT_NEAR(found.r, expected.r, 1) << where;
        EXPECT_NEAR(found.g, expected.g, 1) << where;
        EXPECT_NEAR(found.b, expected.b, 1) << where;
    }
};

TEST_F(HeatMapTest, ColoursEqualTheTablesOfTheCpu) {
    Cells cells = waves(2, 5, 6);
    HeatMaps maps = uploaded(cells);
    const ColourScale scales[] = {{ColourMap::blues, -1, 1, 1},
                                  {ColourMap::viridis, -0.3f, 0.8f, 0.5f},
                                  {ColourMap::diverging_light, 0, 0.9f, 1},
                                  {ColourMap::diverging_dark, 0, 2, 0.5f}};
    for (const ColourScale& scale : scales) {
        const Image image =
            draw(maps, {{0, {0, 0, 24, 20}}, {1, {30, 10, 54, 30}}}, whole_view(cells, scale));
        for (int row = 0; row < cells.rows; ++row)
            for (int col = 0; col < cells.cols; ++col) {
                const auto name = std::string(colour_table(scale.map).name) + " " + std::to_string(row) +
                                  "," + std::to_string(col);
                expect_near(at(image, col * 4 + 1, row * 4 + 2), colour_of(scale, cells.at(0, row, col)),
                            name);
                expect_near(at(image, 30 + col * 4 + 3, 10 + row * 4),
                            colour_of(scale, cells.at(1, row, col)), name);
            }
        EXPECT_EQ(at(image, 24, 0), k_background);
        EXPECT_EQ(at(image, 29, 10), k_background);
        EXPECT_EQ(at(image, 0, 20), k_background);
    }
}

TEST_F(HeatMapTest, WindowPansAndZoomsAndTheRestIsTransparent) {
    Cells cells = waves(1, 4, 4);
    HeatMaps maps = uploaded(cells);
    HeatMapView view = whole_view(cells, {ColourMap::viridis, -1, 1, 1});
    view.row0 = 1.5f, view.row1 = 3.5f; // 10 pixels a row, from the middle of row 1
    view.col0 = -1, view.col1 = 1;
    const Image image = draw(maps, {{0, {0, 0, 20, 20}}}, view);
    EXPECT_EQ(at(image, 5, 5), k_background); // column -1
    expect_near(at(image, 15, 4), colour_of(view.scale, cells.at(0, 1, 0)), "row 1");
    expect_near(at(image, 15, 6), colour_of(view.scale, cells.at(0, 2, 0)), "row 2");
    view.rows = 2;
    EXPECT_EQ(at(draw(maps, {{0, {0, 0, 20, 20}}}, view), 15, 6), k_background); // row 2 does not exist yet
}

TEST_F(HeatMapTest, NotANumberInfinityAndMaskedAreMarked) {
    Cells cells{1, 1, 4, {k_nan, k_infinity, k_masked_cell, 0.5f}};
    HeatMaps maps = uploaded(cells);
    HeatMapView view = whole_view(cells, {ColourMap::blues, 0, 1, 1});
    const Image image = draw(maps, {{0, {0, 0, 64, 16}}}, view);
    EXPECT_EQ(at(image, 8, 8), (Rgb8{255, 0, 255}));
    EXPECT_EQ(at(image, 24, 8), view.look.infinity);
    expect_near(at(image, 56, 8), colour_of(view.scale, 0.5f), "value");
    int line = 0, fill = 0;
    for (int y = 0; y < 16; ++y)
        for (int x = 32; x < 48; ++x) {
            const Rgb8 c = at(image, x, y);
            fill += c == view.look.masked_fill;
            line += c.r < view.look.masked_fill.r - 8;
            EXPECT_GE(c.r, view.look.masked_line.r - 1);
        }
    EXPECT_GT(fill, 16 * 16 / 2);
    EXPECT_GT(line, 16);
    view.look.hatch_period = 0;
    EXPECT_EQ(at(draw(maps, {{0, {0, 0, 64, 16}}}, view), 37, 5), view.look.masked_fill);
}

TEST_F(HeatMapTest, ColumnsThatARowDoesNotHaveAreMasked) {
    Cells cells{1, 3, 3, {1, 1, 1, 1, 1, 1, 1, 1, 1}};
    HeatMaps maps;
    maps.reserve({1, 3, 3});
    maps.upload_rows(0, 3, [&](int map, int row) {
        return std::span<const float>(&cells.at(map, row, 0), static_cast<std::size_t>(row) + 1);
    });
    HeatMapView view = whole_view(cells, {ColourMap::blues, 0, 1, 1});
    view.look.hatch_period = 0;
    const Image image = draw(maps, {{0, {0, 0, 30, 30}}}, view);
    for (int row = 0; row < 3; ++row)
        for (int col = 0; col < 3; ++col)
            EXPECT_EQ(at(image, col * 10 + 5, row * 10 + 5),
                      col > row ? view.look.masked_fill : colour_of(view.scale, 1));
}

TEST_F(HeatMapTest, CellsBelowAPixelShowTheStrongest) {
    for (const float strongest : {1.0f, -1.0f}) {
        Cells cells{1, 96, 128, std::vector<float>(96 * 128, 0.1f)};
        cells.at(0, 37, 81) = strongest; // one needle among the 4 x 4 cells of a pixel
        HeatMaps maps = uploaded(cells);
        const HeatMapView view = whole_view(cells, {ColourMap::diverging_light, 0, 1, 1});
        const Image image = draw(maps, {{0, {0, 0, 32, 24}}}, view);
        expect_near(at(image, 81 / 4, 37 / 4), colour_of(view.scale, strongest), "needle");
        expect_near(at(image, 81 / 4 + 1, 37 / 4), colour_of(view.scale, 0.1f), "beside it");
        expect_near(at(image, 81 / 4, 37 / 4 - 1), colour_of(view.scale, 0.1f), "above it");
    }
}

TEST_F(HeatMapTest, NoCellIsLostAtAnyOddSize) {
    // In the second rectangle 60 cells share 40 pixels, so that some cells have their middle on a pixel's
    // edge.
    const PixelRect rects[] = {{0.3f, 0.6f, 37.9f, 43.2f}, {2, 3, 42, 43}};
    for (const int n : {60, 101}) {
        for (const PixelRect& rect : rects) {
            for (int where = 0; where < n; where += 3) {
                Cells cells{1, n, n, std::vector<float>(static_cast<std::size_t>(n * n))};
                cells.at(0, where, n - 1 - where) = 1;
                HeatMaps maps = uploaded(cells);
                const HeatMapView view = whole_view(cells, {ColourMap::blues, 0, 1, 1});
                const Image image = draw(maps, {{0, rect}}, view);
                int dark = 0;
                for (int y = 0; y < k_height; ++y)
                    for (int x = 0; x < k_width; ++x) dark += at(image, x, y) == colour_of(view.scale, 1);
                EXPECT_GE(dark, 1) << where << " of " << n;
                EXPECT_LE(dark, 4) << where << " of " << n;
            }
        }
    }
}

TEST_F(HeatMapTest, RowByRowEqualsAllAtOnce) {
    Cells cells = waves(3, 7, 5);
    HeatMaps whole_maps = uploaded(cells), row_by_row;
    row_by_row.reserve({3, 7, 5});
    for (int row = 0; row < 7; ++row) {
        EXPECT_EQ(row_by_row.rows_held(), row);
        row_by_row.upload_rows(row, 1, cells.row_source());
    }
    const HeatMapView view = whole_view(cells, {ColourMap::viridis, -1, 1, 1});
    const std::vector<HeatMapPlacement> grid = {
        {0, {0, 0, 20, 21}}, {1, {21, 0, 41, 21}}, {2, {42, 0, 62, 21}}};
    EXPECT_EQ(draw(whole_maps, grid, view).rgb, draw(row_by_row, grid, view).rgb);
}

TEST_F(HeatMapTest, DrawsOnlyInsideTheClipRectangle) {
    Cells cells{1, 1, 1, {1}};
    HeatMaps maps = uploaded(cells);
    DrawTarget target = whole_picture();
    target.clip = {10, 12, 20, 15};
    const Image image =
        draw(maps, {{0, {0, 0, 64, 48}}}, whole_view(cells, {ColourMap::blues, 0, 1, 1}), target);
    for (int y = 0; y < k_height; ++y)
        for (int x = 0; x < k_width; ++x) {
            const bool inside = x >= 10 && x < 20 && y >= 12 && y < 15;
            ASSERT_EQ(at(image, x, y), inside ? (Rgb8{8, 36, 92}) : k_background) << x << "," << y;
        }
}

TEST_F(HeatMapTest, GapsLeaveTheLastPixelsOfACellFree) {
    Cells cells{1, 2, 2, {1, 1, 1, 1}};
    HeatMaps maps = uploaded(cells);
    HeatMapView view = whole_view(cells, {ColourMap::blues, 0, 1, 1});
    view.look.gap_x = 1;
    view.look.gap_y = 3;
    const Image image = draw(maps, {{0, {0, 0, 20, 20}}}, view);
    EXPECT_EQ(at(image, 8, 6), colour_of(view.scale, 1));
    EXPECT_EQ(at(image, 9, 6), k_background);
    EXPECT_EQ(at(image, 8, 7), k_background);
    EXPECT_EQ(at(image, 10, 10), colour_of(view.scale, 1));
    // 4 pixels a cell are too few for a gap of 3.
    EXPECT_EQ(at(draw(maps, {{0, {0, 0, 8, 8}}}, view), 1, 3), colour_of(view.scale, 1));
}

TEST_F(HeatMapTest, MoreMapsThanLayersUseMoreTextures) {
    Cells cells = waves(7, 2, 2);
    HeatMapLimits few = HeatMapLimits::of_current_context();
    few.max_layers = 3;
    HeatMaps split = uploaded(cells, few), together = uploaded(cells);
    std::vector<HeatMapPlacement> row;
    for (int map = 6; map >= 0; --map)
        row.push_back({map, {static_cast<float>(map * 8), 0, static_cast<float>(map * 8 + 7), 8}});
    const HeatMapView view = whole_view(cells, {ColourMap::viridis, -1, 1, 1});
    EXPECT_EQ(draw(split, row, view).rgb, draw(together, row, view).rgb);
}

TEST_F(HeatMapTest, TooLargeMapsArePooledAndSaySo) {
    Cells cells{2, 20, 30, std::vector<float>(2 * 20 * 30, 0.1f)};
    cells.at(1, 13, 22) = -1;
    HeatMapLimits small = HeatMapLimits::of_current_context();
    small.max_size = 10;
    HeatMaps maps(small);
    maps.reserve({2, 20, 30});
    EXPECT_TRUE(maps.pooled());
    EXPECT_EQ(maps.pooled_rows(), 2);
    EXPECT_EQ(maps.pooled_cols(), 3);
    for (int row = 0; row < 20; ++row) maps.upload_rows(row, 1, cells.row_source()); // half a stored row each
    const HeatMapView view = whole_view(cells, {ColourMap::diverging_light, 0, 1, 1});
    const Image image = draw(maps, {{1, {0, 0, 60, 40}}}, view); // 2 pixels a cell
    expect_near(at(image, 45, 26), colour_of(view.scale, -1), "the cell");
    expect_near(at(image, 42, 25), colour_of(view.scale, -1), "its pool");
    expect_near(at(image, 41, 26), colour_of(view.scale, 0.1f), "the next pool");
    HeatMaps unlimited;
    unlimited.reserve({2, 20, 30});
    EXPECT_FALSE(unlimited.pooled());
}

TEST_F(HeatMapTest, MemoryIsBounded) {
    HeatMapLimits limits = HeatMapLimits::of_current_context();
    limits.max_bytes = 1000 * sizeof(float);
    HeatMaps maps(limits);
    maps.reserve({4, 100, 50});
    EXPECT_LE(4 * ((100 + maps.pooled_rows() - 1) / maps.pooled_rows()) *
                  ((50 + maps.pooled_cols() - 1) / maps.pooled_cols()),
              1000);
}

TEST_F(HeatMapTest, GrowingAsksForTheRowsAgain) {
    Cells cells = waves(1, 3, 3);
    HeatMaps maps = uploaded(cells);
    maps.reserve({1, 2, 3});
    EXPECT_EQ(maps.rows_held(), 3);
    maps.reserve({1, 4, 3});
    EXPECT_EQ(maps.rows_held(), 0);
    maps.upload_rows(0, 3, cells.row_source());
    maps.clear();
    EXPECT_EQ(maps.rows_held(), 0);
}

} // namespace
} // namespace gf::heat_map_test
