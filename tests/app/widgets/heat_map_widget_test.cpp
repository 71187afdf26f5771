#include "app/widgets/heat_map_widget.h"

#include "app/host/headless_window.h"
#include "app/ui_driver.h"
#include "platform/error.h"
#include "support/pixel.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace gf::ui::heat_map_widget_test {
namespace {

constexpr int k_rows = 8, k_cols = 10;
constexpr UiRect k_rect{{20, 30}, {120, 110}}; // 10 pixels a cell

HeatMapView whole() {
    HeatMapView view;
    view.rows = k_rows, view.row1 = k_rows;
    view.cols = k_cols, view.col1 = k_cols;
    return view;
}

TEST(HeatMapView, FindsCellsAndTheirRectangles) {
    const std::array<PlacedHeatMap, 2> places = {{{4, k_rect}, {7, {{200, 30}, {300, 110}}}}};
    HeatMapView view = whole();
    EXPECT_EQ(heat_map_cell_at(places, view, {20, 30}), (HeatMapCell{4, 0, 0}));
    EXPECT_EQ(heat_map_cell_at(places, view, {119.5f, 109.5f}), (HeatMapCell{4, 7, 9}));
    EXPECT_EQ(heat_map_cell_at(places, view, {235, 45}), (HeatMapCell{7, 1, 3}));
    EXPECT_FALSE(heat_map_cell_at(places, view, {150, 45}));
    view.rows = 1; // the others are not computed yet
    EXPECT_FALSE(heat_map_cell_at(places, view, {235, 45}));
    const UiRect cell = heat_map_cell_rect(places[0], view, 2, 3);
    EXPECT_EQ(cell.min.x, 50);
    EXPECT_EQ(cell.min.y, 50);
    EXPECT_EQ(cell.max.x, 60);
    EXPECT_EQ(cell.max.y, 60);
}

class NavigationTest : public testing::Test {
  protected:
    HeatMapView view_ = whole();
    HeadlessWindow headless_{{.width = 400, .height = 300}};
    UiDriver ui_{headless_.host(), [this] {
                     headless_.frame([this] {
                         ImGui::SetNextWindowPos({0, 0});
                         ImGui::SetNextWindowSize({400, 300});
                         ImGui::Begin("Window");
                         ImGui::SetCursorScreenPos(k_rect.min);
                         ImGui::InvisibleButton("map", {k_rect.width(), k_rect.height()});
                         navigate_heat_map(view_, k_rect);
                         ImGui::End();
                     });
                 }};
};

TEST_F(NavigationTest, WheelZoomsAtThePointer) {
    ui_.hover("Window/map", {25, 45}); // column 2.5, row 4.5
    ImGui::GetIO().AddMouseWheelEvent(0, 2);
    ui_.frames(2);
    EXPECT_LT(view_.col1 - view_.col0, k_cols);
    EXPECT_NEAR(view_.col0 + 0.25f * (view_.col1 - view_.col0), 2.5f, 1e-4);
    EXPECT_NEAR(view_.row0 + 45.0f / 80 * (view_.row1 - view_.row0), 4.5f, 1e-4);
    ImGui::GetIO().AddMouseWheelEvent(0, -20);
    ui_.frames(2);
    EXPECT_EQ(view_.col0, 0);
    EXPECT_EQ(view_.col1, k_cols);
    EXPECT_EQ(view_.row1, k_rows);
}

TEST_F(NavigationTest, DraggingPansWithinTheMap) {
    view_.col1 = 5, view_.row1 = 4; // 20 pixels a cell
    ui_.drag("Window/map", {-40, -20});
    EXPECT_NEAR(view_.col0, 2, 1e-4);
    EXPECT_NEAR(view_.row0, 1, 1e-4);
    EXPECT_NEAR(view_.col1 - view_.col0, 5, 1e-4);
    ui_.drag("Window/map", {-1000, 1000});
    EXPECT_EQ(view_.col1, k_cols);
    EXPECT_EQ(view_.row0, 0);
}

class HeatMapWidgetTest : public testing::Test {
  protected:
    void SetUp() override {
        try {
            headless_ = std::make_unique<HeadlessWindow>(
                HeadlessWindow::Options{.width = 400, .height = 300, .gl = true});
        } catch (const Error& error) {
            GTEST_SKIP() << error.what();
        }
        widget_ = std::make_unique<HeatMapWidget>();
    }
    void TearDown() override { widget_.reset(); } // before its context

    /// Every cell is 1; a square after the map shows that ImGui draws on as before.
    void frame(int rows) {
        headless_->frame([&] {
            widget_->update({2, k_rows, k_cols}, rows, [this](int, int) {
                ++rows_read_;
                return std::span<const float>(ones_);
            });
            ImGui::SetNextWindowPos({0, 0});
            ImGui::SetNextWindowSize({400, 300});
            ImGui::Begin("Window", nullptr, ImGuiWindowFlags_NoDecoration);
            ImDrawList& list = *ImGui::GetWindowDrawList();
            list.PushClipRect({0, 0}, {70, 300}, true);
            const PlacedHeatMap place{1, k_rect};
            HeatMapView view = whole();
            view.rows = rows;
            widget_->draw(list, {&place, 1}, view);
            list.AddRectFilled({30, 200}, {90, 220}, rgb(0x123456));
            list.PopClipRect();
            ImGui::End();
        });
        image_ = headless_->picture();
    }
    Rgb8 at(int x, int y) const { return gf::tests::pixel_at(image_, x, y); }

    std::vector<float> ones_ = std::vector<float>(k_cols, 1.0f);
    int rows_read_ = 0;
    std::unique_ptr<HeadlessWindow> headless_;
    std::unique_ptr<HeatMapWidget> widget_;
    Image image_;
};

TEST_F(HeatMapWidgetTest, DrawsInsideTheClipRectangleAndGivesTheStateBack) {
    frame(k_rows);
    const Rgb8 full = colour_of({}, 1), panel = unpack(theme().panel);
    EXPECT_EQ(at(20, 30), full);
    EXPECT_EQ(at(69, 109), full);
    EXPECT_EQ(at(70, 109), panel); // clipped
    EXPECT_EQ(at(19, 30), panel);
    EXPECT_EQ(at(20, 110), panel);
    EXPECT_EQ(at(30, 200), (Rgb8{0x12, 0x34, 0x56}));
    EXPECT_EQ(at(70, 200), panel);
}

TEST_F(HeatMapWidgetTest, ReadsNewRowsOnly) {
    frame(3);
    EXPECT_EQ(rows_read_, 2 * 3);
    EXPECT_EQ(at(25, 59), colour_of({}, 1));
    EXPECT_EQ(at(25, 61), unpack(theme().panel));
    frame(3);
    EXPECT_EQ(rows_read_, 2 * 3);
    frame(4);
    EXPECT_EQ(rows_read_, 2 * 4);
    EXPECT_EQ(at(25, 61), colour_of({}, 1));
    widget_->clear();
    frame(2);
    EXPECT_EQ(rows_read_, 2 * 6);
}

TEST(HeatMapWidget, WithoutGlNothingIsReadOrDrawn) {
    HeadlessWindow headless({.width = 100, .height = 100});
    HeatMapWidget widget;
    headless.frame([&] {
        widget.update({1, 4, 4}, 4,
                      [](int, int) -> std::span<const float> { throw std::logic_error("read"); });
        const PlacedHeatMap place{0, {{0, 0}, {10, 10}}};
        widget.draw(*ImGui::GetForegroundDrawList(), {&place, 1}, whole());
    });
}

} // namespace
} // namespace gf::ui::heat_map_widget_test
