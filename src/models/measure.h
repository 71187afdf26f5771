#pragma once
// What each of the models that ship must show, measured on held-out data. Used by `glassformer models`
// with --measure and --check.

#include "models/held_out.h"
#include "models/model_card.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace gf {

/// The models of a folder. Each is opened when it is first asked for and then kept,
/// because measures compare models.
class ModelCache {
  public:
    explicit ModelCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    struct OpenedModel {
        ShippedModel shipped;
        TrainConfig config;
        std::shared_ptr<const Model> model;
    };
    /// Opens the model or returns the one that is open.
    /// @throws Error when there is no such model, or only its recipe
    const OpenedModel& open(const std::string& name);
    /// held_out_loss() of the model, which is measured only once.
    double loss(const std::string& name);

  private:
    std::filesystem::path folder_;
    std::map<std::string, OpenedModel> opened_;
    std::map<std::string, double> losses_;
};

/// Measures a model and fills in the card's loss, figures, losses by position and samples. Models without a
/// measure of their own get the loss only.
void measure(ModelCache& cache, const std::string& name, ModelCard& card);

// One measure for each kind of model that ships. Each gets the model's name and adds to its card.

/// Share of grammatical and consistent stories, the best induction head, share of tasks solved.
void measure_stories_and_tasks(ModelCache& cache, const std::string& name, ModelCard& card);
/// How often the drafter's likeliest token is that of "story".
void measure_drafting(ModelCache& cache, const std::string& name, ModelCard& card);
/// How evenly experts are loaded, what they tell about the domain of a text, the kind of a token and the
/// token, the loss against the dense model's.
void measure_experts(ModelCache& cache, const std::string& name, ModelCard& card);
/// Bytes of keys and values per token, and the loss against that of full multi-head attention.
void measure_heads(ModelCache& cache, const std::string& name, ModelCard& card);
/// Loss by position, inside and past the length that the model was trained on.
void measure_positions(ModelCache& cache, const std::string& name, ModelCard& card);
/// Scores of the two heads that induction consists of: previous token and induction.
void measure_induction(ModelCache& cache, const std::string& name, ModelCard& card);
/// Share of masked tokens filled in, against what "story" guesses from the left alone.
void measure_masked_tokens(ModelCache& cache, const std::string& name, ModelCard& card);
/// Share of sentences translated exactly, and whether cross-attention follows the words.
void measure_translation(ModelCache& cache, const std::string& name, ModelCard& card);

} // namespace gf
