// Models with an encoder: words filled in from both sides, sentences translated.

#include "core/forward.h"
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

/// A text of one tokenizer in the tokens of another, and which of them has the same bytes as one of the
/// first.
struct Retold {
    std::vector<int> tokens;
    std::vector<std::optional<std::size_t>> same; ///< by token of the first
};

Retold retell(const std::vector<int>& tokens, const Tokenizer& from, const Tokenizer& to) {
    Retold retold;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> at; // bytes [begin, end) of the text -> token
    std::size_t byte = 0;
    std::string document;
    const auto add_document = [&] {
        for (const int token : to.encode(document, false)) {
            const std::size_t begin = byte;
            byte += to.token_bytes(token).size();
            at[{begin, byte}] = retold.tokens.size();
            retold.tokens.push_back(token);
        }
        document.clear();
    };
    for (const int token : tokens) {
        document += from.token_bytes(token);
        if (token != from.eos_id()) continue;
        add_document();
        retold.tokens.push_back(*to.eos_id());
    }
    add_document();
    byte = 0;
    for (const int token : tokens) {
        const std::size_t begin = byte;
        byte += from.token_bytes(token).size();
        const auto it = at.find({begin, byte});
        retold.same.push_back(it == at.end() || begin == byte ? std::nullopt : std::optional(it->second));
    }
    return retold;
}

/// Does this word of the toy language stand for this English word?
bool same_meaning(std::string_view toy, std::string_view english) {
    const auto is = [&](const char* stem, std::initializer_list<const char*> words) {
        return toy.starts_with(stem) &&
               std::ranges::any_of(words, [&](const char* w) { return w == english; });
    };
    return std::ranges::any_of(tinyville::k_toy_nouns,
                               [&](const auto& n) {
                                   return is(n.stem, {n.one, n.many});
                               }) ||
           std::ranges::any_of(tinyville::k_toy_verbs,
                               [&](const auto& v) {
                                   return is(v.stem, {v.base, v.third, v.past});
                               }) ||
           std::ranges::any_of(tinyville::k_toy_adjectives,
                               [&](const auto& a) { return is(a.stem, {a.word}); });
}

/// For each token the number of the word that it belongs to: a word begins with a space, the first with the
/// text.
std::vector<int> words_of(const Tokenizer& tokenizer, std::span<const int> tokens) {
    std::vector<int> words;
    int word = -1;
    for (const int token : tokens) {
        const std::string& bytes = tokenizer.token_bytes(token);
        if (!bytes.empty() && (word < 0 || bytes[0] == ' ')) ++word;
        words.push_back(bytes.empty() ? -1 : word);
    }
    return words;
}

/// How often the heads of cross-attention, when they say a word, look most at the word that it translates.
class Following {
  public:
    explicit Following(const ModelConfig& c)
        : c_(c), hits_(static_cast<std::size_t>(c.n_layers * c.n_heads)) {}

    void add(const Model& model, const TinyvilleExample& e, const std::shared_ptr<const Trace>& source) {
        const Tokenizer& t = *model.tokenizer;
        const std::vector<std::string> english = tinyville::split_words(e.question),
                                       toy = tinyville::split_words(e.answer);
        std::vector<int> tokens = {bos_id(model)};
        const std::vector<int> answer = t.encode(e.answer, false);
        tokens.insert(tokens.end(), answer.begin(), answer.end());
        Trace run(model.weights, {static_cast<int>(tokens.size()), {}, Keep::all}, {}, source);
        extend(run, tokens);
        const std::vector<int> read =
            words_of(t, {source->tokens(), static_cast<std::size_t>(source->n_tokens())});
        const std::vector<int> said = words_of(t, tokens);
        for (std::size_t i = 1; i < said.size(); ++i) {
            if (said[i] < 0 || said[i] == said[i - 1])
                continue; // the first token of each word, which the row before says
            const auto is_source = [&](int word) {
                return word >= 0 && same_meaning(toy[static_cast<std::size_t>(said[i])],
                                                 english[static_cast<std::size_t>(word)]);
            };
            ++words_;
            const int n_keys = run.n_keys(Site::cross_pattern);
            for (int l = 0; l < c_.n_layers; ++l)
                for (int h = 0; h < c_.n_heads; ++h) {
                    const real* weights = run.row(Site::cross_pattern, l, static_cast<int>(i) - 1) +
                                          static_cast<std::ptrdiff_t>(h) * n_keys;
                    hits_[static_cast<std::size_t>(l * c_.n_heads + h)] +=
                        is_source(read[static_cast<std::size_t>(likeliest(weights, n_keys))]);
                }
            for (const int word : read) chance_ += is_source(word) / static_cast<double>(read.size());
        }
    }

