// The panel of one head, as a matrix and as lines: the values under the mouse are those of the Trace.

#include "app/workbench_support.h"

#include <cmath>

namespace gf::ui::tests::head_panel_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr int k_tokens = 16;

class HeadTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 12));
        bench.post(command::Step{k_tokens - 12});
    }
    void show(const char* option, const char* value) { bench.post(command::SetView{"Head", option, value}); }
    double value(Site site, HeadRef head, int query, int key) {
        return bench.snapshot().trace().value({0, site, head.layer, head.head, query, key});
    }
    /// The line about the cell in focus: its query, key, weight and score.
    std::string cell_text() { return bench.text_with("Head", "query"); }
    void expect_cell_text(HeadRef head, int query, int key) {
        EXPECT_NEAR(number_after(cell_text(), "weight"), value(Site::pattern, head, query, key), 0.5001e-4)
            << cell_text();
        EXPECT_NEAR(number_after(cell_text(), "score"), value(Site::attn_scores, head, query, key), 0.5001e-3)
            << cell_text();
        EXPECT_THAT(cell_text(),
                    HasSubstr(numbered("query #", bench.tokens()[static_cast<std::size_t>(query)])));
        EXPECT_THAT(cell_text(), HasSubstr(numbered("key #", bench.tokens()[static_cast<std::size_t>(key)])));
    }
    std::string header() { return bench.text_with("Head", "layer"); }

    Bench bench;
    UiDriver& ui = bench.ui;
};

class MatrixTest : public HeadTest {
  protected:
    void SetUp() override {
        HeadTest::SetUp();
        show("form", "matrix");
    }
    ImVec2 size() {
        const UiRect r = ui.rect("Head/attention");
        return {r.width(), r.height()};
    }
    /// The middle of a cell of the matrix, all of which must be shown.
    ImVec2 middle_of(int row, int column) {
        return cell_middle(ui.rect("Head/attention"), row, column, bench.cursor(), bench.cursor());
    }
    void hover_cell(int row, int column) { ui.hover("Head/attention", middle_of(row, column)); }
};

TEST_F(MatrixTest, TheValueUnderTheMouseIsTheTraces) {
    for (const HeadRef head : {HeadRef{0, 0}, HeadRef{1, 4}}) {
        bench.post(command::PinHead{head.layer, head.head});
        for (const auto& [row, column] :
             {std::pair(0, 0), std::pair(15, 0), std::pair(9, 4), std::pair(15, 15)}) {
            SCOPED_TRACE(std::to_string(row) + numbered(", ", column));
            hover_cell(row, column);
            ASSERT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, head.layer, head.head, row, column}));
            expect_cell_text(head, row, column);
            EXPECT_EQ(bench.workbench.selection().token.get(), row) << "the query's token is lit in the text";
        }
    }
}

TEST_F(MatrixTest, ScoresHaveASymmetricScale) {
    show("shows", "scores");
    bench.post(command::PinHead{1, 2});
    hover_cell(9, 4);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::attn_scores, 1, 2, 9, 4}));
    expect_cell_text({1, 2}, 9, 4);
    const auto largest_score = [&] {
        double most = 0;
        for (int q = 0; q < bench.cursor(); ++q)
            for (int k = 0; k <= q; ++k)
                most = std::max(most, std::abs(value(Site::attn_scores, {1, 2}, q, k)));
        return most;
    };
    const auto three_digits = [](double x) {
        return fmt::format("{:.{}f}", x, x < 10 ? 2 : x < 100 ? 1 : 0);
    };
    EXPECT_TRUE(bench.shows("Head", three_digits(largest_score())));
    EXPECT_TRUE(bench.shows("Head", fmt::format("-{}", three_digits(largest_score()))));
    bench.post(command::Jump{5});
    EXPECT_TRUE(bench.shows("Head", three_digits(largest_score())))
        << "the scale is that of the text in view";
    show("shows", "weights");
    EXPECT_TRUE(bench.shows("Head", "weight"));
}

