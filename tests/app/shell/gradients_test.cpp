// Gradients in the window: the panels show them in place of values, and say of what they are or why there are
// none.

#include "app/workbench_support.h"

namespace gf::ui::tests::gradients_test {
namespace {

using ::testing::HasSubstr;

class GradientsTest : public ::testing::Test {
  protected:
    GradientsTest() {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5, 9, 2, 6});
    }
    const Selection& selection() { return bench.workbench.selection(); }
    real gradient(const CellRef& cell) { return bench.snapshot().text().gradients->value(cell); }
    Bench bench;
};

TEST_F(GradientsTest, StandInPlaceOfValues) {
    EXPECT_FALSE(bench.shows("Flow", "gradient of the loss"));
    bench.post(command::ViewQuantity{"gradient"});
    ASSERT_TRUE(bench.snapshot().text().gradients)
        << "those of the loss, unless another number was asked for";
    for (const char* panel : {"Flow", "Heads", "Head", "Inspector"}) {
        bench.post(command::ShowPanel{panel, true});
        EXPECT_TRUE(bench.shows(panel, "gradient of the loss")) << panel;
    }
    bench.post(command::ViewQuantity{"value"});
    EXPECT_FALSE(bench.shows("Flow", "gradient of the loss"));
    EXPECT_TRUE(bench.snapshot().text().gradients) << "they stay until `gradients` ends them";
    bench.post(command::SetGradients{.on = false});
    bench.post(command::SetPrompt{"3"}); // too short for a loss
    bench.post(command::ViewQuantity{"gradient"});
    EXPECT_TRUE(bench.shows("Flow", "no gradient: no gradients were asked for"));
    EXPECT_THAT(bench.notice(), HasSubstr("two tokens or more"));
}

TEST_F(GradientsTest, OfACellStandBesideItsValue) {
    bench.post(command::SetGradients{.target = {GradientOf::logit, 7, 11, 0}});
    bench.post(command::ViewQuantity{"gradient"});
    bench.post(command::PinCell{{"blocks.1.attn.hook_z", 2, 5, 3, "text", "gradient"}});
    ASSERT_TRUE(selection().pinned_cell) << bench.notice();
    EXPECT_EQ(selection().pinned_cell->quantity, Quantity::gradient);
    EXPECT_THAT(bench.all_text("Formula"), HasSubstr("blocks.1.attn.hook_z"));
    EXPECT_THAT(bench.all_text("Formula"),
                HasSubstr(fmt::format("gradient of the logit of #11 in row 7: {:.4g}",
                                      gradient({0, Site::z, 1, 2, 5, 3}))));
    bench.post(command::PinCell{{"blocks.1.attn.hook_z", 2, 5, 3, "text", "value"}});
    EXPECT_THAT(bench.all_text("Formula"), ::testing::Not(HasSubstr("gradient of")));
}

TEST_F(GradientsTest, ThePaletteReachesThem) {
    bench.post(command::Find{"Show gradients of the loss"});
    bench.ui.key(ImGuiKey_Enter);
    EXPECT_TRUE(selection().as_gradients);
    EXPECT_TRUE(bench.snapshot().gradient_target);
    bench.post(command::Find{"Show values"});
    bench.ui.key(ImGuiKey_Enter);
    EXPECT_FALSE(selection().as_gradients);
    bench.post(command::Find{"Stop computing gradients"});
    bench.ui.key(ImGuiKey_Enter);
    EXPECT_FALSE(bench.snapshot().gradient_target);
    bench.post(command::ViewQuantity{"slope"});
    EXPECT_THAT(bench.notice(), HasSubstr("'value' or 'gradient'"));
}

TEST_F(GradientsTest, OfBothStacksAreShown) {
    bench.open(saved_preset("encoder_decoder"));
    bench.post(command::SetSource{"7,8,9"});
    bench.prompt_ids({3, 1, 4, 1});
    bench.post(command::ViewQuantity{"gradient"});
    bench.post(command::ViewRun{"source"});
    EXPECT_TRUE(bench.shows("Flow", "gradient of the loss"));
    bench.post(command::PinCell{{"encoder.blocks.0.hook_resid_pre", -1, 1, 2, "", "gradient"}});
    const gf::Run& source = *bench.snapshot().source_run();
    EXPECT_THAT(bench.all_text("Formula"),
                HasSubstr(fmt::format("gradient of the loss: {:.4g}",
                                      source.gradients->value({0, Site::resid_pre, 0, -1, 1, 2}))));
}

} // namespace
} // namespace gf::ui::tests::gradients_test
