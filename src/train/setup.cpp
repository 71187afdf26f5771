#include "train/setup.h"

#include "core/error.h"
#include "io/hf_config.h"
#include "io/mapped_file.h"
#include "io/model_file.h"
#include "text/load_tokenizer.h"
#include "text/train/train_tokenizer.h"
#include "train/draws.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// The tokenizer, and the text of its file. A recipe is trained once: a run that goes on uses the
/// checkpoint's.
void open_tokenizer(TrainingSetup& setup, const fs::path& checkpoint) {
    const TrainConfig& c = setup.config;
    const bool recipe = c.tokenizer.is_object();
    if (!c.tokenizer.is_null() && !c.tokenizer.is_string() && !recipe)
        throw Error({"tokenizer", "the name of a tokenizer.json or tok.bin, or a recipe",
                     json_found(c.tokenizer), ""});
    if (recipe && !fs::exists(checkpoint / "tokenizer.json")) {
        TrainedTokenizer trained = train_tokenizer(parse_tokenizer_recipe(c.tokenizer, "tokenizer"),
                                                   data_text(c.data, c.objective), "data.files");
        setup.tokenizer = trained.tokenizer;
        setup.tokenizer_json = std::move(trained.json);
        return;
    }
    fs::path path =
        c.tokenizer.is_string() ? fs::path(c.tokenizer.get<std::string>()) : c.from / "tokenizer.json";
    if (fs::exists(checkpoint / "tokenizer.json")) path = checkpoint / "tokenizer.json";
    if (fs::is_directory(path)) path /= "tokenizer.json";
    setup.tokenizer = load_tokenizer(path);
    if (const MappedFile file(path); file.text().find_first_not_of(" \t\r\n") != std::string_view::npos &&
                                     file.text()[file.text().find_first_not_of(" \t\r\n")] == '{')
        setup.tokenizer_json = file.text();
}

/// The model's keys with what follows from others filled in.
ModelConfig model_config(const TrainingSetup& setup) {
    json keys = setup.config.model;
    const auto absent = [&](const char* key) { return !json_has(keys, key); };
    const auto derive = [&](const char* key, const char* from, auto f) {
        if (absent(key) && keys.value(from, json()).is_number_integer())
            keys[key] = f(keys[from].template get<std::int64_t>());
    };
    if (!absent("model_type") && keys["model_type"] != "glassformer")
        throw Error({"model: 'model_type'", "glassformer, whose keys can say every shape",
                     json_found(keys["model_type"]),
                     "leave it out, or continue a model of that type with 'from'"});
    keys["model_type"] = "glassformer";
    if (absent("head") && setup.config.objective == Objective::classification) keys["head"] = "classes";
    if (absent("head") && setup.config.objective == Objective::contrastive) keys["head"] = "embedding";
    if (absent("n_classes") && keys.value("head", "") == "classes")
        keys["n_classes"] = setup.data->n_classes();
    derive("n_kv_heads", "n_heads", [](std::int64_t n) { return n; });
    derive("d_head", "d_model", [&](std::int64_t d) {
        const json& heads = keys.value("n_heads", json(1));
        return d / std::max<std::int64_t>(heads.is_number_integer() ? heads.get<std::int64_t>() : 1, 1);
    });
    if (keys.value("mlp", "gated") != "none")
        derive("d_mlp", "d_model", [](std::int64_t d) { return 4 * d; });
    if (absent("d_vocab")) keys["d_vocab"] = setup.tokenizer->size();
    if (absent("bos_id")) keys["bos_id"] = setup.tokenizer->bos_id().value_or(-1);
    if (absent("eos_id")) keys["eos_id"] = setup.tokenizer->eos_id().value_or(-1);
    return parse_hf_config(keys.dump(), "model");
}

std::shared_ptr<Weights> open_weights(TrainingSetup& setup, const fs::path& checkpoint) {
    const TrainConfig& c = setup.config;
    if (!c.from.empty() && (checkpoint.empty() || c.lora.rank > 0)) return load_model(c.from, setup.warnings);
    if (!checkpoint.empty()) return load_model(checkpoint, setup.warnings);
    auto weights = std::make_shared<Weights>(model_config(setup));
    randomize(*weights, derived_seed(c.seed, DrawKind::weights, 0), c.init_deviation);
    return weights;
}

void require_vocabulary(const Weights& weights, const Tokenizer& tokenizer, const std::string& where) {
    if (tokenizer.size() > weights.config.d_vocab)
        throw Error({where, fmt::format("at least as many ids as the tokenizer has: {}", tokenizer.size()),
                     fmt::format("d_vocab = {}", weights.config.d_vocab),
                     "use the tokenizer of the model, or leave d_vocab out"});
}

/// batch.length and steps from what they stand for.
void complete(TrainConfig& c, const ModelConfig& model) {
    if (c.batch.length > model.n_ctx)
        throw Error({"batch.length", fmt::format("at most the model's context, {}", model.n_ctx),
                     std::to_string(c.batch.length), "choose a larger model.n_ctx"});
    if (c.batch.length == 0) c.batch.length = model.n_ctx;
    if (c.steps > 0) return;
    if (!reads_windows(c.objective) || c.data.single_documents)
        throw Error({"tokens", "'steps' instead: examples and documents differ in length",
                     std::to_string(c.tokens), "say how many steps to train"});
    const std::int64_t a_step = std::int64_t{c.batch.sequences} * c.batch.length * c.batch.accumulate;
    c.steps = (c.tokens + a_step - 1) / a_step;
}

} // namespace

TrainingSetup prepare_training(const TrainConfig& config, const fs::path& checkpoint) {
    TrainingSetup setup{.config = config,
                        .tokenizer = {},
                        .tokenizer_json = {},
                        .data = {},
                        .weights = {},
                        .teacher = {},
                        .warnings = {}};
    TrainConfig& c = setup.config;
    open_tokenizer(setup, checkpoint);
    const auto read = [&](int length) {
        setup.data = load_data(c.data, c.objective, *setup.tokenizer, length);
    };
    const json& n_ctx = c.model.is_object() ? c.model.value("n_ctx", json()) : json();
    if (c.objective == Objective::classification && n_ctx.is_number_integer())
        read(n_ctx.get<int>()); // how many classes?
    setup.weights = open_weights(setup, checkpoint);
    require_vocabulary(*setup.weights, *setup.tokenizer, "model");
    complete(c, setup.weights->config);
    read(c.batch.length);
    if (c.objective == Objective::classification && setup.data->n_classes() > setup.weights->config.n_classes)
        throw Error({"model.n_classes",
                     fmt::format("at least the {} classes of the data", setup.data->n_classes()),
                     std::to_string(setup.weights->config.n_classes), "leave it out"});
    if (!c.teacher.empty()) {
        setup.teacher = load_model(c.teacher, setup.warnings);
        if (setup.teacher->config.d_vocab != setup.weights->config.d_vocab)
            throw Error({"teacher",
                         fmt::format("the student's vocabulary of {}", setup.weights->config.d_vocab),
                         std::to_string(setup.teacher->config.d_vocab),
                         "teacher and student must share a tokenizer"});
    }
    return setup;
}

} // namespace gf
