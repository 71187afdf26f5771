// Tooltips and popups: wrapped, inside the window, and never over what they explain or set.

#include "app/workbench_support.h"

#include <imgui_internal.h>

namespace gf::ui::tests::tooltip_places_test {
namespace {

bool overlap(const UiRect& a, const UiRect& b) {
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

UiRect rect_of(const ImGuiWindow& w) { return {w.Pos, {w.Pos.x + w.Size.x, w.Pos.y + w.Size.y}}; }

/// The window of the tooltip or popup that is seen; null: none is.
const ImGuiWindow* find_window(ImGuiWindowFlags kind) {
    for (const ImGuiWindow* w : ImGui::GetCurrentContext()->Windows)
        if ((w->Flags & kind) && w->Active && !w->Hidden) return w;
    return nullptr;
}

void expect_inside(const ImGuiWindow& w) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const UiRect r = rect_of(w);
    EXPECT_GE(r.min.x, 0);
    EXPECT_GE(r.min.y, 0);
    EXPECT_LE(r.max.x, display.x);
    EXPECT_LE(r.max.y, display.y);
}

class PlacesTest : public ::testing::TestWithParam<std::pair<int, int>> {
  protected:
    void SetUp() override {
        bench.resize(GetParam().first, GetParam().second);
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5, 9, 2, 6});
        bench.post(command::Step{4});
    }
    /// The name by which UiDriver finds an item, if only one has it.
    std::string name_of(const UiItem& item) { return item.window + "/" + label_name(item.label); }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_P(PlacesTest, TooltipsCoverNeitherTheirItemNorTheDerivation) {
    ui.click(numbered("Sampling/", largest(probabilities_after(bench.snapshot(), 11), 1)[0]) + "/candidate");
    ui.frames(40);
    std::vector<std::string> names;
    for (const UiItem& item : ImGuiHost::current().items().items())
        if (!item.label.empty() && item.is_visible() && item.rect.height() < 40 &&
            (item.window == "Sampling" || item.window == "Transport" || item.window == "Text"))
            names.push_back(name_of(item));
    int n_seen = 0;
    for (const std::string& name : names) {
        SCOPED_TRACE(name);
        if (!ui.exists(name) || std::ranges::count(names, name) > 1) continue;
        if (ui.tooltip(name).empty()) continue;
        ui.frames(2); // its size is known from the second frame on
        const ImGuiWindow* tip = find_window(ImGuiWindowFlags_Tooltip);
        ASSERT_TRUE(tip);
        expect_inside(*tip);
        EXPECT_FALSE(overlap(rect_of(*tip), ui.rect(name)));
        ++n_seen;
    }
    EXPECT_GE(n_seen, 8);
    const ImGuiWindow* card = nullptr;
    for (const ImGuiWindow* w : ImGui::GetCurrentContext()->Windows)
        if (w->Active && std::string_view(w->Name).find("/derivation") != std::string_view::npos) card = w;
    if (!card) return; // no room for it
    const auto ids = largest(probabilities_after(bench.snapshot(), 11), 4);
    for (const int id : ids) {
        const std::string row = numbered("Sampling/", id) + "/candidate";
        if (!ui.exists(row) || ui.tooltip(row).empty()) continue;
        ui.frames(2);
        EXPECT_FALSE(overlap(rect_of(*find_window(ImGuiWindowFlags_Tooltip)), rect_of(*card))) << id;
        EXPECT_FALSE(overlap(rect_of(*find_window(ImGuiWindowFlags_Tooltip)), ui.rect(row))) << id;
    }
}

/// The long subtitles of panels were one line, wider than the window.
TEST_P(PlacesTest, SubtitlesAreWrapped) {
    ui.leave();
    for (const char* panel : {"Flow", "Heads", "Head"}) {
        const ImGuiWindow* w = ImGui::FindWindowByName(panel);
        if (!w || !w->Active) continue;
        for (const float x : {60.0f, 120.0f, 200.0f}) {
            ImGui::GetIO().AddMousePosEvent(w->InnerRect.Min.x + x, w->InnerRect.Min.y + 16);
            ui.frames(60);
            if (const ImGuiWindow* tip = find_window(ImGuiWindowFlags_Tooltip)) expect_inside(*tip);
        }
    }
}

TEST_P(PlacesTest, PopupsOpenBesideWhatTheySet) {
    const auto check = [&](const std::string& item, auto open) {
        SCOPED_TRACE(item);
        if (!ui.exists(item)) return;
        const UiRect rect = ui.rect(item);
        open(item);
        ui.frames(3);
        const ImGuiWindow* popup = find_window(ImGuiWindowFlags_Popup);
        ASSERT_TRUE(popup);
        expect_inside(*popup);
        EXPECT_FALSE(overlap(rect_of(*popup), rect));
        ui.key(ImGuiKey_Escape);
        ui.frames(3);
    };
    const auto click = [&](const std::string& item) { ui.click(item); };
    check("Text/next", click);
    check("Text/token 9", [&](const std::string& item) { ui.right_click(item); });
    check("Transport/speed", click);
    check("Heads/sort", click);
    check("Inspector/name", click);
}

INSTANTIATE_TEST_SUITE_P(Sizes, PlacesTest,
                         ::testing::Values(std::pair(1600, 900), std::pair(1280, 720), std::pair(900, 600)));

} // namespace
} // namespace gf::ui::tests::tooltip_places_test
