#include "train/training_setup.h"

#include "io/hf_config.h"
#include "io/model_file.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "text/load_tokenizer.h"
#include "text/train/train_tokenizer.h"
#include "train/seeded_random.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// Whether the text of a file begins a JSON object, as that of a tokenizer.json does.
bool looks_like_json(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin != std::string_view::npos && text[begin] == '{';
}

/// Loads or trains the tokenizer. A recipe is trained only once:
/// a resumed run uses the checkpoint's tokenizer.
void prepare_tokenizer(TrainingSetup& setup, const fs::path& checkpoint) {
    const TrainConfig& c = setup.config;
    const bool is_recipe = c.tokenizer.is_object();
    if (!c.tokenizer.is_null() && !c.tokenizer.is_string() && !is_recipe)
        throw Error({"tokenizer", "the name of a tokenizer.json or tok.bin, or a recipe",
                     json_summary(c.tokenizer), ""});
    if (is_recipe && !fs::exists(checkpoint / "tokenizer.json")) {
        TrainedTokenizer trained =
            train_tokenizer(parse_tokenizer_recipe(c.tokenizer, "tokenizer"),
                            tokenizer_training_text(c.data, c.objective), "data.files");
        setup.tokenizer = trained.tokenizer;
        setup.tokenizer_json = std::move(trained.tokenizer_json);
        return;
    }
    fs::path path =
        c.tokenizer.is_string() ? fs::path(c.tokenizer.get<std::string>()) : c.from / "tokenizer.json";
    if (fs::exists(checkpoint / "tokenizer.json")) path = checkpoint / "tokenizer.json";
    if (fs::is_directory(path)) path /= "tokenizer.json";
    setup.tokenizer = load_tokenizer(path);
    const bool is_whole =
        path.filename() != "vocab.json" && path.filename() != "merges.txt"; // they need each other
    if (const MappedFile file(path); is_whole && looks_like_json(file.text()))
        setup.tokenizer_json = file.text();
}

/// The shape of a new model: keys that are left out follow from others, from the objective and from the data.
ModelConfig model_config(const TrainingSetup& setup) {
    json keys = setup.config.model;
    const auto absent = [&](const char* key) { return !json_has(keys, key); };
    // Unless `key` is given, it becomes f(value of `from`).
    const auto derive = [&](const char* key, const char* from, auto f) {
        if (absent(key) && keys.value(from, json()).is_number_integer())
            keys[key] = f(keys[from].template get<std::int64_t>());
    };
    if (!absent("model_type") && keys["model_type"] != "glassformer")
        throw Error({"model: 'model_type'", "glassformer, whose keys can say every shape",
                     json_summary(keys["model_type"]),
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

/// The weights of a checkpoint, of a model to continue, or new ones. With an adapter they are always the
/// base's: restore_checkpoint() reads the adapter.
std::shared_ptr<Weights> prepare_weights(TrainingSetup& setup, const fs::path& checkpoint) {
    const TrainConfig& c = setup.config;
    if (!c.from.empty() && (checkpoint.empty() || c.lora.rank > 0))
        return load_model(c.from, setup.warnings, c.ignored_keys);
    if (!checkpoint.empty()) return load_model(checkpoint, setup.warnings);
    auto weights = std::make_shared<Weights>(model_config(setup));
    randomize(*weights, derived_seed(c.seed, SeedPurpose::weights, 0), c.init_deviation);
    return weights;
}

/// Throws Error unless the model has an embedding for every token.
void require_vocabulary(const Weights& weights, const Tokenizer& tokenizer, const std::string& where) {
    if (tokenizer.size() > weights.config.d_vocab)
        throw Error({where, fmt::format("at least as many ids as the tokenizer has: {}", tokenizer.size()),
                     fmt::format("d_vocab = {}", weights.config.d_vocab),
                     "use the tokenizer of the model, or leave d_vocab out"});
}

/// Fills in batch.length from the model's context if it is 0, and steps from tokens.
void fill_in_lengths(TrainConfig& c, const ModelConfig& model) {
    if (c.batch.length > model.n_ctx)
        throw Error({"batch.length", fmt::format("at most the model's context, {}", model.n_ctx),
                     std::to_string(c.batch.length), "choose a larger model.n_ctx"});
    if (c.batch.length == 0) c.batch.length = model.n_ctx;
    if (c.steps > 0) return;
    if (!reads_windows(c.objective) || c.data.single_documents)
        throw Error({"tokens", "'steps' instead: examples and documents differ in length",
                     std::to_string(c.tokens), "say how many steps to train"});
    const std::int64_t tokens_per_step =
        std::int64_t{c.batch.sequences} * c.batch.length * c.batch.accumulate;
    c.steps = (c.tokens + tokens_per_step - 1) / tokens_per_step;
}

} // namespace

std::optional<LoraAdapter> new_adapter(const TrainingSetup& setup) {
    const TrainConfig& c = setup.config;
    if (c.lora.rank == 0) return std::nullopt;
    return LoraAdapter(c.lora, *setup.weights, derived_seed(c.seed, SeedPurpose::adapter, 0));
}

TrainingSetup prepare_training(const TrainConfig& config, const fs::path& checkpoint) {
    TrainingSetup setup;
    setup.config = config;
    TrainConfig& c = setup.config;
    prepare_tokenizer(setup, checkpoint);
    const auto load_data = [&](int length) {
        setup.data = load_dataset(c.data, c.objective, *setup.tokenizer, length);
    };
    const json& n_ctx = c.model.is_object() ? c.model.value("n_ctx", json()) : json();
    if (c.objective == Objective::classification && n_ctx.is_number_integer())
        load_data(n_ctx.get<int>()); // a new model needs to know the number of classes
    setup.weights = prepare_weights(setup, checkpoint);
    require_vocabulary(*setup.weights, *setup.tokenizer, "model");
    fill_in_lengths(c, setup.weights->config);
    load_data(c.batch.length);
    if (c.objective == Objective::classification && setup.data->n_classes() > setup.weights->config.n_classes)
        throw Error({"model.n_classes",
                     fmt::format("at least the {} classes of the data", setup.data->n_classes()),
                     std::to_string(setup.weights->config.n_classes), "leave it out"});
    if (!c.teacher.empty()) {
        setup.teacher = load_model(c.teacher, setup.warnings, c.ignored_keys);
        if (setup.teacher->config.d_vocab != setup.weights->config.d_vocab)
            throw Error({"teacher",
                         fmt::format("the student's vocabulary of {}", setup.weights->config.d_vocab),
                         std::to_string(setup.teacher->config.d_vocab),
                         "teacher and student must share a tokenizer"});
    }
    return setup;
}

} // namespace gf
