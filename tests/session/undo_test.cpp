// Undo and redo: they take back everything that changes what a run is, and nothing else.

#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

#include <functional>

namespace gf::tests::undo_test {
namespace {

using ::testing::HasSubstr;

/// The chain as the session shows it: all stages, with temperature alone switched on.
SamplingChain with_temperature(double temperature) {
    return with_all_stages({{StageKind::temperature, temperature, true}});
}

/// The parts of a snapshot that undo must bring back.
struct UndoableState {
    std::string model_path, prompt;
    std::vector<std::vector<int>> tree;
    std::vector<int> tokens;
    int branch, cursor;
    SamplingChain chain;
    std::uint64_t seed;
    DrawKey next_draw;
    bool operator==(const UndoableState&) const = default;
};

UndoableState undoable_state(const Snapshot& s) {
    UndoableState state{s.model_path, s.prompt, {}, {}, s.branch, s.cursor(), s.chain, s.seed, s.next_draw};
    for (const BranchView& run : s.tree) state.tree.push_back(tokens_of(run));
    state.tokens = tokens_of(s.text());
    return state;
}

/// A command that undo takes back.
struct UndoableCommand {
    std::string name;
    SessionCommand command;
};

/// A session of 15 tokens with a branch at position 7. The root is in view, with the cursor at 12.
class Undo : public ::testing::TestWithParam<UndoableCommand> {
  protected:
    Undo() {
        session_(command::Step{10});
        const int drawn = session_.tokens()[7];
        session_(command::ForceToken{7, (drawn + 1) % 53});
        session_(command::SelectBranch{0});
        session_(command::Jump{12});
    }
    TestSession session_{saved_preset("llama"), {3, 1, 4, 1, 5}};
};

TEST_P(Undo, BringsBackWhatWas) {
    const UndoableState before = undoable_state(session_.latest());
    const UndoableState after = undoable_state(session_(GetParam().command));
    ASSERT_EQ(session_.latest().message, "");
    EXPECT_NE(after, before);
    EXPECT_TRUE(session_.latest().can_undo);
    EXPECT_FALSE(session_.latest().can_redo);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(undoable_state(session_(command::Undo{})), before);
        EXPECT_TRUE(session_.latest().can_redo);
        EXPECT_EQ(undoable_state(session_(command::Redo{})), after);
        EXPECT_FALSE(session_.latest().can_redo);
    }
}

/// After undo the session goes on as if the command had never been.
TEST_P(Undo, LeavesNoTrace) {
    const auto state_after_ten_steps = [](TestSession& session) {
        return undoable_state(session(command::Step{10}));
    };
    session_(command::Jump{15}); // the tip, where a forgotten draw would show
    session_(GetParam().command);
    session_(command::Undo{});
    const UndoableState undone = state_after_ten_steps(session_);

    TestSession fresh(saved_preset("llama"), {3, 1, 4, 1, 5});
    fresh(command::Step{10});
    fresh(command::ForceToken{7, (fresh.tokens()[7] + 1) % 53});
    fresh(command::SelectBranch{0});
    fresh(command::Jump{15});
    EXPECT_EQ(undone, state_after_ten_steps(fresh));
}

INSTANTIATE_TEST_SUITE_P(
    Commands, Undo,
    ::testing::Values(UndoableCommand{"prompt", command::SetPrompt{"9,8,7"}},
                      UndoableCommand{"open", command::Open{saved_preset("gpt2").path, ""}},
                      UndoableCommand{"force_in_the_text", command::ForceToken{9, 0}},
                      UndoableCommand{"force_at_the_tip", command::ForceToken{15, 0}},
                      UndoableCommand{"resample", command::Resample{}},
                      UndoableCommand{"seed", command::SetSeed{43}},
                      UndoableCommand{"sampling", command::SetSampling{with_temperature(0.5)}},
                      UndoableCommand{"branch", command::SelectBranch{1}}),
    [](const auto& test) { return test.param.name; });

TEST(UndoSteps, AreTakenOneByOne) {
    TestSession session(saved_preset("llama"), {3, 1, 4});
    session(command::SetSeed{1});
    std::vector<UndoableState> states{undoable_state(session.latest())};
    const std::vector<SessionCommand> commands = {
        command::SetPrompt{"7,8,9"}, command::SetSampling{with_temperature(0.7)},
        command::SetSeed{5},         command::ForceToken{2, 11},
        command::SelectBranch{0},    command::Resample{}};
    for (const SessionCommand& c : commands) states.push_back(undoable_state(session(c)));
    for (std::size_t i = commands.size(); i-- > 0;)
        EXPECT_EQ(undoable_state(session(command::Undo{})), states[i]) << i;
    for (std::size_t i = 1; i <= commands.size(); ++i)
        EXPECT_EQ(undoable_state(session(command::Redo{})), states[i]) << i;
    const UndoableState last = undoable_state(session.latest());
    EXPECT_EQ(undoable_state(session(command::Redo{})), last) << "nothing more to redo";
}

TEST(UndoSteps, ANewCommandEndsRedo) {
    TestSession session(saved_preset("llama"), {3, 1, 4});
    session(command::SetSeed{1});
    session(command::Undo{});
    ASSERT_TRUE(session.latest().can_redo);
    session(command::Step{});
    EXPECT_TRUE(session.latest().can_redo) << "moving on is no change";
    session(command::SetSeed{2});
    EXPECT_FALSE(session.latest().can_redo);
    EXPECT_EQ(session(command::Redo{}).seed, 2u);
}

TEST(UndoSteps, NothingToUndo) {
    TestSession session(saved_preset("llama"));
    const UndoableState before = undoable_state(session.latest());
    EXPECT_FALSE(session.latest().can_undo);
    EXPECT_EQ(undoable_state(session(command::Undo{})), before);
    EXPECT_FALSE(session.latest().can_redo);
}

/// Undo does not take back playback, and commands that change nothing or fail.
TEST(UndoSteps, OtherCommandsAreNoSteps) {
    TestSession session(saved_preset("llama"), {3, 1, 4});
    while (session.latest().can_undo) session(command::Undo{});
    for (const SessionCommand& c : std::vector<SessionCommand>{
             command::Step{5}, command::Step{-2}, command::Jump{2}, command::SetSpeed{9}, command::Play{},
             command::Pause{}, command::SetSeed{42}, command::SetSampling{default_chain()},
             command::SelectBranch{0}, command::SetSampling{{{StageKind::top_k, -1, true}}},
             command::ForceToken{1000, 1}, command::SetPrompt{"x"}, command::Open{"nowhere", ""}}) {
        session(c);
        EXPECT_FALSE(session.latest().can_undo) << "command " << c.index();
    }
}

TEST(UndoSteps, SliderMovesAreOneStep) {
    TestSession session(saved_preset("llama"), {3, 1, 4});
    const SamplingChain first = session.latest().chain;
    for (int i = 1; i <= 20; ++i) session(command::SetSampling{with_temperature(0.1 * i)});
    EXPECT_EQ(session(command::Undo{}).chain, first);
    EXPECT_EQ(session(command::Redo{}).chain, with_temperature(0.1 * 20));
    session(command::SetSampling{with_temperature(3)}); // a move after a redo is a step of its own
    EXPECT_EQ(session(command::Undo{}).chain, with_temperature(0.1 * 20));
}

TEST(UndoSteps, SliderMovesWithSomethingBetweenAreTwoSteps) {
    TestSession session(saved_preset("llama"), {3, 1, 4});
    session(command::SetSampling{with_temperature(0.5)});
    session(command::Step{});
    session(command::SetSampling{with_temperature(0.5)});                // no change
    session(command::SetSampling{{{StageKind::temperature, -1, true}}}); // refused
    session(command::SetSampling{with_temperature(0.6)});
    session(command::SetSampling{{{StageKind::temperature, -1, true}}});
    session(command::SetSampling{with_temperature(0.7)});
    EXPECT_EQ(session(command::Undo{}).chain, with_temperature(0.5));
    EXPECT_EQ(session(command::Undo{}).chain, default_chain());
}

/// Undoing a choice that was made before the prompt was read must not hide the tokens that came since.
TEST(UndoSteps, BeforeThePromptIsRead) {
    const SavedModel& model = saved_preset("llama");
    Engine engine;
    Snapshot s;
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetPrompt{ids_text(random_tokens(model.config(), 100))});
    engine.apply(command::SetSeed{7});
    engine.tick(0); // the first slice of the prompt
    engine.apply(command::SetSeed{8});
    engine.tick(0);
    for (int seed : {7, 42}) {
        engine.apply(command::Undo{});
        engine.publish(s);
        EXPECT_EQ(s.seed, std::uint64_t(seed));
        EXPECT_EQ(s.text().rows, 100);
        EXPECT_EQ(s.cursor(), 100);
    }
    engine.apply(command::Resample{});
    engine.apply(command::Step{});
    engine.publish(s);
    EXPECT_EQ(s.text().rows, 101);
    EXPECT_EQ(s.text().origin(100).key, (DrawKey{42, 0, 100, 1}));
}

