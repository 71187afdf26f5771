// The card of notices: it floats, moves nothing, covers nothing that a person is at, and goes when what it
// says is no longer true.

#include "app/workbench_support.h"

#include <imgui_internal.h>

#include <filesystem>

namespace gf::ui::tests::notice_test {
namespace {

using ::testing::HasSubstr;

class NoticeTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5});
    }
    /// The rectangles of all items outside of the card.
    std::vector<std::array<float, 4>> places() {
        std::vector<std::array<float, 4>> all;
        for (const UiItem& item : ImGuiHost::current().items().items())
            if (item.window != "Notice")
                all.push_back({item.rect.min.x, item.rect.min.y, item.rect.max.x, item.rect.max.y});
        return all;
    }
    static UiRect card() {
        const ImGuiWindow* window = ImGui::FindWindowByName("Notice");
        return {window->Pos, {window->Pos.x + window->Size.x, window->Pos.y + window->Size.y}};
    }
    void point_at(ImVec2 place) {
        ImGui::GetIO().AddMousePosEvent(place.x, place.y);
        ui.frames(3);
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(NoticeTest, ItMovesNothing) {
    for (const auto& [width, height] : {std::pair(1600, 900), std::pair(1280, 720), std::pair(640, 400)}) {
        bench.resize(width, height);
        ui.leave();
        ui.frames(3);
        const auto before = places();
        bench.post(command::SetTheme{"sepia"});
        ui.frames(4);
        ASSERT_NE(bench.notice(), "");
        EXPECT_EQ(places(), before) << width;
        const ImVec2 display = ImGui::GetIO().DisplaySize;
        EXPECT_GE(card().min.x, 0);
        EXPECT_LE(card().max.x, display.x);
        EXPECT_LE(card().max.y, display.y);
        ui.click("Notice/Dismiss");
        EXPECT_EQ(bench.notice(), "");
    }
}

TEST_F(NoticeTest, ItCoversNeitherTheMouseNorTheKeyboard) {
    for (const float y : {0.1f, 0.12f, 0.3f, 0.6f, 0.85f})
        for (const float x : {0.05f, 0.3f, 0.5f, 0.7f, 0.95f}) {
            const ImVec2 place{1600 * x, 900 * y};
            point_at(place);
            bench.post(command::SetTheme{"sepia"});
            ASSERT_NE(bench.notice(), "");
            EXPECT_FALSE(card().contains(place)) << x << ", " << y;
            const UiRect before = card();
            point_at(card().center());
            EXPECT_EQ(card().min.x, before.min.x) << "it waits to be closed";
            EXPECT_EQ(card().min.y, before.min.y);
            ui.click("Notice/Dismiss");
        }
    ui.leave();
    ui.click("Flow/layer 1"); // the keyboard goes to a panel and walks on there
    for (int i = 0; i < 3; ++i) ui.key(ImGuiKey_Tab);
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    bench.post(command::SetTheme{"sepia"});
    ASSERT_NE(g.NavId, 0u);
    const ImRect item = ImGui::WindowRectRelToAbs(g.NavWindow, g.NavWindow->NavRectRel[g.NavLayer]);
    EXPECT_FALSE(ImRect(card().min, card().max).Overlaps(item));
    EXPECT_NE(g.NavWindow->RootWindow, ImGui::FindWindowByName("Notice")) << "it takes no keys away";
}

TEST_F(NoticeTest, ItGoesWhenItIsNoLongerTrue) {
    bench.post(command::EditCell{{"hook_embed", -1, 1, 2}, 3});
    bench.prompt_ids({5, 6});
    EXPECT_THAT(bench.notice(), HasSubstr("undo brings them back"));
    ui.click("Transport/Undo");
    EXPECT_EQ(bench.notice(), "");
    EXPECT_EQ(bench.snapshot().n_edits(), 1u);

    ui.leave();
    ui.key(ImGuiKey_F2);
    EXPECT_THAT(bench.notice(), HasSubstr("Point at a cell"));
    bench.post(command::PinCell{{"hook_embed", -1, 1, 2}});
    EXPECT_EQ(bench.notice(), "");

    bench.post(command::SetTheme{"sepia"});
    bench.post(command::SetLayout{"Attention"});
    EXPECT_THAT(bench.notice(), HasSubstr("sepia")) << "that is another thing";
    bench.post(command::SetTheme{"dark"});
    EXPECT_EQ(bench.notice(), "");
}

} // namespace
} // namespace gf::ui::tests::notice_test
