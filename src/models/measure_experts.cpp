// Measures of mixtures of experts: how evenly the work is shared, and what the choice of an expert tells
// about the domain of a text, the kind of a token and the token.

#include "measures/expert_split.h"
#include "measures/router_load.h"
#include "models/measure.h"
#include "train/tinyville/word_kind.h"

#include <algorithm>
#include <array>

namespace gf {
namespace {

constexpr std::array<std::string_view, 3> k_domains = {"stories", "arithmetic", "code"};
constexpr std::size_t k_n_routed_documents = 600;

/// Runs the model over held-out documents and counts the choices of its routers.
ExpertSplit count_choices(const ModelCache::OpenedModel& opened) {
    const Model& model = *opened.model;
    std::vector<int> kinds;
    for (int t = 0; t < model.config().d_vocab; ++t)
        kinds.push_back(
            tinyville::word_kind(t < model.tokenizer->size() ? model.tokenizer->token_bytes(t) : ""));
    ExpertSplit split(model.config(), std::move(kinds), static_cast<int>(tinyville::word_kinds().size()),
                      static_cast<int>(k_domains.size()));
    for (const auto& d : held_out_documents(opened.config.data.tinyville, k_n_routed_documents))
        split.add(*full_trace(model, document_tokens(model, d)),
                  static_cast<int>(std::ranges::find(k_domains, d.domain) - k_domains.begin()));
    return split;
}

/// load_variation() of the experts' visits as a mean over layers.
double mean_variation(const ExpertSplit& split) {
    double sum = 0;
    for (int l = 0; l < split.n_layers(); ++l) sum += load_variation(split.visits(l));
    return sum / split.n_layers();
}

void add_bits(const ExpertSplit& split, ModelCard& card) {
    std::vector<SplitBits> found, controls;
    for (int l = 0; l < split.n_layers(); ++l) {
        found.push_back(split.bits(l));
        controls.push_back(split.control(l));
    }
    const SplitBits bits = mean_of(found), control = mean_of(controls);
    card.add("bits that the expert tells of the domain, domains shuffled among documents", control.domain);
    card.figures.push_back(
        {"bits that the expert tells of the domain", bits.domain, Figure::Bound::above, 3 * control.domain});
    card.add("bits of the kind of token, kinds shuffled among tokens", control.kind);
    card.figures.push_back({"bits of the kind of token", bits.kind, Figure::Bound::above, bits.domain});
    card.add("bits of the token itself, tokens shuffled among visits", control.token);
    card.figures.push_back({"bits of the token itself", bits.token, Figure::Bound::above, bits.kind});
}

} // namespace

void measure_experts(ModelCache& cache, const std::string& name, ModelCard& card) {
    if (name == "story-moe-dense") return; // the twin without experts
    const ExpertSplit split = count_choices(cache.open(name));
    const double variation = mean_variation(split);
    constexpr std::string_view k_variation = "variation of the experts' load (standard deviation / mean)";
    if (name == "story-moe-unbalanced") {
        card.add(std::string(k_variation), variation);
        card.add("variation of the load over story-moe's",
                 variation / mean_variation(count_choices(cache.open("story-moe"))), Figure::Bound::above, 2);
        return;
    }
    const double gain = cache.loss("story-moe-dense") - card.loss;
    if (name == "story-moe-shared")
        card.add("loss below story-moe-dense's by", gain); // the recipe says why nothing is required
    else
        card.figures.push_back({"loss below story-moe-dense's by", gain, Figure::Bound::above, 0});
    if (name == "story-moe-bias")
        card.figures.push_back({"variation of the load over story-moe-unbalanced's",
                                variation / mean_variation(count_choices(cache.open("story-moe-unbalanced"))),
                                Figure::Bound::below, 0.5});
    card.add(std::string(k_variation), variation);
    if (name == "story-moe") add_bits(split, card);
}

} // namespace gf
