#include "train/tinyville/toy_language.h"

#include "train/tinyville/tasks.h"
#include "train/tinyville/word_lists.h"

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

/// Reads an English sentence word by word: subject, verb, object and, if the verb is one of giving, receiver.
class EnglishReader {
  public:
    explicit EnglishReader(std::string_view text) : words_(split_words(text)) {}

    std::optional<std::string> translation() {
        const auto subject = read_noun_phrase();
        if (!subject || !subject->noun->alive || !read_verb(subject->plural)) return std::nullopt;
        const auto object = read_noun_phrase();
        if (!object) return std::nullopt;
        std::string toy = object->toy("a");
        if (verb_->gives) {
            if (!take("to")) return std::nullopt;
            const auto receiver = read_noun_phrase();
            if (!receiver || !receiver->noun->alive) return std::nullopt;
            toy += " " + receiver->toy("u");
        }
        if (at_ != words_.size()) return std::nullopt;
        return toy + " " + subject->toy("o") + " " + verb_->stem + tense_;
    }

    /// The nouns and the verb read so far, without number and tense.
    std::string lemmas() const { return lemmas_; }

  private:
    /// Steps over `word` if it is the next one.
    bool take(std::string_view word) {
        if (at_ == words_.size() || words_[at_] != word) return false;
        ++at_;
        return true;
    }

    std::optional<NounPhrase> read_noun_phrase() {
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

    bool read_verb(bool plural) {
        const bool will = take("will");
        for (const ToyVerb& v : k_toy_verbs) {
            if (will ? take(v.base) : take(plural ? v.base : v.third))
                tense_ = will ? "il" : "el";
            else if (!will && take(v.past))
                tense_ = "ul";
            else
                continue;
            verb_ = &v;
            lemmas_ += std::string(v.base) + " ";
            return true;
        }
        return false;
    }

    Words words_;
    std::size_t at_ = 0;
    const ToyVerb* verb_ = nullptr;
    const char* tense_ = "";
    std::string lemmas_;
};

template <class T, std::size_t n>
const T& pick(RandomStream& random, const std::array<T, n>& words) {
    return words[static_cast<std::size_t>(random.below(static_cast<int>(n)))];
}

struct EnglishPhrase {
    std::string text; ///< "the small foxes"
    const ToyNoun* noun;
    bool plural;
};

/// Any noun but `other_than`, at times with an adjective.
EnglishPhrase draw_noun_phrase(RandomStream& random, bool alive, const ToyNoun* other_than) {
    const ToyNoun* noun;
    do noun = &pick(random, k_toy_nouns);
    while ((alive && !noun->alive) || noun == other_than);
    const bool plural = random.chance(30);
    const ToyAdjective& adjective = pick(random, k_toy_adjectives);
    const char* word = plural ? noun->many : noun->one;
    const std::string text =
        random.chance(35) ? fmt::format("the {} {}", adjective.word, word) : fmt::format("the {}", word);
    return {text, noun, plural};
}

std::string draw_translate(RandomStream& random) {
    const EnglishPhrase subject = draw_noun_phrase(random, true, nullptr);
    std::string text = "translate: " + subject.text;
    const ToyVerb& verb = pick(random, k_toy_verbs);
    switch (random.below(4)) {
    case 0: text += std::string(" ") + verb.past; break;
    case 1: text += std::string(" will ") + verb.base; break;
    default: text += std::string(" ") + (subject.plural ? verb.base : verb.third);
    }
    const EnglishPhrase object = draw_noun_phrase(random, false, subject.noun);
    text += " " + object.text;
    if (verb.gives) text += " to " + draw_noun_phrase(random, true, object.noun).text;
    return text;
}

std::string_view after_head(std::string_view question) {
    return question.substr(std::min(question.find(": ") + 2, question.size()));
}

std::optional<std::string> answer_translate(std::string_view question) {
    return translate(after_head(question));
}

/// Subject, verb, object and receiver decide the split, whatever number, tense and adjectives they have: so
/// training never shows a held-out sentence in another form.
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
    {"translate", "translate", "stories", "translation", " -> ", 110, draw_translate, answer_translate,
     lemma_key},
};

} // namespace gf::tinyville
