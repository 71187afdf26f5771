// Gradients in the session: of the text and of its source, computed again whenever the text has changed, and
// the same as a pass of their own gives.

#include "core/passes/gradients.h"
#include "core/site_names.h"
#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <thread>

namespace gf::tests::session_gradients_test {
namespace {

using ::testing::HasSubstr;

constexpr GradientTarget k_logit{GradientOf::logit, 3, 7, 0};

/// Whether two Traces have the same bits in these rows of every site that both keep.
void expect_same_bits(const Trace& found, const Trace& expected, int rows) {
    for (const SiteRef& s : all_sites(found.config()))
        for (int r = 0; found.kept(s.site, s.layer) && r < std::min(rows, found.row_capacity(s.site)); ++r)
            ASSERT_EQ(difference(row_of(found, s.site, s.layer, r), row_of(expected, s.site, s.layer, r)), 0)
                << site_name(s.site, s.layer) << " row " << r;
}

/// The published gradients are those of the published run.
void expect_gradients(const Snapshot& s, const GradientTarget& target) {
    const Run& text = s.text();
    ASSERT_TRUE(text.gradients) << text.why_no_gradients;
    EXPECT_EQ(text.why_no_gradients, "");
    EXPECT_EQ(s.gradient_target, target);
    const Keep keep = text.trace->shape().keep == Keep::all ? Keep::all : Keep::residual;
    const RunGradients expected = gradients(text.trace, text.rows, target, {.keep = keep});
    expect_same_bits(*text.gradients, *expected.sites, text.rows);
    EXPECT_NE(text.gradients->row(Site::embed, -1, 0)[0], 0);
    if (const Run* source = s.source_run()) {
        ASSERT_TRUE(source->gradients);
        expect_same_bits(*source->gradients, *expected.source, source->rows);
        EXPECT_NE(source->gradients->row(Site::embed, -1, 0)[0], 0);
    }
}

class SessionGradients : public ::testing::TestWithParam<const char*> {
  protected:
    SessionGradients() {
        session(command::SetPrompt{"3,1,4,1,5"});
        if (model.config().has_encoder()) session(command::SetSource{"7,8,9,10"});
    }
    const SavedModel& model = saved_preset(GetParam());
    TestSession session{model};
};
INSTANTIATE_TEST_SUITE_P(Models, SessionGradients,
                         ::testing::Values("llama", "gpt2", "mixtral", "encoder_decoder",
                                           "encoder_decoder_post"));

TEST_P(SessionGradients, AreThoseOfTheTextAndOfItsSource) {
    EXPECT_FALSE(session.latest().text().gradients);
    EXPECT_EQ(session.latest().text().why_no_gradients, "no gradients were asked for");
    expect_gradients(session(command::SetGradients{}), {});
    expect_gradients(session(command::SetGradients{.target = k_logit}), k_logit);
    const Snapshot& s = session(command::SetGradients{.on = false});
    EXPECT_FALSE(s.text().gradients);
    EXPECT_FALSE(s.gradient_target);
}

TEST_P(SessionGradients, AreComputedAgainWhenTheTextChanges) {
    session(command::SetGradients{});
    const std::shared_ptr<const Trace> before = session.latest().text().gradients;
    const auto expect_others = [&] {
        expect_gradients(session.latest(), {});
        EXPECT_NE(session.latest().text().gradients, before);
    };
    session(command::Step{2});
    EXPECT_EQ(session.latest().text().rows, 7);
    expect_others();
    session(command::EditCell{{"blocks.0.hook_resid_pre", -1, 1, 2}, 1.5});
    expect_others();
    session(command::ForceToken{5, 11});
    expect_others();
    if (model.config().has_encoder()) session(command::SetSource{"4,4,4"}), expect_others();
    session(command::SetPrompt{"2,7,1,8"});
    expect_others();
    const std::shared_ptr<const Trace> resting = session.latest().text().gradients;
    EXPECT_EQ(session(command::SetSeed{3}).text().gradients, resting) << "nothing of the run has changed";
}

TEST_P(SessionGradients, UndoBringsTheTargetBack) {
    session(command::SetGradients{.target = k_logit});
    session(command::SetGradients{});
    expect_gradients(session(command::Undo{}), k_logit);
    EXPECT_FALSE(session(command::Undo{}).text().gradients);
    session(command::Redo{});
    expect_gradients(session(command::Redo{}), {});
}

TEST_P(SessionGradients, AreReadThroughTheRunView) {
    const Snapshot& s = session(command::SetGradients{});
    RunView view = s.text().view();
    view.quantity = Quantity::gradient;
    const SiteValues values = view.values({Site::pattern, 1});
    ASSERT_TRUE(values.exists()) << values.missing();
    EXPECT_EQ(values.rows(), 5);
    EXPECT_EQ(values.at(1, 3, 2), s.text().gradients->value({0, Site::pattern, 1, 1, 3, 2}));
    EXPECT_EQ(values.at(1, 3, 4), k_not_visible) << "what the mask hides has no gradient";
    std::vector<real> scratch;
    EXPECT_EQ(values.row(1, 3, scratch)[2], values.at(1, 3, 2));
    EXPECT_EQ(find_cell(view, {"hook_embed", -1, 2, 3, "", "gradient"}).quantity, Quantity::gradient);
    view.gradients = nullptr, view.why_no_gradients = k_no_gradients;
    EXPECT_EQ(view.values({Site::pattern, 1}).missing(), "no gradients were asked for");
    EXPECT_EQ(view.values({Site::pattern, 1}).at(1, 3, 2), k_not_visible);
    if (model.config().is_moe()) {
        RunView own = s.text().view();
        own.quantity = Quantity::gradient;
        EXPECT_EQ(own.values({Site::expert_indices, 0}).missing(), "a choice of experts has no gradient");
    }
}

TEST(SessionGradientTargets, ThatCannotBeAreRefused) {
    TestSession session(saved_preset("llama"), {3, 1, 4, 1, 5});
    for (const GradientTarget& wrong :
         {GradientTarget{GradientOf::logit, 5, 7, 0}, GradientTarget{GradientOf::logit, 3, 53, 0},
          GradientTarget{GradientOf::difference, 3, 7, 53}}) {
        const Snapshot& s = session(command::SetGradients{.target = wrong});
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr("from 0 to"));
        EXPECT_FALSE(s.gradient_target);
    }
    TestSession classes(saved_preset("classes"), {3, 1, 4});
    EXPECT_THAT(classes(command::SetGradients{}).message, HasSubstr("predicts tokens"));
}

TEST(SessionGradientTargets, WaitForARowThatTheTextDoesNotHaveYet) {
    TestSession session(saved_preset("llama"), {3, 1, 4, 1, 5});
    expect_gradients(session(command::SetGradients{.target = {GradientOf::logit, 4, 7, 0}}),
                     {GradientOf::logit, 4, 7, 0});
    const Snapshot& s = session(command::SetPrompt{"2,7"});
    EXPECT_EQ(s.message, "");
    EXPECT_FALSE(s.text().gradients);
    EXPECT_THAT(std::string(s.text().why_no_gradients), HasSubstr("does not have the row"));
    expect_gradients(session(command::Step{3}), {GradientOf::logit, 4, 7, 0});
}

/// A run above the trace budget: its gradients keep what it keeps, and come layer by layer.
TEST(SessionGradientsOfALongRun, AreCutByLayersAndCounted) {
    const SavedModel& model = saved_llama("long_gradients", [](ModelConfig& c) { c.n_ctx = 1500; });
    Engine engine(trace_bytes(model.config(), {1000, Keep::all}) / 2);
    Snapshot s;
    const auto finish = [&] {
        while (engine.due_time() < INFINITY) engine.tick(0);
        engine.publish(s);
    };
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetPrompt{ids_text(random_tokens(model.config(), 700))});
    finish();
    ASSERT_EQ(s.trace().shape().keep, Keep::residual);
    engine.apply(command::SetGradients{});
    engine.publish(s);
    ASSERT_EQ(s.jobs.size(), 1u);
    EXPECT_EQ(s.jobs[0].name, "computing gradients");
    EXPECT_EQ(s.jobs[0].unit, "layers");
    EXPECT_EQ(s.jobs[0].total, model.config().n_layers);
    EXPECT_EQ(s.text().why_no_gradients, "the gradients are not computed yet");
    for (int slice = 0; slice < model.config().n_layers; ++slice) {
        engine.tick(0);
        engine.publish(s);
        EXPECT_EQ(s.jobs[0].done, slice) << "the first slice begins at the output";
    }
    finish();
    EXPECT_TRUE(s.jobs.empty());
    expect_gradients(s, {});
    EXPECT_FALSE(s.text().gradients->kept(Site::pattern));
    EXPECT_EQ(s.memory_used, s.trace().bytes() + s.text().gradients->bytes())
        << "older texts, which undo can bring back, were dropped for them";
    RunView view = s.text().view();
    view.quantity = Quantity::gradient;
    EXPECT_TRUE(view.values({Site::resid_mid, 0}).exists());
    EXPECT_FALSE(view.values({Site::pattern, 0}).exists());
    engine.apply(command::SetGradients{.on = false});
    finish();
    EXPECT_EQ(s.memory_used, s.trace().bytes());
}

