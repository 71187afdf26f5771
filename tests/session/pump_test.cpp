// The session without threads and without waiting: a frame of a web page pumps it.

#include "session/support.h"

namespace gf::tests::pump_test {
namespace {

TEST(Pump, WorksASliceAtATimeToTheSameEnd) {
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> prompt = random_tokens(model.config(), 200);
    TestSession whole(model, prompt);
    whole(command::Step{20});

    Session session(Session::Mode::cooperative);
    session.post(command::Open{model.path, ""});
    while (session.pump(0)) {
    }
    session.post(command::SetPrompt{ids_text(prompt)});
    session.post(command::Step{20});
    EXPECT_TRUE(session.pump(0)) << "no time is one slice";
    EXPECT_GT(session.latest().text().rows, 0);
    EXPECT_LT(session.latest().text().rows, 200);
    int frames = 1;
    for (; session.pump(0); ++frames) ASSERT_LT(frames, 100);
    EXPECT_GT(frames, 2);
    EXPECT_EQ(tokens_of(session.latest().text()), whole.tokens());
    session.post(command::SetPrompt{"3, 1, 4"});
    EXPECT_FALSE(session.pump(60)) << "done long before";
    EXPECT_EQ(session.latest().text().rows, 3);
}

} // namespace
} // namespace gf::tests::pump_test
