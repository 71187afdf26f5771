// The cursor: one token forward and back, jumps, playing with a limit, and the Trace that grows under it.

#include "session/row_checksum.h"
#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf::tests::playback_test {
namespace {

using ::testing::HasSubstr;

const SavedModel& long_model() {
    return saved_llama("long", [](ModelConfig& c) { c.n_ctx = 700; });
}

TEST(Playback, StepDrawsOneToken) {
    const SavedModel& model = saved_preset("gpt2");
    TestSession session(model, {3, 1, 4, 1, 5});
    for (int n = 6; n <= 9; ++n) {
        const Snapshot& s = session(command::Step{});
        EXPECT_EQ(s.cursor(), n);
        EXPECT_EQ(s.text().rows, n);
        EXPECT_EQ(s.branch_in_view().n_prompt, 5);
        EXPECT_EQ(s.tree.size(), 1u) << "a step is no branch";
    }
    EXPECT_EQ(session(command::Step{4}).cursor(), 13);
    const std::vector<int> tokens = session.tokens();
    EXPECT_TRUE(same_rows(session.latest().trace(), 0, *run(model.weights, tokens), 0, 13, 1e-5));
}

/// Stepping back moves the cursor, and stepping forward again shows the same tokens. Nothing is computed.
TEST(Playback, BackAndForthCostNothing) {
    TestSession session(saved_preset("llama"), {3, 1, 4, 1, 5});
    session(command::Step{10});
    const Snapshot far = session.latest();
    const std::vector<int> tokens = session.tokens();
    const auto expect_same_run = [&](int cursor) {
        const Snapshot& s = session.latest();
        EXPECT_EQ(s.cursor(), cursor);
        EXPECT_EQ(s.text().trace, far.text().trace);
        EXPECT_EQ(s.text().rows, 15);
        EXPECT_EQ(s.tokens_per_s, far.tokens_per_s) << "nothing was computed";
        EXPECT_EQ(s.can_undo, far.can_undo);
    };
    session(command::Step{-1});
    expect_same_run(14);
    session(command::Step{-6});
    expect_same_run(8);
    session(command::Step{2});
    expect_same_run(10);
    session(command::Step{-1000});
    expect_same_run(1);
    session(command::Step{0});
    expect_same_run(1);
    for (const auto& [wanted, shown] :
         {std::pair{7, 7}, {0, 1}, {-5, 1}, {15, 15}, {16, 15}, {1 << 30, 15}}) {
        session(command::Jump{wanted});
        expect_same_run(shown);
    }
    session(command::Jump{3});
    session(command::Step{12});
    expect_same_run(15);
    EXPECT_EQ(session.tokens(), tokens);
    EXPECT_EQ(session(command::Step{}).text().rows, 16) << "only now there is something new";
}

TEST(Playback, StepsAreMadeOnceThePromptIsRead) {
    const SavedModel& model = saved_preset("llama");
    Engine engine;
    Snapshot s;
    engine.apply(command::Open{model.path, ""});
    for (const SessionCommand& c : std::vector<SessionCommand>{command::Step{-1}, command::Jump{149}}) {
        engine.apply(command::SetPrompt{ids_text(random_tokens(model.config(), 150))});
        engine.apply(c); // before any tick
        while (engine.due_time() < INFINITY) engine.tick(engine.due_time());
        engine.publish(s);
        EXPECT_EQ(s.text().rows, 150);
        EXPECT_EQ(s.cursor(), 149);
    }
}

TEST(Playback, PlaysToTheEndOfTheContext) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, {3, 1, 4});
    const Snapshot& s = session(command::Play{});
    EXPECT_EQ(s.text().rows, model.config().n_ctx);
    EXPECT_EQ(s.cursor(), model.config().n_ctx);
    EXPECT_FALSE(s.playing);
    EXPECT_FALSE(s.message_is_error);
    EXPECT_THAT(s.message, HasSubstr("256 tokens is full"));
    const std::uint64_t note = s.message_number;
    EXPECT_EQ(session(command::Step{}).text().rows, 256);
    EXPECT_EQ(session.latest().message_number, note + 1) << "said again";
    EXPECT_TRUE(same_rows(session.latest().trace(), 0, *run(model.weights, session.tokens()), 0, 256, 1e-5));
}

