// Measures of models that continue text: what they write, which tasks they solve, their losses, their heads.

#include "core/passes/forward.h"
#include "measures/head_roles.h"
#include "measures/loss_by_position.h"
#include "models/measure.h"
#include "session/generate.h"
#include "train/losses.h"
#include "train/tinyville/document_check.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gf {
namespace {

constexpr int k_stories = 20, k_more_stories = 200;
constexpr std::size_t k_tasks = 400; ///< for each phenomenon
constexpr std::size_t k_n_read_documents = 200;
constexpr int k_n_read_windows = 200;

/// A prompt and how the model continues it, up to the end of the text.
std::string write_text(const Model& model, const std::string& prompt, const SamplingChain& chain,
                       std::uint64_t seed) {
    std::vector<int> tokens = encode_prompt(model, prompt);
    generate(model, tokens, {model.config().n_ctx - static_cast<int>(tokens.size()), chain, seed});
    return model.tokenizer->decode(tokens);
}

/// The model's greedy continuation of a question, to the end of the line.
std::string answer(const Model& model, const std::string& question) {
    std::vector<int> tokens = encode_prompt(model, question);
    const std::size_t n_question = tokens.size();
    const int room = model.config().n_ctx - static_cast<int>(n_question);
    const auto within_line = [&](int token) {
        return model.tokenizer->token_bytes(token).find('\n') == std::string::npos;
    };
    generate(model, tokens, {std::min(room, 128), greedy_chain(), 0}, within_line);
    std::string text = model.tokenizer->decode(std::span(tokens).subspan(n_question));
    text.resize(std::min(text.find('\n'), text.size()));
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

/// The share of tasks whose answer is exactly the expected one.
double share_solved(const Model& model, const std::vector<TinyvilleExample>& tasks) {
    double solved = 0;
    for (const TinyvilleExample& e : tasks) solved += answer(model, e.line) == e.answer;
    return solved / static_cast<double>(tasks.size());
}

/// Lets the model write stories, judges them, and keeps the first ones as samples.
void measure_stories(const Model& model, const std::string& prompt, ModelCard& card) {
    const SamplingChain chain{{StageKind::temperature, 0.7, true}};
    int grammatical = 0, consistent = 0, more_grammatical = 0, more_consistent = 0;
    for (std::uint64_t seed = 0; seed < k_more_stories; ++seed) {
        std::string story = write_text(model, prompt, chain, seed);
        const tinyville::Verdict verdict = tinyville::check_document(story);
        more_grammatical += verdict.grammatical;
        more_consistent += verdict.consistent;
        if (seed >= k_stories) continue;
        grammatical += verdict.grammatical;
        consistent += verdict.consistent;
        card.samples.push_back(std::move(story));
    }
    card.add("of 20 stories (temperature 0.7, seeds 0 to 19): grammatical", static_cast<double>(grammatical),
             Figure::Bound::at_least, 18);
    card.add("of 20 stories: consistent", static_cast<double>(consistent), Figure::Bound::at_least, 16);
    card.add("share of 200 stories (seeds 0 to 199): grammatical", more_grammatical / double{k_more_stories});
    card.add("share of 200 stories: consistent", more_consistent / double{k_more_stories});
}

/// Adds the score of the head that plays the role best, averaged over the queries of all
/// documents. It must be above `limit`.
void add_best_head(const Model& model, const std::vector<tinyville::Document>& documents, HeadRole role,
                   double limit, ModelCard& card) {
    const ModelConfig& c = model.config();
    std::vector<double> sums(static_cast<std::size_t>(c.n_layers * c.n_heads));
    double queries = 0;
    for (const tinyville::Document& d : documents) {
        const auto trace = full_trace(model, document_tokens(model, d));
        HeadRoles roles;
        roles.advance({.trace = trace, .rows = trace->n_tokens()});
        const int n = roles.queries(role, roles.rows());
        queries += n;
        for (int i = 0; i < static_cast<int>(sums.size()); ++i)
            sums[static_cast<std::size_t>(i)] +=
                n * roles.score(i / c.n_heads, i % c.n_heads, role, roles.rows()).value_or(0);
    }
    const auto best = std::ranges::max_element(sums);
    const auto at = static_cast<int>(best - sums.begin());
    card.add(fmt::format("best {} score (layer {}, head {})", head_role_row(role).name, at / c.n_heads,
                         at % c.n_heads),
             *best / std::max(queries, 1.0), Figure::Bound::above, limit);
}

} // namespace

void measure_stories_and_tasks(ModelCache& cache, const std::string& name, ModelCard& card) {
    const ModelCache::OpenedModel& opened = cache.open(name);
    const Model& model = *opened.model;
    measure_stories(model, opened.shipped.prompt, card);
    add_best_head(model, held_out_documents(opened.config.data.tinyville, 20, {"twice"}), HeadRole::induction,
                  0.5, card);
    for (const char* phenomenon : {"instruction", "composition", "translation", "counting", "addition",
                                   "addition-steps", "subtraction", "brackets", "code"}) {
        std::vector<TinyvilleExample> tasks;
        for (std::size_t n = 200; tasks.size() < k_tasks; n *= 2) {
            tasks =
                held_out_tasks(held_out_documents(opened.config.data.tinyville, n,
                                                  {"lists", "arithmetic", "code", "brackets", "translate"}),
                               phenomenon);
        }
        tasks.resize(k_tasks);
        Figure f{fmt::format("held-out tasks solved: {}", phenomenon), share_solved(model, tasks)};
        if (std::string_view(phenomenon) == "instruction") f.bound = Figure::Bound::above, f.limit = 0.9;
        card.figures.push_back(f);
    }
}

void measure_drafting(ModelCache& cache, const std::string& name, ModelCard& card) {
    const Model &drafter = *cache.open(name).model, &story = *cache.open("story").model;
    double n_equal = 0, n_positions = 0;
    for (const auto& d : held_out_documents(cache.open(name).config.data.tinyville, k_n_read_documents)) {
        const std::vector<int> tokens = document_tokens(story, d);
        const auto a = full_trace(drafter, tokens), b = full_trace(story, tokens);
        for (int r = 0; r < a->n_tokens(); ++r, ++n_positions)
            n_equal += argmax(a->row(Site::logits, -1, r), drafter.config().d_vocab) ==
                       argmax(b->row(Site::logits, -1, r), story.config().d_vocab);
    }
    card.add("positions whose likeliest token is story's", n_equal / n_positions, Figure::Bound::above, 0.5);
}

void measure_heads(ModelCache& cache, const std::string& name, ModelCard& card) {
    const ModelConfig& c = cache.open(name).model->config();
    card.add("bytes of keys and values per token", static_cast<double>(kv_bytes_per_token(c)));
    if (name != "heads-mha")
        card.figures.push_back({"loss apart from heads-mha's", std::abs(card.loss - cache.loss("heads-mha")),
                                Figure::Bound::below, 0.05});
}

void measure_positions(ModelCache& cache, const std::string& name, ModelCard& card) {
    const ModelCache::OpenedModel& opened = cache.open(name);
    const ModelConfig& c = opened.model->config();
    const auto n = static_cast<std::size_t>(c.n_ctx);
    const auto data = held_out_data(opened.config, *opened.model, c.n_ctx);
    LossByPosition loss;
    std::vector<double> nats(n); // by position
    for (std::size_t w = 0; w < data->n_validation() && loss.n_texts() < k_n_read_windows; ++w) {
        Batch batch;
        data->append_validation(w, batch);
        const Sequence& s = batch.sequences.front();
        if (s.tokens.size() < n) continue; // the last window may be shorter
        token_loss(*full_trace(*opened.model, s.tokens), s.targets, 1, nullptr, nats);
        loss.add(nats);
    }
    const auto mean = [&](std::size_t from, std::size_t to) { // over positions [from, to)
        return loss.mean(static_cast<int>(from), static_cast<int>(to));
    };
    for (std::size_t r = 0; r < n; r += k_position_block)
        card.loss_by_position.push_back(mean(r, r + k_position_block));
    const auto trained = static_cast<std::size_t>(opened.config.batch.length);
    card.add(fmt::format("loss inside the trained length, positions {} to {}", trained / 2, trained - 1),
             mean(trained / 2, trained));
    card.add(fmt::format("loss past it, positions {} to {}", trained, n - 1), mean(trained, n));
}

void measure_induction(ModelCache& cache, const std::string& name, ModelCard& card) {
    const ModelCache::OpenedModel& opened = cache.open(name);
    const auto documents = held_out_documents(opened.config.data.tinyville, 40, {"twice"});
    for (const HeadRole role : {HeadRole::previous_token, HeadRole::induction})
        add_best_head(*opened.model, documents, role, 0.7, card);
}

} // namespace gf
