// Language models: what they write, what they solve, how much they lose.

#include "core/forward.h"
#include "core/head_roles.h"
#include "models/measure.h"
#include "session/generate.h"
#include "train/losses.h"
#include "train/tinyville/check.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gf {
namespace {

constexpr int k_stories = 20, k_more_stories = 200;
constexpr std::size_t k_tasks = 400; ///< of a phenomenon
constexpr std::size_t k_documents = 200;

/// The model's own text behind a prompt, up to its end.
std::string written(const Model& model, const std::string& prompt, const SamplingChain& chain,
                    std::uint64_t seed) {
    std::vector<int> tokens = encode_prompt(model, prompt);
    generate(model, tokens, {model.config().n_ctx - static_cast<int>(tokens.size()), chain, seed});
    return model.tokenizer->decode(tokens);
}

/// Greedily, to the end of the line.
std::string answer(const Model& model, const std::string& question) {
    std::vector<int> tokens = encode_prompt(model, question);
    const std::size_t n_question = tokens.size();
    const int room = model.config().n_ctx - static_cast<int>(n_question);
    const auto in_line = [&](int token) {
        return model.tokenizer->token_bytes(token).find('\n') == std::string::npos;
    };
    generate(model, tokens, {std::min(room, 128), greedy_chain(), 0}, in_line);
    std::string text = model.tokenizer->decode(std::span(tokens).subspan(n_question));
    text.resize(std::min(text.find('\n'), text.size()));
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

double share_solved(const Model& model, const std::vector<TinyvilleExample>& tasks) {
    double solved = 0;
    for (const TinyvilleExample& e : tasks) solved += answer(model, e.line) == e.answer;
    return solved / static_cast<double>(tasks.size());
}

void measure_stories(const Model& model, const std::string& prompt, Card& card) {
    const SamplingChain chain{{StageKind::temperature, 0.7, true}};
    int grammatical = 0, consistent = 0, more_grammatical = 0, more_consistent = 0;
    for (std::uint64_t seed = 0; seed < k_more_stories; ++seed) {
        std::string story = written(model, prompt, chain, seed);
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

/// The best head's score over documents, and where it is; it is to be above the limit.
void add_best_head(const Model& model, const std::vector<tinyville::Document>& documents, HeadRole role,
                   double limit, Card& card) {
    const ModelConfig& c = model.config();
    std::vector<double> sums(static_cast<std::size_t>(c.n_layers * c.n_heads));
    double queries = 0;
    for (const tinyville::Document& d : documents) {
        const auto trace = run_over(model, document_tokens(model, d));
        HeadRoles roles;
        roles.update(trace, trace->n_tokens());
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

void measure_writing(Workshop& workshop, const std::string& name, Card& card) {
    const Workshop::Opened& o = workshop.open(name);
    const Model& model = *o.model;
    measure_stories(model, o.shipped.prompt, card);
    add_best_head(model, held_out_documents(o.config.data.tinyville, 20, {"twice"}), HeadRole::induction, 0.5,
                  card);
    for (const char* phenomenon : {"instruction", "composition", "translation", "counting", "addition",
                                   "addition-steps", "subtraction", "brackets", "code"}) {
        std::vector<TinyvilleExample> tasks;
        for (std::size_t n = 200; tasks.size() < k_tasks; n *= 2) {
            tasks =
                held_out_tasks(held_out_documents(o.config.data.tinyville, n,
                                                  {"lists", "arithmetic", "code", "brackets", "translate"}),
                               phenomenon);
        }
        tasks.resize(k_tasks);
        Figure f{fmt::format("held-out tasks solved: {}", phenomenon), share_solved(model, tasks)};
        if (std::string_view(phenomenon) == "instruction") f.bound = Figure::Bound::above, f.limit = 0.9;
        card.figures.push_back(f);
    }
}

void measure_drafting(Workshop& workshop, const std::string& name, Card& card) {
    const Model &drafter = *workshop.open(name).model, &story = *workshop.open("story").model;
    double agree = 0, all = 0;
    for (const auto& d : held_out_documents(workshop.open(name).config.data.tinyville, k_documents)) {
        const std::vector<int> tokens = document_tokens(story, d);
        const auto a = run_over(drafter, tokens), b = run_over(story, tokens);
        for (int r = 0; r < a->n_tokens(); ++r, ++all)
            agree += likeliest(a->row(Site::logits, -1, r), drafter.config().d_vocab) ==
                     likeliest(b->row(Site::logits, -1, r), story.config().d_vocab);
    }
    card.add("positions whose likeliest token is story's", agree / all, Figure::Bound::above, 0.5);
}

void measure_heads(Workshop& workshop, const std::string& name, Card& card) {
    const ModelConfig& c = workshop.open(name).model->config();
    card.add("bytes of keys and values per token", static_cast<double>(kv_bytes_per_token(c)));
    if (name != "heads-mha")
        card.figures.push_back({"loss apart from heads-mha's",
                                std::abs(card.loss - workshop.loss("heads-mha")), Figure::Bound::below,
                                0.05});
}

void measure_positions(Workshop& workshop, const std::string& name, Card& card) {
    const Workshop::Opened& o = workshop.open(name);
    const ModelConfig& c = o.model->config();
    const auto n = static_cast<std::size_t>(c.n_ctx);
    const auto kept = held_out_data(o.config, *o.model, c.n_ctx);
    std::vector<double> nats(n);
    double windows = 0;
    for (std::size_t w = 0; w < kept->n_validation() && windows < k_documents; ++w) {
        Batch batch;
        kept->append_validation(w, batch);
        const Sequence& s = batch.sequences.front();
        if (s.tokens.size() < n) continue; // the last one may be shorter
        const auto trace = run_over(*o.model, s.tokens);
        for (std::size_t r = 0; r < n; ++r)
            nats[r] += class_loss(trace->row(Site::logits, -1, static_cast<int>(r)), c.d_vocab, s.targets[r],
                                  1, nullptr)
                           .nats;
        ++windows;
    }
    const auto mean = [&](std::size_t from, std::size_t to) {
        double sum = 0;
        for (std::size_t r = from; r < to; ++r) sum += nats[r];
        return sum / windows / static_cast<double>(to - from);
    };
    for (std::size_t r = 0; r < n; r += k_position_block)
        card.loss_by_position.push_back(mean(r, r + k_position_block));
    const auto trained = static_cast<std::size_t>(o.config.batch.length);
    card.add(fmt::format("loss inside the trained length, positions {} to {}", trained / 2, trained - 1),
             mean(trained / 2, trained));
    card.add(fmt::format("loss past it, positions {} to {}", trained, n - 1), mean(trained, n));
}

void measure_induction(Workshop& workshop, const std::string& name, Card& card) {
    const Workshop::Opened& o = workshop.open(name);
    const auto documents = held_out_documents(o.config.data.tinyville, 40, {"twice"});
    for (const HeadRole role : {HeadRole::previous_token, HeadRole::induction})
        add_best_head(*o.model, documents, role, 0.7, card);
}

} // namespace gf