TEST_F(MatrixTest, AClickPinsACell) {
    ui.click_at("Head/attention", middle_of(9, 4));
    const CellRef cell{0, Site::pattern, 0, 0, 9, 4};
    EXPECT_EQ(bench.workbench.selection().pinned_cell, cell);
    ui.leave();
    expect_cell_text({0, 0}, 9, 4);
    hover_cell(7, 7);
    expect_cell_text({0, 0}, 7, 7);
    ui.drag("Head/attention", {30, 0});
    EXPECT_EQ(bench.workbench.selection().pinned_cell, cell) << "dragging pins nothing";
    ui.click_at("Head/attention", middle_of(9, 4));
    EXPECT_EQ(bench.workbench.selection().pinned_cell, std::nullopt) << "once more lets it go";
}

TEST_F(MatrixTest, WhatTheMaskForbidsSaysSo) {
    hover_cell(3, 10);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 0, 0, 3, 10}));
    EXPECT_THAT(cell_text(), HasSubstr("masked"));
    EXPECT_THAT(cell_text(), ::testing::Not(HasSubstr("weight")));
    ui.leave();
    EXPECT_EQ(bench.hovered_cell(), std::nullopt);
    EXPECT_EQ(cell_text(), "");
}

TEST_F(MatrixTest, TheWheelZoomsAtThePointer) {
    ui.wheel("Head/attention", 5);
    // 16 cells become 16 * 0.85^5 about the middle.
    const double length = k_tokens * std::pow(0.85, 5), first = 8 - length / 2;
    ui.hover("Head/attention", {2, 2});
    ASSERT_TRUE(bench.hovered_cell());
    EXPECT_EQ(bench.hovered_cell()->row, static_cast<int>(std::floor(first + 2 / size().y * length)));
    EXPECT_EQ(bench.hovered_cell()->column, static_cast<int>(std::floor(first + 2 / size().x * length)));
    EXPECT_GT(bench.hovered_cell()->row, 0);
    ui.hover("Head/attention", {size().x - 2, 2});
    EXPECT_EQ(bench.hovered_cell()->column,
              static_cast<int>(std::floor(first + length - 2 / size().x * length)));

    const float cell = size().x / static_cast<float>(length);
    ui.drag("Head/attention", {2 * cell, 0}); // takes the columns along
    ui.hover("Head/attention", {2, 2});
    EXPECT_EQ(bench.hovered_cell()->column, static_cast<int>(std::floor(first - 2 + 2 / size().x * length)));
    EXPECT_EQ(bench.hovered_cell()->row, static_cast<int>(std::floor(first + 2 / size().y * length)));

    ui.hover("Head/attention");
    ImGui::GetIO().AddMousePosEvent(ui.rect("Head/attention").min.x - 20,
                                    ui.rect("Head/attention").min.y + 20);
    ui.double_click_here();
    ui.hover("Head/attention", {2, 2});
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 0, 0, 0, 0}));
    hover_cell(15, 15);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 0, 0, 15, 15}));
}

TEST_F(MatrixTest, AZoomedViewStaysOnTheText) {
    hover_cell(15, 15);
    for (int i = 0; i < 3; ++i) {
        ImGui::GetIO().AddMouseWheelEvent(0, 3);
        ui.frames(2);
    }
    ui.hover("Head/attention", {2, 2});
    ASSERT_TRUE(bench.hovered_cell());
    EXPECT_GE(bench.hovered_cell()->row, 10);
    ui.key(ImGuiKey_Home);
    ui.key(ImGuiKey_RightArrow);
    ASSERT_EQ(bench.cursor(), 2);
    ui.hover("Head/attention", {size().x / 4, size().y / 4});
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 0, 0, 0, 0}));
}