/// Under ThreadSanitizer this shows that the gradients are computed from rows that others read.
TEST(Threads, ReadTheRunWhileItsGradientsAreComputed) {
    const SavedModel& model = saved_llama("threads", [](ModelConfig& c) { c.n_ctx = 300; });
    Session session(Session::Mode::threaded);
    session.post(command::Open{model.path, ""});
    session.post(command::SetPrompt{ids_text(random_tokens(model.config(), 120))});
    session.run_until_idle();
    std::atomic<bool> done = false;
    std::atomic<long> looks = 0, with_gradients = 0;
    std::thread window([&] {
        double sum = 0;
        while (!done || looks < 10) {
            const Snapshot& s = session.latest();
            for (const Trace* t : {s.text().trace.get(), s.text().gradients.get()})
                for (int r = 0; t && r < s.text().rows; r += 5)
                    for (const real x : row_of(*t, Site::z, 0, r)) sum += static_cast<double>(x);
            ++looks;
            with_gradients += s.text().gradients != nullptr;
        }
        EXPECT_TRUE(std::isfinite(sum));
    });
    for (int i = 0; i < 20; ++i) {
        session.post(command::SetGradients{.target = {GradientOf::logit, i, 2, 0}});
        session.post(command::Step{1 + i % 3});
        if (i % 2) session.run_until_idle();
    }
    session.run_until_idle();
    while (with_gradients == 0) std::this_thread::yield();
    done = true;
    window.join();
    expect_gradients(session.latest(), {GradientOf::logit, 19, 2, 0});
}

} // namespace
} // namespace gf::tests::session_gradients_test
