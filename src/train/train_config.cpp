#include "train/train_config.h"

#include "core/name_matching.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr double k_infinity = std::numeric_limits<double>::infinity();

struct Range {
    double low = 0, high = k_infinity;
};
constexpr Range k_share{0, 1}, k_count{0, 1e9}, k_positive{1, 1e9};

/// How many enumerators an enum has. The name of each is name(enumerator).
template <class E>
constexpr int k_n_enumerators = 0;
template <>
constexpr int k_n_enumerators<OptimiserKind> = 3;
template <>
constexpr int k_n_enumerators<ScheduleKind> = 3;
template <>
constexpr int k_n_enumerators<DataOrder> = 2;
template <>
constexpr int k_n_enumerators<Objective> = 6;

/// The one list of all keys: reading, writing and the check for unknown keys follow from it. Calls
/// f(key, field, range) for every field and f.group(key, ...) for every nested object.
template <class Config, class F>
void for_each_field(Config& c, F& f) {
    f.object("model", c.model);
    f("from", c.from);
    f.raw("tokenizer", c.tokenizer);
    f.group("data", [&](F& g) {
        g("files", c.data.files);
        g.group("tinyville", [&](F& t) {
            t("seed", c.data.tinyville.seed);
            t("size", c.data.tinyville.size);
            t("only", c.data.tinyville.only);
            t("single_documents", c.data.single_documents);
            t("weights", c.data.group_weights, {1, 1000});
        });
        g("validation", c.data.validation, {0, 0.99});
        g("order", c.data.order);
        g("mask_share", c.data.mask_share, k_share);
        g("mask_token", c.data.mask_token);
    });
    f("objective", c.objective);
    f.group("optimiser", [&](F& g) {
        g("kind", c.optimiser.kind);
        g("lr", c.lr);
        g("clip_norm", c.clip_norm);
        g("weight_decay", c.optimiser.weight_decay);
        g("beta1", c.optimiser.beta1, {0, 0.999999});
        g("beta2", c.optimiser.beta2, {0, 0.999999});
        g("eps", c.optimiser.eps, {1e-30, 1});
        g("momentum", c.optimiser.momentum, {0, 0.999999});
    });
    f.group("schedule", [&](F& g) {
        g("kind", c.schedule.kind);
        g("warmup_steps", c.schedule.warmup_steps, k_count);
        g("final", c.schedule.final_share, k_share);
    });
    f.group("batch", [&](F& g) {
        g("sequences", c.batch.sequences, {1, 1e6});
        g("length", c.batch.length, {0, 1e6});
        g("accumulate", c.batch.accumulate, {1, 1e6});
    });
    f("steps", c.steps, k_count);
    f("tokens", c.tokens, {0, 1e15});
    f("init_deviation", c.init_deviation, {1e-6, 10});
    f("seed", c.seed);
    f("frozen", c.frozen);
    f.group("lora", [&](F& g) {
        g("rank", c.lora.rank, k_count);
        g("alpha", c.lora.alpha);
        g("targets", c.lora.targets);
    });
    f.group("regularise", [&](F& g) {
        g("dropout", c.dropout, {0, 0.99});
        g("router_noise", c.router_noise);
        g("capacity_factor", c.capacity_factor);
    });
    f.group("experts", [&](F& g) {
        g("load_balancing", c.load_balancing);
        g("router_z", c.router_z);
    });
    f("teacher", c.teacher);
    f("temperature", c.temperature, {1e-3, 1e3});
    f("hard_share", c.hard_share, k_share);
    f("gradient_checkpointing", c.gradient_checkpointing);
    f("evaluate_every", c.evaluate_every, k_positive);
    f("evaluate_batches", c.evaluate_batches, k_count);
    f("checkpoint_every", c.checkpoint_every, k_positive);
    f("out", c.out);
    f("dtype", c.dtype);
    f("threads", c.threads, {0, 1024});
}

/// Reads the fields that for_each_field() visits from a JSON object. Values that make no sense are refused.
class ConfigReader {
  public:
    ConfigReader(const json& object, std::string where, std::string prefix, fs::path folder)
        : object_(object), where_(std::move(where)), prefix_(std::move(prefix)), folder_(std::move(folder)) {
        if (!object.is_object()) refuse("", "an object", json_summary(object), "");
    }

