#include "app/host/headless_window.h"
#include "app/host/keyboard.h"
#include "app/ui_driver.h"
#include "app/widgets/buttons.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/menu.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/slider.h"
#include "app/widgets/text_field.h"
#include "app/widgets/token_chip.h"

#include <gtest/gtest.h>
#include <imgui_internal.h>

namespace gf::ui::widgets_test {
namespace {

/// A page that shows each widget once.
struct Page {
    int pressed = 0, icon = 0, chips = 0, answer = -1, layout = 0, top_k = 40, tokens = 0;
    bool greedy = false, taken = false;
    float temperature = 1;
    std::string prompt = "Once";

    void draw() {
        begin_bar("Top", 0, px(44));
        label_text("Glassformer", theme().text, TextSize::title, Face::bold);
        ImGui::SameLine();
        icon += icon_button("Play", Icon::play, "Space", "", Emphasis::primary);
        ImGui::SameLine();
        const char* const layouts[] = {"Overview", "Attention", "Training"};
        segmented_control("Layout", layout, layouts);
        end_bar();
        ImGui::SetNextWindowPos({0, px(60)});
        ImGui::SetNextWindowSize({px(320), px(520)});
        if (begin_panel("Sampling")) draw_panel();
        end_panel();
        taken = keyboard_is_taken();
    }

