// Every phenomenon of running text occurs, and what its labels say is true by small checkers of their own.

#include "tinyville_support.h"

#include "train/tinyville/lexicon.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <regex>
#include <set>

namespace gf::tests::tinyville_labels_test {
namespace {

using namespace tinyville;

bool is_feminine(const std::string& name) {
    for (const Entry& e : table("name").entries)
        if (e.forms[0] == name) return e.gender_or_number == 'f';
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
                // What the pronoun stands for was named before.
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
            std::smatch m; // of the name as a whole word
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
        // The sentence has a name or a pronoun of somebody and something that were named by then.
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

TEST(TinyvilleLabels, QuestionsAreAnsweredByTheirText) {
    int in_text = 0;
    const int n =
        for_labels(sample(), "question", [&](const Document& d, const Label& l, const std::string& line) {
            EXPECT_EQ(line, "Q: " + *truth(l, "question") + " A: " + *truth(l, "answer"));
            if (l.begin == 0) return; // a question without a text
            ++in_text;
            EXPECT_LT(d.text.find(words_at_spaces(*truth(l, "answer")).back()), l.begin) << d.text;
        });
    EXPECT_GT(n, 300);
    EXPECT_GT(in_text, 200);
}

} // namespace
} // namespace gf::tests::tinyville_labels_test
