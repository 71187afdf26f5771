// Every phenomenon occurs, and what its labels say is true by small checkers of their own.

#include "tinyville_support.h"

#include "train/tinyville/lexicon.h"
#include "train/tinyville/toy_language.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <regex>
#include <set>

namespace gf::tests {
namespace {

using namespace tinyville;

const std::vector<Document>& sample() {
    static const std::vector<Document> all = documents(11, 6000);
    return all;
}

bool is_feminine(const std::string& name) {
    for (const Entry& e : table("name").entries)
        if (e.columns[0] == name) return e.cls == 'f';
    ADD_FAILURE() << name;
    return false;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

TEST(TinyvilleLabels, PronounsHaveTheGenderAndNumberOfTheirReferent) {
    static const std::map<std::string, std::string> k_forms = {
        {"she", "feminine singular"},  {"herself", "feminine singular"}, {"he", "masculine singular"},
        {"him", "masculine singular"}, {"his", "masculine singular"},    {"himself", "masculine singular"},
        {"her", "feminine singular"},  {"it", "neuter singular"},        {"they", "neuter plural"},
        {"them", "neuter plural"},     {"their", "neuter plural"}};
    std::map<std::string, int> seen;
    const int n =
        for_labels(sample(), "pronoun", [&](const Document& d, const Label& l, const std::string& word) {
            ++seen[lower(word)];
            const std::string& referent = *truth(l, "referent");
            ASSERT_TRUE(truth(l, "gender")) << d.text;
            EXPECT_EQ(*truth(l, "gender") + " " + *truth(l, "number"), k_forms.at(lower(word))) << d.text;
            if (*truth(l, "gender") == "neuter") {
                // what it stands for was named before
                EXPECT_LT(d.text.find(words_at_spaces(referent).back()), l.begin)
                    << word << " for " << referent << " in " << d.text;
            } else {
                EXPECT_EQ(is_feminine(referent), k_forms.at(lower(word)).starts_with("feminine"));
                EXPECT_LT(d.text.find(referent), l.begin) << word << " for " << referent << " in " << d.text;
            }
        });
    EXPECT_GT(n, 3000);
    for (const char* w : {"she", "he", "her", "his", "him", "it", "they", "them"})
        EXPECT_GT(seen[w], 20) << w;
}

TEST(TinyvilleLabels, VerbsAgreeWithTheirSubject) {
    static const std::set<std::string> k_plural = {"were", "are", "have", "these", "sing", "sleep", "do"},
                                       k_singular = {"was", "is", "has", "this", "sings", "sleeps", "does"};
    int across_clause = 0;
    const int n =
        for_labels(sample(), "agreement", [&](const Document& d, const Label& l, const std::string& word) {
            const bool plural = *truth(l, "number") == "plural";
            if (d.kind != "agreement" || !truth(l, "subject")) {
                const bool noun = !k_plural.contains(lower(word)) && !k_singular.contains(lower(word));
                EXPECT_EQ(noun ? word == "mice" || (word.ends_with("s") && word != "mouse")
                               : k_plural.contains(lower(word)),
                          plural)
                    << word << ": " << d.text;
            } else {
                EXPECT_TRUE((plural ? k_plural : k_singular).contains(lower(word))) << word << ": " << d.text;
            }
            across_clause += d.kind == "agreement";
        });
    EXPECT_GT(n, 800);
    EXPECT_GT(across_clause, 80);
    // "The boats that the child saw were blue.": the verb's number is the first noun's, not the nearest one's
    static const std::regex clause(
        R"(The (\w+) that the (child|children) (saw|painted|liked) (was|were) \w+\.)");
    int clauses = 0;
    for (const Document& d : sample()) {
        std::smatch m;
        if (!std::regex_match(d.text, m, clause)) continue;
        ++clauses;
        EXPECT_EQ(m[4] == "were", m[1].str().ends_with("s")) << d.text;
        EXPECT_NE(m[4] == "were", m[2] == "children") << d.text;
    }
    EXPECT_GT(clauses, 5);
}

TEST(TinyvilleLabels, TwoSensesOfAWordStandInTheirOwnContexts) {
    static const std::map<std::string, std::set<std::string>> k_senses = {{"bank", {"river", "money"}},
                                                                          {"bat", {"animal", "club"}},
                                                                          {"ring", {"jewel", "sound"}},
                                                                          {"spring", {"season", "water"}}};
    std::map<std::string, std::map<std::string, int>> seen;
    for_labels(sample(), "sense", [&](const Document& d, const Label& l, const std::string& word) {
        const std::string& sense = *truth(l, "sense");
        EXPECT_EQ(lower(word), *truth(l, "word"));
        ++seen[*truth(l, "word")][sense];
        if (sense == "money") {
            EXPECT_THAT(d.text, ::testing::AnyOf(::testing::HasSubstr("coin"), ::testing::HasSubstr("money"),
                                                 ::testing::HasSubstr("note")));
        }
        if (sense == "river") {
            EXPECT_THAT(d.text, ::testing::ContainsRegex("river|water|fish|boat|stream|grew"));
        }
    });
    EXPECT_EQ(seen.size(), k_senses.size());
    for (const auto& [word, senses] : k_senses)
        for (const std::string& sense : senses) EXPECT_GT(seen[word][sense], 15) << word << ": " << sense;
}

TEST(TinyvilleLabels, RepeatedNamesPointToTheFirst) {
    const int n =
        for_labels(sample(), "repeat", [&](const Document& d, const Label& l, const std::string& word) {
            EXPECT_EQ(word, *truth(l, "name"));
            const auto first = std::stoul(*truth(l, "first"));
            EXPECT_EQ(d.text.substr(first, word.size()), word);
            EXPECT_LT(first, l.begin);
            std::smatch m; // the word, not a part of one
            ASSERT_TRUE(std::regex_search(d.text, m, std::regex("\\b" + word + "\\b")));
            EXPECT_EQ(static_cast<std::size_t>(m.position()), first) << d.text;
        });
    EXPECT_GT(n, 5000);
}

TEST(TinyvilleLabels, WhoGaveWhatToWhom) {
    static const std::regex to(R"((\w+) gave the (.*) to (\w+)\.)"),
        direct(R"((\w+) gave ([A-Z]\w+) (?:a|some|the) (.*)\.)");
    int checked = 0, thanks = 0;
    for_labels(
        sample(), "indirect-object", [&](const Document& d, const Label& l, const std::string& sentence) {
            if (*truth(l, "event") == "thanked") {
                ++thanks;
                EXPECT_NE(*truth(l, "who"), *truth(l, "whom"));
                if (sentence.find(" thanked ") != std::string::npos) {
                    EXPECT_TRUE(sentence.starts_with(*truth(l, "who"))) << sentence;
                }
                return;
            }
            std::smatch m;
            const std::string *giver = truth(l, "giver"), *receiver = truth(l, "receiver"),
                              *thing = truth(l, "thing");
            const std::string last =
                sentence.substr(sentence.rfind(". ") == std::string::npos ? 0 : sentence.rfind(". ") + 2);
            if (std::regex_search(last, m, to) && d.group == "scene") {
                ++checked;
                EXPECT_EQ(m[1], *giver) << d.text;
                EXPECT_EQ(m[3], *receiver) << d.text;
                EXPECT_THAT(*thing, ::testing::EndsWith(m[2].str())) << d.text;
            } else if (std::regex_search(last, m, direct) && d.group == "scene") {
                ++checked;
                EXPECT_EQ(m[1], *giver) << d.text;
                EXPECT_EQ(m[2], *receiver) << d.text;
                EXPECT_THAT(*thing, ::testing::EndsWith(m[3].str())) << d.text;
            }
        });
    EXPECT_GT(checked, 40);
    EXPECT_GT(thanks, 500);
}

TEST(TinyvilleLabels, FactsAreSaidWhereTheLabelsPoint) {
    std::map<std::string, int> relations;
    for_labels(sample(), "fact", [&](const Document& d, const Label& l, const std::string& said) {
        const std::string &relation = *truth(l, "relation"), &subject = *truth(l, "subject"),
                          &object = *truth(l, "object");
        ++relations[relation];
        // by name or by a pronoun, of somebody and something that were named by then
        EXPECT_LT(d.text.find(words_at_spaces(object).back()), l.end) << relation << ": " << d.text;
        if (relation == "owned" || relation == "lives" || relation == "owns") {
            EXPECT_NE(said.find(words_at_spaces(object).back()), std::string::npos)
                << relation << ": " << d.text;
        }
        EXPECT_LT(d.text.find(subject), l.end) << d.text;
    });
    for (const char* r : {"lives", "owns", "likes", "fears", "kin", "lived", "owned", "mended", "found",
                          "feared", "broke", "helped"})
        EXPECT_GT(relations[r], 10) << r;
}

TEST(TinyvilleLabels, CountedThingsAddUp) {
    static const std::vector<std::string> k_words = {"zero", "one",    "two",   "three", "four",
                                                     "five", "six",    "seven", "eight", "nine",
                                                     "ten",  "eleven", "twelve"};
    auto value = [](const std::string& w) { return std::ranges::find(k_words, w) - k_words.begin(); };
    static const std::regex more(R"(There were (\w+) \w+ .*\. Then (\w+) more came, and there were (\w+)\.)"),
        fewer(R"(There were (\w+) \w+ .*\. Then (\w+) went away\. Only (\w+) were left\.)");
    int n = 0;
    for (const Document& d : sample()) {
        if (d.kind != "counting") continue;
        ++n;
        std::smatch m;
        const bool grows = std::regex_match(d.text, m, more);
        ASSERT_TRUE(grows || std::regex_match(d.text, m, fewer)) << d.text;
        EXPECT_EQ(value(m[1]) + (grows ? 1 : -1) * value(m[2]), value(m[3])) << d.text;
    }
    EXPECT_GT(n, 40);
}

TEST(TinyvilleLabels, ReviewsGoWithTheirLastClause) {
    static const std::set<std::string> k_good = {
        "hot",   "tasty",  "fresh",       "soft",     "sweet",  "light",  "clean", "warm",
        "merry", "lovely", "funny",       "exciting", "pretty", "sunny",  "kind",  "quick",
        "full",  "strong", "comfortable", "bright",   "big",    "clever", "happy"};
    std::map<std::string, int> labels;
    for (const Document& d : sample()) {
        if (d.kind != "review") continue;
        const auto words = words_at_spaces(d.text);
        const std::string& label = words.back();
        ++labels[label];
        EXPECT_EQ(words[words.size() - 2], "->");
        EXPECT_EQ(k_good.contains(words[words.size() - 3]), label == "good") << d.text;
    }
    EXPECT_EQ(labels.size(), 2u);
    EXPECT_GT(std::min(labels["good"], labels["bad"]), 60);
}

/// "12" -> 12, with nothing else in the word.
int number(const std::string& w) {
    EXPECT_TRUE(std::regex_match(w, std::regex("\\d+"))) << w;
    return std::stoi(w);
}

std::vector<std::string> lines_of(const std::string& kind) {
    std::vector<std::string> lines;
    for (const Document& d : sample()) {
        std::istringstream in(d.kind == kind ? d.text : "");
        for (std::string line; std::getline(in, line);) lines.push_back(line);
    }
    EXPECT_GT(lines.size(), 40u) << kind;
    return lines;
}

TEST(TinyvilleLabels, SumsAreRight) {
    for (const std::string& line : lines_of("sum")) {
        const auto w = words_at_spaces(line); // sum: 47 + 85 = 132
        ASSERT_EQ(w.size(), 6u);
        EXPECT_EQ(number(w[1]) + number(w[3]), number(w[5])) << line;
    }
    for (const std::string& line : lines_of("minus")) {
        const auto w = words_at_spaces(line);
        EXPECT_EQ(number(w[1]) - number(w[3]), number(w[5])) << line;
    }
    static const std::regex equation(R"((\d+) \+ (\d+)(?: \+ (\d+))? = (\d+)(?:, write (\d), carry (\d))?)");
    for (const std::string& line : lines_of("sum, steps")) {
        const auto w =
            words_at_spaces(line); // sum, steps: 47 + 85 -> 7 + 5 = 12, write 2, carry 1; 4 + 8 + 1 = 13; 132
        EXPECT_EQ(number(w[2]) + number(w[4]), number(w.back())) << line;
        int carry = 0, column = 0;
        std::string written;
        for (std::sregex_iterator m(line.begin(), line.end(), equation), end; m != end; ++m, ++column) {
            const int sum = number((*m)[1]) + number((*m)[2]) + ((*m)[3].matched ? number((*m)[3]) : 0);
            EXPECT_EQ(sum, number((*m)[4])) << line;
            if ((*m)[3].matched) {
                EXPECT_EQ(number((*m)[3]), carry) << line;
            }
            if ((*m)[5].matched) {
                EXPECT_EQ(number((*m)[5]) + 10 * number((*m)[6]), sum) << line;
                carry = number((*m)[6]);
                written = (*m)[5].str() + written;
            } else {
                written = (*m)[4].str() + written;
            }
        }
        EXPECT_EQ(std::stoi(written), number(w.back())) << line;
    }
}

TEST(TinyvilleLabels, ListsAreTurnedAsTheInstructionSays) {
    auto halves = [](const std::string& line) {
        const std::size_t colon = line.find(": "), arrow = line.find(" -> ");
        return std::pair(words_at_spaces(line.substr(colon + 2, arrow - colon - 2)),
                         words_at_spaces(line.substr(arrow + 4)));
    };
    for (const std::string& line : lines_of("reverse")) {
        auto [in, out] = halves(line);
        std::ranges::reverse(in);
        EXPECT_EQ(in, out) << line;
    }
    for (const std::string& line : lines_of("twice")) {
        auto [in, out] = halves(line);
        ASSERT_EQ(out.size(), 2 * in.size());
        for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], in[i % in.size()]) << line;
    }
    for (const std::string& line : lines_of("count")) {
        auto [in, out] = halves(line); // kite in lamp kite
        EXPECT_EQ(std::count(in.begin() + 2, in.end(), in[0]), number(out[0])) << line;
    }
    for (const std::string& line : lines_of("sort")) {
        auto [in, out] = halves(line);
        std::ranges::sort(in, {}, number);
        EXPECT_EQ(in, out) << line;
    }
    for (const std::string& line : lines_of("swap")) {
        auto [in, out] = halves(line);
        std::iter_swap(in.begin(), in.end() - 1);
        EXPECT_EQ(in, out) << line;
    }
}

TEST(TinyvilleLabels, BracketsAreBalancedWhereTheLabelSaysSo) {
    // independent: cancel adjacent pairs until nothing changes
    auto cancelled = [](std::string s) {
        std::erase(s, ' ');
        for (std::size_t n = s.size() + 1; s.size() < n;) {
            n = s.size();
            for (const char* pair : {"()", "[]", "{}"})
                if (const std::size_t at = s.find(pair); at != std::string::npos) s.erase(at, 2);
        }
        return s;
    };
    int yes = 0, no = 0;
    for (const std::string& line : lines_of("brackets")) {
        const bool closed = cancelled(line.substr(10, line.find(" -> ") - 10)).empty();
        EXPECT_EQ(line.ends_with("-> yes"), closed) << line;
        (closed ? yes : no)++;
    }
    EXPECT_GT(std::min(yes, no), 20);
    for (const std::string& line : lines_of("close")) {
        const std::size_t arrow = line.find(" -> ");
        EXPECT_NE(cancelled(line.substr(7, arrow - 7)), "") << line;
        EXPECT_EQ(cancelled(line.substr(7, arrow - 7) + line.substr(arrow + 4)), "") << line;
    }
}

/// Toy code by substitution: every variable is replaced by its value, nothing is parsed.
TEST(TinyvilleLabels, ProgramsPrintWhatTheyCompute) {
    int branches = 0;
    for (const std::string& line : lines_of("code")) {
        std::map<std::string, int> values;
        auto value = [&](const std::string& w) {
            return std::isdigit(static_cast<unsigned char>(w[0])) ? number(w) : values.at(w);
        };
        const auto w = words_at_spaces(line);
        int printed = -1;
        auto sum = [&](std::size_t at) {
            const bool more = at + 2 < w.size() && (w[at + 1] == "+" || w[at + 1] == "-");
            return value(w[at]) + (more ? (w[at + 1] == "+" ? 1 : -1) * value(w[at + 2]) : 0);
        };
        for (std::size_t i = 0; i < w.size(); ++i) {
            if (w[i] == "let") values[w[i + 1]] = sum(i + 3);
            if (w[i] == "if") {
                ++branches;
                const bool yes =
                    w[i + 2] == ">" ? value(w[i + 1]) > value(w[i + 3]) : value(w[i + 1]) < value(w[i + 3]);
                printed = value(yes ? w[i + 6] : w[i + 9]);
                break;
            }
            if (w[i] == "print") printed = sum(i + 1);
        }
        EXPECT_EQ(printed, number(w.back())) << line;
    }
    EXPECT_GT(branches, 20);
}

/// From the toy language back to English: verb last, the subject before it, the object first.
std::string to_english(const std::string& toy) {
    auto words = words_at_spaces(toy);
    std::map<char, std::string> phrase;
    char subject_number = ' ';
    std::string last_noun;
    char last_role = ' ';
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        std::string w = words[i];
        const bool plural = w.back() == 'i';
        if (plural) w.pop_back();
        const char role = w.back();
        w.pop_back();
        if (role == 'o') subject_number = plural ? 'p' : 's';
        for (const ToyNoun& n : k_toy_nouns)
            if (n.stem == w) {
                phrase[role] = plural ? n.many : n.one;
                last_role = role;
            }
        for (const ToyAdjective& a : k_toy_adjectives)
            if (a.stem == w) {
                EXPECT_EQ(role, last_role) << "an adjective has the ending of its noun: " << toy;
                phrase[role] = std::string(a.word) + " " + phrase[role];
            }
    }
    const std::string verb = words.back(), tense = verb.substr(verb.size() - 2),
                      stem = verb.substr(0, verb.size() - 2);
    std::string english = "the " + phrase['o'] + " ";
    for (const ToyVerb& v : k_toy_verbs)
        if (v.stem == stem)
            english += tense == "ul"   ? v.past
                       : tense == "il" ? std::string("will ") + v.base
                                       : std::string(subject_number == 'p' ? v.base : v.third);
    english += " the " + phrase['a'];
    if (phrase.contains('u')) english += " to the " + phrase['u'];
    return english;
}

