// Two runs in lock-step in the window: every panel shows them side by side or as a difference.

#include "app/view/token_labels.h"
#include "app/workbench_support.h"

#include <gmock/gmock.h>

namespace gf::ui::tests::compare_test {
namespace {

using ::testing::HasSubstr;

class CompareTest : public ::testing::Test {
  protected:
    CompareTest() {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5, 9, 2, 6});
        bench.post(command::AddRun{.prompt = "3, 1, 4, 7, 5, 9, 2, 6"});
    }
    const gf::Run& b() { return *bench.snapshot().find_run("b"); }
    Bench bench;
};

TEST_F(CompareTest, ANewRunStandsBesideTheText) {
    ASSERT_EQ(bench.snapshot().message, "");
    for (const char* panel : {"Flow", "Heads", "Sampling", "Text", "Head"}) {
        if (!bench.workbench.arrangement().is_open(panel)) bench.post(command::ShowPanel{panel, true});
        EXPECT_TRUE(bench.shows(panel, "text: llama")) << panel;
        EXPECT_TRUE(bench.shows(panel, "b: llama")) << panel;
    }
    bench.post(command::Step{2});
    EXPECT_EQ(tokens_of(b()).size(), 10u);
    bench.post(command::Compare{"", "off"});
    EXPECT_FALSE(bench.shows("Flow", "b: llama"));
    bench.post(command::RemoveRun{"b"});
    EXPECT_EQ(bench.snapshot().runs.size(), 1u);
}

TEST_F(CompareTest, ASmallerModelStandsBesideALargerOne) {
    const SavedModel& small = saved_llama("small", [](ModelConfig& c) {
        c.n_layers = 1;
        c.n_heads = c.n_kv_heads = 2;
    });
    bench.post(command::PinHead{1, 5});
    bench.post(command::RemoveRun{"b"});
    bench.post(command::AddRun{.model = small.path});
    for (const char* panel : {"Flow", "Heads", "Inspector", "Head"}) {
        bench.post(command::ShowPanel{panel, true});
        EXPECT_TRUE(bench.shows(panel, "b: small")) << panel;
    }
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 5}));
}

TEST_F(CompareTest, ADifferenceIsShownCellByCell) {
    bench.post(command::Compare{"b", "difference"});
    bench.post(command::SetView{"Head", "form", "matrix"});
    bench.post(command::ShowPanel{"Head", true});
    EXPECT_TRUE(bench.shows("Head", "text: llama − b: llama"));
    bench.post(command::PinCell{{"blocks.0.attn.hook_pattern", 0, 5, 3, "text", "difference"}});
    ASSERT_TRUE(bench.workbench.selection().pinned_cell) << bench.notice();
    EXPECT_EQ(bench.workbench.selection().pinned_cell->quantity, Quantity::difference);
    const real mine = bench.snapshot().trace().value({0, Site::pattern, 0, 0, 5, 3}),
               theirs = b().trace->value({0, Site::pattern, 0, 0, 5, 3});
    bench.post(command::PinHead{0, 0});
    EXPECT_THAT(bench.all_text("Head"), HasSubstr(fmt::format("weight {:.4f}", mine - theirs)));
    bench.post(command::Compare{"b", "side by side"});
    EXPECT_FALSE(bench.shows("Head", "text: llama − b: llama"));
}

TEST_F(CompareTest, AnotherMaskStandsBesideTheTextAndRowsThatChangedAreMarked) {
    bench.post(command::RemoveRun{"b"});
    const RunSetup open{.masks = {{.kind = MaskKind::bidirectional}}};
    bench.post(command::AddRun{.setup = open});
    EXPECT_TRUE(bench.shows("Flow", "b: llama")) << bench.notice();
    bench.post(command::Compare{"", "off"});
    bench.post(command::SetSetup{"", open});
    EXPECT_FALSE(bench.shows("Flow", "changed with the last token"));
    bench.post(command::Step{1});
    EXPECT_TRUE(bench.shows("Flow", "changed with the last token")) << bench.all_text("Flow");
    bench.post(command::Step{-2}); // the transport goes back to what is written behind the cursor
    EXPECT_EQ(bench.snapshot().text().rows, 7);
    bench.post(command::Jump{bench.snapshot().text().rows_wanted});
    EXPECT_EQ(bench.snapshot().text().rows, 9);
}

/// Another model may have other tokens: each run is written in its own.
TEST(CompareModels, EachRunIsWrittenInTheTokensOfItsModel) {
    const std::filesystem::path shipped = GLASSFORMER_TESTS_DIR "/../assets/models";
    Bench bench;
    bench.open((shipped / "translator").string());
    bench.post(command::AddRun{.model = (shipped / "story").string(), .prompt = "Once upon a time, Ivy"});
    bench.ui.frames(4);
    const gf::Run& other = *bench.snapshot().find_run("b");
    ASSERT_NE(other.config().d_vocab, bench.snapshot().config().d_vocab);
    const std::vector<std::string> texts = bench.ui.texts("Text");
    for (const gf::Run* run : {&bench.snapshot().text(), &other})
        for (int position = 1; position < run->rows; ++position)
            EXPECT_THAT(texts, ::testing::Contains(token_label(*run->model, run->token(position))))
                << run->name << ", position " << position;
    EXPECT_EQ(token_labels().label(1 << 20), "?") << "an id that no vocabulary has";
}

TEST_F(CompareTest, WhatCannotBeComparedIsRefused) {
    bench.post(command::Compare{"c", "difference"});
    EXPECT_THAT(bench.notice(), HasSubstr("other than the one in view"));
    bench.post(command::Compare{"b", "upside down"});
    EXPECT_THAT(bench.notice(), HasSubstr("side by side"));
    bench.open(saved_preset("gpt2"));
    EXPECT_EQ(bench.workbench.selection().against, -1) << "compared runs go with the model";
}

TEST_F(CompareTest, KeysAndPaletteReachIt) {
    bench.post(command::Find{"difference from b"});
    bench.ui.key(ImGuiKey_Enter);
    EXPECT_TRUE(bench.workbench.selection().as_difference);
    bench.post(command::Find{"Stop comparing with b"});
    bench.ui.key(ImGuiKey_Enter);
    EXPECT_EQ(bench.snapshot().find_run("b"), nullptr);
    EXPECT_EQ(bench.workbench.selection().against, -1);
}

} // namespace
} // namespace gf::ui::tests::compare_test
