// glassformer train as a person uses it: what it prints, how it ends, and that a
// run can be resumed after Ctrl-C.

#include "cli/process.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cerrno>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace gf::tests::train_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// Writes a config, its text and a tokenizer of single letters into a folder; returns the config's path.
std::string config_file(const std::string& name, const json& changes = json::object()) {
    json vocab;
    for (int c = 'a'; c <= 'z'; ++c) vocab[std::string(1, static_cast<char>(c))] = c - 'a';
    const json tokenizer{{"version", "1.0"},
                         {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", json::array()}}}};
    scratch_file(name + "/tokenizer.json", tokenizer.dump());
    std::string text;
    for (int i = 0; i < 60; ++i) text += "abcdefghij";
    scratch_file(name + "/text.txt", text);
    json c = json::parse(
        R"({"model": {"d_model": 8, "n_layers": 1, "n_heads": 2, "n_ctx": 16},
            "data": {"files": "text.txt"}, "tokenizer": "tokenizer.json",
            "steps": 40, "evaluate_every": 20, "out": "out"})");
    c.merge_patch(changes);
    return scratch_file(name + "/train.json", c.dump());
}

TEST(Train, MakesAModelThatRuns) {
    const std::string config = config_file("runs");
    const std::string out = stdout_of({"train", config, "--threads", "1", "--set", "optimiser.lr=0.02"});
    EXPECT_THAT(out, HasSubstr("parameters to train"));
    EXPECT_THAT(out, HasSubstr("step 20/40  loss "));
    EXPECT_THAT(out, HasSubstr("finished at step 40, validation "));
    const std::string model = (scratch() / "runs" / "out").string();
    EXPECT_THAT(stdout_of({"run", "--model", model, "--prompt", "abc", "-n", "2"}),
                testing::StartsWith("abc"));
    expect_refused({"train", config}, {"out", "checkpoint at step 40", "--resume"});
    EXPECT_THAT(stdout_of({"train", config, "--resume", "--set", "steps=44", "--set", "optimiser.lr=0.02"}),
                HasSubstr("44 steps, 40 of them done"));
}

TEST(Train, NamesTheKeyThatIsWrong) {
    expect_refused({"train", config_file("unknown", {{"optimizer", 1}})},
                   {"train.json: 'optimizer'", "'optimiser'"});
    expect_refused({"train", config_file("set"), "--set", "batch.size=3"}, {"'batch.size'", "'sequences'"});
    expect_refused({"train", (scratch() / "none.json").string()}, {"none.json", "nothing there"});
    expect_refused({"train", config_file("fresh"), "--resume"}, {"--resume", "a checkpoint"});
}

TEST(Train, ADivergingRunEndsWithOne) {
    const std::string config = config_file("wild", json::parse(R"({"optimiser": {"lr": 1e20}})"));
    const Outcome o = run_glassformer({"train", config});
    EXPECT_EQ(o.exit_code, 1);
    EXPECT_THAT(o.err, HasSubstr("step "));
    EXPECT_THAT(o.err, HasSubstr("smaller optimiser.lr"));
    EXPECT_THAT(o.err, HasSubstr("step-0"));
}

TEST(Train, AnInterruptWritesACheckpoint) {
    const std::string config = config_file("interrupted", json::parse(R"({"steps": 1000000000})"));
    for (const int signal : {SIGINT, SIGTERM}) {
        std::array<int, 2> pipe_fds{};
        ASSERT_EQ(pipe(pipe_fds.data()), 0);
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            dup2(pipe_fds[1], STDOUT_FILENO);
            close(pipe_fds[0]);
            close(pipe_fds[1]);
            execl(GLASSFORMER_BINARY, "glassformer", "train", config.c_str(), "--threads", "1",
                  signal == SIGTERM ? "--resume" : nullptr, nullptr);
            _exit(127);
        }
        close(pipe_fds[1]);
        std::string out;
        for (char c = 0; read(pipe_fds[0], &c, 1) == 1;) {
            out += c;
            if (c == '\n' && out.find('\n') == out.size() - 1) kill(child, signal); // training has begun
        }
        close(pipe_fds[0]);
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        EXPECT_TRUE(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), 0) << out;
        EXPECT_THAT(out, HasSubstr("stopped at step "));
        EXPECT_THAT(out, HasSubstr("--resume"));
    }
}

} // namespace
} // namespace gf::tests::train_test
