// Masks of the text: painted stroke by stroke, undone stroke by stroke, and what they do found on the worker.

#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

namespace gf::tests::session_masks_test {
namespace {

using ::testing::HasSubstr;

MaskStroke cell(int row, int key, bool visible = false) {
    return {.cells = {{{row, row + 1}, {key, key + 1}, visible}}};
}

TEST(Masks, AStrokeIsUndoneAlone) {
    TestSession session(saved_preset("llama"), {3, 1, 4, 1, 5, 9, 2, 6});
    const auto painted = [&] { return session.latest().trace().setup().masks; };
    session(command::PaintMask{cell(5, 2)});
    session(command::PaintMask{cell(6, 1)});
    ASSERT_EQ(painted().size(), 1u);
    EXPECT_EQ(painted()[0].painted.size(), 2u);
    EXPECT_FALSE(session.latest().trace().visible(Site::pattern, 0, 0, 6, 1));
    session(command::Undo{});
    EXPECT_EQ(painted()[0].painted.size(), 1u);
    EXPECT_TRUE(session.latest().trace().visible(Site::pattern, 0, 0, 6, 1));
    EXPECT_FALSE(session.latest().trace().visible(Site::pattern, 0, 0, 5, 2));
    session(command::Redo{});
    MaskStroke erase = cell(5, 2);
    erase.erase = true;
    session(command::PaintMask{erase});
    EXPECT_TRUE(session.latest().trace().visible(Site::pattern, 1, 0, 5, 2));
    session(command::SetMasks{{{.kind = MaskKind::first_and_window, .window = 2, .size = 1}}});
    EXPECT_EQ(session.latest().message, "");
    EXPECT_TRUE(session.latest().trace().visible(Site::pattern, 1, 0, 7, 0));
    EXPECT_FALSE(session.latest().trace().visible(Site::pattern, 1, 0, 7, 5));
    MaskStroke nowhere = cell(1, 0);
    nowhere.heads = {99};
    EXPECT_THAT(session(command::PaintMask{nowhere}).message, HasSubstr("heads"));
    EXPECT_THAT(session(command::SetMasks{{{.kind = MaskKind::strided}}}).message, HasSubstr("size"));
}

TEST(Masks, PaintingLeavesTheRestOfTheSetup) {
    TestSession session(saved_preset("llama"), {3, 1, 4, 1, 5});
    session(command::SetSetup{"", {.evicted = {{.keys = {1, 2}, .from_row = 3}}}});
    session(command::PaintMask{cell(4, 2)});
    EXPECT_EQ(session.latest().trace().setup().evicted.size(), 1u);
    session(command::SetMasks{});
    EXPECT_EQ(session.latest().trace().setup().evicted.size(), 1u);
    EXPECT_TRUE(session.latest().trace().setup().masks.empty());
}

TEST(Masks, TheirEffectsFollowTheText) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, {3, 1, 4, 1, 5, 9, 2, 6});
    EXPECT_EQ(session.latest().mask_findings, nullptr);
    session(command::FindMaskEffects{true, {.window = 3}});
    session(command::PaintMask{cell(7, 2)});
    const auto found = session.latest().mask_findings;
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->run, session.latest().text().trace);
    EXPECT_EQ(found->window.size, 3);
    EXPECT_FALSE(found->in_layer[1].empty());
    const auto plain = run(model.weights, tokens_of(session.latest().text()));
    EXPECT_TRUE(same_rows(*found->before, 0, *plain, 0, 8, 1e-5));
    EXPECT_TRUE(found->before->visible(Site::pattern, 0, 0, 7, 2));
    session(command::Step{2});
    EXPECT_EQ(session.latest().mask_findings->rows, 10);
    EXPECT_TRUE(session.latest().is_settled);
    session(command::Undo{}); // of the stroke and of what was written under it
    session(command::FindMaskEffects{false});
    EXPECT_EQ(session.latest().mask_findings, nullptr);
    EXPECT_EQ(session.latest().mask_questions, std::nullopt);
}

/// The UI fuzzer found it: a run of the tokens shown has no room for an edit behind them.
TEST(Masks, EditsBehindTheTokensShownAreNoError) {
    TestSession session(saved_preset("llama"), {3, 1, 4, 1, 5, 9, 2, 6});
    session(command::FindMaskEffects{true, {.window = 3}});
    session(command::PaintMask{cell(5, 2)});
    session(command::EditCell{{"blocks.1.hook_resid_pre", -1, 6, 3}, 2});
    for (const int shown : {3, 7}) {
        session(command::Jump{shown});
        EXPECT_EQ(session.latest().message, "");
        EXPECT_TRUE(session.latest().is_settled);
        EXPECT_EQ(session.latest().mask_findings->rows, shown);
    }
}

} // namespace
} // namespace gf::tests::session_masks_test
