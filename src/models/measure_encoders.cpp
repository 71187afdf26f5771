// Measures of models that read in both directions: masked tokens filled in, sentences translated.

#include "core/passes/forward.h"
#include "models/measure.h"
#include "session/generate.h"
#include "train/tinyville/tasks.h"
#include "train/tinyville/toy_language.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace gf {
namespace {

constexpr std::size_t k_windows = 200, k_sentences = 500;

/// A text in the tokens of another tokenizer than its own.
struct Retokenized {
    std::vector<int> tokens;
    /// For each token of the first tokenizer, the index of the token in `tokens` that has the same bytes of
    /// the text; nullopt where the second tokenizer cuts the text elsewhere.
    std::vector<std::optional<std::size_t>> counterparts;
};

Retokenized retokenize(const std::vector<int>& tokens, const Tokenizer& from, const Tokenizer& to) {
    Retokenized result;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> by_bytes; // [begin, end) in the text -> token
    std::size_t byte = 0;
    std::string document;
    const auto add_document = [&] {
        for (const int token : to.encode(document, false)) {
            const std::size_t begin = byte;
            byte += to.token_bytes(token).size();
            by_bytes[{begin, byte}] = result.tokens.size();
            result.tokens.push_back(token);
        }
        document.clear();
    };
    for (const int token : tokens) {
        document += from.token_bytes(token);
        if (token != from.eos_id()) continue;
        add_document();
        result.tokens.push_back(*to.eos_id());
    }
    add_document();
    byte = 0;
    for (const int token : tokens) {
        const std::size_t begin = byte;
        byte += from.token_bytes(token).size();
        const auto it = by_bytes.find({begin, byte});
        result.counterparts.push_back(it == by_bytes.end() || begin == byte ? std::nullopt
                                                                            : std::optional(it->second));
    }
    return result;
}

/// Whether a word of the toy language translates an English word.
bool is_translation(std::string_view toy, std::string_view english) {
    const auto fits = [&](const char* stem, std::initializer_list<const char*> words) {
        return toy.starts_with(stem) &&
               std::ranges::any_of(words, [&](const char* w) { return w == english; });
    };
    return std::ranges::any_of(tinyville::k_toy_nouns,
                               [&](const auto& n) {
                                   return fits(n.stem, {n.one, n.many});
                               }) ||
           std::ranges::any_of(tinyville::k_toy_verbs,
                               [&](const auto& v) {
                                   return fits(v.stem, {v.base, v.third, v.past});
                               }) ||
           std::ranges::any_of(tinyville::k_toy_adjectives,
                               [&](const auto& a) { return fits(a.stem, {a.word}); });
}

/// For each token the number of the word that it belongs to; -1 for tokens without text. A word begins with a
/// space, the first one with the text.
std::vector<int> word_numbers(const Tokenizer& tokenizer, std::span<const int> tokens) {
    std::vector<int> words;
    int word = -1;
    for (const int token : tokens) {
        const std::string& bytes = tokenizer.token_bytes(token);
        if (!bytes.empty() && (word < 0 || bytes[0] == ' ')) ++word;
        words.push_back(bytes.empty() ? -1 : word);
    }
    return words;
}

/// How often a head of cross-attention, where the model writes a word, looks
/// most at the word that it translates.
class WordAlignment {
  public:
    explicit WordAlignment(const ModelConfig& c)
        : config_(c), hits_(static_cast<std::size_t>(c.n_layers * c.n_heads)) {}

    /// Counts the words of one sentence; `source` is the encoder's run over it.
    void add(const Model& model, const TinyvilleExample& e, const std::shared_ptr<const Trace>& source) {
        const Tokenizer& tokenizer = *model.tokenizer;
        const std::vector<std::string> english = tinyville::split_words(e.question),
                                       toy = tinyville::split_words(e.answer);
        std::vector<int> tokens = {bos_id(model)};
        const std::vector<int> answer = tokenizer.encode(e.answer, false);
        tokens.insert(tokens.end(), answer.begin(), answer.end());
        Trace run(model.weights, {static_cast<int>(tokens.size()), Keep::all}, {}, source);
        extend(run, tokens);
        const std::vector<int> read =
            word_numbers(tokenizer, {source->tokens(), static_cast<std::size_t>(source->n_tokens())});
        const std::vector<int> written = word_numbers(tokenizer, tokens);
        for (std::size_t i = 1; i < written.size(); ++i) {
            // Only the first token of each word counts. The row before it predicts it,
            // so that row's pattern counts.
            if (written[i] < 0 || written[i] == written[i - 1]) continue;
            const auto is_source = [&](int word) {
                return word >= 0 && is_translation(toy[static_cast<std::size_t>(written[i])],
                                                   english[static_cast<std::size_t>(word)]);
            };
            ++words_;
            const int n_keys = run.n_keys(Site::cross_pattern);
            for (int l = 0; l < config_.n_layers; ++l)
                for (int h = 0; h < config_.n_heads; ++h) {
                    const real* weights = run.row(Site::cross_pattern, l, static_cast<int>(i) - 1) +
                                          static_cast<std::ptrdiff_t>(h) * n_keys;
                    hits_[static_cast<std::size_t>(l * config_.n_heads + h)] +=
                        is_source(read[static_cast<std::size_t>(argmax(weights, n_keys))]);
                }
            for (const int word : read) chance_ += is_source(word) / static_cast<double>(read.size());
        }
    }

