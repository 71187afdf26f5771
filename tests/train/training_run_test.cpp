// Whole runs: where they end, that a resumed run equals an unbroken one bit for bit, and that a kill at any
// moment leaves a checkpoint to continue from.

#include "train/training_run.h"

#include "core/random.h"
#include "io/json.h"
#include "io/model_file.h"
#include "support.h"
#include "text/load_tokenizer.h"
#include "train/checkpoints.h"
#include "train/training_files.h"

#include <csignal>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// The process kills itself at the disk operation after this many; -1: never.
long operations_left = -1;

void count_operation() {
    if (operations_left == 0) raise(SIGKILL);
    if (operations_left > 0) --operations_left;
}

} // namespace

// In this program these replace the functions of the C library: every
// change to the files of a run goes through them.
extern "C" ssize_t write(int fd, const void* bytes, size_t n) {
    count_operation();
    return syscall(SYS_write, fd, bytes, n);
}
extern "C" int fsync(int fd) {
    count_operation();
    return static_cast<int>(syscall(SYS_fsync, fd));
}
extern "C" int rename(const char* from, const char* to) noexcept {
    count_operation();
    return static_cast<int>(syscall(SYS_rename, from, to));
}

namespace gf::tests::training_run_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class TrainingRun : public testing::Test {
  protected:
    TrainingRun() {
        text = folder.file("text.txt", generated_text(400));
        tokenizer = folder.file("tokenizer.json", byte_tokenizer_json());
    }

    /// A run of 12 steps in the folder `out`. `changes` are merged into its config.
    TrainConfig config(const std::string& out, const json& changes = json::object()) const {
        json c = json::parse(R"({
            "model": {"d_model": 16, "n_layers": 1, "n_heads": 2, "n_ctx": 16, "d_mlp": 32,
                      "tied_embeddings": true},
            "optimiser": {"lr": 0.01}, "schedule": {"warmup_steps": 3},
            "batch": {"sequences": 3, "accumulate": 2}, "steps": 12, "regularise": {"dropout": 0.1},
            "evaluate_every": 5, "evaluate_batches": 2, "checkpoint_every": 4, "threads": 1})");
        c["data"] = {{"files", text.string()}};
        c["tokenizer"] = tokenizer.string();
        c["out"] = (folder.path() / out).string();
        c.merge_patch(changes);
        return parse_train_config(c, "test", folder.path());
    }

    fs::path out(const std::string& name) const { return folder.path() / name; }

    /// Both runs must have the same weights, optimiser state and metrics, but for the times.
    void expect_same_run(const std::string& a, const std::string& b) const {
        EXPECT_EQ(read_text(out(a) / "model.safetensors"), read_text(out(b) / "model.safetensors"));
        const auto newest = [&](const std::string& name) {
            return Checkpoints(out(name) / "checkpoints").newest().value();
        };
        EXPECT_EQ(newest(a).step, newest(b).step);
        for (const char* file : {"model.safetensors", "optimiser.safetensors"})
            EXPECT_EQ(read_text(newest(a).path / file), read_text(newest(b).path / file));
        EXPECT_EQ(metrics(a), metrics(b));
    }

    std::vector<json> metrics(const std::string& name) const {
        std::istringstream lines(read_text(out(name) / "metrics.jsonl"));
        std::vector<json> all;
        for (std::string line; std::getline(lines, line);) {
            all.push_back(json::parse(line));
            all.back().erase("seconds");
        }
        return all;
    }

    const TestFolder folder;
    fs::path text, tokenizer;
};

/// Asks to stop once n steps are made.
TrainingCallbacks stop_after(int n) {
    auto done = std::make_shared<int>(0);
    return {.on_start = [](const Trainer&) {},
            .on_step = [done](const StepReport&) { ++*done; },
            .should_stop = [done, n] { return *done == n; }};
}

