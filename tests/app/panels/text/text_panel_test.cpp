// The text as tokens: their tooltips, choosing other tokens, the tree of branches that this makes, and texts
// that are hard to show.

#include "app/workbench_support.h"

#include "text/utf8.h"

#include <algorithm>
#include <cmath>

namespace gf::ui::tests::text_panel_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class TextTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5});
        bench.post(command::Step{6});
    }
    static std::string token(int position) { return numbered("Text/token ", position); }
    /// Chooses the entry of the open menu that stands for this token.
    void choose(int id) { ui.click(bench.item_ending("Popup", numbered("%##", id))); }
    /// The row of a branch in the list beside the text.
    std::string branch(int index) { return bench.item_ending("Text", numbered("##branch ", index)); }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(TextTest, HoveringTellsIdAndProbability) {
    EXPECT_THAT(ui.tooltip(token(0)), HasSubstr("position 0, id 3"));
    EXPECT_THAT(ui.tooltip(token(0)), ::testing::Not(HasSubstr("probability"))) << "nothing came before it";
    for (const int position : {1, 4, 5, 10}) {
        SCOPED_TRACE(position);
        const std::string tooltip_text = ui.tooltip(token(position));
        const int id = bench.tokens()[static_cast<std::size_t>(position)];
        const double p = probabilities_after(bench.snapshot(), position - 1)[static_cast<std::size_t>(id)];
        EXPECT_EQ(number_after(tooltip_text, "position"), position);
        EXPECT_EQ(number_after(tooltip_text, "id"), id);
        EXPECT_NEAR(number_after(tooltip_text, "probability"), p, 0.5001e-4);
        EXPECT_NEAR(number_after(tooltip_text, "surprisal"), -std::log2(p), 0.5001e-2);
        EXPECT_THAT(tooltip_text,
                    HasSubstr(position < 5 ? "A token of the prompt" : "drew (seed 42, draw 1)"));
        EXPECT_EQ(bench.workbench.selection().token.get(), position) << "other panels light it too";
    }
    ui.leave();
    EXPECT_EQ(bench.workbench.selection().token.get(), std::nullopt);
}

TEST_F(TextTest, AClickPinsAndASecondOneReleases) {
    EXPECT_EQ(bench.workbench.selection().pinned_token, -1);
    ui.click(token(9));
    EXPECT_EQ(bench.workbench.selection().pinned_token, 9);
    ui.click(token(2));
    EXPECT_EQ(bench.workbench.selection().pinned_token, 2);
    ui.frames(30); // not a double click
    ui.click(token(2));
    EXPECT_EQ(bench.workbench.selection().pinned_token, -1);
    ui.click(token(9));
    ui.key(ImGuiKey_Home);
    EXPECT_EQ(bench.workbench.selection().pinned_token, -1) << "it is not shown any more";
}

TEST_F(TextTest, DoubleClickGoesBack) {
    const std::vector<int> tokens = bench.tokens();
    ui.double_click(token(7));
    EXPECT_EQ(bench.cursor(), 8);
    EXPECT_EQ(bench.rows(), 11);
    EXPECT_EQ(bench.tokens(), tokens);
    EXPECT_FALSE(ui.exists(token(8)));
    EXPECT_TRUE(ui.exists("Text/next"));
    ui.double_click(token(0));
    EXPECT_EQ(bench.cursor(), 1);
}

TEST_F(TextTest, ThePopupOffersTheLikeliestTokens) {
    ui.right_click(token(7));
    const auto p = probabilities_after(bench.snapshot(), 6);
    for (const int id : largest(p, 12)) {
        const std::string name = bench.item_ending("Popup", numbered("%##", id));
        EXPECT_NEAR(number_after(name, numbered("#", id)), 100 * p[static_cast<std::size_t>(id)], 0.05001)
            << name;
    }
    int n = 0;
    for (const std::string& name : ui.list()) n += name.starts_with("Popup/") && name.ends_with(" %");
    EXPECT_EQ(n, 12);
    ui.key(ImGuiKey_Escape);
    ui.right_click(token(0));
    for (const std::string& name : ui.list())
        EXPECT_FALSE(name.starts_with("Popup/")) << "no model chose the first token";
}

