// The parser: accepts what the grammar can say, and finds every kind of damage.

#include "tinyville_support.h"

#include "core/error.h"
#include "train/tinyville/check.h"
#include "train/tinyville/telling.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <regex>

namespace gf::tests {
namespace {

using namespace tinyville;
using ::testing::HasSubstr;

TEST(TinyvilleJudge, AcceptsEveryDocument) {
    for (const Document& d : documents(5, 3000)) {
        const Verdict v = check_document(d.text);
        EXPECT_TRUE(v.grammatical && v.consistent && v.true_to_world) << d.text << "\n"
                                                                      << v.at << ": " << v.reason;
        if (d.group == "story") {
            EXPECT_EQ(v.kind, d.kind) << d.text;
        }
    }
}

/// People, things and places that never met in any corpus: any entries that the tables allow.
TEST(TinyvilleJudge, AcceptsWhatTheGrammarAllowsWhoeverTakesPart) {
    Draw draw(3, 0, 0);
    int unknown_people = 0;
    for (int round = 0; round < 15; ++round)
        for (const DocumentKind& kind : Grammar::get().documents()) {
            Cast any;
            for (const Register& r : kind.registers) {
                const Table& t = tables()[static_cast<std::size_t>(r.table)];
                int entry;
                do entry = draw.below(static_cast<int>(t.entries.size()));
                while (!t.entries[static_cast<std::size_t>(entry)].has(r.tag) || [&] {
                    for (std::size_t i = 0; t.strict && i < any.values.size(); ++i)
                        if (kind.registers[i].table == r.table && any.values[i] == entry) return true;
                    return false;
                }());
                any.values.push_back(entry);
            }
            const Telling told = tell(kind, draw_template(kind, draw), any, draw);
            const Verdict v = judge(told.text);
            EXPECT_TRUE(v.grammatical && v.consistent) << told.text << "\n" << v.at << ": " << v.reason;
            unknown_people += !v.true_to_world;
        }
    EXPECT_GT(unknown_people, 100) << "and says that they do not live in Tinyville";
}

// Damage
// -------------------------------------------------------------------------------------------------------------

struct Span {
    std::size_t begin, end;
};

std::vector<Span> matches(const std::string& text, const std::string& pattern) {
    const std::regex r(pattern);
    std::vector<Span> found;
    for (std::sregex_iterator m(text.begin(), text.end(), r), end; m != end; ++m)
        found.push_back(
            {static_cast<std::size_t>(m->position()), static_cast<std::size_t>(m->position() + m->length())});
    return found;
}

std::string replaced(const std::string& text, Span s, const std::string& by) {
    return text.substr(0, s.begin) + by + text.substr(s.end);
}

std::string word(const std::string& text, Span s) { return text.substr(s.begin, s.end - s.begin); }

std::vector<std::string> names_in(const Document& d) {
    std::vector<std::string> names;
    for (const std::string& e : d.entities) names.push_back(words_at_spaces(e)[0]);
    return names;
}

using Damage = std::optional<std::string> (*)(const Document&, Draw&);

std::optional<std::string> exchange(const Document& d, Draw& draw,
                                    const std::map<std::string, std::string>& by) {
    std::string pattern;
    for (const auto& [from, to] : by) pattern += (pattern.empty() ? "\\b(" : "|") + from;
    const auto found = matches(d.text, pattern + ")\\b");
    if (found.empty()) return std::nullopt;
    const Span s = draw.of(found);
    return replaced(d.text, s, by.at(word(d.text, s)));
}

std::optional<std::string> other_gender(const Document& d, Draw& draw) {
    return exchange(d, draw,
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

std::optional<std::string> broken_agreement(const Document& d, Draw& draw) {
    return exchange(d, draw,
                    {{"was", "were"}, {"were", "was"}, {"is", "are"}, {"are", "is"}, {"has", "have"}});
}

/// Somebody else of the story owns, gives or gets it.
std::optional<std::string> other_owner(const Document& d, Draw& draw) {
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
    const Span s = draw.of(names);
    const auto all = names_in(d);
    std::string other;
    do other = draw.of(all);
    while (other == word(d.text, s));
    return replaced(d.text, s, other);
}

/// A name after its first mention becomes somebody else's.
std::optional<std::string> other_name(const Document& d, Draw& draw) {
    std::vector<Span> later;
    for (const Label& l : d.labels)
        if (l.phenomenon == "repeat") later.push_back({l.begin, l.end});
    const Span s = draw.of(later);
    std::string name;
    do name = draw.of(table("name").entries).columns[0];
    while (name == word(d.text, s));
    return replaced(d.text, s, name);
}

std::optional<std::string> unknown_word(const Document& d, Draw& draw) {
    return replaced(d.text, draw.of(matches(d.text, "[A-Za-z]+")), "blorp");
}

std::optional<std::string> doubled_word(const Document& d, Draw& draw) {
    const Span s = draw.of(matches(d.text, "[A-Za-z]+"));
    return replaced(d.text, s, word(d.text, s) + " " + word(d.text, s));
}

std::optional<std::string> exchanged_words(const Document& d, Draw& draw) {
    const Span s = draw.of(matches(d.text, "[a-z]+ [a-z]+"));
    const std::string both = word(d.text, s);
    const std::size_t space = both.find(' ');
    return replaced(d.text, s, both.substr(space + 1) + " " + both.substr(0, space));
}

std::optional<std::string> cut_short(const Document& d, Draw& draw) {
    const std::string story = d.text.substr(0, d.text.find('\n'));
    const auto ends = matches(story, draw.chance(50) ? "[A-Za-z]+(?=[ ,])" : "[.!?]\"?(?= )");
    return story.substr(0, ends[ends.size() - 1 - static_cast<std::size_t>(draw.below(4))].end);
}

/// Two neighbouring sentences change places.
std::optional<std::string> exchanged_sentences(const Document& d, Draw& draw) {
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
    const auto at = static_cast<std::size_t>(draw.below(static_cast<int>(starts.size()) - 2));
    const std::string first = story.substr(starts[at], starts[at + 1] - starts[at]);
    return story.substr(0, starts[at]) + story.substr(starts[at + 1], starts[at + 2] - starts[at + 1]) +
           first + story.substr(starts[at + 2]);
}

/// A thing that was named before becomes another one.
std::optional<std::string> other_thing(const Document& d, Draw& draw) {
    std::vector<Span> later;
    for (const Entry& e : table("thing").entries) {
        const auto found = matches(d.text, "\\b" + e.columns[0] + "\\b");
        if (found.size() > 1) later.insert(later.end(), found.begin() + 1, found.end());
    }
    if (later.empty()) return std::nullopt;
    const Span s = draw.of(later);
    std::string noun;
    do noun = draw.of(table("thing").entries).columns[0];
    while (noun == word(d.text, s));
    return replaced(d.text, s, noun);
}

struct NamedDamage {
    const char* name;
    Damage damage;
};

TEST(TinyvilleJudge, FindsEveryKindOfDamage) {
    const std::vector<NamedDamage> kinds = {
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
    const auto stories = documents(21, 250, {"story"});
    for (const NamedDamage& k : kinds) {
        Draw draw(1, hash_text(k.name), 0);
        int tried = 0, found = 0, ungrammatical = 0;
        std::string missed;
        for (const Document& d : stories) {
            const auto damaged = k.damage(d, draw);
            if (!damaged || *damaged == d.text) continue;
            ++tried;
            const Verdict v = check_document(*damaged);
            if (!v.consistent) {
                EXPECT_FALSE(v.reason.empty()) << *damaged;
            }
            found += !v.consistent;
            ungrammatical += !v.grammatical;
            if (v.consistent) missed += *damaged + "\n";
        }
        std::cout << "  " << k.name << ": " << found << " of " << tried << " found, " << ungrammatical
                  << " as no sentence\n";
        EXPECT_GT(tried, 100) << k.name;
        EXPECT_GT(found, 0.95 * tried) << k.name << "\n" << missed;
    }
}

Verdict verdict_of(const std::string& text) { return check_document(text); }

const std::string k_story = "Mira the fox lived at the old mill with her brother Tom. One rainy morning, "
                            "Mira could not find her red kite. \"Did you "
                            "leave "
                            "it on the bridge?\" asked Tom. They ran to the bridge, but the kite was not "
                            "there. Then they asked Ada the heron for help. "
                            "Ada "
                            "looked everywhere with them. At last, she found the kite by the river. Mira "
                            "thanked Ada. From that day on, Mira always kept "
                            "the kite on a shelf. Mira and Tom were both happy.";

std::string with(const std::string& from, const std::string& to) {
    std::string text = k_story;
    EXPECT_NE(text.find(from), std::string::npos) << from;
    return text.replace(text.find(from), from.size(), to);
}

TEST(TinyvilleJudge, SaysWhatAndWhere) {
    const Verdict good = verdict_of(k_story);
    EXPECT_TRUE(good.grammatical && good.consistent) << good.reason;
    EXPECT_EQ(good.kind, "lost");

    struct Case {
        std::string from, to;
        bool grammatical;
        std::string at, reason;
    };
    const std::vector<Case> cases = {
        {"her red kite", "his red kite", false, "his", "'his' does not agree with Mira: expected 'her'"},
        {"her brother", "her sister", false, "Tom.", "a name"},
        {"she found", "he found", true, "he found", "'he' does not agree with Ada: expected 'she'"},
        {"but the kite was", "but the kite were", false, "were",
         "'were' does not agree with kite: expected 'was'"},
        {"but the kite was", "but the boat was", true, "boat was",
         "found 'boat' where the story so far says 'kite'"},
        {"ran to the bridge", "ran to the river", true, "river, but", "expected 'bridge'; found 'river'"},
        {"Mira thanked Ada", "Mira thanked Tom", true, "Tom. From",
         "found 'Tom' where the story so far says 'Ada'"},
        {"rainy", "purply", false, "purply", "no word of Tinyville: 'purply'"},
        {"looked everywhere", "looked looked everywhere", false, "looked everywhere", "found 'looked'"},
        {"kite by", "kite  by", false, "by the river", "one space"},
        {" Mira and Tom were both happy.", "", true, "", "the text stops before its end"},
        {" were both happy.", "", false, "", "the text stops before its end"},
    };
    for (const Case& c : cases) {
        const std::string text = with(c.from, c.to);
        const Verdict v = verdict_of(text);
        EXPECT_FALSE(v.consistent) << text;
        EXPECT_EQ(v.grammatical, c.grammatical) << text << "\n" << v.reason;
        EXPECT_THAT(v.reason, HasSubstr(c.reason)) << text;
        if (!c.at.empty()) {
            EXPECT_TRUE(text.substr(v.at).starts_with(c.at)) << c.to << ": " << text.substr(v.at, 30);
        }
        if (c.at.empty()) {
            EXPECT_EQ(v.at, text.size());
        }
    }
}

TEST(TinyvilleJudge, KnowsTheWorld) {
    const World& world = World::get();
    const std::string name = world.full_name(0), home = world.object(0, Relation::lives);
    EXPECT_TRUE(verdict_of(name + " lives " + home + ".").true_to_world);
    const Verdict elsewhere =
        verdict_of(name + " lives " + (home == "on the farm" ? "at the inn." : "on the farm."));
    EXPECT_TRUE(elsewhere.consistent);
    EXPECT_FALSE(elsewhere.true_to_world);
    EXPECT_THAT(elsewhere.reason, HasSubstr("lives " + home));
}

TEST(TinyvilleJudge, ComputesTasksAgain) {
    for (const char* right :
         {"sum: 47 + 85 = 132", "reverse: lamp kite boat -> boat kite lamp",
          "translate: the fox sees the boat -> bota foso mirel", "let a = 3 ; let b = a + 4 ; print b -> 7",
          "brackets: ( [ ) ] -> no", "swap, last: lamp kite boat -> lamp",
          "sum, steps: 47 + 85 -> 7 + 5 = 12, write 2, carry 1; 4 + 8 + 1 = 13; 132",
          "sum: 1 + 1 = 2\nsum: 2 + 2 = 4"})
        EXPECT_TRUE(verdict_of(right).true_to_world) << right << ": " << verdict_of(right).reason;
    const Verdict wrong = verdict_of("sum: 1 + 1 = 2\nsum: 47 + 85 = 131");
    EXPECT_TRUE(wrong.grammatical);
    EXPECT_FALSE(wrong.consistent);
    EXPECT_EQ(wrong.at, 32u) << "the first wrong digit";
    EXPECT_THAT(wrong.reason, HasSubstr("'132'"));
    for (const char* bad : {"sum: 47 + = 1", "sum: 47 + 85", "reverse: lamp nothing -> nothing lamp",
                            "let a = b ; print a -> 1", "translate: fox the sees -> bota",
                            "sum: 47 + 85 =", "count: -> 3", "brackets:", "let ", "sum: 99999999999 + 1 = 2"})
        EXPECT_FALSE(verdict_of(bad).grammatical) << bad;
}

TEST(TinyvilleJudge, SurvivesAnything) {
    Draw draw(9, 0, 0);
    for (const std::string& text : {std::string(), std::string("\n\n"), std::string("\""),
                                    std::string("Mira"), std::string("\xff\xfe\x00x", 4),
                                    std::string(100000, '('), std::string("Q: "), std::string("'s 's")})
        EXPECT_FALSE(verdict_of(text).consistent);
    for (int i = 0; i < 300; ++i) {
        std::string text = k_story;
        for (int k = draw.between(1, 6); k > 0; --k)
            text[static_cast<std::size_t>(draw.below(static_cast<int>(text.size())))] =
                static_cast<char>(draw.below(256));
        if (text != k_story) {
            EXPECT_FALSE(verdict_of(text).consistent) << text;
        }
    }
}

TEST(TinyvilleJudge, DocumentsAreFoundByTheirEndMarks) {
    const std::string text =
        k_story + "\n<|endoftext|>\nsum: 1 + 1 = 2\nsum: 1 + 2 = 4\n<|endoftext|>\n\n" + k_story;
    const auto found = check_documents(text);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_TRUE(found[0].verdict.consistent && found[2].verdict.consistent);
    EXPECT_FALSE(found[1].verdict.consistent);
    EXPECT_EQ(found[1].line, 3u);
    EXPECT_EQ(found[1].problem_line(), 4u);
    EXPECT_EQ(text.substr(found[1].begin + found[1].verdict.at, 2), "4\n");
    EXPECT_EQ(found[2].line, 7u);
}

TEST(TinyvilleGrammar, MistakesInTheNotationAreNamed) {
    struct Case {
        const char *text, *expected;
    };
    for (const Case& c :
         {Case{"document x story 1\nroles H person\ntell {F} ran.\n", "a role of the document"},
          Case{"document x story 1\nroles H person\ntell {H} ran <away>.\n", "a defined piece"},
          Case{"document x story 1\nroles H person\ntell ({H} ran.\n", "')'"},
          Case{"document x story 1\nroles H dragon\ntell {H} ran.\n", "a type of role"},
          Case{"document x story 1\nroles H person\ntell {H.was} ran.\n", "a form that applies to a name"},
          Case{"document x story 1\nroles H person\ntell ([a|b]|c)\n", "no [choice of plot] inside"},
          Case{"define a = b\ndefine a = c\n", "one definition"},
          Case{"document x story 1\nroles A person, B person, C person, D person, E person, F person, G "
               "person, "
               "H person, I home\ntell {A} "
               "ran.\n",
               "16 registers at most"},
          Case{"document x story 1\nroles H person\n", "begins with tell"}}) {
        try {
            const Grammar grammar(c.text);
            ADD_FAILURE() << c.text;
        } catch (const Error& e) {
            EXPECT_THAT(e.what(), HasSubstr(c.expected));
        }
    }
}

} // namespace
} // namespace gf::tests
