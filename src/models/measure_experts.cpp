// Mixtures of experts: who does the work, and whether experts and domains have to do with each other.

#include "models/measure.h"
#include "train/tinyville/draw.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf {
namespace {

constexpr std::array<std::string_view, 3> k_domains = {"stories", "arithmetic", "code"};
constexpr std::size_t k_documents = 600;

/// Choices of experts: [document, layer, expert], and the domain of each document.
struct Choices {
    std::size_t n_layers = 0, n_experts = 0;
    std::vector<double> counts;
    std::vector<std::size_t> domains;

    double at(std::size_t document, std::size_t layer, std::size_t expert) const {
        return counts[(document * n_layers + layer) * n_experts + expert];
    }
};

Choices choices_of(const Workshop::Opened& o) {
    const ModelConfig& c = o.model->config();
    Choices all{static_cast<std::size_t>(c.n_layers), static_cast<std::size_t>(c.n_experts), {}, {}};
    for (const auto& d : held_out_documents(o.config.data.tinyville, k_documents)) {
        const auto trace = run_over(*o.model, document_tokens(*o.model, d));
        const std::size_t first = all.counts.size();
        all.counts.resize(first + all.n_layers * all.n_experts);
        all.domains.push_back(
            static_cast<std::size_t>(std::ranges::find(k_domains, d.domain) - k_domains.begin()));
        for (int l = 0; l < c.n_layers; ++l)
            for (int r = 0; r < trace->n_tokens(); ++r)
                for (int slot = 0; slot < c.experts_per_token; ++slot) {
                    const auto expert =
                        static_cast<std::size_t>(trace->row(Site::expert_indices, l, r)[slot]);
                    ++all.counts[first + static_cast<std::size_t>(l) * all.n_experts + expert];
                }
    }
    return all;
}

/// Mean over layers of the standard deviation of the experts' loads over their mean.
double load_variation(const Choices& choices) {
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

/// I(expert; domain) in bits, mean over layers: sum of p(e, d) log2 (p(e, d) / p(e) p(d)).
double information(const Choices& choices, const std::vector<std::size_t>& domains) {
    double sum = 0;
    for (std::size_t l = 0; l < choices.n_layers; ++l) {
        std::vector<std::array<double, k_domains.size()>> joint(choices.n_experts);
        std::array<double, k_domains.size()> of_domain{};
        double all = 0;
        for (std::size_t d = 0; d < domains.size(); ++d)
            for (std::size_t e = 0; e < choices.n_experts; ++e) {
                const double n = choices.at(d, l, e);
                joint[e][domains[d]] += n, of_domain[domains[d]] += n, all += n;
            }
        for (const auto& row : joint) {
            double of_expert = 0;
            for (const double n : row) of_expert += n;
            for (std::size_t d = 0; d < row.size(); ++d)
                if (row[d] > 0) sum += row[d] / all * std::log2(row[d] * all / (of_expert * of_domain[d]));
        }
    }
    return sum / static_cast<double>(choices.n_layers);
}

} // namespace

void measure_experts(Workshop& workshop, const std::string& name, Card& card) {
    if (name == "story-moe-dense") return;
    const Choices choices = choices_of(workshop.open(name));
    const double variation = load_variation(choices);
    if (name != "story-moe") {
        const double balanced = load_variation(choices_of(workshop.open("story-moe")));
        card.add("variation of the experts' load (standard deviation / mean)", variation);
        card.add("variation of the load over story-moe's", variation / balanced, Figure::Bound::above, 2);
        return;
    }
    card.figures.push_back({"loss below story-moe-dense's by", workshop.loss("story-moe-dense") - card.loss,
                            Figure::Bound::above, 0});
    card.add("variation of the experts' load (standard deviation / mean)", variation);
    std::vector<std::size_t> shuffled = choices.domains;
    tinyville::Draw(1, 0, 0).shuffle(shuffled);
    const double control = information(choices, shuffled);
    card.add("bits that the expert tells of the domain, domains shuffled among documents", control);
    card.figures.push_back({"bits that the expert tells of the domain", information(choices, choices.domains),
                            Figure::Bound::above, 3 * control});
}

} // namespace gf
