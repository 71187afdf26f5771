#include "train/tinyville/toy_language.h"

#include "train/tinyville/tasks.h"

#include <fmt/core.h>

#include <algorithm>

namespace gf::tinyville {
namespace {

using Words = std::vector<std::string>;

struct NounPhrase {
    const ToyNoun* noun = nullptr;
    const ToyAdjective* adjective = nullptr;
    bool plural = false;

    std::string toy(const char* ending) const {
        const std::string tail = std::string(ending) + (plural ? "i" : "");
        return adjective ? fmt::format("{}{} {}{}", noun->stem, tail, adjective->stem, tail)
                         : noun->stem + tail;
    }
};

/// Reads an English sentence word by word.
class EnglishReader {
  public:
    explicit EnglishReader(std::string_view text) : words_(split_words(text)) {}

    std::optional<std::string> translation() {
        const auto subject = noun_phrase();
        if (!subject || !subject->noun->alive || !verb(subject->plural)) return std::nullopt;
        const auto object = noun_phrase();
        if (!object) return std::nullopt;
        std::string toy = object->toy("a");
        if (verb_->gives) {
            if (!take("to")) return std::nullopt;
            const auto receiver = noun_phrase();
            if (!receiver || !receiver->noun->alive) return std::nullopt;
            toy += " " + receiver->toy("u");
        }
        if (at_ != words_.size()) return std::nullopt;
        return toy + " " + subject->toy("o") + " " + verb_->stem + tense_;
    }

    std::string lemmas() const { return lemmas_; }

  private:
    bool take(std::string_view word) {
        if (at_ == words_.size() || words_[at_] != word) return false;
        ++at_;
        return true;
    }

    std::optional<NounPhrase> noun_phrase() {
        if (!take("the")) return std::nullopt;
        NounPhrase phrase;
        for (const ToyAdjective& a : k_toy_adjectives)
            if (!phrase.adjective && take(a.word)) phrase.adjective = &a;
        for (const ToyNoun& n : k_toy_nouns) {
            phrase.plural = at_ < words_.size() && words_[at_] == n.many;
            if (!take(n.one) && !take(n.many)) continue;
            phrase.noun = &n;
            lemmas_ += std::string(n.one) + " ";
            return phrase;
        }
        return std::nullopt;
    }

    bool verb(bool plural) {
        const bool will = take("will");
        for (const ToyVerb& v : k_toy_verbs) {
            verb_ = &v;
            lemmas_ += std::string(v.base) + " ";
            if (will ? take(v.base) : take(plural ? v.base : v.third)) {
                tense_ = will ? "il" : "el";
                return true;
            }
            if (!will && take(v.past)) {
                tense_ = "ul";
                return true;
            }
            lemmas_.resize(lemmas_.size() - std::string_view(v.base).size() - 1);
        }
        return false;
    }

    Words words_;
    std::size_t at_ = 0;
    const ToyVerb* verb_ = nullptr;
    const char* tense_ = "";
    std::string lemmas_;
};

std::string draw_noun_phrase(Draw& draw, bool alive, bool& plural, const ToyNoun*& noun) {
    const ToyNoun* before = noun;
    do noun = &k_toy_nouns[static_cast<std::size_t>(draw.below(static_cast<int>(k_toy_nouns.size())))];
    while ((alive && !noun->alive) || noun == before);
    plural = draw.chance(30);
    const auto& adjective =
        k_toy_adjectives[static_cast<std::size_t>(draw.below(static_cast<int>(k_toy_adjectives.size())))];
    const char* word = plural ? noun->many : noun->one;
    return draw.chance(35) ? fmt::format("the {} {}", adjective.word, word) : fmt::format("the {}", word);
}

std::string draw_sentence(Draw& draw) {
    bool plural = false, ignored = false;
    const ToyNoun* noun = nullptr;
    std::string text = fmt::format("translate: {}", draw_noun_phrase(draw, true, plural, noun));
    const ToyVerb& v =
        k_toy_verbs[static_cast<std::size_t>(draw.below(static_cast<int>(k_toy_verbs.size())))];
    switch (draw.below(4)) {
    case 0: text += std::string(" ") + v.past; break;
    case 1: text += std::string(" will ") + v.base; break;
    default: text += std::string(" ") + (plural ? v.base : v.third);
    }
    text.append(" ").append(draw_noun_phrase(draw, false, ignored, noun));
    if (v.gives) text.append(" to ").append(draw_noun_phrase(draw, true, ignored, noun));
    return text;
}

std::string_view after_head(std::string_view question) {
    return question.substr(std::min(question.find(": ") + 2, question.size()));
}

std::optional<std::string> answer_translate(std::string_view question) {
    return translate(after_head(question));
}

/// Subject, verb, object (and receiver) decide the split: number, tense and adjectives of a held-out sentence
/// do not leak it.
std::string lemma_key(std::string_view question) {
    EnglishReader reader(after_head(question));
    reader.translation();
    return reader.lemmas();
}

} // namespace

std::optional<std::string> translate(std::string_view english) {
    return EnglishReader(english).translation();
}

const std::vector<Task> k_language_tasks = {
    {"translate", "translate", "stories", "translation", " -> ", 110, draw_sentence, answer_translate,
     lemma_key},
};

} // namespace gf::tinyville