/// The popup has the probabilities that Sampling shows: those under the chain of stages.
TEST_F(TextTest, ThePopupHasTheProbabilitiesOfSampling) {
    bench.post(command::SetSampling{{{StageKind::temperature, 0.6}, {StageKind::top_k, 5}}});
    for (const int position : {11, 7}) {
        SCOPED_TRACE(position);
        position == 11 ? ui.click("Text/next") : ui.right_click(token(position));
        const auto p = keep_largest(probabilities_after(bench.snapshot(), position - 1, 0.6), 5);
        const auto ids = largest(probabilities_after(bench.snapshot(), position - 1), 12);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (i >= 5) {
                EXPECT_NE(bench.item_ending("Popup", numbered("cut##", ids[i])), "");
                continue;
            }
            const std::string name = bench.item_ending("Popup", numbered("%##", ids[i]));
            EXPECT_NEAR(number_after(name, numbered("#", ids[i])), 100 * p[static_cast<std::size_t>(ids[i])],
                        0.05001);
            if (position == 11) {
                EXPECT_TRUE(bench.shows("Sampling",
                                        fmt::format("{:.1f}%", 100 * p[static_cast<std::size_t>(ids[i])])));
            }
        }
        ui.key(ImGuiKey_Escape);
    }
    EXPECT_THAT(ui.tooltip(token(7)), HasSubstr("raw probability"));
}

/// Above each token stands how surprising it was, below the tokens who wrote them.
TEST_F(TextTest, SurprisalsAndOriginsArePrinted) {
    bench.post(command::ForceToken{8, 2});
    bench.post(command::Step{2});
    EXPECT_TRUE(bench.shows("Text", "underlined: not drawn")) << "where there is no room for words";
    bench.post(command::SetLayout{"Sampling"});
    ui.leave();
    ui.frames(3);
    const auto texts = ui.texts("Text");
    for (const int position : {5, 6, 7, 8, 9}) {
        const double bits = static_cast<double>(bench.snapshot().text().origin(position).surprisal);
        EXPECT_THAT(texts, Contains(fmt::format("{:.1f}", bits))) << position;
    }
    const auto p = probabilities_after(bench.snapshot(), bench.cursor() - 1);
    const int next = token_drawn(p, uniform(bench.snapshot().next_draw));
    EXPECT_THAT(texts, Contains(fmt::format("{:.1f}", -std::log2(p[static_cast<std::size_t>(next)]))));
    EXPECT_THAT(texts, Contains("your prompt"));
    EXPECT_THAT(texts, Contains(HasSubstr("drawn")));
    EXPECT_THAT(texts, Contains("above: surprisal, 0 = certain"));
}

TEST_F(TextTest, AnotherTokenMakesABranch) {
    const std::vector<int> before = bench.tokens();
    const int id = largest(probabilities_after(bench.snapshot(), 6),
                           12)[before[7] == largest(probabilities_after(bench.snapshot(), 6), 3)[2] ? 3 : 2];
    ASSERT_NE(id, before[7]);
    ui.right_click(token(7));
    choose(id);
    ASSERT_EQ(bench.snapshot().tree.size(), 2u);
    EXPECT_EQ(bench.snapshot().branch, 1);
    std::vector<int> expected(before.begin(), before.begin() + 7);
    expected.push_back(id);
    EXPECT_EQ(bench.tokens(), expected);
    EXPECT_EQ(bench.cursor(), 8);
    EXPECT_EQ(bench.snapshot().branch_in_view().fork, 7);
    EXPECT_THAT(ui.tooltip(token(7)), HasSubstr("put here by hand"));
    EXPECT_EQ(tokens_of(bench.snapshot().tree[0]), before);

    ui.click("Transport/Step");
    EXPECT_EQ(bench.rows(), 9);
    ui.click(branch(0));
    EXPECT_EQ(bench.snapshot().branch, 0);
    EXPECT_EQ(bench.tokens(), before);
    EXPECT_TRUE(ui.is_checked(branch(0)));
    EXPECT_FALSE(ui.is_checked(branch(1)));
    ui.click(branch(1));
    EXPECT_EQ(bench.snapshot().branch, 1);
    EXPECT_EQ(bench.rows(), 9);

    ui.click(branch(0));
    ui.right_click(token(7)); // the same choice again is the same branch
    choose(id);
    EXPECT_EQ(bench.snapshot().tree.size(), 2u);
    EXPECT_EQ(bench.snapshot().branch, 1);
}

TEST_F(TextTest, TheNextTokenCanBeChosenToo) {
    const std::vector<int> before = bench.tokens();
    const int drawn =
        token_drawn(probabilities_after(bench.snapshot(), 10), uniform(bench.snapshot().next_draw));
    EXPECT_TRUE(bench.shows("Text", numbered("#", drawn))) << "as it will be drawn";
    const int id = largest(probabilities_after(bench.snapshot(), 10), 5)[4];
    ui.click("Text/next");
    choose(id);
    std::vector<int> expected = before;
    expected.push_back(id);
    EXPECT_EQ(bench.tokens(), expected);
    EXPECT_EQ(bench.cursor(), 12);
    ui.click("Transport/Back");
    EXPECT_TRUE(bench.shows("Text", numbered("#", id))) << "the next one is known now";
}