TEST(Playback, EndsWithTheText) {
    // Whatever comes after two tokens in the first run is the end of text in the second.
    ModelConfig config = preset("llama").config;
    std::vector<int> tokens;
    {
        TestSession session(saved_preset("llama"), {3, 1, 4});
        session(command::Step{30});
        tokens = session.tokens();
    }
    config.eos_id = tokens[9];
    const auto first = std::find(tokens.begin() + 3, tokens.end(), config.eos_id) - tokens.begin();
    TestSession session(saved_model("ends", config), {3, 1, 4});
    const Snapshot& s = session(command::Play{});
    tokens.resize(static_cast<std::size_t>(first) + 1);
    EXPECT_EQ(session.tokens(), tokens);
    EXPECT_FALSE(s.playing);
    EXPECT_THAT(s.message, HasSubstr("ended"));
    EXPECT_EQ(session(command::Step{}).text().rows, std::ssize(tokens) + 1) << "a person can still go on";
}

TEST(Growth, KeepsValuesAndOldSnapshots) {
    TestSession session(long_model(), {3, 1, 4});
    session(command::Step{200});
    const Snapshot early = session.latest();
    std::vector<std::uint64_t> before;
    for (int t = 0; t < early.text().rows; ++t) before.push_back(row_checksum(early.text(), t));

    session(command::Play{});
    const Snapshot& late = session.latest();
    ASSERT_EQ(late.text().rows, 700);
    EXPECT_NE(late.text().trace, early.text().trace) << "it had to grow";
    EXPECT_TRUE(same_rows(late.trace(), 0, early.trace(), 0, early.text().rows, 0));
    for (int t = 0; t < early.text().rows; ++t) {
        ASSERT_EQ(row_checksum(early.text(), t), before[static_cast<std::size_t>(t)])
            << "row " << t << " of the old snapshot";
        EXPECT_EQ(late.text().origin(t).surprisal, early.text().origin(t).surprisal);
        EXPECT_EQ(late.text().origin(t).key, early.text().origin(t).key);
        EXPECT_EQ(late.text().token(t), early.text().token(t));
    }
    EXPECT_TRUE(same_rows(late.trace(), 0, *run(long_model().weights, session.tokens()), 0, 700, 1e-5));
}

void finish(Engine& engine) {
    while (engine.due_time() < INFINITY) engine.tick(engine.due_time());
}

TEST(Growth, StaysWithinTheBudget) {
    const SavedModel& model = long_model();
    const std::size_t budget = trace_bytes(model.config(), {256, Keep::all}) * 3 / 2;
    Engine engine(budget), free;
    Snapshot s, reference;
    for (Engine* e : {&engine, &free}) {
        e->apply(command::Open{model.path, ""});
        e->apply(command::Step{255});
        finish(*e);
    }
    engine.publish(s);
    EXPECT_EQ(s.trace().shape().keep, Keep::all);
    EXPECT_EQ(s.message, "");
    for (Engine* e : {&engine, &free}) {
        e->apply(command::Step{300});
        finish(*e);
    }
    engine.publish(s);
    free.publish(reference);
    EXPECT_EQ(s.trace().shape().keep, Keep::residual);
    EXPECT_LE(s.trace().bytes(), budget);
    EXPECT_THAT(s.message, HasSubstr("budget"));
    ASSERT_EQ(s.text().rows, 556);
    EXPECT_EQ(tokens_of(s.text()), tokens_of(reference.text()));
    EXPECT_TRUE(same_rows(s.trace(), 0, reference.trace(), 0, 556, 1e-5));
}

TEST(Growth, ALongPromptBeyondTheBudgetKeepsLess) {
    const SavedModel& model = long_model();
    const std::vector<int> tokens = random_tokens(model.config(), 600);
    Engine engine(trace_bytes(model.config(), {600, Keep::all}));
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetPrompt{ids_text(tokens)});
    while (engine.due_time() < INFINITY) engine.tick(engine.due_time());
    Snapshot s;
    engine.publish(s);
    EXPECT_EQ(s.trace().shape().keep, Keep::residual);
    EXPECT_THAT(s.message, HasSubstr("budget"));
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, tokens), 0, 600, 1e-5));
}