    template <std::integral T>
    void operator()(const std::string& key, T& field, Range range) {
        if (const json* v = find(key)) {
            if (!v->is_number_integer()) refuse(key, "an integer", json_summary(*v), "");
            require_in_range(key, v->get<double>(), range);
            field = v->get<T>();
        }
    }
    void operator()(const std::string& key, std::uint64_t& field) {
        if (const json* v = find(key)) {
            const bool negative =
                v->is_number_integer() && !v->is_number_unsigned() && v->get<std::int64_t>() < 0;
            if (!v->is_number_integer() || negative)
                refuse(key, "an integer from 0 to 2^64 - 1", json_summary(*v), "");
            field = v->get<std::uint64_t>();
        }
    }
    void operator()(const std::string& key, bool& field) {
        if (const json* v = find(key)) {
            if (!v->is_boolean()) refuse(key, "true or false", json_summary(*v), "");
            field = v->get<bool>();
        }
    }
    void operator()(const std::string& key, double& field, Range range = {}) {
        if (const json* v = find(key)) {
            if (!v->is_number()) refuse(key, "a number", json_summary(*v), "");
            require_in_range(key, v->get<double>(), range);
            field = v->get<double>();
        }
    }
    void operator()(const std::string& key, std::string& field) {
        if (const json* v = find(key)) field = require_text(key, *v);
    }
    void operator()(const std::string& key, fs::path& field) {
        if (const json* v = find(key)) field = resolved(require_text(key, *v));
    }
    template <class T>
    void operator()(const std::string& key, std::vector<T>& field) { // a single text stands for a list of one
        const json* v = find(key);
        if (!v) return;
        field.clear();
        for (const json& item : v->is_array() ? *v : json::array({*v})) {
            if constexpr (std::is_same_v<T, fs::path>)
                field.push_back(resolved(require_text(key, item)));
            else
                field.push_back(require_text(key, item));
        }
    }
    template <class E>
    requires std::is_enum_v<E>
    void operator()(const std::string& key, E& field) {
        const json* v = find(key);
        if (!v) return;
        const std::string found = require_text(key, *v);
        std::vector<std::string> valid_names;
        for (int i = 0; i < k_n_enumerators<E>; ++i) {
            if (name(static_cast<E>(i)) == found) {
                field = static_cast<E>(i);
                return;
            }
            valid_names.emplace_back(name(static_cast<E>(i)));
        }
        refuse(key, fmt::format("one of {}", fmt::join(valid_names, ", ")), "'" + found + "'", "");
    }
    void operator()(const std::string& key, std::map<std::string, int>& field, Range range) {
        const json* v = find(key);
        if (!v) return;
        if (!v->is_object()) refuse(key, "an object of numbers", json_summary(*v), "");
        field.clear();
        ConfigReader inner(*v, where_, prefix_ + key + ".", folder_);
        for (const auto& [name, value] : v->items()) inner(name, field[name], range);
    }
    void operator()(const std::string& key, DType& field) {
        const json* v = find(key);
        if (!v) return;
        const auto type = dtype_from_name(require_text(key, *v));
        if (!type || !is_weight_type(*type)) refuse(key, "one of F32, F16, BF16", json_summary(*v), "");
        field = *type;
    }
    void object(const std::string& key, json& field) {
        raw(key, field);
        if (!field.is_object()) refuse(key, "an object", json_summary(field), "");
    }
    void raw(const std::string& key, json& field) {
        if (const json* v = find(key)) field = *v;
    }
    template <class F>
    void group(const std::string& key, F f) {
        static const json k_empty = json::object();
        const json* v = find(key);
        ConfigReader inner(v ? *v : k_empty, where_, prefix_ + key + ".", folder_);
        f(inner);
        inner.refuse_unknown_keys();
    }

    /// Throws Error for keys of the object that were not among the fields.
    void refuse_unknown_keys() const {
        for (const auto& [key, value] : object_.items())
            if (std::find(known_.begin(), known_.end(), key) == known_.end())
                refuse(key, "a key of a training run; nearest: " + nearest_names(key, known_),
                       json_summary(value), "see docs/training.md");
    }

    /// Throws Error about a key, or about the whole object if the key is empty.
    [[noreturn]] void refuse(const std::string& key, const std::string& expected, const std::string& found,
                             const std::string& remedy) const {
        std::string name = prefix_ + key;
        if (key.empty() && !name.empty()) name.pop_back(); // the dot at the end
        throw Error({name.empty() ? where_ : fmt::format("{}: '{}'", where_, name), expected, found, remedy});
    }