/// The positions of the tokens in sight, in order.
std::vector<int> visible_positions(const UiDriver& ui) {
    std::vector<int> positions;
    for (const std::string& name : ui.list())
        if (name.starts_with("Text/token ")) positions.push_back(std::stoi(name.substr(11)));
    std::ranges::sort(positions);
    return positions;
}

TEST_F(TextTest, ALongTextIsShownAtItsEndAndScrolls) {
    ui.click("Transport/Play");
    ASSERT_EQ(bench.cursor(), 256);
    for (const auto& [width, height] : {std::pair(1280, 720), std::pair(1600, 1800)}) {
        SCOPED_TRACE(height);
        bench.resize(width, height);
        ui.key(ImGuiKey_LeftArrow);
        ui.frames(2);
        const int newest = bench.cursor() - 1;
        EXPECT_THAT(ui.tooltip(token(newest)), HasSubstr(numbered("position ", newest) + ","));
        EXPECT_FALSE(ui.exists(token(0)));
        std::vector<int> seen = visible_positions(ui);
        EXPECT_GE(seen.size(), 5u) << "what was just written never stands alone";
        while (seen.front() > 0) { // without a gap up to the beginning
            const std::vector<int> before = seen;
            ui.wheel(token(before.front()), 1);
            seen = visible_positions(ui);
            ASSERT_LT(seen.front(), before.front()) << "the wheel must scroll";
            ASSERT_GE(seen.back() + 1, before.front());
            for (std::size_t i = 1; i < seen.size(); ++i) ASSERT_EQ(seen[i], seen[i - 1] + 1);
        }
        EXPECT_THAT(ui.tooltip(token(0)), HasSubstr("position 0,"));
        EXPECT_FALSE(ui.exists(token(newest)));
        ui.key(ImGuiKey_LeftArrow);
        ui.frames(2);
        EXPECT_TRUE(ui.exists(token(newest - 1))) << "a change shows the end";
    }
}

TEST_F(TextTest, ATokenPinnedElsewhereComesIntoSight) {
    ui.click("Transport/Play");
    ASSERT_FALSE(ui.exists(token(100)));
    for (const int position : {100, 3, 250, 100}) {
        bench.post(command::PinToken{position});
        EXPECT_TRUE(ui.exists(token(position))) << position;
    }
}

/// Whole lines only, nothing over anything else, in strips of every height and at every scale.
TEST_F(TextTest, NothingOverlaps) {
    for (const int id : {3, 9}) bench.post(command::ForceToken{7, id});
    bench.post(command::Step{60});
    for (const float scale : {0.75f, 1.0f, 1.25f, 2.0f, 3.0f})
        for (const auto& [width, height] :
             {std::pair(1280, 720), std::pair(1600, 900), std::pair(3840, 2160)}) {
            SCOPED_TRACE(fmt::format("{}x{} at {}", width, height, scale));
            bench.post(command::SetScale{scale});
            bench.resize(width, height);
            bench.post(command::ShowPanel{"Text"}); // in the smallest rooms a tab among the others
            const ItemRecorder& recorder = ImGuiHost::current().items();
            std::vector<UiRect> rects;
            std::vector<int> positions;
            for (const UiItem& item : recorder.items()) {
                if (item.window != "Text" || item.label.empty() || item.stack.empty() || !item.is_visible())
                    continue;
                const UiRect mine = item.visible();
                for (const UiRect& other : rects)
                    EXPECT_FALSE(mine.min.x < other.max.x - 0.5f && other.min.x < mine.max.x - 0.5f &&
                                 mine.min.y < other.max.y - 0.5f && other.min.y < mine.max.y - 0.5f)
                        << item.label << " " << mine.min.x << " " << other.min.x;
                rects.push_back(mine);
                if (item.label.find("branch") != std::string::npos) continue; // they scroll
                EXPECT_GE(item.visible().height(), item.rect.height() - 1) << item.label;
                EXPECT_GE(item.visible().width(), item.rect.width() - 1) << item.label;
                if (item.label.starts_with("token "))
                    positions.push_back(static_cast<int>(number_after(item.label, "token ")));
            }
            EXPECT_GE(rects.size(), 2u);
            ASSERT_FALSE(positions.empty());
            for (std::size_t i = 0; i < positions.size(); ++i)
                EXPECT_EQ(positions[i], positions[0] + static_cast<int>(i))
                    << "none is left out at the end of a line";
        }
}