TEST_F(TrainingRun, LearnsAGeneratedText) {
    // A sentence has log 27 nats in about 23 bytes, 0.145 a byte. The first sentence of a window is less
    // certain, as its beginning is cut off.
    const json changes = json::parse(R"({
        "model": {"d_model": 32, "n_ctx": 32, "d_mlp": 128}, "steps": 300, "optimiser": {"lr": 0.01},
        "batch": {"sequences": 8, "accumulate": 1}, "regularise": {"dropout": 0},
        "evaluate_every": 300, "checkpoint_every": 300})");
    const TrainingEnd end = run_training(config("text", changes), false);
    EXPECT_EQ(end.kind, TrainingEnd::Kind::finished);
    EXPECT_EQ(end.step, 300);
    EXPECT_LT(end.validation.value(), 0.35);
    EXPECT_GT(end.validation.value(), 0.14) << "nobody can know better";
    std::vector<std::string> warnings;
    EXPECT_EQ(load_model(out("text"), warnings)->config.d_vocab, 256);
    EXPECT_TRUE(fs::exists(out("text") / "tokenizer.json"));
}

TEST_F(TrainingRun, TrainsItsTokenizerFromARecipe) {
    const json recipe = json::parse(R"({"tokenizer": {"kind": "bpe", "vocab_size": 300}})");
    EXPECT_EQ(run_training(config("recipe", recipe), false, stop_after(5)).kind, TrainingEnd::Kind::stopped);
    // The resumed run uses the tokenizer of its checkpoint.
    EXPECT_EQ(run_training(config("recipe", recipe), true).kind, TrainingEnd::Kind::finished);
    std::vector<std::string> warnings;
    const int size = load_tokenizer(out("recipe") / "tokenizer.json")->size();
    EXPECT_GT(size, 256);
    EXPECT_LE(size, 300);
    EXPECT_EQ(load_model(out("recipe"), warnings)->config.d_vocab, size);
}

TEST_F(TrainingRun, LearnsClassesAndPairsFromLines) {
    std::string classes, pairs;
    for (int i = 0; i < 40; ++i) {
        const std::string letter(1, static_cast<char>('a' + i % 20)),
            word = letter + letter + (i % 3 ? "x" : "yy");
        classes += json{{"text", word}, {"label", i % 20 < 10 ? "early" : "late"}}.dump() + "\n";
        pairs +=
            json{{"a", word}, {"b", std::string(1, static_cast<char>('A' + i % 20)) + "z"}}.dump() + "\n";
    }
    const json changes = json::parse(R"({
        "model": {"d_model": 16, "n_layers": 1, "n_heads": 2, "n_ctx": 8, "pooling": "mean",
                  "tied_embeddings": false},
        "tokenizer": {"kind": "characters"}, "batch": {"sequences": 8, "accumulate": 1}, "steps": 150,
        "temperature": 0.1, "optimiser": {"lr": 0.02}, "regularise": {"dropout": 0},
        "evaluate_every": 150, "checkpoint_every": 150})");
    for (const auto& [objective, lines] :
         {std::pair("classification", classes), std::pair("contrastive", pairs)}) {
        json c = changes;
        c["objective"] = objective;
        c["data"] = {{"files", folder.file(std::string(objective) + ".jsonl", lines).string()},
                     {"order", "sequential"}};
        EXPECT_EQ(run_training(config(objective, c), false).kind, TrainingEnd::Kind::finished);
        const auto all = metrics(objective);
        EXPECT_LT(all.back()["loss"].get<double>(), 0.3 * all.front()["loss"].get<double>()) << objective;
    }
    std::vector<std::string> warnings;
    EXPECT_EQ(load_model(out("classification"), warnings)->config.n_classes, 2);
    EXPECT_EQ(load_model(out("contrastive"), warnings)->config.head, OutputHead::embedding);
}

TEST_F(TrainingRun, MetricsHaveALinePerStep) {
    run_training(config("a"), false);
    const auto lines = metrics("a");
    ASSERT_EQ(lines.size(), 12u);
    for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_EQ(lines[i]["step"], i + 1);
        EXPECT_EQ(lines[i]["tokens"], 3 * 2 * 16);
        EXPECT_EQ(lines[i].contains("validation_loss"), i + 1 == 5 || i + 1 == 10 || i + 1 == 12);
    }
    EXPECT_NEAR(lines[0]["loss"].get<double>(), std::log(256), 0.3);
    EXPECT_DOUBLE_EQ(lines[0]["lr"], 0.01 / 3);
}

