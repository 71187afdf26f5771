// The config: every value is read and written, and every mistake is named.

#include "train/train_config.h"

#include "support.h"

namespace gf::tests::train_config_test {
namespace {

using nlohmann::json;

/// The shortest config that is valid.
json small_config() {
    return json::parse(R"({
        "model": {"d_model": 8}, "data": {"files": "a.txt"}, "tokenizer": "t.json",
        "steps": 5, "out": "o"})");
}

TrainConfig parse(const json& object) { return parse_train_config(object, "train.json", "/base"); }

TEST(TrainConfig, PathsCountFromTheFolder) {
    const TrainConfig c = parse(small_config());
    EXPECT_EQ(c.data.files.at(0), "/base/a.txt");
    EXPECT_EQ(c.tokenizer, "/base/t.json");
    EXPECT_EQ(c.out, "/base/o");
    json absolute = small_config();
    absolute["data"]["files"] = {"/x/a.txt", "../b.txt"};
    EXPECT_THAT(parse(absolute).data.files, testing::ElementsAre("/x/a.txt", "/b.txt"));
}

TEST(TrainConfig, WrittenAndReadAgainIsTheSame) {
    const json everything = json::parse(R"({
        "model": {"d_model": 8, "n_layers": 1}, "tokenizer": {"kind": "characters"},
        "objective": "masked_token",
        "data": {"files": ["/a", "/b"], "validation": 0.25, "order": "sequential", "mask_share": 0.5,
                 "mask_token": "<mask>",
                 "tinyville": {"seed": 1, "size": 0, "only": [], "single_documents": false, "weights": {}}},
        "optimiser": {"kind": "sgd", "lr": 0.125, "clip_norm": 0.5, "weight_decay": 0.25, "beta1": 0.5,
                      "beta2": 0.75, "eps": 0.125, "momentum": 0.625},
        "schedule": {"kind": "linear", "warmup_steps": 3, "final": 0.5},
        "batch": {"sequences": 2, "length": 4, "accumulate": 3}, "steps": 0, "tokens": 1000,
        "init_deviation": 0.5, "seed": 18446744073709551615, "frozen": ["*a", "b"],
        "lora": {"rank": 0, "alpha": 3.5, "targets": ["c"]},
        "regularise": {"dropout": 0.125, "router_noise": 0.25, "capacity_factor": 1.5},
        "experts": {"load_balancing": 0.5, "router_z": 0.25, "bias_step": 0.125}, "temperature": 3.5, "hard_share": 0.25,
        "gradient_checkpointing": true, "evaluate_every": 7, "evaluate_batches": 8, "checkpoint_every": 9,
        "out": "/o", "dtype": "BF16", "threads": 3})");
    EXPECT_EQ(to_json(parse(everything)), everything);
    json tinyville = everything;
    tinyville["data"].update(
        json::parse(R"({"files": [], "order": "random", "tinyville": {"seed": 4, "size": 5000,
        "only": ["story"], "single_documents": true, "weights": {"story": 3}}})"));
    EXPECT_EQ(to_json(parse(tinyville)), tinyville);
    const TrainConfig c = parse(everything);
    EXPECT_EQ(c.seed, 18446744073709551615u);
    EXPECT_EQ(c.optimiser.kind, OptimiserKind::sgd);
    EXPECT_EQ(c.schedule.kind, ScheduleKind::linear);
    EXPECT_EQ(c.objective, Objective::masked_token);
    EXPECT_EQ(c.dtype, DType::bf16);
}

TEST(TrainConfig, EveryObjectiveHasItsName) {
    for (const char* word : {"next_token", "masked_token", "seq2seq", "classification", "contrastive"}) {
        json c = small_config();
        c["objective"] = word;
        EXPECT_EQ(name(parse(c).objective), word);
    }
}

/// A small config with `value` at the JSON pointer must be refused with these words.
void expect_refused(const char* pointer, const json& value, std::initializer_list<std::string_view> words) {
    json c = small_config();
    c[json::json_pointer(pointer)] = value;
    expect_error([&] { parse(c); }, words);
}

TEST(TrainConfig, UnknownKeysNameTheNearest) {
    expect_refused("/optimizer", json::object(), {"train.json: 'optimizer'", "nearest: 'optimiser'"});
    expect_refused("/optimiser/weight_dcay", 1, {"'optimiser.weight_dcay'", "nearest: 'weight_decay'"});
    expect_refused("/data/file", "x", {"'data.file'", "'files'"});
}

TEST(TrainConfig, ValuesThatMakeNoSenseNameTheKey) {
    expect_refused("/optimiser/lr", "fast", {"'optimiser.lr'", "a number", "\"fast\""});
    expect_refused("/optimiser/lr", -1, {"'optimiser.lr'", "0 or more", "-1"});
    expect_refused("/optimiser/kind", "adam", {"'optimiser.kind'", "one of adamw, sgd, muon", "'adam'"});
    expect_refused("/optimiser/beta1", 1, {"'optimiser.beta1'", "found 1"});
    expect_refused("/optimiser", 3, {"'optimiser'", "an object"});
    expect_refused("/batch/sequences", 0, {"'batch.sequences'", "1 to"});
    expect_refused("/batch/sequences", 2.5, {"'batch.sequences'", "an integer"});
    expect_refused("/seed", -1, {"'seed'", "2^64"});
    expect_refused("/data/files", 5, {"'data.files'", "some text"});
    expect_refused("/data/files", json::array(), {"'data.files'", "at least one file"});
    expect_refused("/data/validation", 1, {"'data.validation'"});
    expect_refused("/dtype", "F64", {"'dtype'", "BF16"});
    expect_refused("/objective", "next", {"'objective'", "next_token"});
    expect_refused("/model", json::array(), {"'model'", "an object"});
    expect_refused("/gradient_checkpointing", 1, {"'gradient_checkpointing'", "true or false"});
    expect_error([] { parse(json::array()); }, {"train.json", "an object"});
}