/// Undo that goes back to a prompt which was given up half-way reads it to its end.
TEST(UndoSteps, BackToAHalfReadPrompt) {
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> tokens = random_tokens(model.config(), 150);
    Engine engine;
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetPrompt{ids_text(tokens)});
    engine.tick(0);
    engine.apply(command::SetPrompt{"1,2,3"});
    while (engine.due_time() < INFINITY) engine.tick(0);
    engine.apply(command::Undo{});
    while (engine.due_time() < INFINITY) engine.tick(0);
    Snapshot s;
    engine.publish(s);
    EXPECT_EQ(tokens_of(s.text()), tokens);
    EXPECT_EQ(s.cursor(), 150);
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, tokens), 0, 150, 1e-5));
}

TEST(UndoSteps, HistoryIsLong) {
    TestSession session(saved_preset("llama"));
    for (std::uint64_t seed = 1000; seed < 1150; ++seed) session(command::SetSeed{seed});
    int n = 0;
    for (; session.latest().can_undo; ++n) session(command::Undo{});
    EXPECT_GE(n, 100);
    EXPECT_EQ(session.latest().seed, 1149u - std::uint64_t(n));
}

/// A message stays as long as what it says is true.
TEST(Notices, GoWhenTheyAreNoLongerTrue) {
    TestSession session(saved_preset("llama"), {3, 1, 4});
    session(command::EditCell{{"hook_embed", -1, 1, 2}, 3});
    EXPECT_THAT(session(command::SetPrompt{"5, 6"}).message, HasSubstr("undo brings them back"));
    EXPECT_THAT(session(command::Step{}).message, HasSubstr("undo brings them back")) << "it still does";
    EXPECT_EQ(session(command::Undo{}).message, "");
    session(command::SetPrompt{"5, 6"});
    session(command::Play{});
    EXPECT_THAT(session(command::Step{}).message, HasSubstr("is full"));
    EXPECT_EQ(session(command::Step{-1}).message, "");
    session(command::SetSeed{3});
    EXPECT_TRUE(session(command::ForceToken{3, 1000}).message_is_error);
    EXPECT_TRUE(session(command::SetSeed{4}).message_is_error) << "that is another thing";
    EXPECT_EQ(session(command::ForceToken{3, 1}).message, "");
    session(command::ForceToken{3, 1000});
    EXPECT_EQ(session(command::SetPrompt{"1"}).message, "") << "the text that it was about is gone";
}

/// A resample that is undone and done again draws the same token.
TEST(UndoSteps, ResamplingAgainGivesTheSame) {
    TestSession session(saved_preset("llama"), {3, 1, 4});
    session(command::Step{10});
    session(command::Jump{6});
    session(command::Resample{});
    const UndoableState first = undoable_state(session.latest());
    session(command::Undo{});
    EXPECT_EQ(undoable_state(session(command::Resample{})), first);
}

} // namespace
} // namespace gf::tests::undo_test