/// Tokens with "##" or "%" in them would have a meaning for Dear ImGui.
TEST(TextStrip, SpecialCharactersAreShownAsTheyAre) {
    Bench bench;
    bench.open(byte_model().path, byte_tokenizer());
    bench.prompt("a##b%s");
    bench.post(command::ForceToken{7, 3 + '#'});
    bench.ui.click("Transport/Back");
    bench.ui.click("Transport/Back");
    ASSERT_EQ(bench.snapshot().tree.size(), 2u);
    for (const int i : {0, 1}) {
        EXPECT_NE(bench.item_ending("Text", numbered("##branch ", i)), "");
        EXPECT_THAT(bench.ui.texts("Text"), Contains(HasSubstr(i == 0 ? "a##b%s" : "#"))) << "as it is";
    }
}

/// Hovers everything that shows the text, and checks that all texts in the window are UTF-8.
void hover_everything(Bench& bench) {
    bench.post(command::SetView{"Head", "form", "matrix"});
    bench.ui.tooltip("Head/attention");
    bench.post(command::SetView{"Head", "form", "lines"});
    for (const char* name : {"Head/curves", "Heads/L0H0", "Heads/induction", "Sampling/the draw", "Text/next",
                             "Transport/Prompt"})
        bench.ui.tooltip(name);
    int hovered = 0;
    for (const std::string& name : bench.ui.list()) {
        if (!name.starts_with("Text/token ")) continue;
        if (++hovered > 40) break;
        bench.ui.hover(name);
    }
    for (const UiText& text : ImGuiHost::current().items().texts())
        EXPECT_TRUE(is_valid_utf8(text.text)) << text.window << ": " << text.text;
    bench.ui.click("Text/next");
    bench.ui.key(ImGuiKey_Escape);
}

TEST(TextStrip, BytesThatAreNoCharacterAreChips) {
    Bench bench;
    bench.open(byte_model().path, byte_tokenizer());
    bench.prompt("a\xE2(\xFF\xF0\x9F\x98\x80 \xE4\xBD\xA0\n\t\x01z");
    const auto texts = bench.ui.texts("Text");
    for (const char* chip : {"E2", "FF", "F0", "9F", "98", "80", "E4", "(", "z"})
        EXPECT_THAT(texts, Contains(chip));
    hover_everything(bench);
    bench.post(command::ForceToken{5, 3 + 0xE2});
    bench.post(command::Step{200}); // random bytes
    hover_everything(bench);
    EXPECT_GT(bench.rows(), 100) << "until it draws the end of the text";
}

TEST(TextStrip, OtherScriptsInTheRealVocabulary) {
    const Stories files = stories();
    if (!files) GTEST_SKIP() << "no stories260K in " GLASSFORMER_MODELS_DIR;
    Bench bench;
    bench.open(files.model, files.tokenizer);
    bench.ui.set("Transport/Prompt", "Zo\xC3\xAB \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80 said");
    EXPECT_EQ(bench.tokens(), encode_prompt(*bench.snapshot().model,
                                            "Zo\xC3\xAB \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80 said"));
    EXPECT_THAT(bench.ui.texts("Text"), Contains("F0"));
    hover_everything(bench);
    bench.ui.set("Transport/Prompt", "\xF0\x9F\x98\x80");
    EXPECT_EQ(bench.snapshot().prompt, "\xF0\x9F\x98\x80");
}

TEST(TextStrip, NamesOfFilesThatAreNoUtf8) {
    const std::string folder = (scratch() / "\xE4\xBD\xA0-\xFF##").string();
    std::filesystem::copy(saved_preset("llama").path, folder);
    Bench bench;
    bench.post(command::Open{folder + "x", ""}); // not there
    EXPECT_TRUE(bench.snapshot().message_is_error);
    bench.ui.frames(3);
    bench.post(command::Open{folder, ""});
    ASSERT_TRUE(bench.snapshot().has_run());
    hover_everything(bench);
    EXPECT_TRUE(is_valid_utf8(bench.workbench.title())) << bench.workbench.title();
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    bench.ui.frames(3);
    EXPECT_TRUE(bench.ui.exists("Start/recent/0"));
    for (const UiText& text : ImGuiHost::current().items().texts())
        EXPECT_TRUE(is_valid_utf8(text.text)) << text.window << ": " << text.text;
}

} // namespace
} // namespace gf::ui::tests::text_panel_test
