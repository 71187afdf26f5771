// The draw in the sampling panel: which tokens the table shows and marks, what the strip shows, and what the
// buttons do where the random number would give another token now.

#include "app/workbench_support.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace gf::ui::tests::draw_test {
namespace {

using ::testing::HasSubstr;

class DrawTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5});
        bench.post(command::Step{4});
    }
    void chain(const SamplingChain& stages) { bench.post(command::SetSampling{stages}); }
    std::vector<double> p(double temperature = 1) {
        return probabilities_after(bench.snapshot(), bench.cursor() - 1, temperature);
    }
    int drawn(double temperature = 1) {
        return token_drawn(p(temperature), uniform(bench.snapshot().next_draw));
    }
    std::string draw_line() { return bench.text_with("Sampling", "u = "); }
    /// The text behind `text` in the panel.
    std::string text_after(const std::string& text) {
        const auto all = ui.texts("Sampling");
        const auto at = std::ranges::find(all, text);
        return all.end() - at > 1 ? at[1] : "";
    }
    static std::string candidate(int id) { return numbered("Sampling/", id) + "/candidate"; }

    Bench bench{{.height = 1100}}; // so that the table has room for some rows
    UiDriver& ui = bench.ui;
};

TEST_F(DrawTest, AScrolledTableBeginsAtTheTopForAnotherList) {
    const auto row_of_rank = [&](int rank) {
        return numbered("Sampling/table/", largest(p(), rank + 1)[static_cast<std::size_t>(rank)]) +
               "/candidate";
    };
    const auto scroll = [&] {
        ui.wheel(row_of_rank(3), -6);
        ui.leave();
        EXPECT_FALSE(ui.exists(row_of_rank(0)));
    };
    scroll();
    chain({{StageKind::temperature, 0.7}});
    EXPECT_FALSE(ui.exists(row_of_rank(0))) << "it is the same list";
    bench.post(command::Step{1});
    EXPECT_TRUE(ui.exists(row_of_rank(0)));
    scroll();
    bench.prompt_ids({7, 1, 4, 1, 5, 9, 2, 6, 5, 3}); // as many tokens as before
    EXPECT_TRUE(ui.exists(row_of_rank(0)));
    scroll();
    bench.open(saved_preset("gpt2"));
    bench.prompt_ids({7, 1, 4, 1, 5, 9, 2, 6, 5, 3});
    EXPECT_TRUE(ui.exists(row_of_rank(0)));
}

/// However unlikely it is, and whatever is scrolled, the token that is drawn has a row.
TEST_F(DrawTest, TheDrawnTokenIsAlwaysInTheTable) {
    bench.resize(1280, 720); // few rows
    chain({{StageKind::temperature, 2}});
    std::set<bool> was_likeliest;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        bench.post(command::SetSeed{seed});
        const int token = drawn(2), likeliest = largest(p(), 1)[0];
        was_likeliest.insert(token == likeliest);
        EXPECT_TRUE(bench.shows("Sampling", numbered("#", token))) << seed;
        EXPECT_EQ(text_after("drawn"), numbered("#", token)) << seed << ": the pill stands in its row";
        EXPECT_EQ(text_after("likeliest"), token == likeliest ? "" : numbered("#", likeliest)) << seed;
    }
    EXPECT_EQ(was_likeliest.size(), 2u) << "both were seen";
}

TEST_F(DrawTest, TheRestIsCountedBelowTheTable) {
    const auto expected = p();
    double rest = 1;
    int n_rows = 0;
    const auto texts = ui.texts("Sampling");
    for (int id = 0; id < 53; ++id) {
        const auto at = std::ranges::find(texts, numbered("#", id));
        if (at == texts.end() || !at[2].ends_with("%")) continue;
        rest -= expected[static_cast<std::size_t>(id)];
        ++n_rows;
    }
    ASSERT_GE(n_rows, 6);
    const std::string more = numbered("", 53 - n_rows) + " more tokens";
    ASSERT_TRUE(bench.shows("Sampling", more)) << n_rows;
    EXPECT_NEAR(number_after("=" + text_after(more), "="), 100 * rest, 0.06);
}

TEST_F(DrawTest, AnEntropyIsAsOpenAsSoManyEqualChoices) {
    const std::string choices = bench.text_with("Sampling", ": as open as");
    EXPECT_NEAR(number_after(choices, "as open as"), std::exp2(entropy_bits(p())), 0.51);
    chain({{StageKind::top_k, 1}});
    EXPECT_TRUE(bench.shows("Sampling", "; 1 of 53 tokens left")) << "a stage that cuts says so in its place";
}

/// Everything in the strip is grey, but for the token that is drawn.
TEST_F(DrawTest, OnlyTheDrawnTokenHasAColourInTheStrip) {
    const UiRect strip = ui.rect("Sampling/the draw");
    const Theme& t = ImGuiHost::current().theme();
    std::set<ImU32> coloured;
    for (const ImDrawVert& vertex : ImGui::FindWindowByName("Sampling")->DrawList->VtxBuffer) {
        if (!strip.grown(1).contains(vertex.pos)) continue;
        if (vertex.col >> IM_COL32_A_SHIFT == 0) continue; // the soft edge of a shape
        const Rgb8 c = unpack(vertex.col);
        if (std::max({c.r, c.g, c.b}) - std::min({c.r, c.g, c.b}) > 24) coloured.insert(vertex.col);
    }
    EXPECT_EQ(coloured, std::set<ImU32>{t.accent});
}

