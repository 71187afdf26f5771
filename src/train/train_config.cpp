#include "train/train_config.h"

#include "io/fields.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr FieldRule k_share{.least = 0, .greatest = 1}, k_count{.least = 0, .greatest = 1e9},
    k_positive{.least = 1, .greatest = 1e9}, k_not_negative{.least = 0},
    k_texts{.least = 1, .single_for_list = true}, k_optional_path{.skip_empty = true};
constexpr std::array<std::string_view, 3> k_weight_types{"F32", "F16", "BF16"};

/// The fields of the group "data".
void visit_data(auto& data, auto visit) {
    visit("files", data.files, k_texts);
    visit.group("tinyville", [&](auto tinyville) {
        tinyville("seed", data.tinyville.seed);
        tinyville("size", data.tinyville.size);
        tinyville("only", data.tinyville.only, k_texts);
        tinyville("single_documents", data.single_documents);
        tinyville("weights", data.group_weights, {.least = 1, .greatest = 1000});
    });
    visit("validation", data.validation, {.least = 0, .greatest = 0.99});
    visit("order", data.order);
    visit("mask_share", data.mask_share, k_share);
    visit("mask_token", data.mask_token, {.least = 1});
}

/// Throws Error for fields that make sense alone but not together.
void check_combinations(const TrainConfig& c, const std::string& where) {
    const auto refuse = [&](const char* key, const char* expected, std::string_view found,
                            const char* remedy) {
        throw Error({fmt::format("{}: '{}'", where, key), expected, std::string(found), remedy});
    };
    if (c.model.empty() == c.from.empty())
        refuse("model", "the shape of a new model, or 'from' with a model to continue",
               c.from.empty() ? "neither" : "both", "give one of them");
    if (c.data.files.empty() == (c.data.tinyville.size == 0))
        refuse("data.files", "at least one file, or 'data.tinyville' with a size",
               c.data.files.empty() ? "neither" : "both", "name the text to train on");
    if (c.data.single_documents || !c.data.group_weights.empty()) {
        const char* key =
            c.data.single_documents ? "data.tinyville.single_documents" : "data.tinyville.weights";
        const auto require = [&](bool ok, const char* expected, std::string_view found) {
            if (!ok) refuse(key, expected, found, "leave it out: nothing would follow it");
        };
        require(c.data.files.empty(), "no files: only Tinyville knows its documents", "'data.files'");
        require(reads_windows(c.objective), "an objective that reads windows of text", name(c.objective));
        require(c.data.order == DataOrder::random,
                "'data.order' random: who reads in sequence chooses no documents", name(c.data.order));
    }
    if ((c.steps > 0) == (c.tokens > 0))
        refuse("steps", "'steps' or 'tokens' of 1 or more: how long to train",
               c.steps > 0 ? "both" : "neither", "give one of them");
    if (c.tokenizer.is_null() && c.from.empty()) refuse("tokenizer", "a tokenizer.json", "none", "name one");
    if ((c.objective == Objective::distillation) == c.teacher.empty())
        refuse("teacher", "a model to learn from, with the objective distillation and only with it",
               c.teacher.empty() ? "none" : "one", "");
    if (c.lora.rank > 0 && c.from.empty())
        refuse("lora", "'from' with a model to adapt", "a new model",
               "adapters are for models that are trained already");
    if (c.lora.rank > 0 && !c.frozen.empty())
        refuse("frozen", "nothing beside an adapter, which freezes the whole model", "some names",
               "remove one of them");
    if (c.out.empty()) refuse("out", "the folder for the result", "none", "name one, or pass --out");
}

/// Applies "key=value" with dots between the names of nested keys. The value is JSON, or else plain text.
void apply_assignment(json& object, const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error({"--set", "key=value", "'" + assignment + "'", "for example --set optimiser.lr=0.001"});
    const std::string text = assignment.substr(equals + 1);
    json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) value = text; // plain text needs no quotes
    json* at = &object;
    for (std::size_t begin = 0; begin <= equals;) {
        const std::size_t end = std::min(assignment.find('.', begin), equals);
        if (!at->is_object())
            throw Error({"--set", "an object at the left of each dot", "'" + assignment + "'", ""});
        at = &(*at)[assignment.substr(begin, end - begin)];
        if (at->is_null() && end < equals) *at = json::object();
        begin = end + 1;
    }
    *at = std::move(value);
}

} // namespace

