// Opening a model and giving it a prompt: what is computed, what is refused.

#include "session/support.h"
#include "support/compare.h"

#include "core/kernels/kernels.h"
#include "io/hf_model.h"

#include <gmock/gmock.h>

#include <cmath>

namespace gf::tests::prompt_test {
namespace {

using ::testing::HasSubstr;

TEST(Open, ShowsTheRunOfOneToken) {
    const SavedModel& model = saved_llama("with_bos", [](ModelConfig& c) { c.bos_id = 5; });
    TestSession session;
    EXPECT_EQ(session.latest().model, nullptr);
    EXPECT_FALSE(session.latest().has_run());
    const Snapshot& s = session(command::Open{model.path, ""});
    ASSERT_TRUE(s.has_run());
    EXPECT_EQ(s.message, "");
    EXPECT_EQ(s.model_path, model.path);
    EXPECT_EQ(s.model->name, "with_bos");
    EXPECT_EQ(s.config(), model.config());
    EXPECT_EQ(s.cursor(), 1);
    EXPECT_TRUE(s.jobs.empty());
    EXPECT_EQ(session.tokens(), std::vector{5});
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, {5}), 0, 1, 1e-5));
    EXPECT_FALSE(s.can_undo) << "there was nothing before";
}

TEST(Open, BeginsWithAPrompt) {
    const SavedModel& model = saved_llama("with_bos", [](ModelConfig& c) { c.bos_id = 5; });
    TestSession session(saved_preset("gpt2"), {3, 1});
    const Snapshot& s = session(command::Open{model.path, "", "7,8"});
    ASSERT_EQ(s.model_path, model.path) << s.message;
    EXPECT_EQ(s.prompt, "7,8");
    EXPECT_EQ(s.cursor(), s.text().rows);
    EXPECT_EQ(session.tokens(), encode_prompt(*s.model, "7,8"));
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, session.tokens()), 0, s.cursor(), 1e-5));
    EXPECT_EQ(session(command::Undo{}).prompt, "3,1") << "model and prompt are one step";
}

TEST(Open, ARefusedPromptLeavesEverythingAsItWas) {
    TestSession session(saved_preset("gpt2"), {3, 1});
    for (const std::string& bad :
         {std::string("3,x"), std::string("53"), ids_text(std::vector<int>(257, 1))}) {
        const Snapshot& s = session(command::Open{saved_preset("llama").path, "", bad});
        EXPECT_EQ(s.model->name, "gpt2");
        EXPECT_EQ(s.prompt, "3,1");
        EXPECT_TRUE(s.message_is_error);
    }
}

TEST(Open, WithoutBosStartsFromToken0) {
    TestSession session(saved_preset("gpt2"));
    EXPECT_EQ(session.tokens(), std::vector{0});
}

TEST(Open, AFileThatCannotBeOpenedLeavesTheSessionAlone) {
    TestSession session(saved_preset("llama"), {4, 8, 15});
    session(command::Step{3});
    const Snapshot before = session.latest();
    ASSERT_EQ(before.message, "");
    const std::string tok_bin = scratch_file("tok.bin", tok_bin_contents());
    const std::vector<std::pair<command::Open, std::string>> bad = {
        {{(scratch() / "nowhere").string(), ""}, "nowhere"},
        {{"", ""}, "model: expected"},
        {{scratch_file("empty.bin", ""), ""}, "empty.bin"},
        {{scratch_file("garbage.bin", std::string(5000, '\x9d')), ""}, "garbage.bin: header"},
        {{scratch_file("garbage/config.json", "{]"), ""}, "config.json"},
        {{scratch_file("notes.txt", "hello"), ""}, "notes.txt"},
        {{before.model_path, (scratch() / "nowhere.json").string()}, "nowhere.json"},
        {{before.model_path, scratch_file("garbage-tok.bin", std::string(300, '\x7f'))}, "garbage-tok.bin"},
        {{before.model_path, tok_bin}, "tok.bin: expected at most d_vocab = 53"},
    };
    std::uint64_t n = before.message_number;
    for (const auto& [open, words] : bad) {
        SCOPED_TRACE(open.model + " " + open.tokenizer);
        const Snapshot& s = session(open);
        EXPECT_THAT(s.message, HasSubstr(words));
        EXPECT_THAT(s.message, HasSubstr("found"));
        EXPECT_TRUE(s.message_is_error);
        EXPECT_FALSE(s.can_truncate);
        EXPECT_EQ(s.message_number, ++n);
        EXPECT_EQ(s.model, before.model);
        EXPECT_EQ(s.text().trace, before.text().trace);
        EXPECT_EQ(s.model_path, before.model_path);
        EXPECT_EQ(s.cursor(), before.cursor());
        EXPECT_EQ(s.prompt, before.prompt);
        EXPECT_EQ(s.can_undo, before.can_undo);
    }
    EXPECT_EQ(session(command::Step{}).text().rows, before.text().rows + 1) << "and the old session goes on";
}