TEST_F(MatrixTest, NumbersStandInCellsThatAreLargeEnough) {
    bench.prompt_ids({3, 1, 4, 1, 5});
    const float cell = size().x / 5;
    ASSERT_GE(cell, 25);
    const auto printed = [&](int query, int key) {
        const std::string text = fmt::format("{:.2f}", value(Site::pattern, {0, 0}, query, key));
        return text == "0.00" ? "0" : text == "1.00" ? "1" : text.substr(1);
    };
    for (int q = 0; q < 5; ++q)
        for (int k = 0; k <= q; ++k) {
            const UiRect map = ui.rect("Head/attention");
            const ImVec2 middle = cell_middle(map, q, k, 5, 5);
            bool is_there = false;
            for (const UiText& text : ImGuiHost::current().items().texts())
                is_there |= text.window == "Head" && text.text == printed(q, k) &&
                            text.rect.contains({map.min.x + middle.x, map.min.y + middle.y});
            EXPECT_TRUE(is_there) << q << " " << k << " " << printed(q, k);
        }
    std::vector<int> many;
    for (int i = 0; i < 60; ++i) many.push_back(i % 50);
    bench.prompt_ids(many);
    ASSERT_LT(size().x / 60, 25);
    EXPECT_EQ(std::ranges::count(ui.texts("Head"), "1"), 1)
        << "the legend's; the first row's weight has no room";
}

TEST_F(MatrixTest, RowsAndColumnsSayWhatTheyAre) {
    EXPECT_THAT(bench.all_text("Head"), HasSubstr("listens"));
    EXPECT_THAT(bench.all_text("Head"), HasSubstr("to →"));
}

TEST_F(MatrixTest, HiddenRowsAreLoudAndOneClickAway) {
    EXPECT_THAT(bench.all_text("Head"), ::testing::Not(HasSubstr("rows hidden")));
    ui.wheel("Head/attention", 3);
    EXPECT_THAT(bench.all_text("Head"), HasSubstr(fmt::format(" of {} rows hidden", k_tokens)));
    ui.click("Head/show all");
    ui.leave();
    EXPECT_THAT(bench.all_text("Head"), ::testing::Not(HasSubstr("rows hidden")));
    EXPECT_FALSE(ui.exists("Head/show all"));
}

TEST_F(MatrixTest, TheMatrixGrowsWithTheText) {
    hover_cell(15, 0);
    EXPECT_EQ(bench.hovered_cell()->row, 15);
    ui.click("Transport/Step");
    ASSERT_EQ(bench.cursor(), 17);
    hover_cell(16, 16);
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 0, 0, 16, 16}));
    ui.click("Transport/First");
    ui.hover("Head/attention", {size().x / 2, size().y / 2});
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 0, 0, 0, 0}));
    EXPECT_NEAR(number_after(cell_text(), "weight"), 1, 1e-9) << "one token reads itself";
}

TEST_F(MatrixTest, WhatIsPooledSaysSo) {
    EXPECT_THAT(header(), HasSubstr("matrix"));
    bench.prompt_ids(random_tokens(bench.snapshot().config(), 250));
    const int rows = static_cast<int>(std::ceil(250 / size().y - 0.01f)),
              cols = static_cast<int>(std::ceil(250 / size().x - 0.01f));
    ASSERT_GT(rows, 1);
    EXPECT_THAT(header(), HasSubstr(fmt::format("max-pooled {} × {}", rows, cols)));
    ui.wheel("Head/attention", 12);
    ui.frames(1);
    EXPECT_THAT(header(), ::testing::Not(HasSubstr("pooled")));
}

class LinesTest : public HeadTest {
  protected:
    std::string reads_line() { return bench.text_with("Head", "“"); }
    float centre(const char* what, int token) { return ui.rect(numbered(what, token)).center().x; }
    /// The point halfway along a curve from query to key, from the upper left corner of the canvas.
    ImVec2 middle_of(int query, int key) {
        const UiRect canvas = ui.rect("Head/curves");
        const float x = (centre("Head/query ", query) + centre("Head/key ", key)) / 2;
        return {x - canvas.min.x, canvas.height() / 2};
    }
};

