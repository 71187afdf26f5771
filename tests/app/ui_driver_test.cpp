#include "app/ui_driver.h"

#include "app/host/headless_window.h"
#include "platform/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui_internal.h>

namespace gf::ui::ui_driver_test {
namespace {

/// A small interface with items that are hard to reach: in popups, behind tabs, scrolled away, or with the
/// label of another one.
struct Demo {
    int steps = 0, opened = 0, pressed_head = -1, hidden = 0;
    bool greedy = false;
    float temperature = 1;
    std::string prompt = "Once";
    ImVec2 canvas_drag{0, 0};
    float canvas_wheel = 0;
    int canvas_right = 0, shortcut = 0;
    bool menu_choice = false;

    void draw() {
        const ImGuiID dock = ImGui::DockSpaceOverViewport(ImGui::GetID("dock"));
        if (ImGui::GetFrameCount() == 1) lay_out(dock);
        if (ImGui::Begin("Sampling")) draw_sampling();
        ImGui::End();
        if (ImGui::Begin("Heads")) draw_heads();
        ImGui::End();
        if (ImGui::Begin("About") && ImGui::Button("Credits")) ++hidden;
        ImGui::End();
        if (ImGui::IsKeyChordPressed(ImGuiMod_Ctrl | ImGuiKey_K)) ++shortcut;
    }

    void lay_out(ImGuiID dock) {
        ImGui::DockBuilderSetNodeSize(dock, ImGui::GetIO().DisplaySize);
        ImGuiID right = 0;
        const ImGuiID left = ImGui::DockBuilderSplitNode(dock, ImGuiDir_Left, 0.5f, nullptr, &right);
        ImGui::DockBuilderDockWindow("Sampling", left);
        ImGui::DockBuilderDockWindow("Heads", right);
        ImGui::DockBuilderDockWindow("About", right);
        ImGui::DockBuilderFinish(dock);
    }

    void draw_sampling() {
        if (ImGui::Button("Step##1")) ++steps;
        ImGui::Checkbox("Greedy", &greedy);
        ImGui::SliderFloat("Temperature", &temperature, 0, 2);
        char buffer[64];
        std::snprintf(buffer, sizeof buffer, "%s", prompt.c_str());
        if (ImGui::InputText("Prompt", buffer, sizeof buffer)) prompt = buffer;
        ImGui::InvisibleButton("##canvas", {200, 100});
        if (ImGui::IsItemHovered()) canvas_wheel += ImGui::GetIO().MouseWheel;
        if (ImGui::IsItemActive() && ImGui::IsMouseDragging(0)) canvas_drag = ImGui::GetMouseDragDelta(0);
        if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) ++opened;
        if (ImGui::IsItemHovered() && ImGui::IsMouseClicked(1)) ++canvas_right;
        if (ImGui::Button("tokens/s")) ImGui::OpenPopup("units");
        if (ImGui::BeginPopup("units")) {
            if (ImGui::MenuItem("per minute")) menu_choice = true;
            ImGui::EndPopup();
        }
    }

    void draw_heads() {
        ImGui::BeginChild("grid", {0, 90});
        for (int head = 0; head < 12; ++head) {
            ImGui::PushID(head);
            if (ImGui::Button("Head", {120, 24})) pressed_head = head;
            ImGui::PopID();
        }
        ImGui::EndChild();
    }
};

class UiDriverTest : public testing::Test {
  protected:
    void SetUp() override { ui_.select_tab("Heads"); } // the window that appeared last is in front

