// Edits of every kind by command: the run equals one that a Trace computes with the same edits, given to it
// by hand. Donors are other prompts, branches and runs beside the text; undo and redo bring them back.

#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

namespace gf::tests::edit_kinds_test {
namespace {

using ::testing::HasSubstr;
using enum Edit::Kind;

const std::vector<int> k_prompt = {3, 1, 4, 1, 5, 9, 2, 6}, k_other = {8, 2, 7, 1, 8, 2, 8};

/// A run of these tokens that is computed at once.
std::shared_ptr<const Trace> run_of(const SavedModel& model, const std::vector<int>& tokens,
                                    std::vector<Edit> edits = {}) {
    const auto n = static_cast<int>(tokens.size());
    auto trace = std::make_shared<Trace>(model.weights, TraceShape{n},
                                         RunSetup{.n_prefix = n, .edits = std::move(edits)});
    extend(*trace, tokens);
    return trace;
}

void expect_run(const Snapshot& s, const SavedModel& model, std::vector<Edit> edits) {
    EXPECT_EQ(s.message, "");
    EXPECT_TRUE(s.jobs.empty());
    const auto expected = run_of(model, tokens_of(s.text()), std::move(edits));
    EXPECT_TRUE(same_rows(s.trace(), 0, *expected, 0, s.text().rows, 1e-5));
}

EditSpec donor_of(CellsSpec cells, DonorSpec from) {
    return {.cells = std::move(cells), .kind = Edit::Kind::donor, .donor = std::move(from)};
}

Edit by_hand(CellRange range, Edit::Kind kind, std::vector<real> values,
             std::shared_ptr<const Trace> donor = nullptr, int shift = 0) {
    return {range, kind, std::move(values), std::move(donor), shift};
}

struct KindCase {
    EditSpec spec;
    Edit edit; ///< the same one by hand
};

std::vector<KindCase> kind_cases(const SavedModel& model) {
    const auto other = run_of(model, k_other);
    return {
        {{.cells = {.site = "blocks.1.attn.hook_z", .heads = {{1, 3}}}, .scale = 0.25},
         by_hand({.site = Site::z, .layer = 1, .head_begin = 1, .head_end = 3}, scale, {0.25f})},
        {{.cells = {.site = "blocks.0.hook_resid_post", .rows = {{2, 4}}, .columns = {{1, 4}}},
          .kind = add,
          .values = {1, -2, 3, 0.5, 0, -7}},
         by_hand({.site = Site::resid_post,
                  .layer = 0,
                  .row_begin = 2,
                  .row_end = 4,
                  .column_begin = 1,
                  .column_end = 4},
                 add, {1, -2, 3, 0.5f, 0, -7})},
        {{.cells = {.site = "blocks.1.attn.hook_pattern", .rows = {{5, -1}}, .columns = {{0, 2}}},
          .kind = values,
          .values = {0.125}},
         by_hand({.site = Site::pattern, .layer = 1, .row_begin = 5, .column_begin = 0, .column_end = 2},
                 values, {0.125f})},
        {donor_of({.site = "blocks.0.hook_mlp_out", .rows = {{1, 5}}},
                  {.prompt = ids_text(k_other), .shift = 2}),
         by_hand({.site = Site::mlp_out, .layer = 0, .row_begin = 1, .row_end = 5}, donor, {}, other, 2)},
    };
}

TEST(EditKinds, EqualTheSameEditsGivenToATrace) {
    for (const char* preset : {"llama", "gpt2", "mixtral", "bidirectional"}) {
        SCOPED_TRACE(preset);
        const SavedModel& model = saved_preset(preset);
        const auto plain = run_of(model, k_prompt);
        TestSession session(model, k_prompt);
        std::vector<Edit> all;
        for (const KindCase& c : kind_cases(model)) {
            SCOPED_TRACE(c.spec.cells.site);
            const Edit alone[] = {c.edit};
            EXPECT_GT(difference(logits_of(*run_of(model, k_prompt, {alone[0]}), 7), logits_of(*plain, 7)),
                      1e-4)
                << "it does something";
            expect_run(session(command::ApplyEdit{c.spec}), model, {alone[0]});
            EXPECT_EQ(session.latest().text().edits->at(0).spec, c.spec);
            expect_run(session(command::RemoveEdit{c.spec.cells}), model, {});
        }
        for (const KindCase& c : kind_cases(model)) {
            session(command::ApplyEdit{c.spec});
            all.push_back(c.edit);
        }
        expect_run(session.latest(), model, all);
        expect_run(session(command::UseEdits{false}), model, {});
        expect_run(session(command::UseEdits{true}), model, all);
    }
}

/// Patching by hand: the values of the other prompt, copied from its run.
TEST(EditKinds, ADonorFromAnotherPromptUndoneAndRedone) {
    const SavedModel& model = saved_preset("llama");
    const auto other = run_of(model, k_other);
    std::vector<real> copied;
    for (int row = 2; row < 6; ++row) {
        const auto values_of_row = row_of(*other, Site::resid_mid, 1, row);
        copied.insert(copied.end(), values_of_row.begin(), values_of_row.end());
    }
    const Edit patch =
        by_hand({.site = Site::resid_mid, .layer = 1, .row_begin = 2, .row_end = 6}, values, copied);
    const Edit scaled = by_hand({.site = Site::embed, .row_begin = 6}, scale, {3});
    TestSession session(model, k_prompt);
    const auto patch_command = command::ApplyEdit{
        donor_of({.site = "blocks.1.hook_resid_mid", .rows = {{2, 6}}}, {.prompt = ids_text(k_other)})};
    expect_run(session(patch_command), model, {patch});
    expect_run(session(command::ApplyEdit{{.cells = {.site = "hook_embed", .rows = {{6, -1}}}, .scale = 3}}),
               model, {patch, scaled});
    expect_run(session(command::Undo{}), model, {patch});
    expect_run(session(command::Undo{}), model, {});
    expect_run(session(command::Redo{}), model, {patch});
    expect_run(session(command::Redo{}), model, {patch, scaled});
    expect_run(session(command::RemoveEdits{}), model, {});
    expect_run(session(command::Undo{}), model, {patch, scaled});
    // The text goes on from the patched run.
    EXPECT_EQ(session(command::Step{9}).text().rows, 17);
    expect_run(session.latest(), model, {patch, scaled});
}

TEST(EditKinds, DonorsAreBranchesAndRunsBesideTheText) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, k_prompt);
    session(command::ForceToken{4, 11});
    session(command::Step{3});
    const std::vector<int> branch = session.tokens();
    session(command::SelectBranch{0});
    session(command::AddRun{"", "", ids_text(k_other)});
    const CellsSpec cells{.site = "blocks.1.hook_attn_out", .rows = {{3, 6}}};
    const CellRange range{.site = Site::attn_out, .layer = 1, .row_begin = 3, .row_end = 6};
    const auto from = [&](DonorSpec spec) { return command::ApplyEdit{donor_of(cells, std::move(spec))}; };
    const auto expect_donor = [&](const Snapshot& s, const std::vector<int>& tokens, int shift = 0) {
        expect_run(s, model, {by_hand(range, donor, {}, run_of(model, tokens), shift)});
        EXPECT_EQ(s.text().edits->size(), 1u) << "another donor of the same cells takes the place";
    };
    expect_donor(session(from({.kind = DonorSpec::Kind::branch, .branch = 1})), branch);
    expect_donor(session(from({.kind = DonorSpec::Kind::run, .run = "b", .shift = -1})), k_other, -1);
    // The values stay those of the run as it was, whatever becomes of it.
    expect_donor(session(command::RemoveRun{"b"}), k_other, -1);
    expect_donor(session(command::Undo{}), k_other, -1);
    session(command::RemoveEdits{});
    // What the text itself computes without edits, behind an edit that changes everything.
    session(command::ApplyEdit{{.cells = {.site = "hook_embed"}, .scale = 0.5}});
    const Snapshot& s = session(from({.kind = DonorSpec::Kind::run, .run = "text"}));
    expect_run(
        s, model,
        {by_hand({.site = Site::embed}, scale, {0.5f}), by_hand(range, donor, {}, run_of(model, k_prompt))});
}

