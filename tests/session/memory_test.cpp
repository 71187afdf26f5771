// The ledger: all runs of a session together stay within one budget, and what was dropped comes back with the
// same bits.

#include "session/row_checksum.h"
#include "session/support.h"
#include "support/compare.h"

#include <set>

namespace gf::tests::memory_test {
namespace {

/// Bytes of all distinct runs that a snapshot shows or lists.
std::size_t bytes_of(const Snapshot& s) {
    std::set<const Trace*> seen;
    std::size_t bytes = 0;
    const auto add = [&](const Trace* trace) {
        if (trace && seen.insert(trace).second) bytes += trace->bytes();
    };
    for (const Run& run : s.runs) add(run.trace.get());
    for (const BranchView& branch : s.tree) add(branch.trace.get());
    return bytes;
}

class Memory : public ::testing::Test {
  protected:
    const Snapshot& finish() {
        while (engine_.due_time() < INFINITY) engine_.tick(engine_.due_time());
        engine_.publish(snapshot_);
        return snapshot_;
    }
    const Snapshot& apply(const SessionCommand& command) {
        engine_.apply(command);
        return finish();
    }
    std::vector<std::uint64_t> checksums() {
        std::vector<std::uint64_t> sums;
        for (int row = 0; row < snapshot_.text().rows; ++row)
            sums.push_back(row_checksum(snapshot_.text(), row));
        return sums;
    }

    const SavedModel& model_ = saved_preset("llama");
    const std::size_t run_bytes_ = trace_bytes(model_.config(), {256, Keep::all});
    Engine engine_{3 * run_bytes_};
    Snapshot snapshot_;
};

TEST_F(Memory, ManyPromptsStayWithinTheBudgetPlusOneRun) {
    apply(command::Open{model_.path, ""});
    for (int i = 0; i < 200; ++i) {
        const Snapshot& s =
            apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 100, unsigned(i)))});
        ASSERT_EQ(s.message, "");
        ASSERT_EQ(s.text().rows, 100);
        ASSERT_LE(s.memory_used, 4 * run_bytes_);
        ASSERT_LE(bytes_of(s), s.memory_used);
    }
    EXPECT_GT(snapshot_.memory_used, 2 * run_bytes_) << "the budget is used";
}

TEST_F(Memory, BranchesThatNobodyLooksAtAreDropped) {
    apply(command::Open{model_.path, ""});
    apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 20))});
    for (int i = 0; i < 12; ++i) {
        const int token = (snapshot_.text().token(10) + 1) % model_.config().d_vocab;
        apply(command::ForceToken{10, token});
        ASSERT_LE(snapshot_.memory_used, 4 * run_bytes_);
        ASSERT_LE(bytes_of(snapshot_), 4 * run_bytes_);
    }
    ASSERT_EQ(snapshot_.tree.size(), 13u);
    EXPECT_EQ(snapshot_.tree[0].trace, nullptr) << "the oldest";
    EXPECT_EQ(snapshot_.tree[0].rows, 20) << "its tokens are still there";
    const Snapshot& s = apply(command::SelectBranch{0});
    EXPECT_EQ(s.text().rows, 20);
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model_.weights, tokens_of(s.text())), 0, 20, 1e-5));
}

TEST_F(Memory, UndoOfADroppedRunGivesTheSameBits) {
    apply(command::Open{model_.path, ""});
    // A prompt of several slices, tokens that were drawn one by one, an edit in the middle of a slice, and a
    // branch that leaves in the middle of one.
    apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 150))});
    apply(command::Step{20});
    apply(command::EditCell{{"blocks.1.hook_mlp_out", -1, 70, 3}, 2.5});
    apply(command::Step{5});
    const auto edited = checksums();
    const std::vector<int> edited_tokens = tokens_of(snapshot_.text());
    apply(command::ForceToken{99, (snapshot_.text().token(99) + 1) % model_.config().d_vocab});
    apply(command::Step{12});
    const auto branched = checksums();
    for (int i = 0; i < 6; ++i)
        apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 30, unsigned(i)))});
    for (int i = 0; i < 6; ++i) apply(command::Undo{});
    ASSERT_EQ(snapshot_.tree.size(), 2u);
    EXPECT_EQ(snapshot_.text().rows, 112);
    EXPECT_EQ(checksums(), branched);
    apply(command::Undo{});
    EXPECT_EQ(tokens_of(snapshot_.text()), edited_tokens);
    EXPECT_EQ(checksums(), edited);
}

TEST_F(Memory, TheDonorOfAnEditComesBack) {
    apply(command::Open{model_.path, ""});
    apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 150))});
    EditSpec edit{.cells = {.site = "blocks.0.hook_resid_post", .rows = {{60, 90}}},
                  .kind = Edit::Kind::donor};
    edit.donor.prompt = ids_text(random_tokens(model_.config(), 140, 3));
    apply(command::ApplyEdit{edit});
    EXPECT_GE(snapshot_.memory_used, run_bytes_ + trace_bytes(model_.config(), {140}, {}, {}))
        << "the donor counts";
    apply(command::Step{5});
    const auto patched = checksums();
    for (int i = 0; i < 12; ++i) {
        apply(command::SetPrompt{ids_text(random_tokens(model_.config(), 30, unsigned(i)))});
        ASSERT_LE(snapshot_.memory_used, 4 * run_bytes_);
    }
    for (int i = 0; i < 12; ++i) apply(command::Undo{});
    EXPECT_EQ(checksums(), patched);
    apply(command::Undo{});
    EXPECT_TRUE(snapshot_.trace().edits().empty());
    const Snapshot& s = apply(command::Redo{}); // rows that were drawn one by one come in slices now
    ASSERT_EQ(s.trace().edits().size(), 1u);
    const auto expected = run(model_.weights, tokens_of(s.text()), 0, s.trace().edits());
    EXPECT_TRUE(same_rows(s.trace(), 0, *expected, 0, 155, 1e-5));
}

TEST_F(Memory, TheSourceOfATextComesBack) {
    const SavedModel& translator = saved_preset("encoder_decoder");
    apply(command::Open{translator.path, ""});
    apply(command::SetSource{"7, 8, 9, 10"});
    apply(command::Step{8});
    const auto before = checksums();
    for (int i = 0; i < 8; ++i)
        apply(command::SetSource{ids_text(random_tokens(translator.config(), 40, unsigned(i)))});
    for (int i = 0; i < 8; ++i) apply(command::Undo{});
    EXPECT_EQ(snapshot_.source, "7, 8, 9, 10");
    EXPECT_EQ(checksums(), before);
}

} // namespace
} // namespace gf::tests::memory_test
