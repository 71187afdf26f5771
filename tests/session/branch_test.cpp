// The token tree: forced tokens, tokens drawn again, going from branch to branch, and the keys of the draws.

#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace gf::tests::branch_test {
namespace {

using ::testing::HasSubstr;

/// A session whose run has 15 tokens, 5 of them the prompt.
class Branches : public ::testing::Test {
  protected:
    Branches() {
        session_(command::Step{10});
        root_ = session_.latest().text();
        tokens_ = session_.tokens();
    }
    const Snapshot& force(int position, int token) { return session_(command::ForceToken{position, token}); }
    /// A token other than the one at this position.
    int other(int position) const {
        return (tokens_[static_cast<std::size_t>(position)] + 1) % model_.config().d_vocab;
    }

    const SavedModel& model_ = saved_preset("llama");
    TestSession session_{model_, {3, 1, 4, 1, 5}};
    gf::Run root_;
    std::vector<int> tokens_;
};

TEST_F(Branches, AForcedTokenIsABranch) {
    for (int position : {9, 3, 1}) { // in the text, in the prompt, right after its first token
        SCOPED_TRACE(position);
        session_(command::SelectBranch{0});
        const std::size_t n = session_.latest().tree.size();
        const Snapshot& s = force(position, other(position));
        ASSERT_EQ(s.message, "");
        EXPECT_EQ(s.tree.size(), n + 1);
        EXPECT_EQ(s.branch, int(n));
        EXPECT_EQ(s.cursor(), position + 1);
        EXPECT_FALSE(s.playing);
        EXPECT_EQ(s.branch_in_view().id, int(n));
        EXPECT_EQ(s.branch_in_view().parent, 0);
        EXPECT_EQ(s.branch_in_view().fork, position);
        EXPECT_EQ(s.branch_in_view().n_prompt, std::min(position, 5));
        EXPECT_EQ(s.text().rows, position + 1);
        EXPECT_EQ(s.text().origin(position).kind, TokenOrigin::Kind::forced);
        EXPECT_TRUE(same_rows(s.trace(), 0, *root_.trace, 0, position, 0)) << "exactly the parent's";
        EXPECT_EQ(s.text().origin(position - 1).kind, root_.origin(position - 1).kind);

        std::vector<int> expected(tokens_.begin(), tokens_.begin() + position);
        expected.push_back(other(position));
        EXPECT_EQ(session_.tokens(), expected);
        session_(command::Step{4});
        const std::vector<int> all = session_.tokens();
        EXPECT_TRUE(same_rows(session_.latest().trace(), 0, *run(model_.weights, all), 0, position + 5, 1e-5))
            << "as if it had always stood there";
    }
}

TEST_F(Branches, TheParentStaysAsItIs) {
    force(9, other(9));
    session_(command::Step{20});
    const Snapshot& s = session_(command::SelectBranch{0});
    EXPECT_EQ(s.branch, 0);
    EXPECT_EQ(s.text().trace, root_.trace);
    EXPECT_EQ(s.text().rows, 15);
    EXPECT_EQ(session_.tokens(), tokens_);
    EXPECT_EQ(s.cursor(), 15);
    ASSERT_EQ(s.tree.size(), 2u);
    EXPECT_EQ(s.tree[1].rows, 30);
    EXPECT_EQ(session_(command::SelectBranch{1}).text().token(9), other(9));
}

TEST_F(Branches, SelectingABranchShowsItsFork) {
    force(9, other(9));
    session_(command::Step{3});
    session_(command::SelectBranch{0});
    session_(command::Jump{2});
    EXPECT_EQ(session_(command::SelectBranch{1}).cursor(), 10) << "far enough to see where it differs";
}

TEST_F(Branches, ForcingATokenThatIsThereMovesTheCursorOnly) {
    for (int position : {14, 9, 3}) {
        const Snapshot& s = force(position, tokens_[static_cast<std::size_t>(position)]);
        EXPECT_EQ(s.tree.size(), 1u);
        EXPECT_EQ(s.branch, 0);
        EXPECT_EQ(s.text().trace, root_.trace);
        EXPECT_EQ(s.text().rows, 15);
        EXPECT_EQ(s.cursor(), position + 1);
        EXPECT_EQ(s.text().origin(position).kind, root_.origin(position).kind) << "still what it was";
    }
}

TEST_F(Branches, ATokenOfAnotherBranchLeadsThere) {
    force(9, other(9));
    const auto child = session_(command::Step{5}).text().trace;
    session_(command::SelectBranch{0});
    const Snapshot& s = force(9, other(9));
    EXPECT_EQ(s.tree.size(), 2u);
    EXPECT_EQ(s.branch, 1);
    EXPECT_EQ(s.text().trace, child);
    EXPECT_EQ(s.cursor(), 10);
    EXPECT_EQ(force(3, tokens_[3]).branch, 1) << "what both have in common is no reason to leave";
}

/// Models that see both sides of a token predict the token at its own place. Replacing a token keeps the text
/// on both sides of it.
class FillIn : public ::testing::TestWithParam<const char*> {
  protected:
    /// The text with other tokens at these positions.
    std::vector<int> with_others(const std::vector<int>& positions) const {
        std::vector<int> text = tokens_;
        for (const int p : positions) text[static_cast<std::size_t>(p)] = other(p);
        return text;
    }
    int other(int position) const {
        return (tokens_[static_cast<std::size_t>(position)] + 1) % model_.config().d_vocab;
    }
    const Snapshot& force(int position) { return session_(command::ForceToken{position, other(position)}); }