TEST_F(DrawTest, DrawingTheSameTokenAgainMovesTheMarker) {
    chain({{StageKind::top_k, 1}}); // every draw gives the likeliest token
    bench.post(command::Step{1});
    bench.post(command::Step{-1});
    const std::vector<int> tokens = bench.tokens();
    for (std::uint32_t number = 1; number <= 3; ++number) {
        const std::string before = draw_line();
        ui.click("Sampling/Resample");
        EXPECT_EQ(bench.tokens(), tokens);
        EXPECT_NE(draw_line(), before);
        EXPECT_NEAR(number_after(draw_line(), "u ="), uniform({42, 0, 9, number}), 0.5001e-4);
    }
}

TEST_F(DrawTest, UseItWritesWhatTheDrawGivesNow) {
    bench.post(command::Step{1});
    bench.post(command::Step{-1});
    const int before = bench.tokens()[9];
    double temperature = 1;
    while (drawn(temperature) == before) {
        temperature *= 0.8;
        ASSERT_GT(temperature, 0.06);
    }
    const int now = drawn(temperature);
    chain({{StageKind::temperature, temperature}});
    EXPECT_THAT(draw_line(), HasSubstr(numbered("would now give #", now)));
    EXPECT_EQ(text_after("drawn"), numbered("#", before));
    EXPECT_EQ(text_after("now"), numbered("#", now));
    EXPECT_THAT(ui.tooltip("Sampling/Use it"), HasSubstr(numbered("Write #", now)));
    ui.click("Sampling/Use it");
    EXPECT_EQ(bench.cursor(), 10);
    EXPECT_EQ(bench.tokens().back(), now);
    EXPECT_EQ(bench.snapshot().tree.size(), 2u);
    ui.click("Transport/Undo");
    EXPECT_EQ(bench.tokens()[9], before);
    ui.key(ImGuiKey_RightArrow);
    EXPECT_EQ(bench.tokens()[9], before) << "a step keeps it";
}

TEST_F(DrawTest, StagesAreDraggedIntoOrder) {
    const auto order = [&] {
        std::vector<StageKind> kinds;
        for (const SampleStage& s : bench.snapshot().chain) kinds.push_back(s.kind);
        return kinds;
    };
    using enum StageKind;
    const auto to = [&](const char* chip, const char* other, float side) {
        const UiRect from = ui.rect(std::string("Sampling/") + chip),
                     there = ui.rect(std::string("Sampling/") + other);
        ui.drag(std::string("Sampling/") + chip,
                {there.center().x + side * there.width() * 0.3f - from.center().x,
                 there.center().y - from.center().y});
    };
    to("top-p", "temperature", -1);
    EXPECT_EQ(order(), (std::vector{repetition_penalty, top_p, temperature, top_k, min_p, greedy}));
    EXPECT_TRUE(ui.is_checked("Sampling/top-p")) << "it is in hand";
    to("top-p", "greedy", 1);
    EXPECT_EQ(order(), (std::vector{repetition_penalty, temperature, top_k, min_p, greedy, top_p}));
    const auto before = order();
    ui.drag("Sampling/top-k", {0, 300}); // dropped elsewhere
    EXPECT_EQ(order(), before);
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    EXPECT_EQ(order().back(), greedy);
}

TEST_F(DrawTest, StagesAreMovedByKeys) {
    const auto place = [&](StageKind kind) {
        return std::ranges::find(bench.snapshot().chain, kind, &SampleStage::kind) -
               bench.snapshot().chain.begin();
    };
    ui.click("Sampling/temperature");
    ui.key(ImGuiKey_Tab);
    for (int i = 0; i < 40; ++i) { // until the keyboard is on a stage
        const ImGuiContext& g = *ImGui::GetCurrentContext();
        const auto& items = ImGuiHost::current().items().items();
        const auto at = std::ranges::find(items, g.NavId, &UiItem::id);
        if (at != items.end() && at->label == "top-k") break;
        ui.key(ImGuiKey_Tab);
    }
    const auto before = place(StageKind::top_k);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Alt, true);
    ui.frames(2);
    const auto press = [&](ImGuiKey key) {
        ImGui::GetIO().AddKeyEvent(key, true);
        ui.frames(2);
        ImGui::GetIO().AddKeyEvent(key, false);
        ui.frames(2);
    };
    press(ImGuiKey_LeftArrow);
    EXPECT_EQ(place(StageKind::top_k), before - 1);
    press(ImGuiKey_LeftArrow);
    EXPECT_EQ(place(StageKind::top_k), before - 2) << "the keyboard stays on it";
    press(ImGuiKey_RightArrow);
    EXPECT_EQ(place(StageKind::top_k), before - 1);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Alt, false);
    ui.frames(2);
}

} // namespace
} // namespace gf::ui::tests::draw_test
