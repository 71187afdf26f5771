// Drawing a token again: draws of one place are siblings, the newest one is shown, and one that another chain
// gave can be taken.

#include "session/support.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gf::tests::draw_again_test {
namespace {

class DrawAgain : public ::testing::Test {
  protected:
    void SetUp() override {
        session_(command::Step{10});
        tokens_ = session_.tokens();
    }
    const SavedModel& model_ = saved_preset("llama");
    TestSession session_{model_, {3, 1, 4, 1, 5}};
    std::vector<int> tokens_;
};

TEST_F(DrawAgain, DrawsOfOnePlaceAreSiblings) {
    session_(command::Jump{9});
    for (int i = 0; i < 30 && session_.latest().tree.size() < 4; ++i) {
        const Snapshot& s = session_(command::Resample{});
        EXPECT_EQ(s.next_draw, (DrawKey{42, 0, 9, std::uint32_t(i + 1)}))
            << "draws of a place count together";
    }
    const Snapshot& s = session_.latest();
    ASSERT_EQ(s.tree.size(), 4u);
    for (const int branch : {1, 2, 3}) {
        EXPECT_EQ(s.tree[std::size_t(branch)].parent, 0);
        EXPECT_EQ(s.tree[std::size_t(branch)].fork, 9);
    }
    session_(command::Step{3});
    session_(command::Jump{6}); // where the branch still has its parent's tokens
    for (int i = 0; i < 30 && session_.latest().tree.size() < 5; ++i) session_(command::Resample{});
    ASSERT_EQ(session_.latest().tree.size(), 5u);
    EXPECT_EQ(session_.latest().tree[4].parent, 0) << "another token there is no matter of the branch";
    EXPECT_EQ(session_.latest().tree[4].fork, 6);
}

/// The random number that is shown is that of the newest draw, also where it gave the same token.
TEST_F(DrawAgain, DrawingTheSameTokenAgainShowsTheNewDraw) {
    session_(command::SetSampling{{{StageKind::top_k, 1, true}}}); // every draw gives the likeliest token
    session_(command::Jump{9});
    session_(command::Resample{});
    const int branch = session_.latest().branch;
    for (const std::uint32_t number : {2u, 3u}) {
        const Snapshot& s = session_(command::Resample{});
        EXPECT_EQ(s.branch, branch);
        EXPECT_EQ(s.next_draw, (DrawKey{42, 0, 9, number}));
    }
    EXPECT_EQ(session_(command::Step{}).cursor(), 10);
    EXPECT_EQ(session_(command::Step{-1}).next_draw.resample, 3u) << "it is still that draw's";
    EXPECT_EQ(session_(command::Undo{}).next_draw.resample, 2u);
}

/// A token that was drawn otherwise gives way to what the chain gives now.
TEST_F(DrawAgain, UsingADraw) {
    session_(command::Jump{9});
    EXPECT_EQ(session_(command::UseDraw{}).cursor(), 10);
    EXPECT_EQ(session_.latest().tree.size(), 1u) << "nothing has changed: it is a step";
    session_(command::Jump{9});
    const real* logits = session_.latest().trace().row(Site::logits, -1, 8);
    const int likeliest = int(std::max_element(logits, logits + 53) - logits);
    ASSERT_NE(likeliest, tokens_[9]);
    const DrawKey key = session_.latest().next_draw;
    session_(command::SetSampling{{{StageKind::top_k, 1, true}}});
    const Snapshot& s = session_(command::UseDraw{});
    EXPECT_EQ(s.cursor(), 10);
    EXPECT_EQ(s.text().token(9), likeliest);
    EXPECT_EQ(s.text().origin(9).kind, TokenOrigin::Kind::drawn);
    EXPECT_EQ(s.text().origin(9).key, key) << "the same random number";
    EXPECT_EQ(s.tree.size(), 2u);
    EXPECT_EQ(session_(command::Undo{}).cursor(), 9);
    EXPECT_EQ(session_.tokens(), tokens_);
}

} // namespace
} // namespace gf::tests::draw_again_test