TEST_F(LinesTest, ShortTextsAreLinesLongOnesAMatrix) {
    EXPECT_TRUE(ui.exists("Head/curves"));
    EXPECT_THAT(header(), HasSubstr("lines, every query"));
    EXPECT_TRUE(ui.is_checked("Head/lines"));
    bench.post(command::Step{40});
    ASSERT_EQ(bench.cursor(), 56);
    EXPECT_TRUE(ui.exists("Head/attention"));
    EXPECT_FALSE(ui.exists("Head/curves"));
    ui.click("Head/lines");
    EXPECT_TRUE(ui.exists("Head/curves")) << "as a person chose";
    ui.click("Head/matrix");
    bench.post(command::Jump{5});
    EXPECT_TRUE(ui.exists("Head/attention"));
    show("form", "auto");
    EXPECT_TRUE(ui.exists("Head/curves"));
}

TEST_F(LinesTest, TheQueryInViewSaysWhatItReads) {
    bench.post(command::PinHead{1, 4});
    const auto expect_reads = [&](int query) {
        std::vector<double> weights;
        for (int k = 0; k <= query; ++k) weights.push_back(value(Site::pattern, {1, 4}, query, k));
        std::string wanted = fmt::format("“#{}” reads", bench.tokens()[static_cast<std::size_t>(query)]);
        const auto ids = largest(weights, std::min(3, query + 1));
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto k = static_cast<std::size_t>(ids[i]);
            if (weights[k] >= 0.005)
                wanted += fmt::format("{} #{} {:.2f}", i ? "," : "", bench.tokens()[k], weights[k]);
        }
        EXPECT_EQ(reads_line(), wanted);
    };
    expect_reads(15); // the newest
    ui.hover("Head/query 9");
    EXPECT_EQ(bench.workbench.selection().token.get(), 9);
    expect_reads(9);
    ui.click("Head/query 6");
    ui.leave();
    EXPECT_EQ(bench.workbench.selection().pinned_token, 6);
    expect_reads(6);
    ui.click("Head/query 6");
    ui.leave();
    expect_reads(15);
}

TEST_F(LinesTest, AKeyIsReadByTheQueryInView) {
    ui.click("Head/query 10");
    ui.hover("Head/key 3");
    EXPECT_EQ(bench.hovered_cell(), (CellRef{0, Site::pattern, 0, 0, 10, 3}));
    expect_cell_text({0, 0}, 10, 3);
    ui.hover("Head/key 12");
    EXPECT_THAT(cell_text(), HasSubstr("masked"));
    ui.click("Head/key 3");
    ui.leave();
    EXPECT_EQ(bench.workbench.selection().pinned_cell, (CellRef{0, Site::pattern, 0, 0, 10, 3}));
    expect_cell_text({0, 0}, 10, 3);
}

TEST_F(LinesTest, TheCurveUnderTheMouseIsTheNearest) {
    bench.post(command::PinHead{0, 3});
    int tried = 0;
    for (int query = 3; query < k_tokens; query += 2) {
        for (int key = 0; key <= query; ++key) {
            if (value(Site::pattern, {0, 3}, query, key) < 0.3) continue;
            ++tried;
            ui.leave();
            const ImVec2 at = middle_of(query, key);
            ui.hover("Head/curves", at);
            ASSERT_TRUE(bench.hovered_cell());
            // Another curve may pass there too; none passes nearer. The mouse is on a whole pixel, and a
            // curve that spans much runs nearly level: half a pixel up is many to the side.
            const float span = std::abs(centre("Head/query ", bench.hovered_cell()->row) -
                                        centre("Head/key ", bench.hovered_cell()->column));
            const float slip = 1.5f + 2 * span * 0.5f / at.y;
            EXPECT_NEAR(middle_of(bench.hovered_cell()->row, bench.hovered_cell()->column).x, at.x, slip)
                << query << " reads " << key;
            EXPECT_GE(value(Site::pattern, {0, 3}, bench.hovered_cell()->row, bench.hovered_cell()->column),
                      0.005);
            expect_cell_text({0, 3}, bench.hovered_cell()->row, bench.hovered_cell()->column);
            EXPECT_EQ(bench.workbench.selection().token.get(), bench.hovered_cell()->row);
        }
    }
    EXPECT_GT(tried, 3);
    const CellRef under = *bench.hovered_cell();
    ui.click_at("Head/curves", middle_of(under.row, under.column));
    EXPECT_EQ(bench.workbench.selection().pinned_cell, bench.hovered_cell());
}