TEST(EditKinds, RowsThatComeLaterAreEditedAsTheyAreComputed) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, k_prompt);
    const auto later = command::ApplyEdit{
        {.cells = {.site = "blocks.0.hook_resid_post", .rows = {{10, 12}}, .columns = {{0, 2}}},
         .kind = add,
         .values = {5, -5, 4, -4}}};
    expect_run(session(later), model, {});
    EXPECT_EQ(session(command::Step{8}).text().rows, 16);
    expect_run(session.latest(), model,
               {by_hand({.site = Site::resid_post,
                         .layer = 0,
                         .row_begin = 10,
                         .row_end = 12,
                         .column_begin = 0,
                         .column_end = 2},
                        add, {5, -5, 4, -4})});
}

/// Room for more tokens is made at 256; before, the edit has cells that there is no room for.
TEST(EditKinds, ReachOverTheRoomThatARunHas) {
    const SavedModel& model = saved_llama("context_512", [](ModelConfig& c) { c.n_ctx = 512; });
    const std::vector<int> prompt = random_tokens(model.config(), 8);
    TestSession session(model, prompt);
    std::vector<double> weights;
    for (int i = 0; i < 20 * 2 * 10; ++i) weights.push_back(0.001 * (i % 97));
    session(command::ApplyEdit{{.cells = {.site = "blocks.1.attn.hook_pattern",
                                          .rows = {{250, 270}},
                                          .heads = {{2, 4}},
                                          .columns = {{249, 259}}},
                                .kind = values,
                                .values = weights}});
    const Snapshot& s = session(command::Step{267});
    ASSERT_EQ(s.text().rows, 275);
    expect_run(s, model,
               {by_hand({Site::pattern, 1, 250, 270, 2, 4, 249, 259}, values,
                        std::vector<real>(weights.begin(), weights.end()))});
}