void TrainConfig::fields(auto& c, auto visit) {
    visit("model", c.model, {.object_only = true});
    visit("from", c.from, k_optional_path);
    visit("ignore_config_keys", c.ignored_keys, {.least = 1, .skip_empty = true, .single_for_list = true});
    visit("tokenizer", c.tokenizer);
    visit.group("data", [&](auto data) { visit_data(c.data, data); });
    visit("objective", c.objective);
    visit.group("optimiser", [&](auto optimiser) {
        optimiser("kind", c.optimiser.kind);
        optimiser("lr", c.lr, k_not_negative);
        optimiser("clip_norm", c.clip_norm, k_not_negative);
        optimiser("weight_decay", c.optimiser.weight_decay, k_not_negative);
        optimiser("beta1", c.optimiser.beta1, {.least = 0, .greatest = 0.999999});
        optimiser("beta2", c.optimiser.beta2, {.least = 0, .greatest = 0.999999});
        optimiser("eps", c.optimiser.eps, {.least = 1e-30, .greatest = 1});
        optimiser("momentum", c.optimiser.momentum, {.least = 0, .greatest = 0.999999});
    });
    visit.group("schedule", [&](auto schedule) {
        schedule("kind", c.schedule.kind);
        schedule("warmup_steps", c.schedule.warmup_steps, k_count);
        schedule("final", c.schedule.final_share, k_share);
    });
    visit.group("batch", [&](auto batch) {
        batch("sequences", c.batch.sequences, {.least = 1, .greatest = 1e6});
        batch("length", c.batch.length, {.least = 0, .greatest = 1e6});
        batch("accumulate", c.batch.accumulate, {.least = 1, .greatest = 1e6});
    });
    visit("steps", c.steps, k_count);
    visit("tokens", c.tokens, {.least = 0, .greatest = 1e15});
    visit("init_deviation", c.init_deviation, {.least = 1e-6, .greatest = 10});
    visit("seed", c.seed);
    visit("frozen", c.frozen, k_texts);
    visit.group("lora", [&](auto lora) {
        lora("rank", c.lora.rank, k_count);
        lora("alpha", c.lora.alpha, k_not_negative);
        lora("targets", c.lora.targets, k_texts);
    });
    visit.group("regularise", [&](auto regularise) {
        regularise("dropout", c.dropout, {.least = 0, .greatest = 0.99});
        regularise("router_noise", c.router_noise, k_not_negative);
        regularise("capacity_factor", c.capacity_factor, k_not_negative);
    });
    visit.group("experts", [&](auto experts) {
        experts("load_balancing", c.load_balancing, k_not_negative);
        experts("router_z", c.router_z, k_not_negative);
        experts("bias_step", c.bias_step, k_not_negative);
    });
    visit("teacher", c.teacher, k_optional_path);
    visit("temperature", c.temperature, {.least = 1e-3, .greatest = 1e3});
    visit("hard_share", c.hard_share, k_share);
    visit("gradient_checkpointing", c.gradient_checkpointing);
    visit("evaluate_every", c.evaluate_every, k_positive);
    visit("evaluate_batches", c.evaluate_batches, k_count);
    visit("checkpoint_every", c.checkpoint_every, k_positive);
    visit("out", c.out, k_optional_path);
    visit("dtype", c.dtype, {.words = k_weight_types});
    visit("threads", c.threads, {.least = 0, .greatest = 1024});
}

TrainConfig parse_train_config(const json& object, const std::string& where, const fs::path& folder) {
    auto config = fields_from_json<TrainConfig>(
        object, {.where = where, .folder = folder, .remedy = "see docs/training.md"});
    if (config.tokenizer.is_string())
        config.tokenizer = (folder / config.tokenizer.get<std::string>()).lexically_normal().string();
    check_combinations(config, where);
    return config;
}

TrainConfig load_train_config(const fs::path& path, const std::vector<std::string>& changes,
                              const json& overrides) {
    const MappedFile file(path);
    json object = parse_json(file.text(), path.string());
    for (const std::string& assignment : changes) apply_assignment(object, assignment);
    if (object.is_object()) object.update(overrides);
    return parse_train_config(object, path.string(), fs::absolute(path).parent_path());
}

json to_json(const TrainConfig& config) { return fields_to_json(config); }

void require_resumable(const TrainConfig& now, const json& before, const std::string& where) {
    json found = to_json(now), expected = before;
    for (const char* group : {"data", "optimiser"})
        if (!expected.contains(group) || !expected[group].is_object()) expected[group] = json::object();
    for (json* config : {&found, &expected}) {
        // A file may have moved: the fingerprint of the data compares its contents.
        (*config)["data"].erase("files");
        // All settings of an optimiser but its kind may change.
        (*config)["optimiser"] = (*config)["optimiser"].value("kind", "");
    }
    for (const char* key : {"model", "from", "data", "objective", "optimiser", "batch", "seed", "frozen",
                            "lora", "teacher", "temperature", "hard_share"}) {
        const json a = expected.value(key, json()), b = found.value(key, json());
        if (a != b)
            throw Error(
                {fmt::format("{}: '{}'", where, key), a.dump().substr(0, 100), b.dump().substr(0, 100),
                 "go on with the settings the run began with, or begin a new one in another folder (--out)"});
    }
}

} // namespace gf
