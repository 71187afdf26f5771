// glassformer run: prints a prompt and its continuation, with the same tokens that the session draws.

#include "cli/process.h"

#include "core/passes/forward.h"
#include "io/fields.h"
#include "io/hf_model.h"
#include "session/command.h"
#include "support/varied_setup.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace gf::tests::run_test {
namespace {

using nlohmann::json;

/// The ids in a text such as "1,2,3\n".
std::vector<int> printed_ids(const std::string& text) {
    std::vector<int> ids;
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) ids.push_back(std::stoi(word));
    return ids;
}

/// The prompt and its greedy continuation, as the session computes them.
std::vector<int> greedy_tokens(const SavedModel& model, const std::vector<int>& prompt, int n) {
    TestSession session(model, prompt);
    session(command::SetSampling{greedy_chain()});
    session(command::Step{n});
    return session.tokens();
}

const SavedModel& text_model() {
    return saved_llama("text", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; });
}
std::string tokenizer_path() { return scratch_file("tok.bin", tok_bin_contents()); }

TEST(Run, PrintsTheReferencesGreedyText) {
    const Stories s = stories();
    if (!s) GTEST_SKIP() << "no models in " << GLASSFORMER_MODELS_DIR;
    const std::string expected = read_text(s.greedy);
    EXPECT_EQ(
        stdout_of({"run", "--model", s.model, "--tokenizer", s.tokenizer, "-n", "256", "--temperature", "0"}),
        expected);
    EXPECT_EQ(stdout_of({"run", "-m", s.model, "-t", s.tokenizer, "-n", "256", "--greedy"}), expected);
}

/// The same edits, as a session and as `run` apply them: also to rows that are drawn later.
TEST(Run, EditsAreThoseOfASession) {
    const std::vector<int> prompt{3, 1, 4, 1, 5};
    const std::string edits = R"([{"site": "blocks.1.attn.hook_z", "heads": [2, 3], "scale": -2},
        {"site": "blocks.0.hook_resid_post", "rows": [7, 12], "columns": [0, 8], "add": 1.5},
        {"site": "blocks.0.attn.hook_pattern", "rows": [6, -1], "columns": [0, 1], "values": 0.5},
        {"site": "logits", "columns": [17, 18], "rows": [9, 10], "add": 100},
        {"site": "blocks.1.hook_mlp_out", "rows": [2, 5], "donor": {"prompt": "9,8,7,6", "shift": -1}}])";
    const std::string file = scratch_file("edits.json", edits);
    for (const char* preset : {"llama", "gpt2", "mixtral"}) {
        SCOPED_TRACE(preset);
        const SavedModel& model = saved_preset(preset);
        TestSession session(model, prompt);
        for (json edit : json::parse(edits)) {
            edit["command"] = "edit";
            session(std::get<SessionCommand>(command_from_json(edit, "script")));
        }
        session(command::SetSampling{{{StageKind::temperature, 0.8, true}}});
        session(command::SetSeed{7});
        session(command::Step{20});
        ASSERT_EQ(session.latest().message, "");
        const std::vector<std::string> arguments{"run",       "--model", model.path, "--tokens",
                                                 "3,1,4,1,5", "-n",      "20",       "--temperature",
                                                 "0.8",       "--seed",  "7"};
        std::vector<std::string> edited = arguments;
        edited.insert(edited.end(), {"--edits", file});
        const std::vector<int> ids = printed_ids(stdout_of(edited));
        EXPECT_EQ(ids, session.tokens());
        EXPECT_EQ(ids[10], 17) << "its logit was raised";
        EXPECT_NE(ids, printed_ids(stdout_of(arguments)));
    }
    expect_refused(
        {"run", "--model", saved_preset("llama").path, "--tokens", "1,2", "-n", "3", "--edits", file},
        {"edits.json [1]", "rows in 0 to 5", "7 to 12"});
}

/// Where plain Python finds it in the file that `trace` writes. -1: nowhere.
int token_found_by_python(const std::string& trace, const std::string& arguments) {
    const std::string script = std::string(GLASSFORMER_TESTS_DIR) + "/reference/find_token.py";
    const std::string found = scratch_file("found", "");
    EXPECT_EQ(std::system(
                  ("/usr/bin/python3 -B '" + script + "' '" + trace + "' " + arguments + " >'" + found + "'")
                      .c_str()),
              0);
    const std::string text = read_text(found);
    return text.empty() ? -1 : std::stoi(text);
}