/// Where there is a value for each cell and the ends are left open, they are those of the text as it is.
TEST(EditKinds, OpenEndsOfManyValuesStayWhereTheyWere) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, {3, 1, 4});
    const int n = 6 * 3 * 3;
    std::vector<double> weights;
    for (int i = 0; i < n; ++i) weights.push_back(0.01 * i);
    const EditSpec spec{.cells = {.site = "blocks.0.attn.hook_pattern"}, .kind = values, .values = weights};
    session(command::ApplyEdit{spec});
    const Snapshot& s = session(command::Step{5});
    expect_run(s, model,
               {by_hand({Site::pattern, 0, 0, 3, 0, 6, 0, 3}, values,
                        std::vector<real>(weights.begin(), weights.end()))});
    expect_run(session(command::RemoveEdit{s.text().edits->at(0).spec.cells}), model, {});
}

TEST(EditKinds, TheSameCellsKeepOneEditOfAKind) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, k_prompt);
    const auto edit = [&](Edit::Kind kind, double value) {
        session(command::ApplyEdit{{.cells = {.site = "hook_embed", .rows = {{1, 3}}},
                                    .kind = kind,
                                    .scale = value,
                                    .values = {value}}});
    };
    const auto same = [](Edit::Kind kind, real value) {
        return by_hand({.site = Site::embed, .row_begin = 1, .row_end = 3}, kind, {value});
    };
    edit(scale, 2);
    edit(add, 1);
    edit(scale, 3); // as a slider does
    expect_run(session.latest(), model, {same(scale, 3), same(add, 1)});
    edit(values, 0.5);
    EXPECT_EQ(session.latest().text().edits->size(), 1u);
    edit(add, 1);
    expect_run(session.latest(), model, {same(values, 0.5f), same(add, 1)});
    edit(values, 4);
    expect_run(session.latest(), model, {same(values, 4)});
}

/// A long donor does not keep a person waiting, and the old values stay in view meanwhile.
TEST(EditKinds, DonorsAreComputedInSlices) {
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> tokens = random_tokens(model.config(), 200),
                           other = random_tokens(model.config(), 190, 5);
    Engine engine;
    Snapshot s;
    const auto finish = [&] {
        while (engine.due_time() < INFINITY) engine.tick(0);
        engine.publish(s);
    };
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetPrompt{ids_text(tokens)});
    finish();
    engine.apply(command::ApplyEdit{
        donor_of({.site = "blocks.0.hook_resid_post", .rows = {{20, 190}}}, {.prompt = ids_text(other)})});
    engine.tick(0);
    engine.publish(s);
    ASSERT_EQ(s.jobs.size(), 2u);
    EXPECT_EQ(s.jobs[0].name, "computing a donor");
    EXPECT_EQ(s.jobs[0].done, 64);
    EXPECT_TRUE(s.trace().edits().empty());
    engine.apply(command::Step{1}); // waits for both
    finish();
    EXPECT_EQ(s.text().rows, 201);
    const auto patch = by_hand({.site = Site::resid_post, .layer = 0, .row_begin = 20, .row_end = 190}, donor,
                               {}, run_of(model, other));
    expect_run(s, model, {patch});
    // One donor serves two edits.
    const std::size_t before = s.memory_used;
    engine.apply(command::ApplyEdit{
        donor_of({.site = "blocks.1.hook_mlp_out", .rows = {{0, 5}}}, {.prompt = ids_text(other)})});
    finish();
    EXPECT_EQ(s.memory_used, before);
    EXPECT_EQ(s.trace().edits()[0].donor, s.trace().edits()[1].donor);
}

