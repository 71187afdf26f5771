// The run of the probe text: beside the text, without its edits, of the model that is open.

#include "measures/probe_text.h"
#include "session/support.h"

#include <gmock/gmock.h>

namespace gf::tests::session_probe_test {
namespace {

using ::testing::HasSubstr;

std::vector<int> tokens_of(const Snapshot::Probe& probe) {
    return {probe.trace->tokens(), probe.trace->tokens() + probe.rows};
}

TEST(SessionProbe, IsComputedBesideTheTextAndWithoutEdits) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, {1, 2, 3});
    EXPECT_FALSE(session.latest().probe.on);
    EXPECT_FALSE(session.latest().probe.trace);
    const Snapshot& s = session(command::Probe{});
    ASSERT_TRUE(s.probe.trace);
    EXPECT_EQ(s.probe.rows, s.probe.n_tokens);
    EXPECT_EQ(tokens_of(s.probe), probe_tokens(model.config(), bos_id(*s.model)));
    EXPECT_EQ(s.runs.size(), 1u) << "it is none of the runs that panels show";
    const auto trace = s.probe.trace;
    const auto unedited = run(model.weights, tokens_of(s.probe));
    const real* expected = unedited->row(Site::logits, -1, s.probe.rows - 1);
    const real* found = trace->row(Site::logits, -1, s.probe.rows - 1);
    for (int i = 0; i < model.config().d_vocab; ++i) EXPECT_NEAR(found[i], expected[i], 1e-5);
    session(command::ApplyEdit{EditSpec{.cells = {"blocks.0.hook_attn_out"}}});
    session(command::SetPrompt{"4,5,6"});
    EXPECT_EQ(session.latest().probe.trace, trace) << "neither edits nor another text change it";
    EXPECT_FALSE(session(command::Probe{false}).probe.trace);
}

TEST(SessionProbe, FollowsTheModel) {
    TestSession session(saved_preset("llama"), {1, 2, 3});
    session(command::Probe{true, "7,8,7,8"});
    EXPECT_THAT(tokens_of(session.latest().probe), ::testing::ElementsAre(7, 8, 7, 8));
    const Snapshot& s = session(command::Open{saved_preset("gpt2").path, ""});
    EXPECT_EQ(s.probe.model, s.model);
    EXPECT_THAT(tokens_of(s.probe), ::testing::ElementsAre(7, 8, 7, 8));
    session(command::Open{saved_preset("encoder_decoder").path, ""});
    EXPECT_FALSE(session.latest().message_is_error);
    EXPECT_FALSE(session.latest().probe.on) << "it cannot read it";
}

TEST(SessionProbe, WhatCannotBeReadIsRefused) {
    TestSession session(saved_preset("llama"), {1, 2, 3});
    EXPECT_THAT(session(command::Probe{true, "seven"}).message, HasSubstr("seven"));
    EXPECT_FALSE(session.latest().probe.on);
    TestSession translator(saved_preset("encoder_decoder"));
    EXPECT_THAT(translator(command::Probe{}).message, HasSubstr("encoder"));
}

} // namespace
} // namespace gf::tests::session_probe_test
