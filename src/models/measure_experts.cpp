// Measures of mixtures of experts: how evenly the work is shared, and what the choice of an expert tells
// about the domain of a text.

#include "models/measure.h"
#include "train/tinyville/random_stream.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf {
namespace {

constexpr std::array<std::string_view, 3> k_domains = {"stories", "arithmetic", "code"};
constexpr std::size_t k_n_routed_documents = 600;

/// How often each expert was chosen in each document.
struct ExpertChoices {
    std::size_t n_layers = 0, n_experts = 0;
    std::vector<double> counts;       ///< [document, layer, expert]
    std::vector<std::size_t> domains; ///< index into k_domains by document

    double at(std::size_t document, std::size_t layer, std::size_t expert) const {
        return counts[(document * n_layers + layer) * n_experts + expert];
    }
};

/// Runs the model over held-out documents and counts the choices of its routers.
ExpertChoices count_choices(const ModelCache::OpenedModel& opened) {
    const ModelConfig& c = opened.model->config();
    ExpertChoices choices{
        static_cast<std::size_t>(c.n_layers), static_cast<std::size_t>(c.n_experts), {}, {}};
    for (const auto& d : held_out_documents(opened.config.data.tinyville, k_n_routed_documents)) {
        const auto trace = full_trace(*opened.model, document_tokens(*opened.model, d));
        const std::size_t first = choices.counts.size();
        choices.counts.resize(first + choices.n_layers * choices.n_experts);
        choices.domains.push_back(
            static_cast<std::size_t>(std::ranges::find(k_domains, d.domain) - k_domains.begin()));
        for (int l = 0; l < c.n_layers; ++l)
            for (int r = 0; r < trace->n_tokens(); ++r)
                for (int slot = 0; slot < c.experts_per_token; ++slot) {
                    const auto expert =
                        static_cast<std::size_t>(trace->row(Site::expert_indices, l, r)[slot]);
                    ++choices.counts[first + static_cast<std::size_t>(l) * choices.n_experts + expert];
                }
    }
    return choices;
}

/// How unevenly the experts are loaded: standard deviation of their loads divided by the mean load, averaged
/// over layers; 0 if all are loaded alike.
double load_variation(const ExpertChoices& choices) {
    double sum = 0;
    for (std::size_t l = 0; l < choices.n_layers; ++l) {
        std::vector<double> load(choices.n_experts);
        for (std::size_t d = 0; d < choices.domains.size(); ++d)
            for (std::size_t e = 0; e < choices.n_experts; ++e) load[e] += choices.at(d, l, e);
        double mean = 0, square = 0;
        for (const double x : load) mean += x / static_cast<double>(load.size());
        for (const double x : load) square += (x - mean) * (x - mean) / static_cast<double>(load.size());
        sum += std::sqrt(square) / mean;
    }
    return sum / static_cast<double>(choices.n_layers);
}

/// Mutual information of expert and domain in bits, averaged over layers:
/// I(E; D) = sum over e, d of p(e, d) log2(p(e, d) / (p(e) p(d))).
/// `domains` has the domain of each document; shuffled among the documents it gives the value of chance.
double mutual_information(const ExpertChoices& choices, const std::vector<std::size_t>& domains) {
    double sum = 0;
    for (std::size_t l = 0; l < choices.n_layers; ++l) {
        std::vector<std::array<double, k_domains.size()>> joint(choices.n_experts);
        std::array<double, k_domains.size()> of_domain{};
        double total = 0;
        for (std::size_t d = 0; d < domains.size(); ++d)
            for (std::size_t e = 0; e < choices.n_experts; ++e) {
                const double n = choices.at(d, l, e);
                joint[e][domains[d]] += n, of_domain[domains[d]] += n, total += n;
            }
        for (const auto& row : joint) {
            double of_expert = 0;
            for (const double n : row) of_expert += n;
            for (std::size_t d = 0; d < row.size(); ++d)
                if (row[d] > 0)
                    sum += row[d] / total * std::log2(row[d] * total / (of_expert * of_domain[d]));
        }
    }
    return sum / static_cast<double>(choices.n_layers);
}

} // namespace

void measure_experts(ModelCache& cache, const std::string& name, ModelCard& card) {
    if (name == "story-moe-dense") return; // the twin without experts
    const ExpertChoices choices = count_choices(cache.open(name));
    const double variation = load_variation(choices);
    if (name != "story-moe") {
        const double balanced = load_variation(count_choices(cache.open("story-moe")));
        card.add("variation of the experts' load (standard deviation / mean)", variation);
        card.add("variation of the load over story-moe's", variation / balanced, Figure::Bound::above, 2);
        return;
    }
    card.figures.push_back({"loss below story-moe-dense's by", cache.loss("story-moe-dense") - card.loss,
                            Figure::Bound::above, 0});
    card.add("variation of the experts' load (standard deviation / mean)", variation);
    std::vector<std::size_t> shuffled = choices.domains;
    tinyville::RandomStream(1, 0, 0).shuffle(shuffled);
    const double control = mutual_information(choices, shuffled);
    card.add("bits that the expert tells of the domain, domains shuffled among documents", control);
    card.figures.push_back({"bits that the expert tells of the domain",
                            mutual_information(choices, choices.domains), Figure::Bound::above, 3 * control});
}

} // namespace gf