    void add_to(Card& card) const {
        const auto best = std::ranges::max_element(hits_);
        const auto at = static_cast<int>(best - hits_.begin());
        card.figures.push_back(
            {fmt::format(
                 "words said while the best head (layer {}, head {}) looks most at the word translated",
                 at / c_.n_heads, at % c_.n_heads),
             *best / words_, Figure::Bound::above, 0.5});
        card.add("the same by chance", chance_ / words_);
    }

  private:
    const ModelConfig& c_;
    std::vector<double> hits_; ///< [layer, head]
    double words_ = 0, chance_ = 0;
};

} // namespace

void measure_filling(Workshop& workshop, const std::string& name, Card& card) {
    const Workshop::Opened& o = workshop.open(name);
    const Model &masked = *o.model, &story = *workshop.open("story").model;
    const auto mask = masked.tokenizer->find_token(o.config.data.mask_token);
    const auto kept = held_out_data(o.config, masked, masked.config().n_ctx);
    double n = 0, filled = 0, guessed = 0;
    for (std::size_t w = 0; w < std::min(k_windows, kept->n_validation()); ++w) {
        Batch batch;
        kept->append_validation(w, batch);
        const Sequence& s = batch.sequences.front();
        std::vector<int> whole = s.tokens;
        for (std::size_t i = 0; i < whole.size(); ++i)
            if (s.targets[i] >= 0) whole[i] = s.targets[i];
        Retold retold = retell(whole, *masked.tokenizer, *story.tokenizer);
        retold.tokens.resize(std::min(retold.tokens.size(), static_cast<std::size_t>(story.config().n_ctx)));
        const auto both = run_over(masked, s.tokens), left = run_over(story, retold.tokens);
        for (std::size_t i = 0; i < s.tokens.size(); ++i) {
            if (s.targets[i] < 0 || s.tokens[i] != mask) continue;
            const std::size_t in_story = retold.same[i].value_or(0);
            if (in_story < 1 || in_story >= retold.tokens.size())
                continue; // cut otherwise by story's tokenizer
            ++n;
            filled += likeliest(both->row(Site::logits, -1, static_cast<int>(i)), masked.config().d_vocab) ==
                      s.targets[i];
            guessed += likeliest(left->row(Site::logits, -1, static_cast<int>(in_story) - 1),
                                 story.config().d_vocab) == retold.tokens[in_story];
        }
    }
    card.add("masked tokens that story guesses from the left alone", guessed / n);
    card.add("masked tokens filled in", filled / n, Figure::Bound::above, guessed / n);
}

void measure_translation(Workshop& workshop, const std::string& name, Card& card) {
    const Workshop::Opened& o = workshop.open(name);
    const Model& model = *o.model;
    std::vector<TinyvilleExample> sentences =
        held_out_tasks(held_out_documents(o.config.data.tinyville, k_sentences), "translation");
    sentences.resize(std::min(sentences.size(), k_sentences));
    Following following(model.config());
    double exact = 0;
    for (const TinyvilleExample& e : sentences) {
        const std::vector<int> read = model.tokenizer->encode(e.question);
        auto source = std::make_shared<Trace>(
            model.weights, TraceShape{static_cast<int>(read.size()), {}, Keep::all, {}, Stack::encoder});
        extend(*source, read);
        std::vector<int> tokens = {bos_id(model)};
        generate(model, tokens, {model.config().n_ctx - 1, greedy_chain(), 0, source});
        const std::string said = model.tokenizer->decode(std::span(tokens).subspan(1));
        exact += said == e.answer;
        if (card.samples.size() < 8) card.samples.push_back(fmt::format("{} -> {}", e.question, said));
        following.add(model, e, source);
    }
    card.add(fmt::format("of {} held-out sentences, translated exactly", sentences.size()),
             exact / static_cast<double>(sentences.size()), Figure::Bound::above, 0.95);
    following.add_to(card);
}

} // namespace gf
