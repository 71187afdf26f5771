// A panel needs its file and one line in the list of panels; a measure likewise.

#include "app/panels/all_panels.h"
#include "app/panels/example/loudest_head.h"
#include "app/workbench_support.h"

#include <gmock/gmock.h>

#include <cmath>

namespace gf::ui::tests::example_test {
namespace {

std::vector<std::unique_ptr<Panel>> panels_and_the_example() {
    auto panels = make_all_panels();
    panels.push_back(std::make_unique<LoudestHeadPanel>()); // the one line
    return panels;
}

TEST(ExamplePanel, IsDrawnFoundAndFollowsTheRun) {
    Bench bench({.panels = panels_and_the_example});
    bench.open(saved_preset("llama"));
    bench.prompt_ids({3, 1, 4, 1, 5, 9, 2, 6});
    bench.post(command::ShowPanel{"Loudest", true});
    const Trace& trace = bench.snapshot().trace();
    double largest = 0;
    HeadRef best;
    for (int l = 0; l < trace.config().n_layers; ++l)
        for (int h = 0; h < trace.config().n_heads; ++h)
            for (int q = 0; q < 8; ++q)
                for (int k = 0; k <= q; ++k)
                    if (const double score = std::abs(trace.value({0, Site::attn_scores, l, h, q, k}));
                        score > largest)
                        largest = score, best = {l, h};
    EXPECT_THAT(bench.all_text("Loudest"), ::testing::HasSubstr(fmt::format("layer {}, head {}: {:.3f}",
                                                                            best.layer, best.head, largest)));
    bench.ui.click("Loudest/pin it");
    EXPECT_EQ(bench.pinned_head(), best);
    bench.post(command::AddRun{.prompt = "5, 4, 3"}); // side by side without a word of its own
    EXPECT_TRUE(bench.shows("Loudest", "b: llama"));
}

} // namespace
} // namespace gf::ui::tests::example_test
