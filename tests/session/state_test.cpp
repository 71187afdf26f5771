// A saved state is a list of commands, and carrying it out brings everything back, to the bit.

#include "io/json.h"
#include "session/command.h"
#include "session/row_checksum.h"
#include "session/support.h"

#include <gmock/gmock.h>

namespace gf::tests::state_test {
namespace {

using ::testing::HasSubstr;

std::vector<std::uint64_t> checksums(const gf::Run& run) {
    std::vector<std::uint64_t> sums;
    for (int row = 0; row < run.rows; ++row) sums.push_back(row_checksum(run, row));
    return sums;
}

/// Saves the state of one session and carries it out in another.
class State : public ::testing::Test {
  protected:
    const Snapshot& save_and_restore() {
        const std::string path = (scratch() / "state.json").string();
        first(command::SaveState{path});
        EXPECT_EQ(first.latest().message, "");
        for (const Command& c : commands_from_json(parse_json(read_text(path), path), path)) {
            second(std::get<SessionCommand>(c));
            EXPECT_EQ(second.latest().message_is_error, false) << second.latest().message;
        }
        return second.latest();
    }
    void expect_same() {
        const Snapshot &a = first.latest(), &b = second.latest();
        ASSERT_TRUE(b.has_run());
        EXPECT_EQ(b.prompt, a.prompt);
        EXPECT_EQ(b.source, a.source);
        EXPECT_EQ(b.cursor(), a.cursor());
        EXPECT_EQ(b.branch, a.branch);
        EXPECT_EQ(b.chain, a.chain);
        EXPECT_EQ(b.seed, a.seed);
        EXPECT_EQ(b.next_draw, a.next_draw);
        EXPECT_EQ(b.edits_on, a.edits_on);
        EXPECT_EQ(*b.text().edits, *a.text().edits);
        ASSERT_EQ(b.tree.size(), a.tree.size());
        for (std::size_t i = 0; i < a.tree.size(); ++i) {
            EXPECT_EQ(tokens_of(b.tree[i]), tokens_of(a.tree[i]));
            EXPECT_EQ(b.tree[i].parent, a.tree[i].parent);
            EXPECT_EQ(b.tree[i].fork, a.tree[i].fork);
        }
        ASSERT_EQ(b.runs.size(), a.runs.size());
        for (std::size_t i = 0; i < a.runs.size(); ++i) {
            EXPECT_EQ(b.runs[i].name, a.runs[i].name);
            EXPECT_EQ(tokens_of(b.runs[i]), tokens_of(a.runs[i]));
        }
        EXPECT_EQ(checksums(b.text()), checksums(a.text())) << "the same bits";
    }
    TestSession first, second;
};

TEST_F(State, RemembersTheKeysOfAConfigThatWereIgnored) {
    const std::filesystem::path model = scratch() / "suspicious";
    std::filesystem::copy(saved_preset("llama").path, model);
    nlohmann::json config = parse_json(read_text(model / "config.json"), "config.json");
    config["my_norm"] = "thrice";
    write_text(model / "config.json", config.dump());
    EXPECT_THAT(first(command::Open{model.string(), ""}).message, HasSubstr("--ignore-config-key my_norm"));
    EXPECT_THAT(first(command::Open{model.string(), "", "", {"my_norm"}}).message,
                HasSubstr("'my_norm' is ignored, as asked"));
    const command::AddRun beside{.model = model.string(), .ignored_keys = {"my_norm"}};
    EXPECT_FALSE(first(beside).message_is_error);
    const std::string path = (scratch() / "state.json").string();
    first(command::SaveState{path});
    for (const Command& c : commands_from_json(parse_json(read_text(path), path), path))
        EXPECT_FALSE(second(std::get<SessionCommand>(c)).message_is_error) << second.latest().message;
    expect_same();
    EXPECT_EQ(second.latest().ignored_keys, std::vector<std::string>{"my_norm"});
}

TEST_F(State, OfATextWithBranchesEditsAndDrawsComesBack) {
    const SavedModel& model = saved_preset("llama");
    first(command::Open{model.path, ""});
    first(command::SetPrompt{ids_text(random_tokens(model.config(), 90))});
    first(command::SetSampling{{{StageKind::temperature, 0.7, true}}});
    first(command::SetSeed{7});
    first(command::Step{12});
    first(command::ForceToken{80, 11});
    first(command::Step{5});
    first(command::Resample{});
    first(command::SetSampling{{{StageKind::top_k, 5, true}}}); // tokens before were drawn otherwise
    first(command::SelectBranch{0});
    first(command::EditCell{{"blocks.1.attn.hook_z", 2, 70, 1}, 3});
    first(command::EditCell{{"hook_embed", -1, 4, 2}, -1});
    first(command::UseEdits{false});
    first(command::Jump{50});
    save_and_restore();
    expect_same();
    first(command::SelectBranch{1});
    second(command::SelectBranch{1});
    first(command::Step{9});
    second(command::Step{9});
    expect_same();
}

TEST_F(State, OfADrawThatGaveTheSameTokenComesBack) {
    first(command::Open{saved_preset("llama").path, ""});
    first(command::SetSampling{{{StageKind::top_k, 1, true}}});
    first(command::Step{4});
    first(command::Step{-1});
    for (int i = 0; i < 3; ++i) first(command::Resample{});
    EXPECT_EQ(first.latest().next_draw.resample, 3u);
    save_and_restore();
    expect_same();
}

TEST_F(State, OfTwoStacksAndComparedRunsComesBack) {
    const SavedModel& model = saved_preset("encoder_decoder");
    first(command::Open{model.path, "", "7, 8, 9"});
    first(command::Step{6});
    first(command::EditCell{{"encoder.blocks.0.hook_mlp_out", -1, 2, 1}, 4});
    first(command::AddRun{.prompt = "3, 4"});
    first(command::AddRun{});
    first(command::RemoveRun{"b"});
    first(command::DrawEach{true});
    save_and_restore();
    expect_same();
    EXPECT_TRUE(second.latest().each_draws);
    EXPECT_EQ(second.latest().runs.back().name, "c.source");
    EXPECT_EQ(*second.latest().source_run()->edits, *first.latest().source_run()->edits);
}

TEST_F(State, OfNothingIsAListToo) {
    const std::string path = (scratch() / "nothing.json").string();
    first(command::SaveState{path});
    EXPECT_EQ(commands_from_json(parse_json(read_text(path), path), path).size(), 2u);
    EXPECT_THAT(first(command::SaveState{(scratch() / "no such folder" / "s.json").string()}).message,
                HasSubstr("no such folder"));
    EXPECT_THAT(first(command::SaveState{}).message, HasSubstr("path"));
}

TEST_F(State, OfASetupComesBack) {
    const SavedModel& model = saved_preset("llama");
    first(command::Open{model.path, ""});
    first(command::SetPrompt{"3, 1, 4, 1, 5"});
    first(command::SetSetup{"", {.masks = {{.kind = MaskKind::bidirectional, .layers = {1}}}}});
    first(command::AddRun{.setup = {.masks = {{.kind = MaskKind::sliding_window, .window = 2}}}});
    first(command::Step{4});
    first(command::Step{-2});
    save_and_restore();
    EXPECT_EQ(second.latest().trace().setup(), first.latest().trace().setup());
    EXPECT_EQ(second.latest().find_run("b")->trace->setup(), first.latest().find_run("b")->trace->setup());
    EXPECT_EQ(second.latest().text().rows, 7);
    EXPECT_EQ(second.latest().text().rows_wanted, 9);
}

TEST_F(State, TextsThatDoNotFitAreRefused) {
    const SavedModel& model = saved_preset("llama");
    first(command::Open{model.path, ""});
    first(command::SetPrompt{"3, 1, 4"});
    const std::vector<int> tokens = first.tokens();
    const auto branch = [](std::vector<int> ids) {
        SavedBranch b;
        b.tokens = std::move(ids);
        return b;
    };
    SavedText text;
    text.branches = {branch({1, 2, 3})};
    text.branch = 1;
    EXPECT_THAT(first(command::RestoreText{text}).message, HasSubstr("a branch below 1"));
    text.branch = 0;
    text.branches[0].tokens[1] = 99;
    EXPECT_THAT(first(command::RestoreText{text}).message, HasSubstr("d_vocab = 53"));
    text.branches = {branch(std::vector<int>(300, 1))};
    EXPECT_THAT(first(command::RestoreText{text}).message, HasSubstr("256 tokens"));
    text.branches = {branch({1, 2, 3})};
    text.branches[0].forced = {7};
    EXPECT_THAT(first(command::RestoreText{text}).message, HasSubstr("positions of its tokens"));
    text.branches[0].forced.clear();
    text.branches[0].parent = 3;
    EXPECT_THAT(first(command::RestoreText{text}).message, HasSubstr("parents"));
    EXPECT_EQ(first.tokens(), tokens) << "the text stays";
    text.branches[0].parent = -1;
    text.branches[0].passes = {0, 2, 2, 5, 6, 6}; // does not cover the rows
    EXPECT_EQ(first(command::RestoreText{text}).message, "");
    EXPECT_EQ(first.tokens(), (std::vector{1, 2, 3}));
}

} // namespace
} // namespace gf::tests::state_test
