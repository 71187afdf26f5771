// What the program opens on when it is started without a model: a picture that already makes a point.

#include "app/start/gallery.h"
#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"
#include "app/workbench_support.h"
#include "models/shipped.h"

namespace gf::ui::tests::opening_test {
namespace {

TEST(OpeningState, ShowsAnOpenChoiceAndAHeadThatListens) {
    Bench bench({.models = shipped_models_folder()});
    bench.workbench.play(opening_commands(shipped_models_folder()));
    bench.ui.frames(6);
    const Snapshot& s = bench.snapshot();
    ASSERT_TRUE(s.has_run()) << s.message;
    EXPECT_EQ(s.model->name, "story");

    const int row = bench.cursor() - 1;
    const std::vector<double> p = probabilities_after(s, row);
    EXPECT_GT(entropy_bits(p), 2.0) << "the next token is an open choice";
    const int drawn = sampling_preview().step().token;
    EXPECT_EQ(drawn, token_drawn(p, sampling_preview().step().u));
    EXPECT_NE(drawn, largest(p, 1)[0]) << "and not the likeliest was drawn";

    const HeadRef head = bench.pinned_head();
    const SiteValues weights(s.text().view(), {Site::pattern, head.layer});
    float largest_weight = 0;
    for (int key = 0; key < weights.n_columns(row); ++key)
        largest_weight = std::max(largest_weight, weights.at(head.head, row, key));
    EXPECT_GT(largest_weight, 0.5f) << "one look shows what the last token listens to";
}

/// A classroom's projector: each row of the text is there and readable, and each control can be reached.
TEST(OpeningState, FitsAProjector) {
    Bench bench({.width = 1280,
                 .height = 720,
                 .look = {ThemeName::projector, 1},
                 .models = shipped_models_folder(),
                 .layout = ""});
    bench.workbench.play(opening_commands(shipped_models_folder()));
    bench.ui.frames(8);
    const UiRect flow = bench.ui.rect("Flow/tokens");
    EXPECT_GE(flow.height() / static_cast<float>(bench.cursor()), px(11)) << "a row that can be read";
    EXPECT_EQ(bench.all_text("Flow").find("rows hidden"), std::string::npos);
    for (int position = 0; position < bench.cursor(); ++position) {
        const std::string label = label_at(bench.snapshot().text(), position);
        EXPECT_TRUE(bench.shows("Flow", label)) << position << ": " << label;
    }
    for (const char* control : {"Undo", "Redo", "Seed", "speed", "Play", "Step", "View", "Layout"})
        EXPECT_TRUE(bench.ui.exists(std::string("Transport/") + control)) << control;
    for (const char* panel : {"Sampling", "Heads", "Head", "Text", "Outline", "Inspector"}) {
        bench.post(command::ShowPanel{panel});
        EXPECT_FALSE(bench.all_text(panel).empty()) << panel << " comes to the front";
    }
    bench.post(command::ShowPanel{"Heads"});
    EXPECT_NO_THROW(bench.ui.hover("Heads/sort")) << "roles";
}

} // namespace
} // namespace gf::ui::tests::opening_test
