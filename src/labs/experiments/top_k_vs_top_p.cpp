#include "labs/experiments/top_k_vs_top_p.h"

#include "core/sampling/sampling.h"
#include "labs/lab_models.h"
#include "models/held_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf {
namespace {

struct SamplingControls {
    int k = 5;
    double p = 0.9;
    static constexpr std::array<ControlHelp, 2> k_help{
        {{"k", "top-k: tokens kept", "So many of the likeliest tokens stay, whatever they weigh."},
         {"p", "top-p: probability kept",
          "The likeliest tokens stay until their probabilities add up to this."}}};
    static void fields(auto& c, auto visit) {
        visit("k", c.k, {.least = 1, .greatest = 200});
        visit("p", c.p, {.least = 0.05, .greatest = 0.99});
    }
};

class TopKVsTopP : public ExperimentWith<SamplingControls> {
  protected:
    void plan() override {
        model_ = open_lab_model("story");
        nucleus_.clear(), top_k_mass_.clear(), nucleus_mass_.clear(), words_.clear();
        top_k_size_.clear();
        documents_ =
            held_out_documents({.seed = 2000 + seed()}, static_cast<std::size_t>(full_or(6, 1)), {"story"});
        add_stage("reading stories", static_cast<int>(documents_.size()), [this](int i) { read(i); });
    }
    void show(LabResults& out) const override;

  private:
    void read(int i);

    std::shared_ptr<const Model> model_;
    std::vector<tinyville::Document> documents_;
    std::vector<double> nucleus_, top_k_size_;      ///< tokens that stay, row by row
    std::vector<double> nucleus_mass_, top_k_mass_; ///< what they weigh together
    std::vector<std::string> words_;                ///< the row's token
};

void TopKVsTopP::read(int i) {
    std::vector<int> tokens = document_tokens(*model_, documents_[static_cast<std::size_t>(i)]);
    tokens.resize(std::min<std::size_t>(tokens.size(), 80));
    const auto run = run_of(*model_, tokens);
    Sampler sampler;
    SampleStep step;
    const auto mass = [&] {
        double sum = 0;
        for (std::size_t t = 0; t < step.cut_by.size(); ++t)
            if (!step.cut_by[t]) sum += probability(step, 0, static_cast<int>(t));
        return sum;
    };
    for (int row = 0; row < run->n_tokens(); ++row) {
        const std::span logits(run->row(Site::logits, -1, row),
                               static_cast<std::size_t>(run->config().d_vocab));
        sampler.sample(logits, tokens, {{StageKind::top_p, controls_.p}}, {}, step);
        nucleus_.push_back(step.stages.back().n_alive), nucleus_mass_.push_back(mass());
        sampler.sample(logits, tokens, {{StageKind::top_k, static_cast<double>(controls_.k)}}, {}, step);
        top_k_size_.push_back(step.stages.back().n_alive), top_k_mass_.push_back(mass());
        words_.push_back(token_label(*model_, tokens[static_cast<std::size_t>(row)]));
    }
}

void TopKVsTopP::show(LabResults& out) const {
    const std::size_t shown = std::min<std::size_t>(nucleus_.size(), 60);
    Curves sizes{.x = {"row of the text", "", false},
                 .y = {"tokens that stay", "", true},
                 .series = {{"top-p", {}, {}}, {"top-k", {}, {}}}};
    Curves masses{.x = {"row of the text", "", false},
                  .y = {"probability that stays", "", false},
                  .series = {{"top-p", {}, {}}, {"top-k", {}, {}}}};
    for (std::size_t r = 0; r < shown; ++r)
        for (std::size_t s = 0; s < 2; ++s) {
            sizes.series[s].x.push_back(static_cast<double>(r)),
                masses.series[s].x.push_back(static_cast<double>(r));
            sizes.series[s].y.push_back((s == 0 ? nucleus_ : top_k_size_)[r]);
            masses.series[s].y.push_back((s == 0 ? nucleus_mass_ : top_k_mass_)[r]);
        }
    out.plots.push_back({"sizes", "How many tokens stay",
                         "Top-k keeps the same number everywhere; top-p keeps few where the model is sure "
                         "and many where it is not.",
                         std::move(sizes), true});
    out.plots.push_back({"masses", "How much probability stays",
                         "Top-p keeps at least p everywhere; top-k keeps almost all or very little.",
                         std::move(masses), true});
    PlotTable widest{.columns = {"after", "top-p keeps", "top-k keeps", "which weigh"}, .rows = {}};
    std::vector<std::size_t> order(nucleus_.size());
    for (std::size_t r = 0; r < order.size(); ++r) order[r] = r;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return nucleus_[a] > nucleus_[b]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i >= 6 && i + 6 < order.size()) continue; // the widest and the narrowest
        const std::size_t r = order[i];
        widest.rows.push_back({words_[r], fmt::format("{:.0f} tokens", nucleus_[r]),
                               fmt::format("{:.0f} tokens", top_k_size_[r]),
                               fmt::format("{:.3f}", top_k_mass_[r])});
    }
    out.plots.push_back({"rows", "The widest and the narrowest rows",
                         "Where the text is open the nucleus is wide.", std::move(widest), true});
    const bool done = progress().is_finished && !nucleus_.empty();
    const auto ratio = [](const std::vector<double>& v) {
        return *std::max_element(v.begin(), v.end()) / std::max(1.0, *std::min_element(v.begin(), v.end()));
    };
    const auto claim = [&](const char* id, const char* words, Comparison comparison, double threshold,
                           double measured) {
        out.claims.push_back({.id = id,
                              .statement = words,
                              .unit = "",
                              .comparison = comparison,
                              .threshold = threshold,
                              .measured = done ? measured : k_not_measured});
    };
    claim("nucleus-varies", "The nucleus's largest size over its smallest", Comparison::above, 5,
          done ? ratio(nucleus_) : k_not_measured);
    claim("k-is-constant", "Top-k's largest size over its smallest", Comparison::equal, 1,
          done ? ratio(top_k_size_) : k_not_measured);
    claim("keeps-p", "What top-p keeps, beyond p, where that is least", Comparison::at_least, 0,
          done ? *std::min_element(nucleus_mass_.begin(), nucleus_mass_.end()) - controls_.p + 1e-6
               : k_not_measured);
    out.answers["widest"] =
        done ? fmt::format("{:.0f}", *std::max_element(nucleus_.begin(), nucleus_.end())) : "";
    out.answers["narrowest"] =
        done ? fmt::format("{:.0f}", *std::min_element(nucleus_.begin(), nucleus_.end())) : "";
}

} // namespace

std::unique_ptr<Experiment> make_top_k_vs_top_p() { return std::make_unique<TopKVsTopP>(); }

} // namespace gf