    const SavedModel& model_ = saved_preset(GetParam());
    std::vector<int> tokens_ = random_tokens(model_.config(), 9);
    TestSession session_{model_, tokens_};
};

TEST_P(FillIn, TheTextBehindAPlaceStays) {
    for (const int position : {0, 3, 8}) {
        session_(command::SelectBranch{0});
        session_(command::Jump{4});
        const Snapshot& s = force(position);
        ASSERT_EQ(s.message, "");
        EXPECT_EQ(session_.tokens(), with_others({position}));
        EXPECT_EQ(s.cursor(), 9);
        EXPECT_EQ(s.branch_in_view().fork, position);
        EXPECT_EQ(s.text().origin(position).kind, TokenOrigin::Kind::forced);
        EXPECT_EQ(s.text().origin((position + 1) % 9).kind, TokenOrigin::Kind::prompt);
        EXPECT_TRUE(same_rows(s.trace(), 0, *run(model_.weights, with_others({position})), 0, 9, 1e-5))
            << "every row sees the new one";
    }
    EXPECT_EQ(session_(command::SelectBranch{0}).tree.size(), 4u);
    EXPECT_EQ(session_.tokens(), tokens_);
    EXPECT_TRUE(session_(command::ForceToken{9, 1}).message_is_error) << "there is no place behind the text";
}

TEST_P(FillIn, ABranchIsItsWholeText) {
    force(3);
    EXPECT_EQ(force(6).tree.size(), 3u);
    EXPECT_EQ(session_.tokens(), with_others({3, 6}));
    session_(command::SelectBranch{0});
    EXPECT_EQ(force(6).branch, 3) << "not the one that differs before";
    EXPECT_EQ(force(3).branch, 2) << "that text is there";
    session_(command::SelectBranch{0});
    EXPECT_EQ(force(3).branch, 1) << "not the one that differs behind";
    EXPECT_EQ(session_(command::ForceToken{3, tokens_[3]}).branch, 0);
    EXPECT_EQ(session_.latest().tree.size(), 4u);
    session_(command::Undo{});
    EXPECT_EQ(session_.latest().branch, 1);
}

TEST_P(FillIn, DrawingAgainChangesTheNumberOfTheDrawOnly) {
    EXPECT_EQ(session_.latest().next_draw.resample, 0u);
    const Snapshot& s = session_(command::Resample{});
    EXPECT_EQ(s.message, "");
    EXPECT_EQ(s.next_draw.resample, 1u);
    EXPECT_EQ(s.tree.size(), 1u);
    EXPECT_EQ(session_(command::Undo{}).next_draw.resample, 0u);
}

INSTANTIATE_TEST_SUITE_P(Models, FillIn, ::testing::Values("bert", "bidirectional"));

TEST_F(Branches, BranchesOfBranches) {
    force(9, other(9));
    session_(command::Step{5});
    const std::vector<int> child = session_.tokens();
    const Snapshot& s = force(12, (child[12] + 1) % 53);
    ASSERT_EQ(s.tree.size(), 3u);
    EXPECT_EQ(s.branch_in_view().parent, 1);
    EXPECT_EQ(s.branch_in_view().fork, 12);
    EXPECT_TRUE(same_rows(s.trace(), 0, *s.tree[1].trace, 0, 12, 0));
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model_.weights, session_.tokens()), 0, 13, 1e-5));
}