TEST(Open, CommandsWithoutAModelAreErrors) {
    TestSession session;
    for (const SessionCommand& c : std::vector<SessionCommand>{
             command::SetPrompt{"1"}, command::Play{}, command::Step{}, command::Jump{2}, command::Resample{},
             command::ForceToken{1, 1}, command::SelectBranch{0}}) {
        const Snapshot& s = session(c);
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr("expected an open model"));
        EXPECT_FALSE(s.can_undo);
        EXPECT_FALSE(s.has_run());
    }
}

TEST(Open, WarnsOfWeightsThatAreNoNumbers) {
    auto weights = random_weights(preset("llama").config);
    const ParamRow& row = weights->table[4];
    weights->values(row)[3] = std::nanf("");
    const std::string folder = (scratch() / "with_nan").string();
    save_model(folder, *weights);
    TestSession session;
    const Snapshot& s = session(command::Open{folder, ""});
    ASSERT_TRUE(s.has_run());
    EXPECT_THAT(s.message, HasSubstr(row.name));
    EXPECT_FALSE(s.message_is_error);
    EXPECT_EQ(s.model->warnings.size(), 1u);
    session(command::SetPrompt{"1,2,3"});
    EXPECT_TRUE(std::isnan(session.latest().text().origin(2).surprisal)) << "not 0 bits";
}

class PromptOf : public ::testing::TestWithParam<Preset> {};

/// Whatever the mask, the session's rows equal those of one plain run.
TEST_P(PromptOf, EqualsAFreshRun) {
    const ModelConfig& config = GetParam().config;
    const SavedModel& model = saved_preset(GetParam().name);
    const std::vector<int> tokens = random_tokens(config, 150); // computed in three slices
    TestSession session(model, tokens);
    const Snapshot& s = session.latest();
    ASSERT_EQ(s.message, "");
    EXPECT_EQ(s.cursor(), 150);
    EXPECT_EQ(s.branch_in_view().n_prompt, 150);
    EXPECT_EQ(session.tokens(), tokens);
    const int n_prefix = config.mask == MaskKind::prefix ? 150 : 0; // the whole prompt
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, tokens, n_prefix), 0, 150, 1e-5));
}
INSTANTIATE_TEST_SUITE_P(Presets, PromptOf, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return !c.has_encoder();
                         })),
                         [](const auto& test) { return test.param.name; });

TEST(Prompt, IsReadInSlices) {
    const SavedModel& model = saved_preset("llama");
    Engine engine;
    Snapshot s;
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetPrompt{ids_text(random_tokens(model.config(), 150))});
    for (int rows = 0; rows < 150;) {
        engine.publish(s);
        EXPECT_FALSE(s.jobs.empty());
        EXPECT_EQ(s.text().rows_wanted, 150);
        EXPECT_EQ(s.text().rows, rows);
        EXPECT_EQ(s.cursor(), rows) << "no more is shown than there is";
        engine.tick(0);
        engine.publish(s);
        ASSERT_GT(s.text().rows, rows);
        EXPECT_LE(s.text().rows, rows + 64) << "a look at the queue in between";
        rows = s.text().rows;
    }
    EXPECT_TRUE(s.jobs.empty());
    EXPECT_EQ(engine.due_time(), INFINITY);
}

