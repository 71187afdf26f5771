// Layouts are chosen by name, changed by hand, saved and reset; panels close and come back.

#include "app/workbench_support.h"

#include <imgui_internal.h>
#include <nlohmann/json.hpp>

namespace gf::ui::tests::panel_arrangement_test {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

fs::path folder(const std::string& name) { return scratch() / "layouts" / name / "glassformer"; }

/// The rectangle of a panel, or nothing while it is not on screen.
std::optional<ImRect> panel_rect(const char* panel) {
    const ImGuiWindow* window = ImGui::FindWindowByName(panel);
    if (!window || !window->WasActive || window->Hidden) return std::nullopt;
    return window->Rect();
}

constexpr const char* k_panels[] = {"Outline", "Flow", "Sampling", "Heads", "Head", "Inspector", "Text"};

/// The rectangles {left, top, right, bottom} of all panels, in whole pixels.
/// Those of panels that are not on screen are zeros.
std::vector<std::array<int, 4>> panel_rects() {
    std::vector<std::array<int, 4>> all;
    for (const char* panel : k_panels) {
        const ImRect r = panel_rect(panel).value_or(ImRect(0, 0, 0, 0));
        all.push_back({static_cast<int>(r.Min.x), static_cast<int>(r.Min.y), static_cast<int>(r.Max.x),
                       static_cast<int>(r.Max.y)});
    }
    return all;
}

void drag(Bench& bench, ImVec2 from, ImVec2 to) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddMousePosEvent(from.x, from.y);
    bench.ui.frames(3);
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    bench.ui.frames(2);
    for (const float way : {0.5f, 1.0f}) {
        io.AddMousePosEvent(from.x + way * (to.x - from.x), from.y + way * (to.y - from.y));
        bench.ui.frames(2);
    }
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    bench.ui.frames(3);
}

/// Drags the gap to the left of a panel.
void drag_left_edge(Bench& bench, const char* panel, float way) {
    const ImRect r = *panel_rect(panel);
    const ImVec2 from{r.Min.x - 4, r.GetCenter().y};
    drag(bench, from, {from.x + way, from.y});
}