TEST(TrainConfig, WhatDoesNotFitTogether) {
    expect_refused("/from", "m", {"'model'", "both"});
    expect_refused("/model", json::object(), {"'model'", "neither"});
    expect_refused("/tokens", 100, {"'steps'", "both"});
    expect_refused("/steps", 0, {"'steps'", "neither"});
    expect_refused("/tokenizer", nullptr, {"'tokenizer'", "none"});
    expect_refused("/objective", "distillation", {"'teacher'"});
    expect_refused("/teacher", "t", {"'teacher'"});
    expect_refused("/lora/rank", 4, {"'lora'", "a new model"});
    expect_refused("/out", nullptr, {"'out'"});
    expect_refused("/data/tinyville", {{"single_documents", true}},
                   {"'data.tinyville.single_documents'", "'data.files'"});
    expect_refused("/data",
                   {{"tinyville", {{"size", 1000}, {"weights", {{"story", 2}}}}}, {"order", "sequential"}},
                   {"'data.tinyville.weights'", "found sequential"});
}

TEST(TrainConfig, DocumentsAreChosenForWindowsOnly) {
    json c = small_config();
    c["data"] = {{"tinyville", {{"size", 1000}, {"weights", {{"story", 2}}}}}};
    EXPECT_NO_THROW(parse(c));
    c["objective"] = "seq2seq";
    expect_error([&] { parse(c); }, {"'data.tinyville.weights'", "found seq2seq"});
}

TEST(TrainConfig, SetChangesTheFile) {
    const TestFolder folder;
    const auto file = folder.file("c.json", small_config().dump());
    const TrainConfig c = load_train_config(
        file, {"optimiser.lr=0.5", "model.norm=layer", "steps=7", "data.files=[\"x\", \"y\"]"},
        {{"out", "/elsewhere"}});
    EXPECT_EQ(c.lr, 0.5);
    EXPECT_EQ(c.model["norm"], "layer");
    EXPECT_EQ(c.model["d_model"], 8);
    EXPECT_EQ(c.steps, 7);
    EXPECT_EQ(c.data.files.size(), 2u);
    EXPECT_EQ(c.out, "/elsewhere");
    expect_error([&] { load_train_config(file, {"steps"}); }, {"--set", "key=value", "'steps'"});
    expect_error([&] { load_train_config(file, {"steps.more=1"}); }, {"--set", "an object"});
    expect_error([&] { load_train_config(file, {"optimiser.rl=1"}); }, {"'optimiser.rl'", "'lr'"});
    expect_error([&] { load_train_config(folder.file("bad.json", "{"), {}); }, {"bad.json"});
}

TEST(TrainConfig, ARunKeepsWhatItRestsOn) {
    const json before = to_json(parse(small_config()));
    const auto resume = [&](const char* pointer, const json& value) {
        json now = small_config();
        now[json::json_pointer(pointer)] = value;
        require_resumable(parse(now), before, "checkpoint");
    };
    for (const auto& [pointer, value] :
         std::initializer_list<std::pair<const char*, json>>{{"/steps", 50},
                                                             {"/optimiser/lr", 1},
                                                             {"/threads", 2},
                                                             {"/out", "x"},
                                                             {"/schedule/kind", "linear"},
                                                             {"/dtype", "F16"}})
        EXPECT_NO_THROW(resume(pointer, value)) << pointer;
    expect_error([&] { resume("/seed", 2); }, {"checkpoint: 'seed'", "expected 1", "found 2"});
    expect_error([&] { resume("/model/d_model", 16); }, {"'model'"});
    expect_error([&] { resume("/batch/sequences", 3); }, {"'batch'"});
    expect_error([&] { resume("/optimiser/kind", "sgd"); }, {"'optimiser'", "adamw"});
    expect_error([&] { resume("/frozen", "x"); }, {"'frozen'"});
}

TEST(TrainConfig, TheManualsExampleIsOne) {
    const std::string manual =
        read_text(std::filesystem::path(GLASSFORMER_TESTS_DIR) / ".." / "docs" / "training.md");
    const std::string open = "```json\n";
    const std::size_t begin = manual.find(open);
    ASSERT_NE(begin, std::string::npos);
    const std::size_t end = manual.find("```", begin + open.size());
    const TrainConfig c = parse(json::parse(manual.substr(begin + open.size(), end - begin - open.size())));
    EXPECT_EQ(c.tokens, 6'000'000);
    EXPECT_EQ(c.model["d_model"], 128);
    // Every key is explained.
    const json all = to_json(c).flatten();
    for (const auto& [pointer, value] : all.items())
        for (const std::string& key :
             std::vector{pointer.substr(1, pointer.find('/', 1) - 1), pointer.substr(pointer.rfind('/') + 1)})
            if (pointer.find("/model") != 0 && key.find_first_of("0123456789") != 0) {
                EXPECT_THAT(manual, testing::HasSubstr("`" + key + "`"));
            }
}

} // namespace
} // namespace gf::tests::train_config_test
