// Menus stay inside of the window: near its edges, in small windows, and while they grow.

#include "app/workbench_support.h"

#include <imgui_internal.h>

namespace gf::ui::tests::popups_test {
namespace {

/// Expects one open popup, all of it inside of the window.
void expect_popup_inside() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    ASSERT_EQ(g.OpenPopupStack.Size, 1);
    const ImGuiWindow* popup = g.OpenPopupStack[0].Window;
    ASSERT_NE(popup, nullptr);
    const ImVec2 display = g.IO.DisplaySize;
    EXPECT_GE(popup->Pos.x, 0);
    EXPECT_GE(popup->Pos.y, 0);
    EXPECT_LE(popup->Pos.x + popup->Size.x, display.x);
    EXPECT_LE(popup->Pos.y + popup->Size.y, display.y);
}

class PopupsTest : public ::testing::TestWithParam<std::pair<ThemeName, float>> {
  protected:
    PopupsTest() : bench({.width = 1280, .height = 720, .look = {GetParam().first, GetParam().second}}) {
        bench.open(byte_model().path, byte_tokenizer());
        bench.prompt("a a a a a");
        bench.post(command::Step{20});
    }
    void expect_opens(const std::string& item, bool by_right_button = false) {
        SCOPED_TRACE(item);
        const std::string panel = item.substr(0, item.find('/'));
        if (panel != "Transport") bench.post(command::ShowPanel{panel});
        by_right_button ? ui.right_click(item) : ui.click(item);
        ui.frames(3);
        expect_popup_inside();
        ui.key(ImGuiKey_Escape);
        ui.frames(2);
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_P(PopupsTest, StayInsideOfTheWindow) {
    for (const auto& [width, height] : {std::pair(1280, 720), std::pair(1600, 900), std::pair(800, 600)}) {
        if (GetParam().second > 2 && width < 1280) continue; // the bar above has no room for all its buttons
        SCOPED_TRACE(fmt::format("{} x {}", width, height));
        bench.resize(width, height);
        ui.leave();
        expect_opens("Transport/Layout");
        if (ui.exists("Transport/View")) expect_opens("Transport/View");
        if (ui.exists("Transport/speed")) expect_opens("Transport/speed");
        expect_opens("Heads/sort");
        expect_opens("Inspector/name");
        expect_opens("Text/next");
        bench.post(command::ShowPanel{"Text"});
        expect_opens("Text/token 30", true); // the last line is in view at every size
        bench.post(command::AskValue{{"blocks.0.hook_resid_mid", -1, 3, 5}});
        expect_popup_inside();
        ui.key(ImGuiKey_Escape);
        ui.frames(2);
        bench.post(command::PinCell{});
    }
}

INSTANTIATE_TEST_SUITE_P(Looks, PopupsTest,
                         ::testing::Values(std::pair(ThemeName::light, 1.0f),
                                           std::pair(ThemeName::dark, 2.0f),
                                           std::pair(ThemeName::projector, 1.0f),
                                           std::pair(ThemeName::projector, 3.0f)));

TEST(Popups, GrowIntoTheWindow) {
    Bench bench({.width = 1280, .height = 720});
    bench.open(saved_preset("llama"));
    bench.ui.click("Transport/View");
    for (const char* choice :
         {"projector", "150 %", "dark", "200 %", "projector", "300 %", "light", "75 %"}) {
        SCOPED_TRACE(choice);
        bench.ui.click(std::string("Popup/") + choice);
        bench.ui.frames(3);
        expect_popup_inside();
    }
}

} // namespace
} // namespace gf::ui::tests::popups_test
