// The keyboard reaches everything: F6 goes from panel to panel, Tab through what can be pressed in each.

#include "app/workbench_support.h"

#include <imgui_internal.h>

#include <set>

namespace gf::ui::tests::keyboard_test {
namespace {

class KeyboardTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 12));
        bench.post(command::Step{2});
        bench.post(command::SetSeed{1});
        bench.post(command::SetSeed{2});
        bench.post(command::Undo{}); // both Undo and Redo can be pressed
        ui.frames(5);
    }
    std::string focused_window() const {
        const ImGuiWindow* now = ImGui::GetCurrentContext()->NavWindow;
        return now ? now->RootWindow->Name : "";
    }
    std::string focused_item() const {
        for (const UiItem& item : ImGuiHost::current().items().items())
            if (item.id == ImGui::GetCurrentContext()->NavId) return item.window + "/" + item.label;
        return "";
    }
    /// The items that Tab reaches in the window that has the keyboard, until it is back at one of them.
    std::set<std::string> items_by_tab() {
        std::set<std::string> found;
        std::set<ImGuiID> ids;
        const std::string here = focused_window();
        for (int i = 0; i < 400 && ids.insert(ImGui::GetCurrentContext()->NavId).second; ++i) {
            found.insert(focused_item());
            EXPECT_EQ(focused_window(), here);
            ui.key(ImGuiKey_Tab);
        }
        return found;
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(KeyboardTest, AltAndArrowsMoveTheFocusedCell) {
    const auto pinned = [&] { return bench.workbench.selection().pinned_cell; };
    bench.post(command::PinCell{"hook_embed", -1, 3, 5});
    ui.key(ImGuiMod_Alt | ImGuiKey_DownArrow);
    ui.key(ImGuiMod_Alt | ImGuiKey_RightArrow);
    EXPECT_EQ(pinned(), (CellRef{0, Site::embed, -1, -1, 4, 6}));
    EXPECT_THAT(bench.all_text("Formula"), ::testing::HasSubstr("hook_embed"));
    for (int i = 0; i < 20; ++i) ui.key(ImGuiMod_Alt | ImGuiKey_UpArrow);
    for (int i = 0; i < 20; ++i) ui.key(ImGuiMod_Alt | ImGuiKey_LeftArrow);
    EXPECT_EQ(pinned(), (CellRef{0, Site::embed, -1, -1, 0, 0})) << "it stays inside its matrix";
    for (int i = 0; i < 20; ++i) ui.key(ImGuiMod_Alt | ImGuiKey_DownArrow);
    EXPECT_EQ(pinned()->row, bench.rows() - 1);
    ui.key(ImGuiKey_Escape);
    EXPECT_FALSE(pinned());
}

TEST_F(KeyboardTest, EverythingIsReached) {
    ui.leave();
    std::set<std::string> windows, found;
    for (int i = 0; i < 20; ++i) {
        ui.key(ImGuiKey_F6);
        ui.frames(2);
        if (!windows.insert(focused_window()).second) break;
        found.merge(items_by_tab());
    }
    EXPECT_THAT(windows, ::testing::IsSupersetOf({"Transport", "Outline", "Flow", "Sampling", "Heads", "Head",
                                                  "Inspector", "Text"}));
    std::string missed;
    for (const UiItem& item : ImGuiHost::current().items().items()) {
        const bool counts = windows.contains(item.window) && !item.label.empty() && item.is_visible() &&
                            item.id != 0 && item.label != item.window &&
                            item.label.find('/') == std::string::npos && // windows have items of their own
                            item.label != "move"; // the menu of layouts is there in its place
        if (counts && !found.contains(item.window + "/" + item.label))
            missed += item.window + "/" + item.label + "\n";
    }
    EXPECT_EQ(missed, "");
}

TEST_F(KeyboardTest, F6GoesBothWays) {
    std::vector<std::string> there;
    for (int i = 0; i < 5; ++i) {
        ui.key(ImGuiKey_F6);
        ui.frames(2);
        there.push_back(focused_window());
    }
    for (int i = 3; i >= 0; --i) {
        ui.key(ImGuiMod_Shift | ImGuiKey_F6);
        ui.frames(2);
        EXPECT_EQ(focused_window(), there[static_cast<std::size_t>(i)]);
    }
}

TEST_F(KeyboardTest, EnterPressesWhatTabCameTo) {
    ui.key(ImGuiKey_F6);
    for (int i = 0; i < 60 && focused_item() != "Transport/Back"; ++i) ui.key(ImGuiKey_Tab);
    ASSERT_EQ(focused_item(), "Transport/Back");
    const int before = bench.cursor();
    ui.key(ImGuiKey_Enter);
    EXPECT_EQ(bench.cursor(), before - 1);
}

} // namespace
} // namespace gf::ui::tests::keyboard_test
