// glassformer models: lists the models that ship, trains and measures them, and
// checks them against their cards.

#include "cli/command_line.h"
#include "cli/train.h"
#include "models/measure.h"
#include "models/models_doc.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

namespace fs = std::filesystem;

struct ModelsOptions {
    std::vector<std::string> names;
    std::string folder, work, document;
    bool train = false, measure = false, check = false;
};

/// Machines sum in different orders, so a loss may differ by this many nats.
constexpr double k_loss_tolerance = 2e-4;

/// Why the model must be trained again; empty if its card and weights belong to its recipe.
std::string reason_to_train(const ShippedModel& m) {
    const auto card = read_model_card(m.folder);
    if (!m.is_trained() || !card) return "not trained";
    if (card->recipe != tinyville::hex_digits(m.recipe_hash())) return "its recipe has changed";
    if (card->corpus != corpus_hash(m.train_config())) return "its corpus has changed";
    return "";
}

/// Fills in what metrics.jsonl, a line for each step, says about the training: the mean loss of the last
/// hundred steps, the numbers of steps and tokens, the minutes.
void read_metrics(const fs::path& path, ModelCard& card) {
    const MappedFile file(path);
    std::vector<double> losses;
    double seconds = 0;
    for (std::string_view rest = file.text(); !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const nlohmann::json line = parse_json(rest.substr(0, end), path.string());
        rest.remove_prefix(std::min(end + 1, rest.size()));
        losses.push_back(json_number(line, "loss", path.string()));
        seconds = json_number(line, "seconds", path.string());
        card.tokens += json_int(line, "tokens", path.string());
    }
    const std::size_t n = std::min<std::size_t>(losses.size(), 100);
    for (std::size_t i = losses.size() - n; i < losses.size(); ++i)
        card.training_loss += losses[i] / static_cast<double>(n);
    card.steps = static_cast<std::int64_t>(losses.size());
    card.minutes = seconds / 60;
}

/// Trains in the work folder, then copies the model beside its recipe and writes its card. A run that was
/// interrupted before goes on.
/// @return false if it was interrupted
/// @throws Error when the training diverges
bool train(const ShippedModel& m, const fs::path& work) {
    TrainConfig config = m.train_config();
    const std::string hash = tinyville::hex_digits(m.recipe_hash());
    config.out = work / (m.name + "-" + hash);
    const TrainingEnd end = train_with_progress(config, fs::exists(config.out / "checkpoints"));
    if (end.kind == TrainingEnd::Kind::diverged)
        throw Error({m.name, "a recipe that converges", end.problem, ""});
    if (end.kind == TrainingEnd::Kind::stopped) return false;
    for (const char* file : {"config.json", "tokenizer.json", "model.safetensors"})
        fs::copy_file(config.out / file, m.folder / file, fs::copy_options::overwrite_existing);
    ModelCard card;
    card.recipe = hash;
    card.corpus = corpus_hash(config);
    read_metrics(config.out / "metrics.jsonl", card);
    write_model_card(m.folder, card);
    return true;
}

/// Trains the models whose card or weights do not belong to their recipe; exit code 1 if it was interrupted.
int train_missing(const std::vector<ShippedModel>& models, const fs::path& work) {
    for (const ShippedModel& m : models) {
        const std::string why = reason_to_train(m);
        fmt::print("{}: {}\n", m.name, why.empty() ? "up to date" : why);
        if (!why.empty() && !train(m, work)) {
            fmt::print("interrupted; the same command goes on\n");
            return 1;
        }
    }
    return 0;
}

/// Measures the models, writes their cards and prints the figures; exit code 1 if one misses its bound.
int measure_all(const std::vector<ShippedModel>& models, const fs::path& folder) {
    ModelCache cache(folder);
    int n_missed = 0;
    for (const ShippedModel& m : models) {
        auto card = read_model_card(m.folder);
        if (!card)
            throw Error(
                {m.name, "a trained model", "none", "run `glassformer models --train " + m.name + "`"});
        card->parameters = static_cast<std::int64_t>(cache.open(m.name).model->weights->size());
        measure(cache, m.name, *card);
        write_model_card(m.folder, *card);
        fmt::print("{}: test loss {:.4f}\n", m.name, card->loss);
        for (const Figure& f : card->figures) {
            fmt::print("  {}: {} {}{}\n", f.what, figure_text(f.value), f.requirement(),
                       f.holds() ? "" : "  DOES NOT HOLD");
            n_missed += !f.holds();
        }
        std::fflush(stdout);
    }
    return n_missed == 0 ? 0 : 1;
}

/// Measures the losses and compares them with the cards; exit code 1 if one differs.
int check_all(const std::vector<ShippedModel>& models, const fs::path& folder) {
    ModelCache cache(folder);
    int n_bad = 0;
    for (const ShippedModel& m : models) {
        std::string problem = reason_to_train(m);
        if (problem.empty()) {
            const double loss = cache.loss(m.name), expected = read_model_card(m.folder)->loss;
            if (!(std::abs(loss - expected) <= k_loss_tolerance))
                problem = fmt::format("test loss {:.5f}, but {:.5f} on its card", loss, expected);
        }
        fmt::print("{}: {}\n", m.name, problem.empty() ? "as its card says" : problem);
        n_bad += !problem.empty();
    }
    return n_bad == 0 ? 0 : 1;
}

int list(const std::vector<ShippedModel>& models) {
    for (const ShippedModel& m : models) {
        const std::string why = reason_to_train(m);
        fmt::print("{:22} {:24} {}\n", m.name, why.empty() ? "up to date" : why, m.sentence);
    }
    return 0;
}

int run(const ModelsOptions& options) {
    const fs::path folder = options.folder.empty() ? shipped_models_folder() : fs::path(options.folder);
    if (folder.empty())
        throw Error({"--folder", "the folder with models.json", "none beside the program",
                     "name it: --folder assets/models"});
    std::vector<ShippedModel> models;
    if (options.names.empty()) models = shipped_models(folder);
    for (const std::string& name : options.names) models.push_back(shipped_model(folder, name));
    if (options.train)
        if (const int code = train_missing(models, options.work); code != 0) return code;
    const int code = options.measure ? measure_all(models, folder)
                     : options.check ? check_all(models, folder)
                                     : 0;
    if (!options.document.empty()) write_file(options.document, models_markdown(folder));
    return options.train || options.measure || options.check || !options.document.empty() ? code
                                                                                          : list(models);
}

} // namespace

void add_models(CLI::App& app, int& exit_code) {
    auto* command =
        app.add_subcommand("models", "the models that ship: list, train, measure, check (docs/models.md)");
    auto options = std::make_shared<ModelsOptions>();
    command->add_option("names", options->names, "only these")->type_name("NAME");
    command->add_flag("--train", options->train,
                      "train what is missing, or whose recipe or corpus has changed");
    command->add_flag("--measure", options->measure,
                      "measure on held-out data, write the cards; exit code 1 if a requirement is missed");
    command->add_flag("--check", options->check, "compare losses with the cards; exit code 1 if one differs")
        ->excludes("--measure");
    command->add_option("--document", options->document, "write the table of all figures, docs/models.md")
        ->type_name("FILE");
    command
        ->add_option("--folder", options->folder,
                     "with models.json; default: assets/models beside the program")
        ->type_name("DIR");
    options->work = "build/models";
    command->add_option("--work", options->work, "where runs keep their checkpoints")
        ->type_name("DIR")
        ->capture_default_str();
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
