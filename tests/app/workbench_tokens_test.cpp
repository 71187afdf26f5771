// The text as tokens: what they say of themselves, other tokens in their place, the tree that this makes.

#include "workbench_support.h"

#include <cmath>

namespace gf::tests {
namespace {

using ::testing::HasSubstr;

class TokensTest : public ::testing::Test {
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

TEST_F(TokensTest, HoveringTellsIdAndProbability) {
    EXPECT_THAT(ui.tooltip(token(0)), HasSubstr("position 0, id 3"));
    EXPECT_THAT(ui.tooltip(token(0)), ::testing::Not(HasSubstr("probability"))) << "nothing came before it";
    for (const int position : {1, 4, 5, 10}) {
        SCOPED_TRACE(position);
        const std::string told = ui.tooltip(token(position));
        const int id = bench.tokens()[static_cast<std::size_t>(position)];
        const double p = probabilities_after(bench.snapshot(), position - 1)[static_cast<std::size_t>(id)];
        EXPECT_EQ(number_after(told, "position"), position);
        EXPECT_EQ(number_after(told, "id"), id);
        EXPECT_NEAR(number_after(told, "probability"), p, 0.5001e-4);
        EXPECT_NEAR(number_after(told, "surprisal"), -std::log2(p), 0.5001e-2);
        EXPECT_THAT(told, HasSubstr(position < 5 ? "from the prompt" : "drawn, seed 42, draw 1"));
        EXPECT_EQ(bench.workbench.selection().token.get(), position) << "other panels light it too";
    }
    ui.leave();
    EXPECT_EQ(bench.workbench.selection().token.get(), std::nullopt);
}

TEST_F(TokensTest, AClickPinsAndASecondOneReleases) {
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

TEST_F(TokensTest, DoubleClickGoesBack) {
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

TEST_F(TokensTest, ThePopupOffersTheLikeliestTokens) {
    ui.right_click(token(7));
    const auto p = probabilities_after(bench.snapshot(), 6);
    for (const int id : largest(p, 12)) {
        const std::string name = bench.item_ending("Popup", numbered("%##", id));
        EXPECT_NEAR(number_after(name, numbered("#", id)), 100 * p[static_cast<std::size_t>(id)], 0.05001) << name;
    }
    int n = 0;
    for (const std::string& name : ui.list()) n += name.starts_with("Popup/") && name.ends_with(" %");
    EXPECT_EQ(n, 12);
    ui.key(ImGuiKey_Escape);
    ui.right_click(token(0));
    for (const std::string& name : ui.list()) EXPECT_FALSE(name.starts_with("Popup/")) << "no model chose the first token";
}

TEST_F(TokensTest, AnotherTokenMakesABranch) {
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
    EXPECT_EQ(bench.snapshot().run().fork, 7);
    EXPECT_THAT(ui.tooltip(token(7)), HasSubstr("put there by hand"));
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

TEST_F(TokensTest, TheNextTokenCanBeChosenToo) {
    const std::vector<int> before = bench.tokens();
    EXPECT_TRUE(bench.shows("Text", "next")) << "it is not drawn yet";
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

TEST_F(TokensTest, ALongTextIsShownAtItsEndAndScrolls) {
    ui.click("Transport/Play");
    ASSERT_EQ(bench.cursor(), 256);
    bench.resize(1280, 720);
    ui.key(ImGuiKey_LeftArrow);
    EXPECT_THAT(ui.tooltip(token(254)), HasSubstr("position 254,"));
    EXPECT_FALSE(ui.exists(token(0)));
    int first = 254; // in sight
    while (first > 0) {
        ui.wheel(token(first), 1);
        int above = first; // the last lines may have left the panel
        while (above > 0 && !ui.exists(token(above))) --above;
        while (above > 0 && ui.exists(token(above - 1))) --above;
        ASSERT_LT(above, first) << "the wheel must scroll";
        first = above;
    }
    EXPECT_THAT(ui.tooltip(token(0)), HasSubstr("position 0,"));
    EXPECT_FALSE(ui.exists(token(254)));
}

/// Tokens whose text would be a command to Dear ImGui, or no text at all.
TEST(TokensText, SpecialCharactersAreShownAsTheyAre) {
    Bench bench;
    bench.open(byte_model().path, byte_tokenizer());
    bench.prompt("a##b%s");
    bench.post(command::ForceToken{7, 3 + '#'});
    bench.ui.click("Transport/Back");
    bench.ui.click("Transport/Back");
    ASSERT_EQ(bench.snapshot().tree.size(), 2u);
    for (const int i : {0, 1}) {
        const std::string name = bench.item_ending("Text", numbered("##branch ", i));
        EXPECT_THAT(bench.ui.texts("Text"), ::testing::Contains(visible_label(name.substr(7)))) << "all of the row";
    }
    EXPECT_THAT(bench.item_ending("Text", "##branch 0"), HasSubstr("a# #b%s"));
}

} // namespace
} // namespace gf::tests