/// A token forced where nothing is drawn yet makes a branch too, so that the parent can still draw there.
TEST_F(Branches, AForcedTokenAtTheTipIsABranch) {
    const Snapshot& s = force(15, 7);
    ASSERT_EQ(s.tree.size(), 2u);
    EXPECT_EQ(s.text().rows, 16);
    EXPECT_EQ(s.text().token(15), 7);
    EXPECT_EQ(s.tree[0].rows, 15);
    session_(command::SelectBranch{0});
    session_(command::Step{});
    TestSession plain(model_, {3, 1, 4, 1, 5});
    plain(command::Step{11});
    EXPECT_EQ(session_.tokens(), plain.tokens());
}

TEST_F(Branches, MistakesAreRefused) {
    const Snapshot before = session_.latest();
    for (const auto& [command, words] : std::vector<std::pair<SessionCommand, std::string>>{
             {command::ForceToken{0, 1}, "1 to 15; found 0"},
             {command::ForceToken{16, 1}, "1 to 15; found 16"},
             {command::ForceToken{-1, 1}, "found -1"},
             {command::ForceToken{3, 53}, "0 to 52; found 53"},
             {command::ForceToken{3, -1}, "found -1"},
             {command::SelectBranch{1}, "0 to 0; found 1"},
             {command::SelectBranch{-1}, "found -1"}}) {
        const Snapshot& s = session_(command);
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr(words));
        EXPECT_EQ(s.tree.size(), 1u);
        EXPECT_EQ(s.cursor(), before.cursor());
        EXPECT_EQ(s.text().trace, before.text().trace);
        EXPECT_EQ(s.can_undo, before.can_undo);
    }
}

TEST_F(Branches, NoneBeyondTheContext) {
    session_(command::Play{});
    const Snapshot& s = force(255, (session_.tokens()[255] + 1) % 53);
    EXPECT_EQ(s.text().rows, 256) << "the last position";
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model_.weights, session_.tokens()), 0, 256, 1e-5));
    EXPECT_THAT(force(256, 1).message, HasSubstr("1 to 255; found 256"));
}

TEST_F(Branches, ResamplingAtTheTipUsesTheNextNumber) {
    for (std::uint32_t number = 1; number <= 20; ++number) {
        const Snapshot& s = session_(command::Resample{});
        EXPECT_EQ(s.next_draw, (DrawKey{42, 0, 15, number}));
        EXPECT_EQ(s.tree.size(), 1u);
    }
    const Snapshot& s = session_(command::Step{});
    EXPECT_EQ(s.text().origin(15).key, (DrawKey{42, 0, 15, 20}));
}

TEST_F(Branches, ResamplingIsABranch) {
    session_(command::Jump{9});
    std::set<int> drawn{tokens_[9]};
    for (int i = 0; i < 30 && drawn.size() < 4; ++i) {
        const Snapshot& s = session_(command::Resample{});
        ASSERT_EQ(s.message, "");
        EXPECT_EQ(s.cursor(), 9) << "the token behind the cursor is another";
        ASSERT_GT(s.text().rows, 9);
        EXPECT_TRUE(same_rows(s.trace(), 0, *root_.trace, 0, 9, 0));
        if (drawn.insert(s.text().token(9)).second) {
            EXPECT_EQ(s.text().origin(9).kind, TokenOrigin::Kind::drawn);
            EXPECT_EQ(s.branch_in_view().fork, 9);
            EXPECT_EQ(s.next_draw, s.text().origin(9).key);
            EXPECT_GT(s.next_draw.resample, 0u);
        }
        EXPECT_EQ(s.tree.size(), drawn.size()) << "a token that is in the tree is found there";
    }
    EXPECT_EQ(drawn.size(), 4u);
    const Snapshot& s = session_(command::Step{3});
    EXPECT_EQ(s.cursor(), 12);
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model_.weights, session_.tokens()), 0, s.text().rows, 1e-5));
}

TEST_F(Branches, ResamplingIsReproducible) {
    TestSession again(model_, {3, 1, 4, 1, 5});
    again(command::Step{10});
    for (TestSession* session : {&session_, &again}) {
        (*session)(command::Jump{9});
        for (int i = 0; i < 5; ++i) (*session)(command::Resample{});
        (*session)(command::Step{20});
    }
    EXPECT_EQ(session_.tokens(), again.tokens());
    EXPECT_EQ(session_.latest().tree.size(), again.latest().tree.size());
}