TEST_F(LinesTest, ScoresAsLines) {
    show("shows", "scores");
    ui.hover("Head/query 8");
    double most = 0;
    for (int k = 0; k <= 8; ++k)
        if (std::abs(value(Site::attn_scores, {0, 0}, 8, k)) > std::abs(most))
            most = value(Site::attn_scores, {0, 0}, 8, k);
    EXPECT_THAT(reads_line(), HasSubstr(fmt::format("scores #")));
    EXPECT_THAT(reads_line(), HasSubstr(fmt::format(" {:.2f},", most))) << "the largest magnitude first";
    ui.hover("Head/key 2");
    EXPECT_EQ(bench.hovered_cell()->site, Site::attn_scores);
}

TEST_F(LinesTest, LongTextsAreAWindowThatZoomsAndPans) {
    bench.prompt_ids(random_tokens(bench.snapshot().config(), 200));
    show("form", "lines");
    const auto window = [&] {
        int first = -1, last = -1;
        for (int i = 0; i < 200; ++i)
            if (ui.exists(numbered("Head/query ", i))) first = first < 0 ? i : first, last = i;
        return std::pair(first, last);
    };
    const auto [first, last] = window();
    EXPECT_EQ(last, 199) << "the newest";
    EXPECT_GT(first, 100);
    EXPECT_THAT(header(), HasSubstr(fmt::format("tokens {} to 199", first)));
    double before = 0;
    for (int k = 0; k < first; ++k) before += value(Site::pattern, {0, 0}, 199, k);
    EXPECT_NEAR(number_after(reads_line(), ";"), before, 0.005001) << reads_line();
    int lines = 0;
    for (int q = first; q < 200; ++q)
        for (int k = first; k <= q; ++k) lines += value(Site::pattern, {0, 0}, q, k) >= 0.005f;
    const int most = 240;
    EXPECT_EQ(reads_line().find("strongest") != std::string::npos, lines > most);
    if (lines > most) {
        EXPECT_THAT(reads_line(), HasSubstr(fmt::format("the {} strongest of {} lines", most, lines)));
    }

    bench.post(command::PinToken{20});
    EXPECT_LE(window().first, 20);
    EXPECT_GE(window().second, 20) << "the pinned token is in it";
    bench.post(command::PinToken{-1});
    ui.wheel("Head/curves", -8);
    EXPECT_GT(window().second - window().first, last - first) << "more of it";
    ui.double_click(fmt::format("Head/query {}", window().first + 3));
    bench.post(command::PinToken{-1});
    EXPECT_EQ(window(), std::pair(first, last));
    ui.wheel("Head/curves", 5);
    const auto [from, to] = window();
    EXPECT_NEAR(to - from, (last - first) * std::pow(0.85, 5), 2);
    ui.drag("Head/curves", {120, 0});
    EXPECT_LT(window().first, from) << "the text moves with the mouse";
    EXPECT_NEAR(window().second - window().first, to - from, 1);
}

TEST_F(LinesTest, TheBandsSayWhatTheyAreAndWhatIsHidden) {
    show("form", "lines");
    EXPECT_TRUE(bench.shows("Head", "↑ listened to"));
    EXPECT_TRUE(bench.shows("Head", "↓ listening"));
    EXPECT_FALSE(ui.exists("Head/show all"));
    ui.wheel("Head/curves", 4);
    ui.frames(2);
    EXPECT_THAT(bench.all_text("Head"), HasSubstr(fmt::format(" of {} rows hidden", bench.cursor())));
    ui.click("Head/show all");
    ui.frames(3);
    EXPECT_FALSE(ui.exists("Head/show all"));
}

} // namespace
} // namespace gf::ui::tests::head_panel_test