TEST(Prompt, SurprisalIsMinusLog2OfTheProbability) {
    const SavedModel& model = saved_preset("wide");
    TestSession session(model, random_tokens(model.config(), 100));
    const Snapshot& s = session(command::Step{20});
    const int d_vocab = model.config().d_vocab;
    EXPECT_EQ(s.text().origin(0).surprisal, 0);
    EXPECT_EQ(s.text().origin(0).probability, 1);
    for (int t = 1; t < 120; ++t) {
        const real* logits = s.trace().row(Site::logits, -1, t - 1);
        double sum = 0; // logits are small here: no need to subtract the largest
        for (int i = 0; i < d_vocab; ++i) sum += std::exp(double(logits[i]));
        const double p = std::exp(double(logits[s.text().token(t)])) / sum;
        EXPECT_NEAR(s.text().origin(t).probability, p, 1e-5 * p) << t;
        EXPECT_NEAR(s.text().origin(t).surprisal, -std::log2(p), 1e-5) << t;
        EXPECT_EQ(s.text().origin(t).kind, t < 100 ? TokenOrigin::Kind::prompt : TokenOrigin::Kind::drawn);
    }
}

TEST(Prompt, MistakesLeaveTheOldRun) {
    TestSession session(saved_preset("llama"), {4, 8, 15});
    const Snapshot before = session.latest();
    for (const auto& [text, words] :
         std::vector<std::pair<std::string, std::string>>{{"1,2,x3", "'x3'"},
                                                          {"1,53", "ids from 0 to 52"},
                                                          {"1,-1", "'-1'"},
                                                          {"99999999999", "'99999999999'"},
                                                          {"1.5", "'1.5'"},
                                                          {"", "no BOS"},
                                                          {" , ", "no BOS"}}) {
        SCOPED_TRACE(text);
        const Snapshot& s = session(command::SetPrompt{text});
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr(words));
        EXPECT_EQ(s.text().trace, before.text().trace);
        EXPECT_EQ(s.prompt, before.prompt);
        EXPECT_EQ(s.can_undo, before.can_undo);
    }
    const Snapshot& s = session(command::SetPrompt{"1 2\n3"});
    EXPECT_EQ(session.tokens(), (std::vector{1, 2, 3}));
    EXPECT_EQ(s.message, "") << "the mistake is mended";
    EXPECT_FALSE(s.message_is_error);
}

TEST(Prompt, TooLongOffersToTruncate) {
    const SavedModel& model = saved_llama("with_bos", [](ModelConfig& c) { c.bos_id = 5; });
    TestSession session(model, {4, 8, 15});
    const Snapshot before = session.latest();
    std::vector<int> tokens = random_tokens(model.config(), 300);
    tokens[0] = 5; // BOS
    const std::string text = ids_text(tokens);

    Snapshot s = session(command::SetPrompt{text});
    EXPECT_TRUE(s.message_is_error);
    EXPECT_TRUE(s.can_truncate);
    EXPECT_EQ(s.refused_prompt, text);
    EXPECT_THAT(s.message, HasSubstr("300 tokens"));
    EXPECT_THAT(s.message, HasSubstr("256"));
    EXPECT_EQ(s.text().trace, before.text().trace);
    EXPECT_EQ(s.can_undo, before.can_undo);

    s = session(command::SetPrompt{text, true});
    EXPECT_FALSE(s.message_is_error);
    EXPECT_FALSE(s.can_truncate);
    EXPECT_THAT(s.message, HasSubstr("191"));
    std::vector<int> kept(tokens.end() - 191, tokens.end());
    kept.insert(kept.begin(), 5);
    EXPECT_EQ(session.tokens(), kept) << "BOS and the end, a quarter of the context free";

    session(command::SetPrompt{text});
    s = session(command::SetPrompt{"1,2"});
    EXPECT_FALSE(s.can_truncate) << "the offer is over";
    EXPECT_FALSE(s.message_is_error);
    EXPECT_EQ(s.message, "");
}

TEST(Prompt, TruncationWithoutBosKeepsTheEnd) {
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> tokens = random_tokens(model.config(), 257);
    TestSession session(model);
    session(command::SetPrompt{ids_text(tokens), true});
    EXPECT_EQ(session.tokens(), std::vector<int>(tokens.end() - 192, tokens.end()));
    session(command::SetPrompt{ids_text(random_tokens(model.config(), 256)), true});
    EXPECT_EQ(session.latest().text().rows, 256) << "what fits is not cut";
}