TEST_F(Branches, DrawsKnowTheirPlace) {
    force(9, other(9));
    const Snapshot& s = session_(command::Step{3});
    for (int t = 10; t < 13; ++t) EXPECT_EQ(s.text().origin(t).key, (DrawKey{42, 1, std::uint32_t(t), 0}));
    for (int t = 5; t < 9; ++t)
        EXPECT_EQ(s.text().origin(t).key, (DrawKey{42, 0, std::uint32_t(t), 0})) << "inherited";
    session_(command::Jump{7});
    EXPECT_EQ(session_.latest().next_draw, (DrawKey{42, 0, 7, 0})) << "of the token that stands there";
    session_(command::Jump{13});
    EXPECT_EQ(session_.latest().next_draw, (DrawKey{42, 1, 13, 0}));
}

TEST(Seeds, SameSeedSameText) {
    const SavedModel& model = saved_preset("gpt2");
    auto text = [&](std::uint64_t seed, int n_steps) {
        TestSession session(model, {3, 1, 4});
        session(command::SetSeed{seed});
        for (int i = 0; i < n_steps; ++i) session(command::Step{60 / n_steps});
        return session.tokens();
    };
    EXPECT_EQ(text(7, 1), text(7, 60));
    EXPECT_NE(text(7, 1), text(8, 1));
    EXPECT_EQ(text(18446744073709551615u, 1), text(18446744073709551615u, 2));
}

/// Each drawn token is the one on which its key falls, in a distribution that is computed here.
TEST(Seeds, DrawsFollowTheDistribution) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, {3, 1, 4});
    const Snapshot& s = session(command::Step{100});
    const auto d_vocab = static_cast<std::size_t>(model.config().d_vocab);
    int n_compared = 0;
    for (int t = 3; t < 103; ++t) {
        const auto logits = logits_of(s.trace(), t - 1);
        std::vector<std::pair<double, int>> likeliest; // (minus weight, token), to be sorted
        double sum = 0;
        for (std::size_t i = 0; i < d_vocab; ++i) {
            likeliest.emplace_back(-std::exp(double(logits[i])), int(i));
            sum += std::exp(double(logits[i]));
        }
        std::sort(likeliest.begin(), likeliest.end());
        const double u = uniform({42, 0, std::uint32_t(t), 0}) * sum;
        double covered = 0;
        bool near_edge = false; // so near the edge of a token's share that rounding decides
        int expected = -1;
        for (const auto& [minus_weight, token] : likeliest) {
            covered -= minus_weight;
            near_edge = near_edge || std::abs(covered - u) < 1e-6 * sum;
            if (expected < 0 && covered > u) expected = token;
        }
        if (near_edge) continue;
        EXPECT_EQ(s.text().token(t), expected) << t;
        ++n_compared;
    }
    EXPECT_GT(n_compared, 95);
}

TEST(Seeds, GreedyTakesTheLargestLogit) {
    TestSession session(saved_preset("gpt2"), {3, 1, 4});
    session(command::SetSampling{greedy_chain()});
    const Snapshot& s = session(command::Step{50});
    for (int t = 3; t < 53; ++t)
        EXPECT_EQ(s.text().token(t), std::ranges::max_element(logits_of(s.trace(), t - 1)) -
                                         logits_of(s.trace(), t - 1).begin());
}

TEST(Seeds, ChainsShowEveryStage) {
    TestSession session(saved_preset("gpt2"));
    const SamplingChain given{{StageKind::top_p, 0.5, true}, {StageKind::temperature, 2, false}};
    const SamplingChain& chain = session(command::SetSampling{given}).chain;
    ASSERT_EQ(chain.size(), std::size_t{k_n_stage_kinds});
    EXPECT_EQ(chain[0], given[0]);
    EXPECT_EQ(chain[1], given[1]);
    std::set<StageKind> kinds;
    for (const SampleStage& stage : chain) kinds.insert(stage.kind);
    EXPECT_EQ(kinds.size(), chain.size());
    EXPECT_TRUE(
        std::all_of(chain.begin() + 2, chain.end(), [](const SampleStage& stage) { return !stage.on; }));
}

TEST(Seeds, ARefusedChainChangesNothing) {
    TestSession session(saved_preset("gpt2"), {3, 1, 4});
    const Snapshot before = session.latest();
    const Snapshot& s = session(command::SetSampling{{{StageKind::top_p, 1.5, true}}});
    EXPECT_TRUE(s.message_is_error);
    EXPECT_THAT(s.message, HasSubstr("top-p"));
    EXPECT_EQ(s.chain, before.chain);
    EXPECT_EQ(s.can_undo, before.can_undo);
}

} // namespace
} // namespace gf::tests::branch_test
