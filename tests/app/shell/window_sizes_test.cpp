// The default layout at every size, scale and theme: nothing is cut off, nothing covers anything. And what is
// idle stays idle.

#include "app/workbench_support.h"

#include "app/host/frame_request.h"

#include <imgui_internal.h>

namespace gf::ui::tests::window_sizes_test {
namespace {

struct Case {
    int width, height;
    float scale;
    ThemeName theme;
    /// Of the window in design lengths.
    float room_x() const { return static_cast<float>(width) / (scale * theme_of(theme).scale); }
    float room_y() const { return static_cast<float>(height) / (scale * theme_of(theme).scale); }
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.width << "x" << c.height << " at " << c.scale << ", " << theme_of(c.theme).label;
}

bool overlap(const UiRect& a, const UiRect& b) {
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}
/// With half a pixel of grace for rounding.
bool inside(const UiRect& a, const UiRect& b) {
    return a.min.x >= b.min.x - 0.5f && a.max.x <= b.max.x + 0.5f && a.min.y >= b.min.y - 0.5f &&
           a.max.y <= b.max.y + 0.5f;
}

/// What stands in a bar: items, and texts beside them.
std::vector<std::pair<std::string, UiRect>> things_in(const std::string& window) {
    std::vector<std::pair<std::string, UiRect>> things;
    const ItemRecorder& recorder = ImGuiHost::current().items();
    for (const UiItem& item : recorder.items())
        if (item.window == window && !item.label.empty() && !item.stack.empty())
            things.emplace_back(label_name(item.label), item.rect);
    const std::size_t n_items = things.size();
    for (const UiText& text : recorder.texts()) {
        if (text.window != window) continue;
        const auto is_its = [&](const auto& item) { return inside(text.rect, item.second); };
        if (!std::any_of(things.begin(), things.begin() + static_cast<std::ptrdiff_t>(n_items), is_its))
            things.emplace_back("'" + text.text + "'", text.rect);
    }
    return things;
}

void expect_bar_in_order(const std::string& window) {
    const ImGuiWindow* bar = ImGui::FindWindowByName(window.c_str());
    ASSERT_NE(bar, nullptr);
    const UiRect area{bar->Pos, {bar->Pos.x + bar->Size.x, bar->Pos.y + bar->Size.y}};
    const auto things = things_in(window);
    for (std::size_t i = 0; i < things.size(); ++i) {
        const auto& [name, rect] = things[i];
        EXPECT_TRUE(inside(rect, area))
            << name << " leaves " << window << ": " << rect.min.x << " to " << rect.max.x;
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_FALSE(overlap(rect, things[j].second)) << name << " covers " << things[j].first;
    }
}

/// Items of the panels themselves (what lies in a region that scrolls can be scrolled to).
void expect_panels_whole() {
    for (const UiItem& item : ImGuiHost::current().items().items()) {
        if (!item.owner || item.label.empty() || item.stack.empty() || item.owner->ParentWindow) continue;
        if (item.window != "Head" && item.window != "Heads" && item.window != "Sampling" &&
            item.window != "Text")
            continue;
        EXPECT_TRUE(inside(item.rect, item.clip))
            << item.window << "/" << item.label << ": " << item.rect.min.x << ", " << item.rect.min.y
            << " to " << item.rect.max.x << ", " << item.rect.max.y << " in " << item.clip.max.x << ", "
            << item.clip.max.y;
    }
}

class LayoutTest : public ::testing::TestWithParam<std::pair<ThemeName, float>> {};

TEST_P(LayoutTest, NothingIsCutOffOrCovered) {
    const auto& [theme, scale] = GetParam();
    Bench bench({.width = 1280, .height = 720, .look = {theme, scale}, .config_folder = {}});
    const SavedModel& model = saved_llama("a-model-with-a-rather-long-name-of-its-own", [](ModelConfig&) {});
    bench.open(model);
    bench.prompt_ids(random_tokens(model.config(), 200));
    bench.post(command::ForceToken{150, 1});
    bench.post(command::SetSpeed{0.5});
    for (const auto& [width, height] : {std::pair(1280, 720), std::pair(1600, 900), std::pair(1920, 1080),
                                        std::pair(2560, 1440), std::pair(3840, 2160)}) {
        const Case c{width, height, scale, theme};
        SCOPED_TRACE(::testing::PrintToString(c));
        bench.resize(width, height);
        bench.ui.leave();
        ASSERT_EQ(ImGuiHost::current().look(), (UiLook{theme, scale}));
        expect_bar_in_order("Transport");
        expect_bar_in_order("Formula");
        for (const char* always : {"First", "Back", "Play", "Step", "Last", "Layout", "Prompt"})
            EXPECT_TRUE(bench.ui.exists(std::string("Transport/") + always));
        if (c.room_x() >= 1280) {
            for (const char* there : {"Undo", "Redo", "Seed", "speed"})
                EXPECT_TRUE(bench.ui.exists(std::string("Transport/") + there));
            if (c.room_y() >= 720) expect_panels_whole();
        }
        // A message with a button beside it.
        bench.prompt_ids(std::vector<int>(300, 1));
        ASSERT_TRUE(bench.snapshot().can_truncate);
        expect_bar_in_order("Notice");
        EXPECT_NO_THROW(bench.ui.click("Notice/Dismiss"));
        // However small, everything can be reached.
        for (const char* name : {"Transport/Step", "Sampling/all stages", "Sampling/Use it",
                                 "Sampling/Resample", "Heads/L0H0", "Transport/Layout"}) {
            const std::string panel = std::string(name).substr(0, std::string_view(name).find('/'));
            if (panel != "Transport")
                bench.post(command::ShowPanel{panel}); // where there is little room it is behind a tab
            EXPECT_NO_THROW(bench.ui.hover(name)) << name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Looks, LayoutTest,
                         ::testing::Values(std::pair(ThemeName::light, 0.75f),
                                           std::pair(ThemeName::light, 1.0f),
                                           std::pair(ThemeName::dark, 1.0f), std::pair(ThemeName::dark, 2.0f),
                                           std::pair(ThemeName::light, 3.0f),
                                           std::pair(ThemeName::projector, 1.0f),
                                           std::pair(ThemeName::projector, 3.0f)));

TEST(WorkbenchLook, TheMenuSetsThemeAndScale) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.ui.click("Transport/Layout");
    bench.ui.click("Popup/dark");
    bench.ui.frames(2);
    EXPECT_TRUE(theme().dark);
    EXPECT_EQ(bench.workbench.settings().theme, ThemeName::dark);
    bench.ui.click("Popup/200 %");
    bench.ui.frames(2);
    EXPECT_EQ(px(100), 200);
    bench.ui.key(ImGuiKey_Escape);
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_0);
    bench.ui.frames(2);
    EXPECT_EQ(px(100), 100);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    bench.post(command::SetView{"Head", "form", "matrix"});
    bench.ui.wheel("Head/attention", 1); // no zoom of the matrix
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    bench.ui.frames(2);
    EXPECT_FLOAT_EQ(bench.workbench.settings().scale, 1.1f);
    bench.ui.hover("Head/attention", {2, 2});
    EXPECT_EQ(bench.workbench.selection().cell.get(), (CellRef{0, Site::pattern, 0, 0, 0, 0}));
}

TEST(WorkbenchIdle, AsksForNoMoreFrames) {
    Bench bench;
    const auto asked = [&] {
        bench.ui.frames(60); // hover delays, sizes that settle
        const std::uint64_t before = n_frame_requests();
        bool wants = false;
        for (int i = 0; i < 120; ++i) {
            bench.ui.frames(1);
            wants |= bench.screen.host().wants_frame();
        }
        EXPECT_FALSE(wants);
        return n_frame_requests() - before;
    };
    EXPECT_EQ(asked(), 0u) << "the start page";
    bench.open(byte_model().path, byte_tokenizer());
    bench.prompt("a \xF0\x9F\x98\x80 \xE4\xBD\xA0");
    bench.post(command::ForceToken{3, 260});
    bench.post(command::Step{30});
    EXPECT_EQ(asked(), 0u) << "a text";
    bench.ui.hover("Text/token 33");
    EXPECT_EQ(asked(), 0u) << "the mouse rests on a token";
    bench.ui.hover("Head/curves");
    EXPECT_EQ(asked(), 0u) << "the mouse rests on a cell";
    bench.ui.hover("Heads/L1H2");
    EXPECT_EQ(asked(), 0u) << "the mouse rests on a head";
    const std::uint64_t before = n_frame_requests();
    bench.ui.hover("Heads/L1H3");
    EXPECT_GT(n_frame_requests(), before) << "it moved: other panels must follow";
}

} // namespace
} // namespace gf::ui::tests::window_sizes_test
