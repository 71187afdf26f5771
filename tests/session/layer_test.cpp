// Runs above the trace budget: the layer in view is computed again on demand.

#include "session/support.h"
#include "support/compare.h"

namespace gf::tests::layer_test {
namespace {

class LayerInViewTest : public ::testing::Test {
  protected:
    LayerInViewTest() {
        engine_.apply(command::Open{model_.path, ""});
        engine_.apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 700))});
    }
    const Snapshot& finish() {
        while (engine_.due_time() < INFINITY) engine_.tick(0);
        return now();
    }
    const Snapshot& now() {
        engine_.publish(s_);
        return s_;
    }
    /// The layer in view is this one, and its sites equal those of a run that keeps everything.
    void expect_layer(int layer) {
        ASSERT_EQ(s_.text().layer.index, layer);
        EXPECT_EQ(s_.text().layer.rows, -1);
        Trace whole(model_.weights, {s_.trace().capacity(), Keep::all}, s_.trace().setup());
        extend(whole, {s_.trace().tokens(), static_cast<std::size_t>(s_.text().rows)});
        for (const Site site : {Site::pattern, Site::rot_q, Site::z, Site::mlp_post}) {
            ASSERT_TRUE(s_.trace().kept(site, layer));
            for (int r = 0; r < s_.text().rows; r += 23)
                ASSERT_LE(
                    difference(visible_row(s_.trace(), site, layer, r), visible_row(whole, site, layer, r)),
                    1e-5);
        }
    }

    const SavedModel& model_ =
        saved_llama("layer_in_view", [](ModelConfig& c) { c.n_layers = 3, c.n_ctx = 1500; });
    // The budget holds one layer of a long run (with the share that is allowed above it), but not all three.
    Engine engine_{trace_bytes(model_.config(), {1000, Keep::all}) / 2};
    Snapshot s_;
};

TEST_F(LayerInViewTest, IsComputedWhenItIsAskedFor) {
    ASSERT_FALSE(finish().trace().kept(Site::pattern));
    EXPECT_EQ(s_.text().layer.index, -1);
    engine_.apply(command::ViewLayer{1});
    EXPECT_EQ(now().text().layer.rows, 0) << "until then the rest is shown";
    EXPECT_EQ(s_.text().rows, 700);
    engine_.tick(0);
    EXPECT_GT(now().text().layer.rows, 0);
    EXPECT_LT(s_.text().layer.rows, 700);
    EXPECT_EQ(s_.text().layer.index, -1);
    finish();
    expect_layer(1);
    engine_.apply(command::ViewLayer{2});
    finish();
    expect_layer(2);
    EXPECT_FALSE(s_.trace().kept(Site::pattern, 1));
    engine_.apply(command::ViewLayer{-1});
    EXPECT_EQ(finish().text().layer.index, -1);
    engine_.apply(command::ViewLayer{7});
    EXPECT_EQ(finish().text().layer.index, -1);
}

TEST_F(LayerInViewTest, FollowsThePromptAndTheText) {
    engine_.apply(command::ViewLayer{0});
    for (int piece = 0; piece < 3; ++piece) {
        engine_.tick(0);
        EXPECT_EQ(now().text().layer.index, 0) << "complete at every moment";
        EXPECT_EQ(s_.text().rows, 64 * (piece + 1));
    }
    finish();
    expect_layer(0);
    engine_.apply(command::Play{});
    for (int i = 0; i < 5; ++i) {
        engine_.tick(0);
        EXPECT_EQ(now().text().layer.index, 0);
    }
    EXPECT_GT(s_.text().rows, 700);
    engine_.apply(command::Pause{});
    engine_.apply(command::EditCell{{"blocks.0.attn.hook_z", 2, 650, 1}, 4});
    finish();
    EXPECT_EQ(s_.trace().edits().size(), 1u);
    expect_layer(0);
    engine_.apply(command::ForceToken{600, 3}); // another branch
    finish();
    expect_layer(0);
}

TEST_F(LayerInViewTest, OneThatIsTooLargeIsLeftOut) {
    Engine small(trace_bytes(model_.config(), {1000, Keep::all}) / 12);
    small.apply(command::Open{model_.path, ""});
    small.apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 900))});
    small.apply(command::ViewLayer{1});
    while (small.due_time() < INFINITY) small.tick(0);
    small.publish(s_);
    EXPECT_EQ(s_.text().layer.index, -1);
    EXPECT_GT(s_.text().layer.bytes, 0);
    small.apply(command::SetPrompt{"1,2,3"}); // a run that keeps everything
    while (small.due_time() < INFINITY) small.tick(0);
    small.publish(s_);
    EXPECT_EQ(s_.text().layer.bytes, 0);
    EXPECT_TRUE(s_.trace().kept(Site::pattern));
}

TEST_F(LayerInViewTest, TheBudgetCanBeSet) {
    finish();
    engine_.apply(command::SetTraceBudget{4096});
    engine_.apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 700))});
    EXPECT_TRUE(finish().trace().kept(Site::pattern));
    engine_.apply(command::SetTraceBudget{0.5});
    EXPECT_TRUE(now().message_is_error);
}

} // namespace
} // namespace gf::tests::layer_test