    void draw_panel() {
        panel_header("Sampling", "next token");
        chips += chip("temperature", "0.80", chips % 2 == 1);
        slim_slider("Temperature", temperature, 0, 2);
        slim_slider("Top-k", top_k, 1, 512, "%d", ImGuiSliderFlags_Logarithmic);
        toggle("Greedy", greedy);
        text_field("Prompt", prompt, "Write here");
        if (menu_row("Lily", {.text = "Lily", .chosen = answer == 0})) answer = 0;
        if (menu_row("She", {.text = "She", .chosen = answer == 1})) answer = 1;
        pressed += push_button("Resample");
        tokens += token_chip("next", "play", {.chosen = true, .outlined = true, .menu = true});
        colour_legend({"weight", "0", "1", true}, {});
    }
};

class WidgetsTest : public testing::Test {
  protected:
    Page page_;
    HeadlessWindow headless_{{.width = 800, .height = 600}};
    UiDriver ui_{headless_.host(), [this] { headless_.frame([this] { page_.draw(); }); }};
};

TEST_F(WidgetsTest, ButtonsChipsAndRowsAreClicked) {
    ui_.click("Sampling/Resample");
    EXPECT_EQ(page_.pressed, 1);
    ui_.click("Top/Play");
    EXPECT_EQ(page_.icon, 1);
    ui_.click("Sampling/temperature");
    EXPECT_TRUE(ui_.is_checked("Sampling/temperature"));
    ui_.click("Sampling/She");
    EXPECT_EQ(page_.answer, 1);
    EXPECT_TRUE(ui_.is_checked("Sampling/She"));
    EXPECT_FALSE(ui_.is_checked("Sampling/Lily"));
    ui_.click("Sampling/next");
    EXPECT_EQ(page_.tokens, 1);
}

TEST_F(WidgetsTest, SegmentsChooseOne) {
    ui_.click("Top/Layout/Training");
    EXPECT_EQ(page_.layout, 2);
    EXPECT_TRUE(ui_.is_checked("Top/Training"));
    EXPECT_FALSE(ui_.is_checked("Top/Overview"));
}

TEST_F(WidgetsTest, TogglesSwitch) {
    ui_.click("Sampling/Greedy");
    EXPECT_TRUE(page_.greedy);
    EXPECT_TRUE(ui_.is_checked("Sampling/Greedy"));
    ui_.click("Sampling/Greedy");
    EXPECT_FALSE(page_.greedy);
}

TEST_F(WidgetsTest, SlidersAreTypedDraggedAndSteppedByKeys) {
    ui_.set("Sampling/Temperature", 0.55);
    EXPECT_FLOAT_EQ(page_.temperature, 0.55f);
    ui_.set("Sampling/Temperature", 7.0); // beyond the end
    EXPECT_FLOAT_EQ(page_.temperature, 2);
    ui_.drag("Sampling/Temperature", {-2000, 0});
    EXPECT_FLOAT_EQ(page_.temperature, 0);
    ui_.set("Sampling/Top-k", 100.0);
    EXPECT_EQ(page_.top_k, 100);
    ui_.click("Sampling/Temperature"); // middle
    EXPECT_NEAR(page_.temperature, 1, 0.02);
    ui_.key(ImGuiKey_Tab); // the keyboard comes to the slider as to a text field
    ui_.key(ImGuiMod_Ctrl | ImGuiKey_A);
    ui_.type("0.25");
    ui_.key(ImGuiKey_Enter);
    EXPECT_FLOAT_EQ(page_.temperature, 0.25f);
    ui_.key(ImGuiKey_Space); // and Space lets the arrows move it
    ui_.key(ImGuiKey_RightArrow);
    EXPECT_GT(page_.temperature, 0.25f);
}

TEST_F(WidgetsTest, TextFieldsGrowWithTheirText) {
    const std::string longer(200, 'x');
    ui_.set("Sampling/Prompt", longer);
    EXPECT_EQ(page_.prompt, longer);
    ui_.set("Sampling/Prompt", "a");
    EXPECT_EQ(page_.prompt, "a");
}

TEST_F(WidgetsTest, TheKeyboardReachesEverything) {
    EXPECT_FALSE(page_.taken);
    ui_.click("Sampling/Resample");
    EXPECT_FALSE(page_.taken); // the mouse leaves the keys to the program
    ui_.key(ImGuiKey_Tab);     // shows where the keyboard is
    EXPECT_TRUE(page_.taken);
    ui_.key(ImGuiKey_Space);
    EXPECT_EQ(page_.pressed, 2);
    ui_.key(ImGuiKey_Tab);
    ui_.key(ImGuiKey_Space);
    EXPECT_EQ(page_.tokens, 1);
    ui_.key(ImGuiMod_Shift | ImGuiKey_Tab);
    ui_.key(ImGuiMod_Shift | ImGuiKey_Tab);
    ui_.key(ImGuiKey_Space);
    EXPECT_EQ(page_.answer, 1);
    ui_.click("Sampling/Lily");
    EXPECT_FALSE(page_.taken);
}

TEST_F(WidgetsTest, ArrowsAndSpaceBelongToTheProgramAfterAClick) {
    ui_.click("Sampling/Resample");
    for (const ImGuiKey key :
         {ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow, ImGuiKey_DownArrow, ImGuiKey_Space}) {
        int seen = 0;
        UiDriver program(headless_.host(), [&] {
            headless_.frame([&] {
                page_.draw();
                seen += ImGui::IsKeyChordPressed(key);
            });
        });
        program.key(key);
        EXPECT_EQ(seen, 1) << ImGui::GetKeyName(key);
        EXPECT_FALSE(page_.taken) << ImGui::GetKeyName(key);
    }
    EXPECT_EQ(page_.pressed, 1);
}

TEST_F(WidgetsTest, TooltipsNameIconsAndTheirKeys) {
    ui_.hover("Top/Play");
    ui_.frames(60);
    bool shown = false;
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        shown |= window->Active && std::string_view(window->Name).starts_with("##Tooltip");
    EXPECT_TRUE(shown);
}

TEST_F(WidgetsTest, NothingOverlapsAtAnyScale) {
    for (const float scale : {0.75f, 1.0f, 1.5f, 2.0f, 3.0f}) {
        headless_.resize(static_cast<int>(800 * scale), static_cast<int>(640 * scale));
        headless_.host().set_look({ThemeName::light, scale});
        ui_.frames(3);
        std::vector<UiItem> items;
        for (const UiItem& item : headless_.host().items().items())
            if (!item.stack.empty() && !item.label.empty() && item.label.find("##") != 0 &&
                item.label[0] != '#')
                items.push_back(item);
        EXPECT_GE(items.size(), 13u);
        for (std::size_t i = 0; i < items.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) {
                const UiRect &a = items[i].rect, &b = items[j].rect;
                const bool apart =
                    a.max.x <= b.min.x || b.max.x <= a.min.x || a.max.y <= b.min.y || b.max.y <= a.min.y;
                EXPECT_TRUE(apart) << items[i].label << " and " << items[j].label << " at " << scale;
            }
    }
}

} // namespace
} // namespace gf::ui::widgets_test
