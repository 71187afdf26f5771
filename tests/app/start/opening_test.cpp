// What the program opens on when it is started without a model: a picture that already makes a point.

#include "app/start/gallery.h"
#include "app/view/sampling_preview.h"
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

} // namespace
} // namespace gf::ui::tests::opening_test