TEST(EditKinds, BothStacksHaveDonors) {
    const SavedModel& model = saved_preset("encoder_decoder");
    const std::vector<int> source = {7, 8, 9, 10, 3}, other_source = {4, 4, 2, 9, 1};
    const auto encoder = [&](const std::vector<int>& tokens, std::vector<Edit> edits = {}) {
        auto trace = std::make_shared<Trace>(
            model.weights, TraceShape{static_cast<int>(tokens.size()), Keep::all, Stack::encoder},
            RunSetup{.edits = std::move(edits)});
        extend(*trace, tokens);
        return trace;
    };
    const auto decoder = [&](const std::vector<int>& tokens, std::shared_ptr<const Trace> read,
                             std::vector<Edit> edits = {}) {
        auto trace = std::make_shared<Trace>(model.weights, TraceShape{static_cast<int>(tokens.size())},
                                             RunSetup{.edits = edits}, read);
        extend(*trace, tokens);
        return trace;
    };
    TestSession session(model);
    session(command::SetSource{ids_text(source)});
    session(command::SetPrompt{ids_text(k_prompt)});
    session(command::ApplyEdit{donor_of({.site = "encoder.blocks.0.hook_mlp_out", .rows = {{1, 3}}},
                                        {.prompt = ids_text(other_source)})});
    const Snapshot& s = session(command::ApplyEdit{donor_of(
        {.site = "decoder.blocks.1.hook_resid_pre", .rows = {{2, 5}}}, {.prompt = ids_text(k_other)})});
    ASSERT_EQ(s.message, "");
    const auto edited_source =
        encoder(source, {by_hand({.site = Site::mlp_out, .layer = 0, .row_begin = 1, .row_end = 3}, donor, {},
                                 encoder(other_source))});
    // The donor of the text reads the source without edits.
    const auto expected =
        decoder(k_prompt, edited_source,
                {by_hand({.site = Site::resid_pre, .layer = 1, .row_begin = 2, .row_end = 5}, donor, {},
                         decoder(k_other, encoder(source)))});
    EXPECT_TRUE(same_rows(*s.source_run()->trace, 0, *edited_source, 0, 5, 1e-5));
    EXPECT_TRUE(same_rows(s.trace(), 0, *expected, 0, s.text().rows, 1e-5));
    EXPECT_THAT(session(command::ApplyEdit{donor_of({.site = "encoder.blocks.0.hook_mlp_out"},
                                                    {.kind = DonorSpec::Kind::branch})})
                    .message,
                HasSubstr("a source has no branches"));
}

TEST(EditKinds, MistakesAreRefused) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, k_prompt);
    const EditSpec good{.cells = {.site = "hook_embed", .rows = {{1, 2}}}, .scale = 2};
    session(command::ApplyEdit{good});
    const auto refused = [&](EditSpec spec, const char* words) {
        const Snapshot& s = session(command::ApplyEdit{std::move(spec)});
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr(words));
        ASSERT_EQ(s.text().edits->size(), 1u) << words;
        EXPECT_EQ(s.text().edits->at(0).spec, good) << "the old state stays";
        EXPECT_EQ(s.trace().edits().size(), 1u);
        EXPECT_TRUE(s.jobs.empty());
    };
    const CellsSpec cells{.site = "blocks.0.hook_mlp_out"};
    refused({.cells = {.site = "blocks.0.hook_mlp_ou"}}, "nearest: 'blocks.0.hook_mlp_out'");
    refused({.cells = {.site = "blocks.0.hook_mlp_out", .run = "c"}}, "'text', the only run");
    refused({.cells = {.site = "blocks.0.hook_mlp_out", .rows = {{3, 2}}}}, "[3, 2]");
    refused({.cells = {.site = "blocks.0.hook_mlp_out", .rows = {{0, 257}}}}, "rows in 0 to 256");
    refused({.cells = {.site = "blocks.0.attn.hook_z", .heads = {{0, 7}}}}, "heads in 0 to 6");
    refused({.cells = {.site = "blocks.0.attn.hook_z", .columns = {{0, 9}}}}, "columns in 0 to 8");
    refused({.cells = cells, .kind = add, .values = {1, 2}}, "one value, or one per cell");
    refused({.cells = cells, .kind = values}, "found 0");
    refused({.cells = cells, .scale = 1e300}, "finite");
    refused(donor_of(cells, {.prompt = "1,x"}), "x");
    refused(donor_of(cells, {.prompt = ids_text(random_tokens(model.config(), 257))}), "1 to 256 tokens");
    refused(donor_of(cells, {.kind = DonorSpec::Kind::branch, .branch = 1}), "a branch from 0 to 0");
    refused(donor_of(cells, {.kind = DonorSpec::Kind::run, .run = "b"}), "a run; nearest: 'text'");
    refused(donor_of({.site = "blocks.0.hook_mlp_out", .rows = {{2, 6}}}, {.prompt = "1,2,3"}),
            "rows that the donor has");
    session(command::AddRun{saved_preset("gpt2").path, "", "1,2,3"});
    refused(donor_of(cells, {.kind = DonorSpec::Kind::run, .run = "b"}), "the same shape of model");
}

} // namespace
} // namespace gf::tests::edit_kinds_test