class PanelArrangementTest : public ::testing::Test {
  protected:
    void SetUp() override { bench.open(saved_preset("llama")); }
    void choose(const std::string& layout) { bench.post(command::SetLayout{layout}); }
    const LayoutBook& book() { return bench.workbench.arrangement().book(); }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(PanelArrangementTest, TheOverviewIsAsDrawn) {
    for (const char* panel : k_panels) ASSERT_TRUE(panel_rect(panel)) << panel;
    EXPECT_NEAR(panel_rect("Sampling")->GetWidth(), 310, 2);
    EXPECT_NEAR(panel_rect("Inspector")->GetWidth(), 310, 2);
    EXPECT_NEAR(panel_rect("Outline")->GetWidth(), 212, 2);
    EXPECT_NEAR(panel_rect("Text")->GetHeight(), 60, 2);
    EXPECT_NEAR(panel_rect("Heads")->GetWidth(), panel_rect("Head")->GetWidth(), 10);
    EXPECT_GT(panel_rect("Flow")->GetWidth(), 1000);
}

TEST_F(PanelArrangementTest, EachLayoutHasItsPlaces) {
    const auto overview = panel_rects();
    choose("Attention");
    EXPECT_FALSE(panel_rect("Flow") || panel_rect("Sampling") || panel_rect("Outline"));
    EXPECT_GT(panel_rect("Head")->GetWidth(), 800);
    EXPECT_TRUE(panel_rect("Heads") && panel_rect("Text") && panel_rect("Inspector"));
    choose("Sampling");
    EXPECT_GT(panel_rect("Sampling")->GetWidth(), 800);
    EXPECT_TRUE(bench.shows("Inspector", "logits"));
    EXPECT_FALSE(panel_rect("Head"));
    choose("Reading");
    EXPECT_GT(panel_rect("Text")->GetWidth(), 1000);
    EXPECT_GT(panel_rect("Text")->GetHeight(), 500);
    EXPECT_TRUE(panel_rect("Sampling") && !panel_rect("Flow"));
    choose("All panels");
    EXPECT_EQ(panel_rects(), overview) << "nothing of the others is left";
    EXPECT_TRUE(ImGui::GetCurrentContext()->DockContext.Nodes.Data.Size < 30) << "no stale docks";
    choose("Atention");
    EXPECT_THAT(bench.notice(), HasSubstr("'Attention'"));
    ui.click("Notice/Dismiss");
    ui.frames(2);
    EXPECT_EQ(panel_rects(), overview);
}

TEST_F(PanelArrangementTest, TheMenuChoosesClosesAndOpens) {
    const auto overview = panel_rects();
    ui.click("Transport/View");
    ui.click("Popup/Flow");
    ui.frames(3);
    EXPECT_FALSE(panel_rect("Flow"));
    EXPECT_FALSE(ui.is_checked("Popup/Flow"));
    ui.click("Popup/Flow");
    ui.key(ImGuiKey_Escape);
    ui.frames(3);
    EXPECT_EQ(panel_rects(), overview) << "it comes back to its place";
    ui.click("Transport/Layout");
    ui.click("Popup/Attention");
    ui.frames(4);
    EXPECT_EQ(book().current, "Attention");
    EXPECT_TRUE(bench.shows("Transport", "Attention"));
    bench.post(command::ShowPanel{"Outline"});
    ASSERT_TRUE(panel_rect("Outline")) << "a panel that the layout had closed";
    EXPECT_EQ(panel_rect("Outline")->Min.x, overview[0][0]);
    ui.click("Transport/Layout");
    ui.click("Popup/Reset the layout");
    ui.frames(4);
    EXPECT_FALSE(panel_rect("Outline"));
    bench.post(command::ShowPanel{"Flwo"});
    EXPECT_THAT(bench.notice(), HasSubstr("'Flow'"));
}

TEST_F(PanelArrangementTest, InspectingOpensTheInspector) {
    bench.post(command::ShowPanel{"Inspector", false});
    EXPECT_FALSE(panel_rect("Inspector"));
    bench.post(command::Inspect{"logits"});
    EXPECT_TRUE(panel_rect("Inspector")) << "what is inspected is seen";
}

TEST_F(PanelArrangementTest, PanelsFollowTheWindowUntilOneIsMoved) {
    const auto before = panel_rects();
    bench.resize(2200, 1200);
    EXPECT_NEAR(panel_rect("Text")->GetHeight(), 60, 2);
    const float wide = panel_rect("Sampling")->GetWidth();
    EXPECT_GT(wide, 310);
    bench.resize(1600, 900);
    EXPECT_EQ(panel_rects(), before);
    drag_left_edge(bench, "Sampling", -100);
    EXPECT_NEAR(panel_rect("Sampling")->GetWidth(), 410, 3);
    bench.resize(1700, 900);
    EXPECT_NEAR(panel_rect("Sampling")->GetWidth(), 410, 3) << "what a person set stays";
    bench.resize(1600, 900);
    choose("All panels");
    EXPECT_EQ(panel_rects(), before);
}

TEST_F(PanelArrangementTest, APanelMovesByItsTitle) {
    const auto before = panel_rects();
    const ImRect heads = *panel_rect("Heads");
    drag(bench, {heads.Min.x + 30, heads.Min.y + 12}, panel_rect("Inspector")->GetCenter());
    ASSERT_TRUE(panel_rect("Heads")) << "it is in front where it was let go";
    EXPECT_FALSE(panel_rect("Inspector")) << "which is a tab behind it now";
    EXPECT_NEAR(panel_rect("Heads")->GetWidth(), 310, 2);
    EXPECT_GT(panel_rect("Head")->GetWidth(), heads.GetWidth()) << "its neighbour took its place";
    bench.post(command::ShowPanel{"Inspector"});
    EXPECT_TRUE(panel_rect("Inspector"));
    choose("All panels");
    EXPECT_EQ(panel_rects(), before);
}

TEST_F(PanelArrangementTest, WhereThereIsLittleRoomPanelsAreStacked) {
    bench.resize(700, 500);
    ui.frames(4);
    EXPECT_TRUE(panel_rect("Flow"));
    EXPECT_FALSE(panel_rect("Heads")) << "behind Flow";
    bench.post(command::ShowPanel{"Heads"});
    EXPECT_TRUE(panel_rect("Heads"));
    bench.resize(1600, 900);
    ui.frames(4);
    for (const char* panel : k_panels) EXPECT_TRUE(panel_rect(panel)) << panel;
}

TEST_F(PanelArrangementTest, SavedLayoutsComeBack) {
    drag_left_edge(bench, "Sampling", -100);
    bench.post(command::ShowPanel{"Heads", false});
    const auto mine = panel_rects();
    ui.click("Transport/Layout");
    ui.click("Popup/Save as");
    ui.type("mine");
    ui.key(ImGuiKey_Enter);
    ui.frames(4);
    EXPECT_EQ(book().current, "mine");
    choose("Attention");
    EXPECT_NE(panel_rects(), mine);
    ui.click("Transport/Layout");
    ui.click("Popup/mine");
    ui.frames(5);
    const auto again = panel_rects();
    for (std::size_t i = 0; i < mine.size(); ++i)
        for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(again[i][k], mine[i][k], 3) << k_panels[i];
    ui.click("Transport/Layout");
    ui.click("Popup/delete mine");
    ui.frames(4);
    EXPECT_EQ(book().current, "Overview");
    EXPECT_TRUE(book().saved.empty());
    for (const char* name : {"Overview", "", "a name that is much longer than anybody would want it to be"}) {
        bench.post(command::SaveLayout{name});
        EXPECT_NE(bench.notice(), "") << name;
        ui.click("Notice/Dismiss");
    }
    bench.post(command::DeleteLayout{"All panels"});
    EXPECT_NE(bench.notice(), "");
}

TEST(LayoutsFile, OutliveTheProgram) {
    const fs::path config = folder("outlive");
    std::vector<std::array<int, 4>> mine;
    {
        Bench bench({.config_folder = config});
        bench.open(saved_preset("llama"));
        drag_left_edge(bench, "Sampling", -100);
        bench.post(command::SaveLayout{"mine"});
        bench.post(command::ShowPanel{"Outline", false});
        mine = panel_rects();
    }
    {
        Bench bench({.config_folder = config});
        bench.open(saved_preset("llama"));
        EXPECT_EQ(bench.notice(), "");
        EXPECT_EQ(bench.workbench.arrangement().book().current, "mine");
        const auto again = panel_rects();
        for (std::size_t i = 0; i < mine.size(); ++i)
            for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(again[i][k], mine[i][k], 3) << k_panels[i];
        EXPECT_FALSE(panel_rect("Outline"));
        bench.post(command::SetLayout{"Sampling"});
    }
    {
        Bench bench({.width = 1300, .height = 800, .config_folder = config}); // another window
        bench.open(saved_preset("llama"));
        EXPECT_EQ(bench.workbench.arrangement().book().current, "Sampling");
        EXPECT_NEAR(panel_rect("Text")->GetHeight(), 140, 2) << "as the layout says, not as it stood";
    }
    for (const char* damaged :
         {"{\"saved\": [", "{\"saved\": [{\"name\": \"x\", \"root\": {\"split\": \"round\"}}]}", "[]",
          "{\"saved\": [{\"name\": \"x\", \"root\": {\"split\": \"above\", \"size\": 0, \"parts\": [{}, "
          "{}]}}]}"}) {
        std::ofstream(config / "layouts.json") << damaged;
        Bench bench({.config_folder = config});
        EXPECT_THAT(bench.notice(), ::testing::AllOf(HasSubstr("layouts.json"), HasSubstr(".bad")))
            << damaged;
        bench.open(saved_preset("llama"));
        EXPECT_TRUE(panel_rect("Flow"));
    }
}

TEST(LayoutsFile, UnknownPanelsAndEmptyPartsDoNoHarm) {
    const fs::path config = folder("foreign");
    fs::create_directories(config);
    std::ofstream(config / "layouts.json") << R"({"current": "odd", "saved": [{"name": "odd", "root":
        {"split": "beside", "size": 0.5, "parts": [{"panels": ["Lesson", "Flow"]}, {"panels": []}]}}]})";
    Bench bench({.config_folder = config});
    EXPECT_EQ(bench.notice(), "");
    bench.open(saved_preset("llama"));
    EXPECT_EQ(bench.workbench.arrangement().book().current, "odd");
    for (const char* panel : k_panels) {
        bench.post(command::ShowPanel{panel});
        EXPECT_TRUE(panel_rect(panel)) << panel;
    }
}

TEST(LayoutBookFile, WritesWhatItReads) {
    LayoutBook book;
    book.current = "b";
    book.is_untouched = false;
    book.closed = {"Flow"};
    book.saved = {{"a", standard_layouts()[1].root, {"Head"}, {}, {}, "logits"},
                  {"b", standard_layouts()[0].root, {}, {}, {}, ""}};
    EXPECT_EQ(layout_book_from_json(to_json(book), "layouts.json"), book);
}

} // namespace
} // namespace gf::ui::tests::panel_arrangement_test
