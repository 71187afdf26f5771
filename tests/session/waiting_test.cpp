// Commands that need a text wait until it is computed, and long work never keeps a person waiting.

#include "session/support.h"

#include <cmath>

namespace gf::tests::waiting_test {
namespace {

class Waiting : public ::testing::Test {
  protected:
    Waiting() {
        engine_.apply(command::Open{model_.path, ""});
        finish();
        engine_.apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 250))});
    }
    const Snapshot& now() {
        engine_.publish(snapshot_);
        return snapshot_;
    }
    const Snapshot& finish() {
        while (engine_.due_time() < INFINITY) engine_.tick(engine_.due_time());
        return now();
    }
    const SavedModel& model_ = saved_preset("llama");
    Engine engine_;
    Snapshot snapshot_;
};

TEST_F(Waiting, AStepComesAfterThePrompt) {
    engine_.apply(command::Step{2});
    EXPECT_EQ(now().text().rows, 0) << "nothing is computed before the next look at the queue";
    ASSERT_EQ(snapshot_.jobs.size(), 1u);
    EXPECT_EQ(snapshot_.jobs[0].name, "reading");
    EXPECT_EQ(snapshot_.jobs[0].total, 250);
    engine_.tick(0);
    EXPECT_EQ(now().jobs[0].done, snapshot_.text().rows);
    EXPECT_GT(snapshot_.text().rows, 0);
    EXPECT_LT(snapshot_.text().rows, 250);
    EXPECT_EQ(finish().cursor(), 252);
    EXPECT_TRUE(snapshot_.jobs.empty());
}

TEST_F(Waiting, WhatComesLaterStaysBehindIt) {
    engine_.apply(command::Step{1});
    engine_.apply(command::SetSampling{greedy_chain()});
    engine_.apply(command::Jump{3});
    EXPECT_EQ(finish().cursor(), 3);
    EXPECT_EQ(snapshot_.text().rows, 251);
    engine_.apply(command::Undo{});
    EXPECT_EQ(finish().chain, default_chain()) << "the sampling was the last change";
}

TEST_F(Waiting, AnotherPromptEndsTheLongOne) {
    engine_.tick(0);
    engine_.apply(command::Step{4});
    engine_.apply(command::SetPrompt{"3, 1, 4"});
    EXPECT_EQ(now().text().rows_wanted, 3);
    engine_.tick(0); // one slice
    EXPECT_EQ(now().text().rows, 3);
    EXPECT_EQ(engine_.due_time(), INFINITY) << "the step was one of the other text";
    EXPECT_EQ(snapshot_.cursor(), 3);
}

TEST_F(Waiting, ManyStepsAreMadeInSlices) {
    finish();
    engine_.apply(command::SetPrompt{"3, 1, 4"});
    finish();
    engine_.apply(command::Step{150});
    EXPECT_LT(now().text().rows, 153);
    engine_.apply(command::Pause{});
    const int rows = now().text().rows;
    EXPECT_EQ(finish().text().rows, rows) << "the rest was called off";
    engine_.apply(command::Step{150});
    EXPECT_EQ(finish().text().rows, rows + 150);
}

TEST_F(Waiting, AnEditNeedNotWait) {
    engine_.tick(0);
    engine_.apply(command::EditCell{{"hook_embed", -1, 3, 2}, 1});
    EXPECT_EQ(now().message, "");
    EXPECT_EQ(finish().text().rows, 250);
    EXPECT_EQ(snapshot_.trace().edits().size(), 1u);
}

} // namespace
} // namespace gf::tests::waiting_test