    /// Adds the best head's share of words, and the share that a head would reach which looks anywhere.
    void add_figures(ModelCard& card) const {
        const auto best = std::ranges::max_element(hits_);
        const auto at = static_cast<int>(best - hits_.begin());
        card.figures.push_back(
            {fmt::format(
                 "words said while the best head (layer {}, head {}) looks most at the word translated",
                 at / config_.n_heads, at % config_.n_heads),
             *best / words_, Figure::Bound::above, 0.5});
        card.add("the same by chance", chance_ / words_);
    }

  private:
    const ModelConfig& config_;
    std::vector<double> hits_; ///< [layer, head]
    double words_ = 0;         ///< words counted
    double chance_ = 0; ///< sum over words of the share of source tokens that belong to the translated word
};

} // namespace

void measure_masked_tokens(ModelCache& cache, const std::string& name, ModelCard& card) {
    const ModelCache::OpenedModel& opened = cache.open(name);
    const Model &masked = *opened.model, &story = *cache.open("story").model;
    const auto mask = masked.tokenizer->find_token(opened.config.data.mask_token);
    const auto data = held_out_data(opened.config, masked, masked.config().n_ctx);
    double n = 0, filled = 0, guessed = 0;
    for (std::size_t w = 0; w < std::min(k_windows, data->n_validation()); ++w) {
        Batch batch;
        data->append_validation(w, batch);
        const Sequence& s = batch.sequences.front();
        std::vector<int> whole = s.tokens;
        for (std::size_t i = 0; i < whole.size(); ++i)
            if (s.targets[i] >= 0) whole[i] = s.targets[i];
        Retokenized for_story = retokenize(whole, *masked.tokenizer, *story.tokenizer);
        for_story.tokens.resize(
            std::min(for_story.tokens.size(), static_cast<std::size_t>(story.config().n_ctx)));
        const auto both = full_trace(masked, s.tokens), left = full_trace(story, for_story.tokens);
        for (std::size_t i = 0; i < s.tokens.size(); ++i) {
            if (s.targets[i] < 0 || s.tokens[i] != mask) continue;
            // Tokens that story's tokenizer does not have are left out, and so is what lies past its context.
            const std::size_t in_story = for_story.counterparts[i].value_or(0);
            if (in_story < 1 || in_story >= for_story.tokens.size()) continue;
            ++n;
            filled += argmax(both->row(Site::logits, -1, static_cast<int>(i)), masked.config().d_vocab) ==
                      s.targets[i];
            guessed += argmax(left->row(Site::logits, -1, static_cast<int>(in_story) - 1),
                              story.config().d_vocab) == for_story.tokens[in_story];
        }
    }
    card.add("masked tokens that story guesses from the left alone", guessed / n);
    card.add("masked tokens filled in", filled / n, Figure::Bound::above, guessed / n);
}

void measure_translation(ModelCache& cache, const std::string& name, ModelCard& card) {
    const ModelCache::OpenedModel& opened = cache.open(name);
    const Model& model = *opened.model;
    std::vector<TinyvilleExample> sentences =
        held_out_tasks(held_out_documents(opened.config.data.tinyville, k_sentences), "translation");
    sentences.resize(std::min(sentences.size(), k_sentences));
    WordAlignment alignment(model.config());
    double exact = 0;
    for (const TinyvilleExample& e : sentences) {
        const std::vector<int> source_tokens = model.tokenizer->encode(e.question);
        auto source = std::make_shared<Trace>(
            model.weights, TraceShape{static_cast<int>(source_tokens.size()), Keep::all, Stack::encoder});
        extend(*source, source_tokens);
        std::vector<int> tokens = {bos_id(model)};
        generate(model, tokens, {model.config().n_ctx - 1, greedy_chain(), 0, source});
        const std::string translation = model.tokenizer->decode(std::span(tokens).subspan(1));
        exact += translation == e.answer;
        if (card.samples.size() < 8) card.samples.push_back(fmt::format("{} -> {}", e.question, translation));
        alignment.add(model, e, source);
    }
    card.add(fmt::format("of {} held-out sentences, translated exactly", sentences.size()),
             exact / static_cast<double>(sentences.size()), Figure::Bound::above, 0.95);
    alignment.add_figures(card);
}

} // namespace gf
