#include "session/position_desk.h"

#include "io/json.h"
#include "platform/mapped_file.h"
#include "train/losses.h"

#include <algorithm>

namespace gf {
namespace {

/// How many tokens of a text a model reads at most: more take long and tell little.
constexpr int k_max_length = 512;

/// Whether the model reads Tinyville from left to right: it continues text, has no encoder, and its tokenizer
/// has an end-of-text token.
bool can_be_studied(const Model& model) {
    return model.config().continues_text() && model.config().head == OutputHead::tokens &&
           !model.config().has_encoder() && model.tokenizer && model.tokenizer->eos_id();
}

/// The length of the texts that the model was trained on, as the recipe beside it says; 0 where none says it.
int trained_length(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "recipe.json";
    std::error_code failed;
    if (!std::filesystem::is_regular_file(file, failed)) return 0;
    try {
        const nlohmann::json recipe = parse_json(MappedFile(file).text(), file.string());
        return recipe.value(nlohmann::json::json_pointer("/train/batch/length"), 0);
    } catch (const std::exception&) {
        return 0; // a file of another kind by that name
    }
}

} // namespace

PositionDesk::Studied PositionDesk::begin_study(const Subject& subject) {
    const auto documents = [&](std::vector<std::string> only) {
        tinyville::CorpusOptions corpus;
        corpus.only = std::move(only);
        return TinyvilleDocuments(corpus, *subject.model->tokenizer, tinyville::Split::test);
    };
    return {.found = {subject.model, subject.rope, {}, {}, trained_length(subject.path)},
            .probe = {},
            .windows = TinyvilleWindows(documents({})),
            .stories = documents({"story"})};
}

void PositionDesk::update(const std::vector<Subject>& subjects) {
    const auto is_of = [](const Studied& s, const Subject& subject) {
        return s.found.model == subject.model && s.found.rope == subject.rope;
    };
    std::list<Studied> kept;
    for (const Subject& subject : subjects) {
        if (n_texts_ == 0 || !can_be_studied(*subject.model)) continue;
        const auto same = [&](const Studied& s) { return is_of(s, subject); };
        if (std::ranges::any_of(kept, same)) continue;
        const auto before = std::ranges::find_if(studied_, same);
        if (before != studied_.end())
            kept.splice(kept.end(), studied_, before);
        else
            kept.push_back(begin_study(subject));
    }
    const bool changed = !studied_.empty() || kept.size() != (study_ ? study_->models.size() : 0) ||
                         (study_ && study_->n_texts != n_texts_);
    if (std::ranges::any_of(studied_, [&](const Studied& s) { return &s == reading_.by; })) reading_ = {};
    studied_ = std::move(kept);
    if (changed) publish();
}

int PositionDesk::n_done() const {
    int n = 0;
    for (const Studied& s : studied_) n += std::min(s.n_texts(), n_texts_);
    return n;
}

/// The model that has read least, so that all curves grow together.
PositionDesk::Studied& PositionDesk::next() {
    return *std::ranges::min_element(studied_, {}, [](const Studied& s) { return s.n_texts(); });
}

void PositionDesk::compute_slice(std::size_t trace_budget) {
    if (!reading_.run) begin_reading(next(), trace_budget);
    reading_.run->compute_slice();
    if (reading_.run->is_complete()) finish_reading();
}

void PositionDesk::begin_reading(Studied& by, std::size_t trace_budget) {
    const Model& model = *by.found.model;
    const int length = std::min(model.config().n_ctx, k_max_length), trained = by.found.trained_length;
    std::vector<int> tokens;
    reading_.by = &by;
    reading_.targets.clear();
    if (by.is_due_for_story()) {
        tokens = by.stories.next();
        const int most = trained > 0 ? std::min(trained, length) : length;
        if (static_cast<int>(tokens.size()) > most) tokens.resize(static_cast<std::size_t>(most));
    } else {
        tokens = by.windows.next(length);
        reading_.targets.assign(tokens.begin() + 1, tokens.end());
        tokens.pop_back();
    }
    RunSetup setup;
    setup.rope = by.found.rope;
    const std::shared_ptr<const Trace> no_source;
    const std::vector<Edit> no_edits;
    reading_.run =
        std::make_unique<Branch>(RunContext{model, Stack::decoder, no_source, no_edits, trace_budget, setup},
                                 tokens, Branch::Growth::none);
}

/// Adds the text that was read to what is known of its model.
void PositionDesk::finish_reading() {
    Studied& studied = *reading_.by;
    const Trace& run = *reading_.run->trace();
    if (studied.is_due_for_story()) {
        studied.probe.add(run, run.n_tokens());
        studied.found.r_squared = studied.probe.r_squared();
    } else {
        std::vector<double> nats(reading_.targets.size());
        token_loss(run, reading_.targets, 1, nullptr, nats);
        studied.found.loss.add(nats);
    }
    reading_ = {};
    publish();
}

void PositionDesk::publish() {
    if (n_texts_ == 0) {
        study_ = nullptr;
        return;
    }
    auto study = std::make_shared<PositionStudy>();
    for (const Studied& s : studied_) study->models.push_back(s.found);
    study->n_texts = n_texts_;
    study_ = std::move(study);
}

} // namespace gf
