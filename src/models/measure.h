#pragma once
// What each of the models that ship must show, measured on held-out data.

#include "models/card.h"
#include "models/held_out.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace gf {

/// The models of a folder, opened when somebody asks for them. A measure may compare several.
class Workshop {
  public:
    explicit Workshop(std::filesystem::path models) : models_(std::move(models)) {}

    struct Opened {
        ShippedModel shipped;
        TrainConfig config;
        std::shared_ptr<const Model> model;
    };
    /// Throws Error if there is no such model, or none with weights.
    const Opened& open(const std::string& name);
    /// held_out_loss() of the model, measured once.
    double loss(const std::string& name);

  private:
    std::filesystem::path models_;
    std::map<std::string, Opened> opened_;
    std::map<std::string, double> losses_;
};

/// Fills in the card's loss, figures, losses by position and samples.
void measure(Workshop& workshop, const std::string& name, Card& card);

// The measures by what is measured; each adds to the card's figures.
void measure_writing(Workshop& workshop, const std::string& name, Card& card);  ///< stories, tasks
void measure_drafting(Workshop& workshop, const std::string& name, Card& card); ///< agreement with story
void measure_experts(Workshop& workshop, const std::string& name,
                     Card& card); ///< load, domains, against the twins
void measure_heads(Workshop& workshop, const std::string& name, Card& card);     ///< loss beside full heads
void measure_positions(Workshop& workshop, const std::string& name, Card& card); ///< loss by position
void measure_induction(Workshop& workshop, const std::string& name, Card& card); ///< the pair of heads
void measure_filling(Workshop& workshop, const std::string& name,
                     Card& card); ///< masked words, against left-only
void measure_translation(Workshop& workshop, const std::string& name,
                         Card& card); ///< exact match, cross-attention

} // namespace gf
