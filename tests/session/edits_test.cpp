// Edits of single cells. The run equals one that had those edits from the start, also after undo and in
// branches; some edits are refused.

#include "session/support.h"
#include "support/compare.h"

namespace gf::tests::edits_test {
namespace {

const std::vector<int> k_prompt = {3, 1, 4, 1, 5, 9, 2, 6};

Edit value_at(Site site, int layer, int head, int row, int column, real value) {
    return {{site, layer, row, row + 1, head, head + 1, column, column + 1},
            Edit::Kind::values,
            {value},
            nullptr};
}

command::EditCell edit(const std::string& name, int head, int row, int column, double value) {
    return {{name, head, row, column}, value};
}

/// Compares the run in view with one that has these edits from the start.
void expect_run(const Snapshot& s, const std::vector<Edit>& edits) {
    Trace expected(s.model->weights, s.trace().shape(), s.trace().setup().with_edits(edits));
    extend(expected, std::span(s.trace().tokens(), static_cast<std::size_t>(s.text().rows)));
    EXPECT_TRUE(same_rows(s.trace(), 0, expected, 0, s.text().rows, 1e-5));
    EXPECT_EQ(s.trace().edits(), edits);
    EXPECT_TRUE(s.jobs.empty());
}

TEST(Edits, ARunIsComputedAgain) {
    for (const char* preset : {"llama", "gpt2", "mixtral", "bidirectional"}) {
        SCOPED_TRACE(preset);
        TestSession session(saved_preset(preset), k_prompt);
        const std::vector<int> tokens = session.tokens();
        const Snapshot& s = session(edit("blocks.1.attn.hook_z", 1, 5, 2, 3.5));
        ASSERT_EQ(s.message, "");
        EXPECT_EQ(tokens_of(s.text()), tokens) << "the text stays";
        EXPECT_EQ(s.cursor(), static_cast<int>(tokens.size()));
        EXPECT_EQ(s.trace().row(Site::z, 1, 5)[s.config().d_head + 2], 3.5f);
        expect_run(s, {value_at(Site::z, 1, 1, 5, 2, 3.5f)});
    }
}

TEST(Edits, SurprisalFollows) {
    TestSession session(saved_preset("llama"), k_prompt);
    const real before = session.latest().text().origin(6).surprisal,
               earlier = session.latest().text().origin(5).surprisal;
    const Snapshot& s = session(edit("logits", -1, 5, k_prompt[6], 30));
    EXPECT_EQ(s.text().origin(5).surprisal, earlier);
    EXPECT_LT(s.text().origin(6).surprisal, std::min(before, real(1e-6)));
}

TEST(Edits, TheLastEditOfACellHolds) {
    TestSession session(saved_preset("llama"), k_prompt);
    session(edit("hook_embed", -1, 2, 3, 1));
    session(edit("blocks.0.hook_mlp_out", -1, 4, 0, -2));
    const Snapshot& s = session(edit("hook_embed", 7, 2, 3, 0.5)); // this site has no heads: 7 is ignored
    EXPECT_EQ(s.text().edits->size(), 2u);
    expect_run(s, {value_at(Site::embed, -1, 0, 2, 3, 0.5f), value_at(Site::mlp_out, 0, 0, 4, 0, -2)});
}

TEST(Edits, CanBeSwitchedOffAndRemoved) {
    TestSession session(saved_preset("llama"), k_prompt);
    const auto first = value_at(Site::embed, -1, 0, 2, 3, 0.5f),
               second = value_at(Site::pattern, 1, 5, 7, 1, 0.75f);
    session(edit("hook_embed", -1, 2, 3, 0.5));
    session(edit("blocks.1.attn.hook_pattern", 5, 7, 1, 0.75));
    expect_run(session(command::UseEdits{false}), {});
    EXPECT_EQ(session.latest().text().edits->size(), 2u) << "they are kept";
    expect_run(session(command::UseEdits{true}), {first, second});
    session(command::UseEdits{false});
    // Setting a value switches the edits on.
    expect_run(session(edit("hook_embed", -1, 2, 3, 0.5)), {first, second});
    session(command::UseEdits{false});
    expect_run(session(edit("hook_embed", -1, 2, 4, 0.5)),
               {first, second, value_at(Site::embed, -1, 0, 2, 4, 0.5f)});
    session(command::RemoveEdit{{.site = "hook_embed", .rows = {{2, 3}}, .columns = {{4, 5}}}});
    expect_run(session(command::RemoveEdit{{.site = "hook_embed", .rows = {{2, 3}}, .columns = {{3, 4}}}}),
               {second});
    expect_run(session(command::RemoveEdits{}), {});
    EXPECT_TRUE(session.latest().text().edits->empty());
}

TEST(Edits, CanBeUndone) {
    TestSession session(saved_preset("llama"), k_prompt);
    const auto first = value_at(Site::embed, -1, 0, 2, 3, 0.5f), second = value_at(Site::v, 0, 1, 6, 2, -1);
    session(edit("hook_embed", -1, 2, 3, 0.5));
    session(edit("blocks.0.attn.hook_v", 1, 6, 2, -1));
    session(command::UseEdits{false});
    expect_run(session(command::Undo{}), {first, second});
    expect_run(session(command::Undo{}), {first});
    expect_run(session(command::Undo{}), {});
    expect_run(session(command::Redo{}), {first});
    expect_run(session(command::Redo{}), {first, second});
    expect_run(session(command::Redo{}), {});
    EXPECT_FALSE(session.latest().edits_on);
}

/// The text goes on from the edited run.
TEST(Edits, StayWhileTheTextGrows) {
    TestSession session(saved_preset("llama"), k_prompt);
    const auto first = value_at(Site::attn_out, 0, 0, 6, 2, 9);
    session(edit("blocks.0.hook_attn_out", -1, 6, 2, 9));
    const Snapshot& s = session(command::Step{20});
    ASSERT_EQ(s.text().rows, 28);
    expect_run(s, {first});
}

TEST(Edits, HoldInEveryBranch) {
    TestSession session(saved_preset("llama"), k_prompt);
    session(command::ForceToken{4, 11}); // branch 1 has 5 tokens
    session(command::SelectBranch{0});
    const auto early = value_at(Site::resid_mid, 1, 0, 3, 2, 4),
               late = value_at(Site::resid_mid, 1, 0, 7, 2, 5);
    session(edit("blocks.1.hook_resid_mid", -1, 3, 2, 4));
    session(edit("blocks.1.hook_resid_mid", -1, 7, 2, 5));
    expect_run(session(command::SelectBranch{1}), {early, late}); // it has room for row 7 and will reach it
    expect_run(session(command::Step{6}), {early, late});
    expect_run(session(command::ForceToken{2, 8}), {early, late}); // a new branch
    session(command::RemoveEdits{});
    expect_run(session(command::SelectBranch{0}), {});
}

TEST(Edits, EndWithTheText) {
    TestSession session(saved_preset("llama"), k_prompt);
    session(edit("hook_embed", -1, 2, 3, 0.5));
    const Snapshot& s = session(command::SetPrompt{"1,2,3,4"});
    EXPECT_TRUE(s.text().edits->empty());
    EXPECT_NE(s.message, "");
    expect_run(s, {});
    expect_run(session(command::Undo{}), {value_at(Site::embed, -1, 0, 2, 3, 0.5f)});
}

TEST(Edits, MistakesAreRefused) {
    TestSession session(saved_preset("mixtral"), k_prompt);
    const std::pair<command::EditCell, const char*> wrong[] = {
        {edit("blocks.0.mlp.hook_expert_indices", -1, 1, 0, 1), "an index"},
        {edit("blocks.0.attn.hook_pattern", 0, 2, 3, 1), "may read"},
        {edit("blocks.0.attn.hook_z", 6, 2, 3, 1), "heads 0 to 5"},
        {edit("blocks.0.attn.hook_z", 0, 8, 3, 1), "rows 0 to 7"},
        {edit("blocks.0.attn.hook_z", 0, 2, 8, 1), "columns 0 to 7"},
        {edit("blocks.0.attn.hook_zz", 0, 2, 3, 1), "hook_z"},
        {edit("hook_embed", -1, 2, 3, 1e300), "finite"},
        {edit(session.latest().model->weights->table[0].name, -1, 2, 3, 1), "parameter"},
    };
    for (const auto& [command, words] : wrong) {
        const Snapshot& s = session(command);
        EXPECT_TRUE(s.message_is_error) << command.cell.name;
        EXPECT_NE(s.message.find(words), std::string::npos) << s.message;
        EXPECT_TRUE(s.text().edits->empty());
        EXPECT_EQ(s.trace().edits(), std::vector<Edit>());
    }
    EXPECT_TRUE(TestSession()(edit("hook_embed", -1, 0, 0, 1)).message_is_error) << "without a model";
}

/// While the run is computed again the old one stays in view, and another edit takes over.
TEST(Edits, AreComputedInSlices) {
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> tokens = random_tokens(model.config(), 200);
    Engine engine;
    Snapshot s;
    const auto finish = [&] {
        while (engine.due_time() < INFINITY) engine.tick(0);
        engine.publish(s);
    };
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetPrompt{ids_text(tokens)});
    finish();
    engine.apply(edit("hook_embed", -1, 10, 3, 0.5));
    engine.tick(0);
    engine.publish(s);
    EXPECT_TRUE(s.trace().edits().empty());
    EXPECT_EQ(s.text().rows, 200);
    ASSERT_EQ(s.jobs.size(), 1u);
    EXPECT_EQ(s.jobs[0].done, 10 + 64) << "the rows before are taken over";
    engine.apply(edit("blocks.0.hook_attn_out", -1, 150, 2, 9));
    finish();
    expect_run(s, {value_at(Site::embed, -1, 0, 10, 3, 0.5f), value_at(Site::attn_out, 0, 0, 150, 2, 9)});
    engine.apply(command::Undo{});
    engine.apply(command::Undo{}); // before the first undo is computed
    finish();
    expect_run(s, {});
    engine.apply(command::Redo{});
    engine.apply(command::Step{}); // continues the edited run
    finish();
    EXPECT_EQ(s.text().rows, 201);
    expect_run(s, {value_at(Site::embed, -1, 0, 10, 3, 0.5f)});
}

} // namespace
} // namespace gf::tests::edits_test