TEST(Run, StopsWhereItsConditionHoldsFirst) {
    if (std::system("/usr/bin/python3 -c '' >/dev/null 2>&1") != 0) GTEST_SKIP() << "no Python";
    const SavedModel& model = saved_preset("llama");
    const std::vector<std::string> arguments{"run", "--model", model.path, "--tokens", "3,1,4,1,5",
                                             "-n",  "40",      "--seed",   "7"};
    const std::vector<int> all = printed_ids(stdout_of(arguments));
    const std::string trace = scratch_file("whole.safetensors", "");
    stdout_of({"trace", "--model", model.path, "--tokens", ids_text(all), "--out", trace});
    for (const auto& [condition, numbers] :
         {std::pair("surprisal > 7.5", "7.5"), std::pair("surprisal > 8.5", "8.5"),
          std::pair("blocks.1.attn.hook_pattern[2, t, 1] > 0.15", "2 1 0.15")}) {
        SCOPED_TRACE(condition);
        const int found = token_found_by_python(trace, std::string("5 ") + numbers);
        ASSERT_GE(found, 5);
        std::vector<std::string> until = arguments;
        until.insert(until.end(), {"--until", condition});
        EXPECT_EQ(printed_ids(stdout_of(until)), std::vector(all.begin(), all.begin() + found + 1));
    }
    std::vector<std::string> wrong = arguments;
    wrong.insert(wrong.end(), {"--until", "suprisal > 6"});
    expect_refused(wrong, {"suprisal", "surprisal", "character 1"});
}

TEST(Run, PrintsIdsWithoutATokenizer) {
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> expected = greedy_tokens(model, {3, 1, 4, 1, 5}, 12);
    EXPECT_EQ(stdout_of({"run", "--model", model.path, "--tokens", "3,1,4,1,5", "-n", "12", "--greedy"}),
              ids_text(expected) + "\n");
    EXPECT_EQ(stdout_of({"run", "--model", model.path, "--prompt", "3 1 4 1 5", "-n", "12", "--greedy"}),
              ids_text(expected) + "\n");
    EXPECT_EQ(stdout_of({"run", "--model", model.path, "--tokens", "3,1,4", "-n", "0"}), "3,1,4\n");
    EXPECT_EQ(printed_ids(stdout_of({"run", "--model", model.path, "--tokens", "7"})).size(), 65u)
        << "64 new ones if nothing is said";
}

TEST(Run, EveryKindOfModel) {
    for (const Preset& p : presets()) {
        if (!p.config.continues_text() || p.config.has_encoder()) continue;
        SCOPED_TRACE(p.name);
        const SavedModel& model = saved_preset(p.name);
        EXPECT_EQ(stdout_of({"run", "--model", model.path, "--tokens", "3,1,4,1,5", "-n", "9", "--greedy"}),
                  ids_text(greedy_tokens(model, {3, 1, 4, 1, 5}, 9)) + "\n");
    }
}

/// The greedy answer of an encoder-decoder, with a whole pass of the decoder for each token.
std::vector<int> greedy_answer(const SavedModel& model, const std::vector<int>& source,
                               std::vector<int> tokens, int n) {
    const auto encoder = std::make_shared<Trace>(
        model.weights, TraceShape{static_cast<int>(source.size()), Keep::all, Stack::encoder});
    extend(*encoder, source);
    for (int i = 0; i < n; ++i) {
        Trace decoder(model.weights, TraceShape{static_cast<int>(tokens.size())}, {}, encoder);
        extend(decoder, tokens);
        const real* logits = decoder.row(Site::logits, -1, static_cast<int>(tokens.size()) - 1);
        tokens.push_back(
            static_cast<int>(std::max_element(logits, logits + model.config().d_vocab) - logits));
    }
    return tokens;
}