/// An engine that plays by the clock of the test.
class Speed : public ::testing::Test {
  protected:
    Speed() {
        engine_.apply(command::Open{saved_preset("llama").path, ""});
        engine_.tick(0); // computes the prompt
    }
    int tokens_shown() {
        engine_.publish(snapshot_);
        return snapshot_.cursor();
    }
    /// Ticks like a worker that wakes `late` seconds after it wanted to. Gives the times of new tokens.
    std::vector<double> play(double begin, double end, double late = 0) {
        std::vector<double> times;
        for (double now = begin; now <= end; now = std::max(now, engine_.due_time()) + late) {
            const int before = tokens_shown();
            engine_.tick(now);
            if (tokens_shown() > before) times.push_back(now);
            if (engine_.due_time() == INFINITY || engine_.due_time() == -INFINITY) break;
        }
        return times;
    }
    Engine engine_;
    Snapshot snapshot_;
};

TEST_F(Speed, IsKept) {
    engine_.apply(command::SetSpeed{4});
    engine_.apply(command::Play{});
    EXPECT_EQ(play(1000, 1003), (std::vector<double>{1000, 1000.25, 1000.5, 1000.75, 1001, 1001.25, 1001.5,
                                                     1001.75, 1002, 1002.25, 1002.5, 1002.75, 1003}));
    EXPECT_TRUE(snapshot_.playing);
    EXPECT_EQ(snapshot_.tokens_per_s_limit, 4);
}

TEST_F(Speed, NothingHappensBeforeItIsDue) {
    engine_.apply(command::SetSpeed{4});
    engine_.apply(command::Play{});
    engine_.tick(10);
    const int n = tokens_shown();
    for (double now : {10.0, 10.1, 10.249}) engine_.tick(now);
    EXPECT_EQ(tokens_shown(), n);
    EXPECT_EQ(engine_.due_time(), 10.25);
    engine_.tick(10.25);
    EXPECT_EQ(tokens_shown(), n + 1);
}

TEST_F(Speed, AWorkerThatWakesLateKeepsTheAverage) {
    engine_.apply(command::SetSpeed{4});
    engine_.apply(command::Play{});
    EXPECT_EQ(play(0, 5.1, 0.0625).size(), 21u);
}

TEST_F(Speed, NoBurstAfterAPause) {
    engine_.apply(command::SetSpeed{4});
    engine_.apply(command::Play{});
    engine_.tick(0);
    engine_.tick(100); // the machine slept
    EXPECT_EQ(engine_.due_time(), 100.25);
    engine_.apply(command::Pause{});
    EXPECT_EQ(engine_.due_time(), INFINITY);
    engine_.apply(command::Play{});
    EXPECT_EQ(engine_.due_time(), 100.25) << "clicking fast is no way around the limit";
    EXPECT_EQ(play(200, 201).size(), 5u);
}

TEST_F(Speed, ChangesAtOnce) {
    engine_.apply(command::SetSpeed{0.01});
    engine_.apply(command::Play{});
    engine_.tick(50);
    EXPECT_EQ(engine_.due_time(), 150);
    engine_.apply(command::SetSpeed{2});
    EXPECT_EQ(engine_.due_time(), 50.5) << "not 150";
    engine_.apply(command::SetSpeed{0});
    EXPECT_LE(engine_.due_time(), 50) << "no limit";
    const int n = tokens_shown();
    for (int i = 0; i < 5; ++i) engine_.tick(50);
    EXPECT_EQ(tokens_shown(), n + 5);
}

TEST_F(Speed, RefusesWhatIsNoSpeed) {
    engine_.apply(command::SetSpeed{3});
    for (double bad : {-1.0, std::nan(""), -std::numeric_limits<double>::infinity()}) {
        engine_.apply(command::SetSpeed{bad});
        engine_.publish(snapshot_);
        EXPECT_TRUE(snapshot_.message_is_error);
        EXPECT_THAT(snapshot_.message, HasSubstr("speed"));
        EXPECT_EQ(snapshot_.tokens_per_s_limit, 3);
    }
}

TEST_F(Speed, HoldsForTokensThatAreComputed) {
    engine_.apply(command::Step{6});
    engine_.publish(snapshot_);
    const auto trace = snapshot_.text().trace;
    engine_.apply(command::Jump{1});
    engine_.apply(command::SetSpeed{1});
    engine_.apply(command::Play{});
    EXPECT_EQ(play(0, 3).size(), 4u);
    EXPECT_EQ(snapshot_.cursor(), 5);
    EXPECT_EQ(snapshot_.text().rows, 7);
    EXPECT_EQ(snapshot_.text().trace, trace);
}

} // namespace
} // namespace gf::tests::playback_test