TEST(TinyvilleLabels, TranslationsCanBeTurnedBack) {
    EXPECT_EQ(translate("the fox sees the boat"), "bota foso mirel");
    EXPECT_EQ(translate("the small foxes gave the red boats to the hen"),
              "botai relai hunu fosoi simoi dovul");
    EXPECT_EQ(translate("the boat sees the fox"), std::nullopt) << "no lifeless subject";
    EXPECT_EQ(translate("the foxes sees the boat"), std::nullopt);
    EXPECT_EQ(translate("the fox sees the boat now"), std::nullopt);
    std::set<std::string> stems;
    for (const ToyNoun& n : k_toy_nouns) EXPECT_TRUE(stems.insert(n.stem).second) << n.stem;
    for (const ToyVerb& v : k_toy_verbs) EXPECT_TRUE(stems.insert(v.stem).second) << v.stem;
    for (const ToyAdjective& a : k_toy_adjectives) EXPECT_TRUE(stems.insert(a.stem).second) << a.stem;
    for (const std::string& line : lines_of("translate")) {
        const std::size_t arrow = line.find(" -> ");
        EXPECT_EQ(to_english(line.substr(arrow + 4)), line.substr(11, arrow - 11)) << line;
    }
}

TEST(TinyvilleLabels, QuestionsAreAnsweredByTheirText) {
    int in_text = 0;
    const int n =
        for_labels(sample(), "question", [&](const Document& d, const Label& l, const std::string& line) {
            EXPECT_EQ(line, "Q: " + *truth(l, "question") + " A: " + *truth(l, "answer"));
            if (l.begin == 0) return; // asked without a text
            ++in_text;
            EXPECT_LT(d.text.find(words_at_spaces(*truth(l, "answer")).back()), l.begin) << d.text;
        });
    EXPECT_GT(n, 300);
    EXPECT_GT(in_text, 200);
}

} // namespace
} // namespace gf::tests