TEST(Run, AnEncoderDecoderAnswersItsSource) {
    for (const char* name : {"encoder_decoder", "encoder_decoder_post"}) {
        const SavedModel& model = saved_preset(name);
        std::vector<std::string> answers;
        for (const std::vector<int>& source : {std::vector{7, 8, 9, 10}, std::vector{11, 3}}) {
            const std::string expected = ids_text(greedy_answer(model, source, {3, 1}, 9)) + "\n";
            EXPECT_EQ(stdout_of({"run", "--model", model.path, "--source-tokens", ids_text(source),
                                 "--tokens", "3,1", "-n", "9", "--greedy"}),
                      expected);
            answers.push_back(expected);
        }
        EXPECT_NE(answers[0], answers[1]);
        const json out = stdout_json({"run", "--model", model.path, "--source", "7, 8", "--tokens", "3", "-n",
                                      "2", "--greedy", "--json"});
        EXPECT_EQ(out["source"], json({7, 8}));
        expect_refused({"run", "--model", model.path, "--tokens", "3,1"},
                       {"--source", "none", "--source TEXT"});
        expect_refused({"run", "--model", model.path, "--tokens", "3,1", "--source-tokens", "99"},
                       {"token ids", "99"});
        expect_refused({"run", "--model", model.path, "--tokens", "3,1", "--source-tokens", ""},
                       {"--source", "1 to 256", "0"});
    }
    expect_refused({"run", "--model", saved_preset("llama").path, "--tokens", "3,1", "--source-tokens", "1"},
                   {"--source", "no encoder"});
}

/// The greedy continuation with a whole pass for each token.
std::vector<int> continued_anew(const SavedModel& model, std::vector<int> tokens, RunSetup setup, int n) {
    setup.n_prefix = static_cast<int>(tokens.size());
    for (int i = 0; i < n; ++i) {
        Trace trace(model.weights, {static_cast<int>(tokens.size())}, setup);
        extend(trace, tokens);
        const real* logits = trace.row(Site::logits, -1, static_cast<int>(tokens.size()) - 1);
        tokens.push_back(
            static_cast<int>(std::max_element(logits, logits + model.config().d_vocab) - logits));
    }
    return tokens;
}

TEST(Run, UnderASetup) {
    struct Case {
        const char* model;
        RunSetup setup;
        bool same_as_without;
    };
    const MaskRule behind{.painted = {{.rows = {6, 13}, .keys = {7, 18}, .visible = true}}};
    for (const Case& c :
         {Case{"llama", varied_setup(saved_preset("llama").config(), 20, false), false},
          Case{"llama", {.masks = {{.kind = MaskKind::bidirectional}}}, false},
          Case{"llama", {.masks = {behind}}, false}, // rows that are written before the keys that they see
          Case{"mixtral", {.experts = {{.off = {1}}, {.forced = {2}, .layers = {1}}}}, false},
          Case{"mixtral", {.capacity_factor = 0.6}, false}, Case{"prefix", {}, true},
          Case{"llama",
               {.rope = {.scaling = RopeScaling{.kind = RopeScalingKind::dynamic, .factor = 2}}},
               true}}) {
        const SavedModel& model = saved_preset(c.model);
        const std::vector<int> prompt{3, 1, 4, 1, 5, 9},
            expected = continued_anew(model, prompt, c.setup, 12);
        const std::string file = scratch_file("setup.json", fields_to_json(c.setup, RunSetup()).dump());
        EXPECT_EQ(stdout_of({"run", "--model", model.path, "--tokens", ids_text(prompt), "-n", "12",
                             "--greedy", "--setup", file}),
                  ids_text(expected) + "\n")
            << c.model << " " << fields_to_json(c.setup, RunSetup());
        EXPECT_EQ(expected == continued_anew(model, prompt, {}, 12), c.same_as_without)
            << c.model << " " << fields_to_json(c.setup, RunSetup());
        const json out = stdout_json(
            {"run", "--model", model.path, "--tokens", "3", "-n", "1", "--json", "--setup", file});
        EXPECT_EQ(fields_from_json<RunSetup>(out["setup"], {.where = "out"}), c.setup);
    }
}

TEST(Run, FillsTheContextExactly) {
    const SavedModel& model = saved_preset("llama"); // 256
    EXPECT_EQ(printed_ids(stdout_of({"run", "--model", model.path, "--tokens", "3,1,4", "-n", "253"})).size(),
              256u);
    expect_refused(
        {"run", "--model", model.path, "--tokens", "3,1,4", "-n", "254"},
        {"-n: expected at most 253", "prompt of 3", "context is 256", "found 254", "ask for fewer"});
    const std::string full = ids_text(random_tokens(model.config(), 256)), more = full + ",1";
    EXPECT_EQ(stdout_of({"run", "--model", model.path, "--tokens", full, "-n", "0"}), full + "\n");
    expect_refused({"run", "--model", model.path, "--tokens", more, "-n", "0"},
                   {"prompt: expected at most 256 tokens", "context", "found 257", "shorten"});
}