TEST_F(TrainingRun, GoesOnBitForBit) {
    const std::vector<std::pair<std::string, json>> kinds{
        {"adamw", json::object()},
        {"sgd", json::parse(R"({"optimiser": {"kind": "sgd"}, "data": {"order": "sequential"}})")},
        {"muon", json::parse(R"({"optimiser": {"kind": "muon"}})")},
        {"frozen", json::parse(R"({"frozen": ["*attn*"], "gradient_checkpointing": true})")}};
    for (const auto& [name, changes] : kinds) {
        EXPECT_EQ(run_training(config(name, changes), false).kind, TrainingEnd::Kind::finished);
        const std::string other = name + "-resumed";
        for (const int steps : {2, 4, 3}) { // stops at 2, 6 and 9
            const bool resume = fs::exists(out(other));
            const TrainingEnd end = run_training(config(other, changes), resume, stop_after(steps));
            EXPECT_EQ(end.kind, TrainingEnd::Kind::stopped);
        }
        EXPECT_EQ(run_training(config(other, changes), true).kind, TrainingEnd::Kind::finished);
        expect_same_run(name, other);
    }
}

TEST_F(TrainingRun, AnAdapterGoesOnBitForBit) {
    run_training(config("base"), false);
    const json changes{
        {"model", nullptr}, {"from", out("base").string()}, {"lora", {{"rank", 2}, {"alpha", 4}}}};
    run_training(config("whole", changes), false);
    run_training(config("parts", changes), false, stop_after(5));
    run_training(config("parts", changes), true);
    expect_same_run("whole", "parts");
    EXPECT_EQ(read_text(out("whole") / "adapter_model.safetensors"),
              read_text(out("parts") / "adapter_model.safetensors"));
    EXPECT_NE(read_text(out("whole") / "model.safetensors"), read_text(out("base") / "model.safetensors"));
}

TEST_F(TrainingRun, AModelIsContinued) {
    run_training(config("first"), false);
    const json changes{
        {"model", nullptr}, {"from", out("first").string()}, {"tokenizer", nullptr}, {"dtype", "BF16"}};
    double first_loss = 0;
    const TrainingCallbacks callbacks{.on_start = [](const Trainer&) {},
                                      .on_step =
                                          [&](const StepReport& r) {
                                              if (r.step == 1) first_loss = r.loss;
                                          },
                                      .should_stop = [] { return false; }};
    run_training(config("second", changes), false, callbacks);
    EXPECT_LT(first_loss, 5.3) << "it begins where the other ended, not at log 256 = 5.5";
    EXPECT_LT(fs::file_size(out("second") / "model.safetensors"),
              0.6 * static_cast<double>(fs::file_size(out("first") / "model.safetensors")));
}

TEST_F(TrainingRun, AKillAtAnyMomentLeavesAWholeCheckpoint) {
    run_training(config("whole"), false);
    // The run is killed again and again, each time a little later
    // than before, and each time its folder is inspected.
    bool finished = false;
    int n_kills = 0;
    for (long at = 0; !finished; at += 1 + at / 8) {
        const auto before = Checkpoints(out("killed") / "checkpoints").newest();
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            operations_left = at;
            int code = 3;
            try {
                const TrainingEnd end = run_training(config("killed"), before.has_value());
                code = end.kind == TrainingEnd::Kind::finished ? 0 : 4;
            } catch (const std::exception&) {
            }
            _exit(code);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        finished = WIFEXITED(status);
        if (finished) {
            EXPECT_EQ(WEXITSTATUS(status), 0);
            break;
        }
        ++n_kills;
        const auto after = Checkpoints(out("killed") / "checkpoints").newest();
        ASSERT_TRUE(!before || (after && after->step >= before->step)) << "killed at event " << at;
        if (!after) continue;
        std::vector<std::string> warnings;
        EXPECT_EQ(load_model(after->path, warnings)->config.d_model, 16) << "killed at event " << at;
        Trainer trainer(prepare_training(config("killed"), after->path));
        EXPECT_NO_THROW(restore_checkpoint(after->path, trainer)) << "killed at event " << at;
        if (fs::exists(out("killed") / "model.safetensors") && fs::exists(out("killed") / "config.json")) {
            EXPECT_NO_THROW(load_model(out("killed"), warnings)) << "killed at event " << at;
        }
    }
    EXPECT_GT(n_kills, 15);
    expect_same_run("whole", "killed");
}