  private:
    /// The value of a key, which is known from now on; nullptr if it is absent or null.
    const json* find(const std::string& key) {
        known_.push_back(key);
        return json_has(object_, key) ? &object_.at(key) : nullptr;
    }
    /// The text of a value that must be one, and not empty.
    const std::string& require_text(const std::string& key, const json& value) const {
        if (!value.is_string() || value.get_ref<const std::string&>().empty())
            refuse(key, "some text", json_summary(value), "");
        return value.get_ref<const std::string&>();
    }
    fs::path resolved(const std::string& path) const { return (folder_ / path).lexically_normal(); }
    void require_in_range(const std::string& key, double value, Range r) const {
        if (!(value >= r.low && value <= r.high))
            refuse(key,
                   r.high == k_infinity ? fmt::format("{} or more", r.low)
                                        : fmt::format("{} to {}", r.low, r.high),
                   fmt::format("{}", value), "");
    }

    const json& object_;
    std::string where_, prefix_; ///< file; "optimiser." inside that object
    fs::path folder_;            ///< relative paths start here
    std::vector<std::string> known_;
};

/// Writes the fields that for_each_field() visits into a JSON object.
class ConfigWriter {
  public:
    template <class T>
    void operator()(const char* key, const T& field, Range = {}) {
        if constexpr (std::is_enum_v<T>)
            value[key] = name(field);
        else
            value[key] = field;
    }
    void operator()(const char* key, const fs::path& field) {
        if (!field.empty()) value[key] = field.string();
    }
    void operator()(const char* key, const std::vector<fs::path>& field) {
        value[key] = json::array();
        for (const fs::path& p : field) value[key].push_back(p.string());
    }
    void object(const char* key, const json& field) { value[key] = field; }
    void raw(const char* key, const json& field) { value[key] = field; }
    template <class F>
    void group(const char* key, F f) {
        ConfigWriter inner;
        f(inner);
        value[key] = inner.value;
    }
    json value = json::object();
};

/// Throws Error for fields that make sense alone but not together.
void check_combinations(const TrainConfig& c, const ConfigReader& reader) {
    if (c.model.empty() == c.from.empty())
        reader.refuse("model", "the shape of a new model, or 'from' with a model to continue",
                      c.from.empty() ? "neither" : "both", "give one of them");
    if (c.data.files.empty() == (c.data.tinyville.size == 0))
        reader.refuse("data.files", "at least one file, or 'data.tinyville' with a size",
                      c.data.files.empty() ? "neither" : "both", "name the text to train on");
    if (c.data.single_documents || !c.data.group_weights.empty()) {
        const char* key =
            c.data.single_documents ? "data.tinyville.single_documents" : "data.tinyville.weights";
        const auto require = [&](bool ok, const char* expected, std::string_view found) {
            if (!ok)
                reader.refuse(key, expected, std::string(found), "leave it out: nothing would follow it");
        };
        require(c.data.files.empty(), "no files: only Tinyville knows its documents", "'data.files'");
        require(reads_windows(c.objective), "an objective that reads windows of text", name(c.objective));
        require(c.data.order == DataOrder::random,
                "'data.order' random: who reads in sequence chooses no documents", name(c.data.order));
    }
    if ((c.steps > 0) == (c.tokens > 0))
        reader.refuse("steps", "'steps' or 'tokens' of 1 or more: how long to train",
                      c.steps > 0 ? "both" : "neither", "give one of them");
    if (c.tokenizer.is_null() && c.from.empty())
        reader.refuse("tokenizer", "a tokenizer.json", "none", "name one");
    if ((c.objective == Objective::distillation) == c.teacher.empty())
        reader.refuse("teacher", "a model to learn from, with the objective distillation and only with it",
                      c.teacher.empty() ? "none" : "one", "");
    if (c.lora.rank > 0 && c.from.empty())
        reader.refuse("lora", "'from' with a model to adapt", "a new model",
                      "adapters are for models that are trained already");
    if (c.lora.rank > 0 && !c.frozen.empty())
        reader.refuse("frozen", "nothing beside an adapter, which freezes the whole model", "some names",
                      "remove one of them");
    if (c.out.empty()) reader.refuse("out", "the folder for the result", "none", "name one, or pass --out");
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

TrainConfig parse_train_config(const json& object, const std::string& where, const fs::path& folder) {
    TrainConfig config;
    ConfigReader reader(object, where, "", folder);
    for_each_field(config, reader);
    reader.refuse_unknown_keys();
    if (config.tokenizer.is_string())
        config.tokenizer = (folder / config.tokenizer.get<std::string>()).lexically_normal().string();
    check_combinations(config, reader);
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

json to_json(const TrainConfig& config) {
    ConfigWriter writer;
    for_each_field(config, writer);
    return writer.value;
}

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