TEST(Run, PrintsTextWithATokenizer) {
    const std::string out = stdout_of(
        {"run", "--model", text_model().path, "--tokenizer", tokenizer_path(), "--prompt", "ab", "-n", "0"});
    EXPECT_EQ(out, "ab\n");
    EXPECT_EQ(stdout_of({"run", "--model", text_model().path, "--tokenizer", tokenizer_path(), "-n", "0"}),
              "\n")
        << "BOS is no text";
    const std::string more = stdout_of(
        {"run", "--model", text_model().path, "--tokenizer", tokenizer_path(), "--prompt", "ab", "-n", "20"});
    EXPECT_THAT(more, ::testing::StartsWith("ab"));
}

TEST(Run, JsonHoldsTokensAndText) {
    const json ids = stdout_json({"run", "--model", saved_preset("llama").path, "--tokens", "3,1,4", "-n",
                                  "5", "--greedy", "--json", "--seed", "18446744073709551615"});
    const std::vector<int> expected = greedy_tokens(saved_preset("llama"), {3, 1, 4}, 5);
    EXPECT_EQ(ids["tokens"], json(expected));
    EXPECT_EQ(ids["text"], ids_text(expected));
    EXPECT_EQ(ids["n_prompt"], 3);
    EXPECT_EQ(ids["model"], "llama");
    EXPECT_EQ(ids["seed"], 18446744073709551615u);

    const json text = stdout_json({"run", "--model", text_model().path, "--tokenizer", tokenizer_path(),
                                   "--prompt", "a \xc3\xa9", "-n", "0", "--json"});
    EXPECT_EQ(text["text"], "a \xc3\xa9");
    EXPECT_EQ(text["tokens"], json({1, 259, 260, 259, 3 + 0xc3, 3 + 0xa9}));
    EXPECT_EQ(text["n_prompt"], 6);
    // Bytes that are no UTF-8 must not break the JSON.
    const json bytes = stdout_json({"run", "--model", text_model().path, "--tokenizer", tokenizer_path(),
                                    "--prompt", "a\xff", "-n", "0", "--json"});
    EXPECT_EQ(bytes["tokens"], json({1, 259, 260, 3 + 0xff}));
    EXPECT_EQ(bytes["text"], "a\xef\xbf\xbd");
}

TEST(Run, StopsWhereTheTextEnds) {
    const std::vector<int> tokens = greedy_tokens(saved_preset("llama"), {3, 1, 4}, 30);
    ModelConfig config = preset("llama").config;
    config.eos_id = tokens[9];
    const auto end = std::find(tokens.begin() + 3, tokens.end(), config.eos_id);
    const SavedModel& model = saved_model("ends", config);
    EXPECT_EQ(stdout_of({"run", "--model", model.path, "--tokens", "3,1,4", "-n", "30", "--greedy"}),
              ids_text({tokens.begin(), end}) + "\n");
}

struct Drawing {
    std::string name;
    std::vector<std::string> options;
    SamplingChain chain;
};

/// With the same chain and seed the program and the session give the same tokens.
TEST(Run, DrawsAsTheSession) {
    using enum StageKind;
    const std::vector<Drawing> drawings = {
        {"plain", {}, {{temperature, 1, true}}},
        {"cold", {"--temperature", "0.5"}, {{temperature, 0.5, true}}},
        {"top_k", {"--top-k", "5"}, {{temperature, 1, true}, {top_k, 5, true}}},
        {"top_p", {"--top-p", "0.7"}, {{temperature, 1, true}, {top_p, 0.7, true}}},
        {"min_p", {"--min-p", "0.2", "--temperature", "2"}, {{temperature, 2, true}, {min_p, 0.2, true}}},
        {"penalty",
         {"--repetition-penalty", "1.5"},
         {{repetition_penalty, 1.5, true}, {temperature, 1, true}}},
        {"greedy_penalty",
         {"--repetition-penalty", "1.5", "--greedy"},
         {{repetition_penalty, 1.5, true}, {greedy, 0, true}}},
    };
    const SavedModel& model = saved_preset("llama");
    std::vector<std::string> texts;
    for (const Drawing& d : drawings) {
        SCOPED_TRACE(d.name);
        TestSession session(model, {3, 1, 4});
        session(command::SetSeed{123});
        session(command::SetSampling{d.chain});
        session(command::Step{100});
        std::vector<std::string> arguments{"run", "--model", model.path, "--tokens", "3,1,4",
                                           "-n",  "100",     "--seed",   "123"};
        arguments.insert(arguments.end(), d.options.begin(), d.options.end());
        texts.push_back(stdout_of(arguments));
        EXPECT_EQ(texts.back(), ids_text(session.tokens()) + "\n");
    }
    std::ranges::sort(texts);
    EXPECT_EQ(std::ranges::adjacent_find(texts), texts.end()) << "an option without effect";
}