    Demo demo_;
    HeadlessWindow headless_{{.width = 900, .height = 600}};
    UiDriver ui_{headless_.host(), [this] { headless_.frame([this] { demo_.draw(); }); }};
};

TEST_F(UiDriverTest, ClicksByTheLabelBeforeTheHashes) {
    ui_.click("Sampling/Step");
    EXPECT_EQ(demo_.steps, 1);
    ui_.click("Sampling/Greedy");
    EXPECT_TRUE(demo_.greedy);
    EXPECT_TRUE(ui_.is_checked("Sampling/Greedy"));
    ui_.click("Sampling/Greedy");
    EXPECT_FALSE(ui_.is_checked("Sampling/Greedy"));
}

TEST_F(UiDriverTest, SetsSlidersAndTextFields) {
    ui_.set("Sampling/Temperature", 0.55);
    EXPECT_FLOAT_EQ(demo_.temperature, 0.55f);
    ui_.set("Sampling/Prompt", "caf\xC3\xA9 \xF0\x9F\x98\x80");
    EXPECT_EQ(demo_.prompt, "caf\xC3\xA9 \xF0\x9F\x98\x80");
    ui_.click("Sampling/Prompt");
    ui_.key(ImGuiKey_End);
    ui_.type("!");
    EXPECT_EQ(demo_.prompt, "caf\xC3\xA9 \xF0\x9F\x98\x80!");
    EXPECT_THROW(ui_.set("Sampling/Step", 1.0), Error);
}

TEST_F(UiDriverTest, DragsASliderByItsKnob) {
    demo_.temperature = 1;
    ui_.frames(1);
    ui_.drag("Sampling/Temperature", {1000, 0});
    EXPECT_FLOAT_EQ(demo_.temperature, 2);
}

TEST_F(UiDriverTest, CanvasesAreNamedInvisibleButtons) {
    ui_.drag("Sampling/canvas", {40, -20});
    EXPECT_EQ(demo_.canvas_drag.x, 40);
    EXPECT_EQ(demo_.canvas_drag.y, -20);
    ui_.wheel("Sampling/canvas", 2);
    EXPECT_EQ(demo_.canvas_wheel, 2);
    ui_.double_click("Sampling/canvas");
    EXPECT_EQ(demo_.opened, 1);
    ui_.right_click("Sampling/canvas");
    EXPECT_EQ(demo_.canvas_right, 1);
    ui_.hover("Sampling/canvas", {3, 5});
    const UiRect canvas = ui_.rect("Sampling/canvas");
    EXPECT_EQ(ImGui::GetIO().MousePos.x, canvas.min.x + 3);
    EXPECT_EQ(ImGui::GetIO().MousePos.y, canvas.min.y + 5);
}

TEST_F(UiDriverTest, CollidingLabelsNeedTheirScope) {
    EXPECT_THROW(ui_.click("Heads/Head"), Error);
    ui_.click("Heads/1/Head");
    EXPECT_EQ(demo_.pressed_head, 1);
    ui_.click("Heads/grid/2/Head");
    EXPECT_EQ(demo_.pressed_head, 2);
}

TEST_F(UiDriverTest, ClippedItemsAreScrolledIntoView) {
    ASSERT_TRUE(ui_.exists("Heads/11/Head"));
    ui_.click("Heads/11/Head");
    EXPECT_EQ(demo_.pressed_head, 11);
    ui_.click("Heads/0/Head");
    EXPECT_EQ(demo_.pressed_head, 0);
}

TEST_F(UiDriverTest, DockedTabsComeToTheFront) {
    EXPECT_TRUE(ui_.exists("Heads/0/Head"));
    EXPECT_FALSE(ui_.exists("About/Credits"));
    ui_.select_tab("About");
    ui_.click("About/Credits");
    EXPECT_EQ(demo_.hidden, 1);
    EXPECT_FALSE(ui_.exists("Heads/0/Head"));
    EXPECT_THROW(ui_.select_tab("Nowhere"), Error);
}

TEST_F(UiDriverTest, PopupsAndLabelsWithASlash) {
    ui_.click("Sampling/tokens/s");
    ui_.click("Popup/per minute");
    EXPECT_TRUE(demo_.menu_choice);
    EXPECT_FALSE(ui_.exists("Popup/per minute"));
}

TEST_F(UiDriverTest, WhatIsCoveredIsNotClicked) {
    ui_.click("Sampling/tokens/s");
    EXPECT_THROW(ui_.click("Sampling/Step"), Error); // the popup takes the mouse
    EXPECT_EQ(demo_.steps, 0);
    ui_.key(ImGuiKey_Escape);
    ui_.click("Sampling/Step");
    EXPECT_EQ(demo_.steps, 1);
}

TEST_F(UiDriverTest, KeysReachShortcuts) {
    ui_.key(ImGuiMod_Ctrl | ImGuiKey_K);
    EXPECT_EQ(demo_.shortcut, 1);
}

TEST_F(UiDriverTest, UnknownItemsSayWhatThereIs) {
    try {
        ui_.click("Sampling/Nope");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.problem().where, "Sampling/Nope");
        EXPECT_THAT(error.problem().found, testing::HasSubstr("Sampling/Temperature"));
    }
    EXPECT_THAT(ui_.list(), testing::Contains("Sampling/Step"));
}

TEST_F(UiDriverTest, RecordingCanBeSwitchedOff) {
    headless_.host().record_items(false);
    ui_.frames(1);
    EXPECT_TRUE(ui_.list().empty());
}

} // namespace
} // namespace gf::ui::ui_driver_test