TEST(Prompt, TruncationToAContextOfOneToken) {
    for (int bos : {-1, 5}) {
        ModelConfig config = preset("llama").config;
        config.n_ctx = 1;
        config.bos_id = bos;
        TestSession session(saved_model("short" + std::to_string(bos), config));
        session(command::SetPrompt{"5,6,7", true});
        EXPECT_EQ(session.tokens(), std::vector{bos == 5 ? 5 : 7});
    }
}

TEST(Prompt, ReadsTextWithATokenizer) {
    const SavedModel& model = saved_llama("text", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; });
    TestSession session;
    const Snapshot& s = session(command::Open{model.path, scratch_file("tok.bin", tok_bin_contents())});
    ASSERT_EQ(s.message, "");
    EXPECT_EQ(session.tokens(), std::vector{1}) << "the tokenizer's BOS";
    session(command::SetPrompt{"ab"});
    EXPECT_EQ(session.tokens(), (std::vector{1, 259, 260, 3 + 'b'})); // BOS, " ", "a", the byte of b
    session(command::SetPrompt{""});
    EXPECT_EQ(session.tokens(), std::vector{1});
}

/// Checks that a model which continues no text refuses to, with a message that says what it does instead.
void expect_no_next_token(const char* name, const char* purpose) {
    SCOPED_TRACE(name);
    const SavedModel& model = saved_preset(name);
    const std::vector<int> tokens = random_tokens(model.config(), 9);
    TestSession session(model, tokens);
    const Snapshot before = session.latest();
    for (const SessionCommand& c : std::vector<SessionCommand>{command::Step{}, command::Play{}}) {
        const Snapshot& s = session(c);
        EXPECT_THAT(s.message, HasSubstr(purpose));
        EXPECT_FALSE(s.message_is_error) << "a note";
        EXPECT_FALSE(s.playing);
        EXPECT_EQ(s.text().rows, 9);
        EXPECT_EQ(s.cursor(), 9);
    }
    std::vector<SessionCommand> choices;
    if (!model.config().fills_in())
        choices = {command::ForceToken{3, 1}, command::ForceToken{8, 1}, command::Resample{}};
    for (const SessionCommand& c : choices) {
        const Snapshot& s = session(c);
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr(purpose));
        EXPECT_EQ(s.tree.size(), 1u);
        EXPECT_EQ(s.can_undo, before.can_undo);
    }
    const Snapshot& s = session(command::Jump{4});
    EXPECT_EQ(s.text().trace, before.text().trace);
    EXPECT_EQ(s.cursor(), 4) << "but it can be looked through";
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, tokens), 0, 9, 1e-5));
}

TEST(NonGenerativeModels, HaveNoNextToken) {
    expect_no_next_token("bidirectional", "both directions");
    expect_no_next_token("bert", "fills in masked tokens");
    expect_no_next_token("classes", "sorts texts into classes");
    expect_no_next_token("last_embedding", "turns a text into one vector");
    expect_no_next_token("headless", "has no output layer");
}

TEST(Prefix, ForcesTokensBehindThePromptOnly) {
    const SavedModel& model = saved_preset("prefix");
    const std::vector<int> prompt = random_tokens(model.config(), 10);
    TestSession session(model, prompt);
    session(command::Step{3});
    const Snapshot before = session.latest();
    Snapshot s = session(command::ForceToken{6, (prompt[6] + 1) % 53});
    EXPECT_TRUE(s.message_is_error);
    EXPECT_THAT(s.message, HasSubstr("from 10"));
    EXPECT_EQ(s.text().trace, before.text().trace);
    EXPECT_EQ(s.can_undo, before.can_undo);

    std::vector<int> tokens = session.tokens();
    tokens[11] = (tokens[11] + 1) % 53;
    tokens.resize(12);
    s = session(command::ForceToken{11, tokens[11]});
    EXPECT_EQ(session.tokens(), tokens);
    EXPECT_TRUE(same_rows(s.trace(), 0, *run(model.weights, tokens, 10), 0, 12, 1e-5));
}

} // namespace
} // namespace gf::tests::prompt_test