TEST(Run, TheSameSeedGivesTheSameText) {
    const SavedModel& model = saved_preset("gpt2");
    auto text = [&](const char* seed) {
        return stdout_of({"run", "--model", model.path, "--tokens", "3,1,4", "-n", "50", "--seed", seed});
    };
    EXPECT_EQ(text("1"), text("1"));
    EXPECT_NE(text("1"), text("2"));
    EXPECT_EQ(text("42"), stdout_of({"run", "--model", model.path, "--tokens", "3,1,4", "-n", "50"}))
        << "the default";
}

/// With the real model and text, the program prints what the window plays.
TEST(Run, TellsTheSessionsStory) {
    const Stories files = stories();
    if (!files) GTEST_SKIP() << "no models in " << GLASSFORMER_MODELS_DIR;
    TestSession session;
    session(command::Open{files.model, files.tokenizer});
    session(command::SetPrompt{"Once upon a time"});
    session(command::SetSeed{7});
    session(command::SetSampling{{{StageKind::temperature, 0.8, true}, {StageKind::top_p, 0.9, true}}});
    const Snapshot& s = session(command::Step{150});
    std::vector<int> tokens = session.tokens();
    if (s.model->tokenizer->kind(tokens.back()) == TokenKind::special) tokens.pop_back();
    const std::string text =
        stdout_of({"run", "--model", files.model, "--tokenizer", files.tokenizer, "--prompt",
                   "Once upon a time", "--seed", "7", "--temperature", "0.8", "--top-p", "0.9", "-n", "150"});
    EXPECT_EQ(text, s.model->tokenizer->decode(tokens) + "\n");
    EXPECT_THAT(text, ::testing::StartsWith("Once upon a time"));
    EXPECT_GT(text.size(), 100u);
}

TEST(Run, WarnsOfNaNAndGoesOn) {
    auto weights = random_weights(preset("llama").config);
    const ParamRow& row = weights->table[4];
    weights->values(row)[3] = std::nanf("");
    weights->values(row)[4] = INFINITY;
    const std::string folder = (scratch() / "with_nan").string();
    save_model(folder, *weights);
    for (const std::string command : {"run", "info"}) {
        std::vector<std::string> arguments{command, "--model", folder};
        if (command == "run") arguments.insert(arguments.end(), {"--tokens", "1,2", "-n", "3"});
        const Outcome o = run_glassformer(arguments);
        EXPECT_EQ(o.exit_code, 0);
        EXPECT_NE(o.out, "");
        EXPECT_THAT(o.err, ::testing::StartsWith("warning: " + folder));
        EXPECT_THAT(o.err, ::testing::HasSubstr(row.name));
        EXPECT_THAT(o.err, ::testing::HasSubstr("1 of"));
        EXPECT_EQ(std::ranges::count(o.err, '\n'), 1);
    }
}

TEST(Run, ModelsOfAnotherPurposeHaveNoNextToken) {
    for (const auto& [name, purpose] : {std::pair{"bidirectional", "both directions"},
                                        {"bert", "fills in masked tokens"},
                                        {"classes", "sorts texts into classes"},
                                        {"mean_embedding", "turns a text into one vector"},
                                        {"headless", "has no output layer"}}) {
        const SavedModel& model = saved_preset(name);
        expect_refused({"run", "--model", model.path, "--tokens", "1,2,3", "-n", "3"},
                       {"-n", purpose, "found 3", "glassformer trace"});
        EXPECT_EQ(stdout_of({"run", "--model", model.path, "--tokens", "1,2,3", "-n", "0"}), "1,2,3\n");
    }
}

} // namespace
} // namespace gf::tests::run_test
