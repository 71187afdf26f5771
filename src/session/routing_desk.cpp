#include "session/routing_desk.h"

#include "train/tinyville/word_kind.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gf {
namespace {

constexpr std::array<std::string_view, 3> k_domain_names = {"stories", "arithmetic", "code"};
constexpr int k_texts_per_publication = 40; ///< the controls take longer than a text
constexpr std::size_t k_favourites = 3;
constexpr double k_least_share_of_visits = 0.02; ///< of all, for a kind that is worth a sentence

bool has_experts_to_study(const Model* model) {
    return model && model->config().is_moe() && model->config().continues_text() &&
           !model->config().has_encoder() && model->tokenizer && model->tokenizer->eos_id();
}

/// The strongest preference of an expert for each kind that is frequent, the strongest ones.
std::vector<RoutingStudy::Favourite> find_favourites(const ExpertSplit& split) {
    std::vector<RoutingStudy::Favourite> all;
    const auto& kinds = tinyville::word_kinds();
    for (int kind = 0; kind + 1 < static_cast<int>(kinds.size()); ++kind) { // the last one is "other"
        if (split.visits_of_kind(0, kind) < k_least_share_of_visits * split.n_visits()) continue;
        RoutingStudy::Favourite best{.kind = kinds[static_cast<std::size_t>(kind)]};
        for (int l = 0; l < split.n_layers(); ++l) {
            const std::vector<double> shares = split.shares_of_kind(l, kind);
            const auto most = std::ranges::max_element(shares);
            if (*most > best.share) best = {l, static_cast<int>(most - shares.begin()), best.kind, *most};
        }
        all.push_back(best);
    }
    std::ranges::stable_sort(all, std::greater{}, &RoutingStudy::Favourite::share);
    if (all.size() > k_favourites) all.resize(k_favourites);
    return all;
}

} // namespace

void RoutingDesk::want(int n_texts) {
    if (n_texts < split_.n_texts()) split_ = {}; // fewer texts are other figures
    n_texts_ = n_texts;
    if (model_) begin_study();
}

void RoutingDesk::update(const std::shared_ptr<const Model>& model) {
    const std::shared_ptr<const Model> wanted =
        n_texts_ > 0 && has_experts_to_study(model.get()) ? model : nullptr;
    if (wanted == model_) return;
    model_ = wanted;
    split_ = {};
    begin_study();
}

void RoutingDesk::begin_study() {
    reading_ = nullptr;
    if (!model_ || n_texts_ == 0) {
        study_ = nullptr;
        model_ = nullptr;
        split_ = {};
        return;
    }
    if (split_.n_texts() == 0) {
        std::vector<int> kinds;
        for (int t = 0; t < model_->config().d_vocab; ++t)
            kinds.push_back(
                tinyville::word_kind(t < model_->tokenizer->size() ? model_->tokenizer->token_bytes(t) : ""));
        split_ =
            ExpertSplit(model_->config(), std::move(kinds), static_cast<int>(tinyville::word_kinds().size()),
                        static_cast<int>(k_domain_names.size()));
        next_document_ = 0;
    }
    publish();
}

void RoutingDesk::compute_slice(std::size_t trace_budget) {
    if (!reading_) begin_reading(trace_budget);
    reading_->compute_slice();
    if (!reading_->is_complete()) return;
    split_.add(*reading_->trace(), domain_);
    reading_ = nullptr;
    if (split_.n_texts() % k_texts_per_publication == 0 || !is_behind()) publish();
}

void RoutingDesk::begin_reading(std::size_t trace_budget) {
    const tinyville::DocumentSource source({});
    tinyville::Document document;
    do document = source.draw(next_document_++);
    while (document.split != tinyville::Split::test);
    domain_ = static_cast<int>(std::ranges::find(k_domain_names, document.domain) - k_domain_names.begin());
    std::vector<int> tokens = model_->tokenizer->encode(document.text, false);
    tokens.insert(tokens.begin(), *model_->tokenizer->eos_id());
    if (static_cast<int>(tokens.size()) > model_->config().n_ctx)
        tokens.resize(static_cast<std::size_t>(model_->config().n_ctx));
    const std::shared_ptr<const Trace> no_source;
    const std::vector<Edit> no_edits;
    const RunSetup no_setup;
    reading_ = std::make_unique<Branch>(
        RunContext{*model_, Stack::decoder, no_source, no_edits, trace_budget, no_setup}, tokens,
        Branch::Growth::none);
}

void RoutingDesk::publish() {
    auto study = std::make_shared<RoutingStudy>();
    study->model = model_;
    study->n_texts = n_texts_;
    study->n_read = split_.n_texts();
    for (int l = 0; l < split_.n_layers(); ++l) {
        study->bits.push_back(split_.bits(l));
        study->controls.push_back(split_.control(l));
    }
    study->mean_bits = mean_of(study->bits);
    study->mean_control = mean_of(study->controls);
    if (split_.n_texts() > 0) study->favourites = find_favourites(split_);
    study_ = std::move(study);
}

} // namespace gf
