// The default layout at every size, scale and theme: nothing is cut off and nothing covers anything. An idle
// window asks for no frames.

#include "app/workbench_support.h"

#include "app/host/frame_request.h"
#include "app/start/gallery.h"
#include "models/shipped.h"

#include <imgui_internal.h>

namespace gf::ui::tests::window_sizes_test {
namespace {

struct WindowCase {
    int width, height;
    float scale;
    ThemeName theme;
    /// The size of the window in design lengths, which are pixels at scale 1.
    float design_width() const { return static_cast<float>(width) / (scale * theme_of(theme).scale); }
    float design_height() const { return static_cast<float>(height) / (scale * theme_of(theme).scale); }
};
std::ostream& operator<<(std::ostream& out, const WindowCase& c) {
    return out << c.width << "x" << c.height << " at " << c.scale << ", " << theme_of(c.theme).label;
}

bool overlap(const UiRect& a, const UiRect& b) {
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}
/// Whether `a` lies in `b`. Half a pixel is left for rounding.
bool inside(const UiRect& a, const UiRect& b) {
    return a.min.x >= b.min.x - 0.5f && a.max.x <= b.max.x + 0.5f && a.min.y >= b.min.y - 0.5f &&
           a.max.y <= b.max.y + 0.5f;
}

/// The items of a bar, and the texts that stand beside them, with their rectangles.
std::vector<std::pair<std::string, UiRect>> items_and_texts(const std::string& window) {
    std::vector<std::pair<std::string, UiRect>> entries;
    const ItemRecorder& recorder = ImGuiHost::current().items();
    for (const UiItem& item : recorder.items())
        if (item.window == window && !item.label.empty() && !item.stack.empty())
            entries.emplace_back(label_name(item.label), item.rect);
    const std::size_t n_items = entries.size();
    for (const UiText& text : recorder.texts()) {
        if (text.window != window) continue;
        const auto is_its = [&](const auto& item) { return inside(text.rect, item.second); };
        if (!std::any_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(n_items), is_its))
            entries.emplace_back("'" + text.text + "'", text.rect);
    }
    return entries;
}

void expect_bar_in_order(const std::string& window) {
    const ImGuiWindow* bar = ImGui::FindWindowByName(window.c_str());
    ASSERT_NE(bar, nullptr);
    const UiRect area{bar->Pos, {bar->Pos.x + bar->Size.x, bar->Pos.y + bar->Size.y}};
    const auto entries = items_and_texts(window);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& [name, rect] = entries[i];
        EXPECT_TRUE(inside(rect, area))
            << name << " leaves " << window << ": " << rect.min.x << " to " << rect.max.x;
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_FALSE(overlap(rect, entries[j].second)) << name << " covers " << entries[j].first;
    }
}

/// Expects that no item of a panel is clipped. Items in regions that scroll are left out.
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

class WindowSizesTest : public ::testing::TestWithParam<std::pair<ThemeName, float>> {};

TEST_P(WindowSizesTest, NothingIsCutOffOrCovered) {
    const auto& [theme, scale] = GetParam();
    Bench bench({.width = 1280, .height = 720, .look = {theme, scale}, .config_folder = {}});
    const SavedModel& model = saved_llama("a-model-with-a-rather-long-name-of-its-own", [](ModelConfig&) {});
    bench.open(model);
    bench.prompt_ids(random_tokens(model.config(), 200));
    bench.post(command::ForceToken{150, 1});
    bench.post(command::SetSpeed{0.5});
    for (const auto& [width, height] : {std::pair(1280, 720), std::pair(1600, 900), std::pair(1920, 1080),
                                        std::pair(2560, 1440), std::pair(3840, 2160)}) {
        const WindowCase c{width, height, scale, theme};
        SCOPED_TRACE(::testing::PrintToString(c));
        bench.resize(width, height);
        bench.ui.leave();
        ASSERT_EQ(ImGuiHost::current().look(), (UiLook{theme, scale}));
        expect_bar_in_order("Transport");
        expect_bar_in_order("Formula");
        for (const char* always : {"First", "Back", "Play", "Step", "Last", "Layout", "Prompt"})
            EXPECT_TRUE(bench.ui.exists(std::string("Transport/") + always));
        if (c.design_width() >= 1280) {
            for (const char* there : {"Undo", "Redo", "Seed", "speed"})
                EXPECT_TRUE(bench.ui.exists(std::string("Transport/") + there));
            if (c.design_height() >= 720) expect_panels_whole();
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

/// Even where a panel cannot be made larger, nothing asks for it: all of it scrolls or gets shorter.
TEST(SmallestWindow, EverythingScrollsOrShortens) {
    for (const auto& [width, height] : {std::pair(800, 600), std::pair(1280, 720), std::pair(1600, 900)}) {
        SCOPED_TRACE(width);
        Bench bench({.width = width,
                     .height = height,
                     .look = {ThemeName::projector, 3},
                     .models = shipped_models_folder(),
                     .layout = ""});
        bench.workbench.play(opening_commands(shipped_models_folder()));
        bench.ui.frames(8);
        bench.ui.leave();
        expect_bar_in_order("Transport");
        for (const char* control : {"Back", "Play", "Step", "Layout", "Prompt"})
            EXPECT_TRUE(bench.ui.exists(std::string("Transport/") + control)) << control;
        if (width >= 1280) {
            EXPECT_TRUE(bench.ui.exists("Flow/tokens")) << "the rows are there";
        }
        EXPECT_FALSE(bench.ui.exists("Look/Close")) << "it leaves the room to the panels";
        for (const char* panel : {"Sampling", "Heads", "Head", "Text", "Outline", "Inspector"}) {
            bench.post(command::ShowPanel{panel});
            EXPECT_EQ(bench.all_text(panel).find("larger"), std::string::npos) << panel;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Looks, WindowSizesTest,
                         ::testing::Values(std::pair(ThemeName::light, 0.75f),
                                           std::pair(ThemeName::light, 1.0f),
                                           std::pair(ThemeName::dark, 1.0f), std::pair(ThemeName::dark, 2.0f),
                                           std::pair(ThemeName::light, 3.0f),
                                           std::pair(ThemeName::projector, 1.0f),
                                           std::pair(ThemeName::projector, 3.0f)));

TEST(WorkbenchLook, TheMenuSetsThemeAndScale) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.ui.click("Transport/View");
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
    const auto requests_while_idle = [&] {
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
    EXPECT_EQ(requests_while_idle(), 0u) << "the start page";
    bench.open(byte_model().path, byte_tokenizer());
    bench.prompt("a \xF0\x9F\x98\x80 \xE4\xBD\xA0");
    bench.post(command::ForceToken{3, 260});
    bench.post(command::Step{30});
    EXPECT_EQ(requests_while_idle(), 0u) << "a text";
    bench.ui.hover("Text/token 33");
    EXPECT_EQ(requests_while_idle(), 0u) << "the mouse rests on a token";
    bench.ui.hover("Head/curves");
    EXPECT_EQ(requests_while_idle(), 0u) << "the mouse rests on a cell";
    bench.ui.hover("Heads/L1H2");
    EXPECT_EQ(requests_while_idle(), 0u) << "the mouse rests on a head";
    const std::uint64_t before = n_frame_requests();
    bench.ui.hover("Heads/L1H3");
    EXPECT_GT(n_frame_requests(), before) << "it moved: other panels must follow";
}

} // namespace
} // namespace gf::ui::tests::window_sizes_test
