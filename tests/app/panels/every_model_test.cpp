// Every panel draws every kind of model: whatever a family's blocks have or lack, nothing is refused and no
// picture is missing a number.

#include "app/workbench_support.h"

namespace gf::ui::tests::every_model_test {
namespace {

class EveryModelTest : public ::testing::TestWithParam<Preset> {
  protected:
    void SetUp() override {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset(GetParam().name));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 9));
    }
    Bench bench;
};
INSTANTIATE_TEST_SUITE_P(All, EveryModelTest, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST_P(EveryModelTest, IsDrawnByAllPanels) {
    ASSERT_EQ(bench.rows(), 9);
    bench.post(command::SetView{"Head", "form", "unrolled"});
    for (int l = 0; l < bench.snapshot().config().n_layers; ++l) {
        bench.post(command::PinHead{l, bench.snapshot().config().n_heads - 1});
        bench.ui.frames(3);
        EXPECT_EQ(bench.notice(), "");
    }
    bench.post(command::SetView{"Head", "form", "matrix"});
    bench.ui.frames(3);
    EXPECT_FALSE(bench.snapshot().message_is_error) << bench.snapshot().message;
}

} // namespace
} // namespace gf::ui::tests::every_model_test
