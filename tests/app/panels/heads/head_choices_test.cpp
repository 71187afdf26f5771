// How a head is shown: what was chosen stays within reach.

#include "app/workbench_support.h"

namespace gf::ui::tests::head_choices_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// Whatever the layout and the size of the window, what was chosen can be chosen anew where it is seen, or at
/// least is said in words.
TEST(HeadChoices, CanBeTakenBackInEveryLayout) {
    Bench bench;
    UiDriver& ui = bench.ui;
    bench.open(saved_preset("llama"));
    bench.prompt_ids(random_tokens(bench.snapshot().config(), 16));
    for (const char* layout : {"Attention", "Overview", "Sampling"})
        for (const auto& [width, height] : {std::pair(1600, 900), std::pair(1280, 720), std::pair(700, 420)})
            for (const char* theme : {"light", "projector"}) {
                SCOPED_TRACE(fmt::format("{} at {}x{}, {}", layout, width, height, theme));
                bench.post(command::SetTheme{theme});
                bench.post(command::SetLayout{layout});
                bench.resize(width, height);
                bench.post(command::ShowPanel{"Head", true});
                bench.post(command::SetView{"Head", "shows", "scores"});
                ui.frames(4);
                if (ui.exists("Head/shows/weights")) {
                    EXPECT_TRUE(ui.is_checked("Head/shows/scores"));
                } else if (ui.exists("Head/values") || ui.exists("Head/how")) {
                    EXPECT_THAT(ui.texts("Head"), Contains(HasSubstr("scores")));
                    ui.click(ui.exists("Head/values") ? "Head/values" : "Head/how");
                    ui.click("Popup/weights");
                    EXPECT_THAT(ui.texts("Head"), Contains(HasSubstr("weights")));
                    ui.key(ImGuiKey_Escape);
                } else {
                    EXPECT_NE(bench.text_with("Head", "scores, "), "");
                }
            }
}

} // namespace
} // namespace gf::ui::tests::head_choices_test
