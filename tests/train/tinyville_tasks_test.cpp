// The answers of the tasks are right by small checkers of their own.

#include "tinyville_support.h"

#include "train/tinyville/toy_language.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace gf::tests::tinyville_tasks_test {
namespace {

using namespace tinyville;

/// "12" -> 12. The word must be nothing but a number.
int to_number(const std::string& w) {
    EXPECT_TRUE(std::regex_match(w, std::regex("\\d+"))) << w;
    return std::stoi(w);
}

/// All lines of the sample's documents of this kind: each a question with its answer.
std::vector<std::string> lines_of(const std::string& kind) {
    std::vector<std::string> lines;
    for (const Document& d : sample()) {
        std::istringstream in(d.kind == kind ? d.text : "");
        for (std::string line; std::getline(in, line);) lines.push_back(line);
    }
    EXPECT_GT(lines.size(), 40u) << kind;
    return lines;
}

TEST(TinyvilleTasks, SumsAreRight) {
    for (const std::string& line : lines_of("sum")) {
        const auto w = words_at_spaces(line); // "sum: 47 + 85 = 132"
        ASSERT_EQ(w.size(), 6u);
        EXPECT_EQ(to_number(w[1]) + to_number(w[3]), to_number(w[5])) << line;
    }
    for (const std::string& line : lines_of("minus")) {
        const auto w = words_at_spaces(line);
        EXPECT_EQ(to_number(w[1]) - to_number(w[3]), to_number(w[5])) << line;
    }
    static const std::regex equation(R"((\d+) \+ (\d+)(?: \+ (\d+))? = (\d+)(?:, write (\d), carry (\d))?)");
    for (const std::string& line : lines_of("sum, steps")) {
        // "sum, steps: 47 + 85 -> 7 + 5 = 12, write 2, carry 1; 4 + 8 + 1 = 13; 132"
        const auto w = words_at_spaces(line);
        EXPECT_EQ(to_number(w[2]) + to_number(w[4]), to_number(w.back())) << line;
        int carry = 0, column = 0;
        std::string written;
        for (std::sregex_iterator m(line.begin(), line.end(), equation), end; m != end; ++m, ++column) {
            const int sum =
                to_number((*m)[1]) + to_number((*m)[2]) + ((*m)[3].matched ? to_number((*m)[3]) : 0);
            EXPECT_EQ(sum, to_number((*m)[4])) << line;
            if ((*m)[3].matched) {
                EXPECT_EQ(to_number((*m)[3]), carry) << line;
            }
            if ((*m)[5].matched) {
                EXPECT_EQ(to_number((*m)[5]) + 10 * to_number((*m)[6]), sum) << line;
                carry = to_number((*m)[6]);
                written = (*m)[5].str() + written;
            } else {
                written = (*m)[4].str() + written;
            }
        }
        EXPECT_EQ(std::stoi(written), to_number(w.back())) << line;
    }
}

TEST(TinyvilleTasks, ListsAreTurnedAsTheInstructionSays) {
    // The words of the question, without its head, and those of the answer.
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
        auto [in, out] = halves(line); // "kite in lamp kite", "1"
        EXPECT_EQ(std::count(in.begin() + 2, in.end(), in[0]), to_number(out[0])) << line;
    }
    for (const std::string& line : lines_of("sort")) {
        auto [in, out] = halves(line);
        std::ranges::sort(in, {}, to_number);
        EXPECT_EQ(in, out) << line;
    }
    for (const std::string& line : lines_of("swap")) {
        auto [in, out] = halves(line);
        std::iter_swap(in.begin(), in.end() - 1);
        EXPECT_EQ(in, out) << line;
    }
}

TEST(TinyvilleTasks, BracketsAreBalancedWhereTheLabelSaysSo) {
    // Not as the product does it: pairs that stand side by side cancel until nothing changes.
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

/// Runs toy code by substitution: every variable is replaced by its value, nothing is parsed.
TEST(TinyvilleTasks, ProgramsPrintWhatTheyCompute) {
    int branches = 0;
    for (const std::string& line : lines_of("code")) {
        std::map<std::string, int> values;
        auto value = [&](const std::string& w) {
            return std::isdigit(static_cast<unsigned char>(w[0])) ? to_number(w) : values.at(w);
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
        EXPECT_EQ(printed, to_number(w.back())) << line;
    }
    EXPECT_GT(branches, 20);
}

/// From the toy language back to English. The toy verb stands last; the endings of nouns tell their roles.
std::string to_english(const std::string& toy) {
    auto words = words_at_spaces(toy);
    std::map<char, std::string> phrase; // by the ending that tells its role: o subject, a object, u receiver
    char subject_number = ' ';
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

TEST(TinyvilleTasks, TranslationsCanBeTurnedBack) {
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

} // namespace
} // namespace gf::tests::tinyville_tasks_test
