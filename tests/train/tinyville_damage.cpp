#include "tinyville_damage.h"

#include "tinyville_support.h"

#include "train/tinyville/lexicon.h"

#include <map>
#include <regex>

namespace gf::tests {
namespace tinyville_damage {
namespace {

using namespace tinyville;

struct Span {
    std::size_t begin, end; ///< bytes
};

std::vector<Span> matches(const std::string& text, const std::string& pattern) {
    const std::regex r(pattern);
    std::vector<Span> found;
    for (std::sregex_iterator m(text.begin(), text.end(), r), end; m != end; ++m)
        found.push_back(
            {static_cast<std::size_t>(m->position()), static_cast<std::size_t>(m->position() + m->length())});
    return found;
}

std::string replace_span(const std::string& text, Span s, const std::string& by) {
    return text.substr(0, s.begin) + by + text.substr(s.end);
}

std::string text_of(const std::string& text, Span s) { return text.substr(s.begin, s.end - s.begin); }

std::vector<std::string> names_in(const Document& d) {
    std::vector<std::string> names;
    for (const std::string& e : d.entities) names.push_back(words_at_spaces(e)[0]);
    return names;
}

/// One occurrence of a key of `by` becomes its value.
std::optional<std::string> exchange(const Document& d, RandomStream& random,
                                    const std::map<std::string, std::string>& by) {
    std::string pattern;
    for (const auto& [from, to] : by) pattern += (pattern.empty() ? "\\b(" : "|") + from;
    const auto found = matches(d.text, pattern + ")\\b");
    if (found.empty()) return std::nullopt;
    const Span s = random.pick(found);
    return replace_span(d.text, s, by.at(text_of(d.text, s)));
}

std::optional<std::string> other_gender(const Document& d, RandomStream& random) {
    return exchange(d, random,
                    {{"he", "she"},
                     {"she", "he"},
                     {"He", "She"},
                     {"She", "He"},
                     {"him", "her"},
                     {"his", "her"},
                     {"her", "his"},
                     {"His", "Her"},
                     {"Her", "His"},
                     {"himself", "herself"},
                     {"herself", "himself"}});
}

std::optional<std::string> broken_agreement(const Document& d, RandomStream& random) {
    return exchange(d, random,
                    {{"was", "were"}, {"were", "was"}, {"is", "are"}, {"are", "is"}, {"has", "have"}});
}

/// A name of somebody who owns, gives or gets something becomes that of somebody else in the story.
std::optional<std::string> other_owner(const Document& d, RandomStream& random) {
    std::vector<Span> names;
    for (const Label& l : d.labels) {
        const bool owns = l.phenomenon == "fact" && *truth(l, "relation") == "owned";
        const bool gives = l.phenomenon == "indirect-object" && *truth(l, "event") == "gave";
        if (!owns && !gives) continue;
        for (const std::string& name : names_in(d))
            for (Span s : matches(d.text.substr(l.begin, l.end - l.begin), "\\b" + name + "\\b"))
                names.push_back({s.begin + l.begin, s.end + l.begin});
    }
    for (const std::string& name : names_in(d))
        for (const Span s : matches(d.text, "\\b" + name + "(?='s)")) names.push_back(s);
    if (names.empty()) return std::nullopt;
    const Span s = random.pick(names);
    const auto all = names_in(d);
    std::string other;
    do other = random.pick(all);
    while (other == text_of(d.text, s));
    return replace_span(d.text, s, other);
}

/// A name after its first mention becomes somebody else's.
std::optional<std::string> other_name(const Document& d, RandomStream& random) {
    std::vector<Span> later;
    for (const Label& l : d.labels)
        if (l.phenomenon == "repeat") later.push_back({l.begin, l.end});
    const Span s = random.pick(later);
    std::string name;
    do name = random.pick(table("name").entries).forms[0];
    while (name == text_of(d.text, s));
    return replace_span(d.text, s, name);
}

std::optional<std::string> unknown_word(const Document& d, RandomStream& random) {
    return replace_span(d.text, random.pick(matches(d.text, "[A-Za-z]+")), "blorp");
}

std::optional<std::string> doubled_word(const Document& d, RandomStream& random) {
    const Span s = random.pick(matches(d.text, "[A-Za-z]+"));
    return replace_span(d.text, s, text_of(d.text, s) + " " + text_of(d.text, s));
}

std::optional<std::string> exchanged_words(const Document& d, RandomStream& random) {
    const Span s = random.pick(matches(d.text, "[a-z]+ [a-z]+"));
    const std::string both = text_of(d.text, s);
    const std::size_t space = both.find(' ');
    return replace_span(d.text, s, both.substr(space + 1) + " " + both.substr(0, space));
}

std::optional<std::string> cut_short(const Document& d, RandomStream& random) {
    const std::string story = d.text.substr(0, d.text.find('\n'));
    const auto ends = matches(story, random.chance(50) ? "[A-Za-z]+(?=[ ,])" : "[.!?]\"?(?= )");
    return story.substr(0, ends[ends.size() - 1 - static_cast<std::size_t>(random.below(4))].end);
}

/// Two neighbouring sentences change places.
std::optional<std::string> exchanged_sentences(const Document& d, RandomStream& random) {
    std::vector<std::size_t> starts{0};
    bool quoted = false;
    const std::string story = d.text.substr(0, d.text.find('\n'));
    for (std::size_t i = 0; i + 2 < story.size(); ++i) {
        if (story[i] == '"') quoted = !quoted;
        const bool ends =
            (story[i] == '.' || (story[i] == '"' && story[i - 1] == '.')) && story[i + 1] == ' ';
        if (ends && !quoted) starts.push_back(i + 2);
    }
    if (starts.size() < 4) return std::nullopt;
    const auto at = static_cast<std::size_t>(random.below(static_cast<int>(starts.size()) - 2));
    const std::string first = story.substr(starts[at], starts[at + 1] - starts[at]);
    return story.substr(0, starts[at]) + story.substr(starts[at + 1], starts[at + 2] - starts[at + 1]) +
           first + story.substr(starts[at + 2]);
}

/// A thing that was named before becomes another one.
std::optional<std::string> other_thing(const Document& d, RandomStream& random) {
    std::vector<Span> later;
    for (const Entry& e : table("thing").entries) {
        const auto found = matches(d.text, "\\b" + e.forms[0] + "\\b");
        if (found.size() > 1) later.insert(later.end(), found.begin() + 1, found.end());
    }
    if (later.empty()) return std::nullopt;
    const Span s = random.pick(later);
    std::string noun;
    do noun = random.pick(table("thing").entries).forms[0];
    while (noun == text_of(d.text, s));
    return replace_span(d.text, s, noun);
}

} // namespace
} // namespace tinyville_damage

const std::vector<Damage>& damages() {
    using namespace tinyville_damage;
    static const std::vector<Damage> all = {
        {"pronoun of the other gender", other_gender},
        {"other owner", other_owner},
        {"other name", other_name},
        {"unknown word", unknown_word},
        {"doubled word", doubled_word},
        {"exchanged words", exchanged_words},
        {"broken agreement", broken_agreement},
        {"cut short", cut_short},
        {"other thing", other_thing},
        {"exchanged sentences", exchanged_sentences},
    };
    return all;
}

} // namespace gf::tests
