// Esc lets go of one thing at a time, and no click anywhere leaves the program's keys dead.

#include "app/workbench_support.h"

#include <imgui_internal.h>

#include <set>

namespace gf::ui::tests::let_go_test {
namespace {

class LetGoTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 6));
        bench.post(command::Step{4});
        bench.post(command::SetSeed{1});
    }

    const Selection& selection() { return bench.workbench.selection(); }

    /// How many things are open or pinned: a press of Esc lets go of one.
    int n_levels() {
        const ImGuiContext& g = *ImGui::GetCurrentContext();
        const bool is_typing = g.IO.WantTextInput, has_ring = g.NavId != 0 && !g.NavDisableHighlight;
        const bool has_operation = selection().operation || !selection().inspected.empty();
        return g.OpenPopupStack.Size + is_typing + has_ring + ui.exists("Start/Open") +
               selection().pinned_cell.has_value() + has_operation + (selection().pinned_token >= 0);
    }

    void press_at(ImVec2 point) {
        ImGuiIO& io = ImGui::GetIO();
        io.AddMousePosEvent(point.x, point.y);
        ui.frames(2);
        io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
        ui.frames(1);
        io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
        ui.frames(4);
    }

    /// Presses Esc as often as there are things to let go of; then keys must step and play.
    void expect_live_keys() {
        for (int n = n_levels(); n > 0; --n) ui.key(ImGuiKey_Escape);
        ui.frames(2);
        EXPECT_EQ(n_levels(), 0);
        ui.key(ImGuiKey_Home);
        EXPECT_EQ(bench.cursor(), 1);
        ui.key(ImGuiKey_RightArrow);
        EXPECT_EQ(bench.cursor(), 2);
        ui.key(ImGuiKey_Space);
        EXPECT_GT(bench.cursor(), 2);
    }

    /// The things that can be clicked now, by name. Only those of popups if one is open.
    std::vector<const UiItem*> items() {
        const bool in_popup = ImGui::GetCurrentContext()->OpenPopupStack.Size > 0;
        std::vector<const UiItem*> found;
        for (const UiItem& item : ImGuiHost::current().items().items()) {
            const bool is_of_popup = item.owner && item.owner->RootWindow->Flags & ImGuiWindowFlags_Popup;
            if (!item.label.empty() && item.is_visible() && is_of_popup == in_popup) found.push_back(&item);
        }
        return found;
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(LetGoTest, NoItemLeavesTheKeysDead) {
    std::set<std::string> done;
    // The name of an item that was not yet pressed, and its middle.
    const auto next = [&](const std::string& path) -> std::optional<std::pair<std::string, ImVec2>> {
        for (const UiItem* item : items()) {
            const std::string name = path + item->window + "/" + item->label;
            if (done.insert(name).second) return std::pair(name, item->visible().center());
        }
        return std::nullopt;
    };
    const auto is_open = [] { return ImGui::GetCurrentContext()->OpenPopupStack.Size > 0; };
    while (const auto item = next("")) {
        SCOPED_TRACE(item->first);
        press_at(item->second);
        const ImVec2 opener = item->second;
        while (is_open()) { // each row of the popup, which is opened again for each
            const auto row = next(item->first + " > ");
            if (!row) break;
            SCOPED_TRACE(row->first);
            press_at(row->second);
            expect_live_keys();
            bench.post(command::SetTheme{"light"});
            bench.post(command::SetScale{1});
            bench.post(command::SetLayout{"Overview"});
            press_at(opener);
        }
        expect_live_keys();
        if (HasFailure()) return;
    }
    EXPECT_GT(done.size(), 100u);
}

TEST_F(LetGoTest, NoPlaceLeavesTheKeysDead) {
    for (float y = 3; y < 900; y += 37)
        for (float x = 5; x < 1600; x += 83) {
            SCOPED_TRACE(fmt::format("at {}, {}", x, y));
            press_at({x, y});
            expect_live_keys();
            if (HasFailure()) return;
        }
}

TEST_F(LetGoTest, ATokenPinnedInFlowIsReleased) {
    for (const char* item : {"Flow/tokens", "Flow/next token"}) {
        SCOPED_TRACE(item);
        ui.click_at(item, {10, 4});
        EXPECT_EQ(selection().pinned_token, 0);
        ui.leave();
        ui.key(ImGuiKey_Escape);
        EXPECT_EQ(selection().pinned_token, -1);
        EXPECT_EQ(selection().token_in_view(bench.cursor()), bench.cursor() - 1);
        ui.click_at(item, {10, 4});
        EXPECT_EQ(selection().pinned_token, 0);
        ui.click_at(item, {10, 4});
        EXPECT_EQ(selection().pinned_token, -1) << "a second click lets go as well";
    }
}

TEST_F(LetGoTest, OneLevelAtATime) {
    bench.post(command::PinToken{2});
    bench.post(command::SelectOperation{"blocks.0.attn.hook_q"});
    bench.post(command::PinCell{{"blocks.0.hook_resid_mid", -1, 3, 5}});
    ui.key(ImGuiKey_F6);
    ui.frames(2);
    ui.key(ImGuiMod_Ctrl | ImGuiKey_K);
    ui.frames(2);
    const auto state = [&] {
        return std::tuple(ImGui::GetCurrentContext()->OpenPopupStack.Size > 0,
                          selection().pinned_cell.has_value(), selection().operation.has_value(),
                          selection().pinned_token);
    };
    ASSERT_EQ(state(), std::tuple(true, true, true, 2));
    ui.key(ImGuiKey_Escape);
    EXPECT_EQ(state(), std::tuple(false, true, true, 2));
    ui.key(ImGuiKey_Escape);
    EXPECT_EQ(state(), std::tuple(false, false, true, 2));
    ui.key(ImGuiKey_Escape);
    EXPECT_EQ(state(), std::tuple(false, false, false, 2));
    ui.key(ImGuiKey_Escape);
    EXPECT_EQ(state(), std::tuple(false, false, false, -1));
}

TEST_F(LetGoTest, TheRingOfTheKeyboardIsALevel) {
    bench.post(command::PinToken{2});
    ui.key(ImGuiKey_F6);
    ui.frames(2);
    const int before = bench.cursor();
    ui.key(ImGuiKey_Escape);
    EXPECT_EQ(selection().pinned_token, 2);
    ui.key(ImGuiKey_LeftArrow);
    EXPECT_EQ(bench.cursor(), before - 1);
}

TEST_F(LetGoTest, AltDoesNotTakeTheKeys) {
    ui.click("Outline/" + std::string("hook_embed"));
    ui.key(ImGuiMod_Alt | ImGuiKey_LeftAlt);
    ui.frames(2);
    EXPECT_EQ(n_levels(), 1) << "the operation alone";
    expect_live_keys();
}

TEST_F(LetGoTest, AnItemThatGoesTakesTheRingWithIt) {
    ui.key(ImGuiKey_F6);
    ui.frames(2);
    for (int i = 0; i < 20; ++i) {
        ui.key(ImGuiKey_F6);
        ui.frames(2);
        if (std::string_view(ImGui::GetCurrentContext()->NavWindow->RootWindow->Name) == "Text") break;
    }
    bench.post(command::ShowPanel{"Text", false});
    expect_live_keys();
}

TEST_F(LetGoTest, BehindTheStartPageNothingSteps) {
    const int before = bench.cursor();
    ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    ui.frames(2);
    ui.key(ImGuiKey_LeftArrow);
    EXPECT_EQ(bench.cursor(), before);
    expect_live_keys();
}

} // namespace
} // namespace gf::ui::tests::let_go_test
