// Watches and breakpoints: playing stops where a condition holds first, and says why.

#include "core/watch/expression.h"
#include "session/support.h"

#include <gmock/gmock.h>

#include <cmath>

namespace gf::tests::session_watch_test {
namespace {

using ::testing::HasSubstr;

/// Plays 30 tokens without stopping and returns the surprisal of each of them.
std::vector<double> surprisals(TestSession& session) {
    session(command::Step{30});
    std::vector<double> all;
    for (int t = 0; t < session.latest().cursor(); ++t)
        all.push_back(static_cast<double>(session.latest().text().origin(t).surprisal));
    session(command::Jump{3});
    return all;
}

class SessionWatchTest : public ::testing::Test {
  protected:
    /// A threshold that few of the tokens behind the prompt pass, and the first of them that does.
    void SetUp() override {
        std::vector<double> sorted(all.begin() + 3, all.end());
        std::sort(sorted.begin(), sorted.end());
        limit = (sorted[25] + sorted[26]) / 2; // four are above it
        first = static_cast<int>(
            std::find_if(all.begin() + 3, all.end(), [&](double x) { return x > limit; }) - all.begin());
        condition = fmt::format("surprisal > {:.6f}", limit);
        ASSERT_LT(first, static_cast<int>(all.size()));
    }
    TestSession session{saved_preset("llama"), {1, 2, 3}};
    const std::vector<double> all = surprisals(session);
    double limit = 0;
    int first = 0;
    std::string condition;
};

TEST_F(SessionWatchTest, RunUntilStopsAtTheFirstTokenOfWhichItHolds) {
    const Snapshot& s = session(command::RunUntil{condition});
    EXPECT_FALSE(s.playing);
    EXPECT_EQ(s.cursor() - 1, first) << "tokens that are there already are looked at, too";
    EXPECT_THAT(s.message, ::testing::AllOf(HasSubstr(fmt::format("token {}", first)), HasSubstr(condition),
                                            HasSubstr("surprisal = ")));
    session(command::Step{-1});
    EXPECT_EQ(session.latest().message, "") << "it is true no longer";
}

TEST_F(SessionWatchTest, ABreakpointStopsEachTime) {
    session(command::SetWatch{condition, true});
    int expected = first;
    for (int i = 0; i < 2; ++i) {
        session(command::Play{});
        EXPECT_EQ(session.latest().cursor() - 1, expected);
        const auto next =
            std::find_if(all.begin() + expected + 1, all.end(), [&](double x) { return x > limit; });
        if (next == all.end()) break;
        expected = static_cast<int>(next - all.begin());
    }
    session(command::Jump{3});
    session(command::SetWatch{condition, false});
    ASSERT_EQ(session.latest().watches->size(), 1u) << "the same watch";
    session(command::RunUntil{fmt::format("t = {}", first + 1)});
    EXPECT_EQ(session.latest().cursor() - 1, first + 1) << "a watch alone stops nothing";
    session(command::RemoveWatch{condition});
    EXPECT_TRUE(session.latest().watches->empty());
}

TEST_F(SessionWatchTest, WatchesFollowTheModelAndComeBackWithTheState) {
    const std::string deep = "blocks.1.attn.hook_pattern[0, t, 0] > 0.5";
    session(command::SetWatch{deep, true});
    const std::string file = scratch_file("watches.json", "");
    session(command::SaveState{file});
    EXPECT_THAT(
        read_text(file),
        HasSubstr(R"({"command":"watch","text":"blocks.1.attn.hook_pattern[0, t, 0] > 0.5","stops":true})"));
    const SavedModel& shallow = saved_llama("one-layer", [](ModelConfig& c) { c.n_layers = 1; });
    session(command::Open{shallow.path, ""});
    const Watch& watch = session.latest().watches->at(0);
    EXPECT_FALSE(watch.expression);
    EXPECT_THAT(watch.problem, HasSubstr("blocks.1.attn.hook_pattern"));
    session(command::Open{saved_preset("llama").path, ""});
    EXPECT_TRUE(session.latest().watches->at(0).expression);
}

TEST_F(SessionWatchTest, WhatIsNotUnderstoodIsRefused) {
    EXPECT_THAT(session(command::SetWatch{"suprisal > 6", true}).message, HasSubstr("surprisal"));
    EXPECT_THAT(session(command::SetWatch{"surprisal", true}).message, HasSubstr("a number"));
    EXPECT_THAT(session(command::RunUntil{"surprisal"}).message, HasSubstr("> 0"));
    EXPECT_THAT(session(command::RemoveWatch{"t > 1"}).message, HasSubstr("t > 1"));
    EXPECT_TRUE(session.latest().watches->empty());
    session(command::SetWatch{"surprisal", false});
    EXPECT_EQ(session.latest().watches->size(), 1u) << "a number can be watched";
}

} // namespace
} // namespace gf::tests::session_watch_test