TEST_F(TrainingRun, AFullDiskLeavesTheLastCheckpoint) {
    run_training(config("a"), false, stop_after(4));
    const auto before = Checkpoints(out("a") / "checkpoints").newest().value();
    rlimit old{};
    getrlimit(RLIMIT_FSIZE, &old);
    const rlimit small{10'000, old.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    expect_error([&] { run_training(config("a"), true); }, {"checkpoints/unfinished", "File too large"});
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(Checkpoints(out("a") / "checkpoints").newest()->step, before.step);
    EXPECT_FALSE(fs::exists(out("a") / "checkpoints" / "unfinished"));
    run_training(config("a"), true);
    run_training(config("whole"), false);
    expect_same_run("whole", "a");
}

TEST_F(TrainingRun, StopsWhenItDiverges) {
    const json wild = json::parse(R"({
        "optimiser": {"kind": "sgd", "lr": 1e6, "clip_norm": 0}, "steps": 200, "checkpoint_every": 1000})");
    const TrainingEnd end = run_training(config("wild", wild), false);
    EXPECT_EQ(end.kind, TrainingEnd::Kind::diverged);
    EXPECT_THAT(end.problem,
                testing::AllOf(testing::HasSubstr("step "), testing::HasSubstr("optimiser.lr (now 1000000)"),
                               testing::HasSubstr("step-0")));
    EXPECT_EQ(end.step, 0);
    Trainer trainer(prepare_training(config("wild", wild), end.checkpoint));
    restore_checkpoint(end.checkpoint, trainer);
    EXPECT_TRUE(trainer.is_sound());
    // With a smaller learning rate the run continues from there.
    const json tame = json::parse(R"({"optimiser": {"kind": "sgd", "lr": 0.1}})");
    EXPECT_EQ(run_training(config("wild", tame), true).kind, TrainingEnd::Kind::finished);
}

TEST_F(TrainingRun, NeverKeepsWeightsThatComputeNonsense) {
    // After the first step the weights are finite, but the loss is a billion.
    const json wild = json::parse(R"({"optimiser": {"lr": 1e10}, "checkpoint_every": 1})");
    const TrainingEnd end = run_training(config("wild", wild), false);
    EXPECT_EQ(end.kind, TrainingEnd::Kind::diverged);
    std::vector<std::string> warnings;
    load_model(end.checkpoint, warnings);
    EXPECT_TRUE(warnings.empty());
    EXPECT_EQ(end.step, 0);
    // The same holds if the run is stopped just then, or has just come to its end.
    EXPECT_EQ(run_training(config("stopped", wild), false, stop_after(1)).kind, TrainingEnd::Kind::diverged);
    EXPECT_EQ(run_training(config("ended", {{"optimiser", {{"lr", 1e10}}}, {"steps", 1}}), false).kind,
              TrainingEnd::Kind::diverged);
}

TEST_F(TrainingRun, RefusesToMixRuns) {
    expect_error([&] { run_training(config("a"), true); }, {"--resume", "a checkpoint", "without --resume"});
    run_training(config("a"), false, stop_after(2));
    expect_error([&] { run_training(config("a"), false); }, {"checkpoint at step 2", "--resume"});
    expect_error([&] { run_training(config("a", {{"seed", 5}}), true); }, {"'seed'"});
    folder.file("text.txt", generated_text(399));
    expect_error([&] { run_training(config("a"), true); }, {"'data'", "the same files"});
}

TEST_F(TrainingRun, RefusesWhatDoesNotFit) {
    expect_error(
        [&] {
            run_training(config("x", {{"model", {{"d_vocab", 100}}}}), false);
        },
        {"256", "d_vocab = 100"});
    expect_error(
        [&] {
            run_training(config("x", {{"model", {{"n_haeds", 100}}}}), false);
        },
        {"model: 'n_haeds'", "'n_heads'"});
    expect_error(
        [&] {
            run_training(config("x", {{"model", {{"model_type", "gpt2"}}}}), false);
        },
        {"'model_type'", "'from'"});
    expect_error(
        [&] {
            run_training(config("x", {{"batch", {{"length", 17}}}}), false);
        },
        {"batch.length", "16", "17"});
    expect_error(
        [&] {
            run_training(config("x", {{"model", {{"mask", "bidirectional"}}}}), false);
        },
        {"masked_token"});
    expect_error([&] { run_training(config("x", {{"tokenizer", "/none"}}), false); }, {"/none"});
    expect_error([&] { run_training(config("x", {{"data", {{"files", "/none"}}}}), false); }, {"/none"});
}

} // namespace
} // namespace gf::tests::training_run_test
