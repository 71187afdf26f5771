// The judge accepts all that the grammar can say, and finds every kind of damage.

#include "tinyville_damage.h"
#include "tinyville_support.h"

#include "platform/error.h"
#include "train/tinyville/document_check.h"
#include "train/tinyville/prose_writer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <regex>

namespace gf::tests::tinyville_judge_test {
namespace {

using namespace tinyville;
using ::testing::HasSubstr;

TEST(TinyvilleJudge, AcceptsEveryDocument) {
    for (const Document& d : first_documents(5, 3000)) {
        const Verdict v = check_document(d.text);
        EXPECT_TRUE(v.grammatical && v.consistent && v.true_to_world) << d.text << "\n"
                                                                      << v.at << ": " << v.reason;
        if (d.group == "story") {
            EXPECT_EQ(v.kind, d.kind) << d.text;
        }
    }
}

/// Any entries that the tables allow, whether or not they make sense in the world.
Cast draw_any_cast(const ProseKind& kind, RandomStream& random) {
    Cast cast;
    for (const Register& r : kind.registers) {
        const Table& words = table(r.table);
        auto is_taken = [&](int entry) {
            for (std::size_t i = 0; words.distinct_when_judged && i < cast.values.size(); ++i)
                if (kind.registers[i].table == r.table && cast.values[i] == entry) return true;
            return false;
        };
        int entry;
        do entry = random.below(words.size());
        while (!words.entry(entry).has(r.tag) || is_taken(entry));
        cast.values.push_back(entry);
    }
    return cast;
}

/// People, things and places that never met in any corpus.
TEST(TinyvilleJudge, AcceptsWhatTheGrammarAllowsWhoeverTakesPart) {
    RandomStream random(3, 0, 0);
    int unknown_people = 0;
    for (int round = 0; round < 15; ++round)
        for (const ProseKind& kind : Grammar::get().kinds()) {
            const Cast any = draw_any_cast(kind, random);
            const LabelledText told = write_prose(kind, draw_template(kind, random), any, random);
            const Verdict v = judge_prose(told.text);
            EXPECT_TRUE(v.grammatical && v.consistent) << told.text << "\n" << v.at << ": " << v.reason;
            unknown_people += !v.true_to_world;
        }
    EXPECT_GT(unknown_people, 100) << "and says that they do not live in Tinyville";
}

TEST(TinyvilleJudge, FindsEveryKindOfDamage) {
    const auto stories = first_documents(21, 250, {"story"});
    for (const Damage& damage : damages()) {
        RandomStream random(1, hash_text(damage.name), 0);
        int tried = 0, found = 0, ungrammatical = 0;
        std::string missed;
        for (const Document& d : stories) {
            const auto damaged = damage.apply(d, random);
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
        std::cout << "  " << damage.name << ": " << found << " of " << tried << " found, " << ungrammatical
                  << " as no sentence\n";
        EXPECT_GT(tried, 100) << damage.name;
        EXPECT_GT(found, 0.95 * tried) << damage.name << "\n" << missed;
    }
}

const std::string k_story =
    "Mira the fox lived at the old mill with her brother Tom. "
    "One rainy morning, Mira could not find her red kite. "
    "\"Did you leave it on the bridge?\" asked Tom. "
    "They ran to the bridge, but the kite was not there. "
    "Then they asked Ada the heron for help. Ada looked everywhere with them. "
    "At last, she found the kite by the river. Mira thanked Ada. "
    "From that day on, Mira always kept the kite on a shelf. Mira and Tom were both happy.";

/// k_story with the first `from` replaced by `to`.
std::string damaged_story(const std::string& from, const std::string& to) {
    std::string text = k_story;
    EXPECT_NE(text.find(from), std::string::npos) << from;
    return text.replace(text.find(from), from.size(), to);
}

TEST(TinyvilleJudge, SaysWhatAndWhere) {
    const Verdict good = check_document(k_story);
    EXPECT_TRUE(good.grammatical && good.consistent) << good.reason;
    EXPECT_EQ(good.kind, "lost");

    struct Case {
        std::string from, to;
        bool grammatical;
        std::string at; ///< the text from the problem on; empty: the text's end
        std::string reason;
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
        const std::string text = damaged_story(c.from, c.to);
        const Verdict v = check_document(text);
        EXPECT_FALSE(v.consistent) << text;
        EXPECT_EQ(v.grammatical, c.grammatical) << text << "\n" << v.reason;
        EXPECT_THAT(v.reason, HasSubstr(c.reason)) << text;
        if (c.at.empty()) {
            EXPECT_EQ(v.at, text.size());
        } else {
            EXPECT_TRUE(text.substr(v.at).starts_with(c.at)) << c.to << ": " << text.substr(v.at, 30);
        }
    }
}

TEST(TinyvilleJudge, KnowsTheWorld) {
    const World& world = World::get();
    const std::string name = world.full_name(0), home = world.object(0, Relation::lives);
    EXPECT_TRUE(check_document(name + " lives " + home + ".").true_to_world);
    const Verdict elsewhere =
        check_document(name + " lives " + (home == "on the farm" ? "at the inn." : "on the farm."));
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
        EXPECT_TRUE(check_document(right).true_to_world) << right << ": " << check_document(right).reason;
    const Verdict wrong = check_document("sum: 1 + 1 = 2\nsum: 47 + 85 = 131");
    EXPECT_TRUE(wrong.grammatical);
    EXPECT_FALSE(wrong.consistent);
    EXPECT_EQ(wrong.at, 32u) << "the first wrong digit";
    EXPECT_THAT(wrong.reason, HasSubstr("'132'"));
    for (const char* bad : {"sum: 47 + = 1", "sum: 47 + 85", "reverse: lamp nothing -> nothing lamp",
                            "let a = b ; print a -> 1", "translate: fox the sees -> bota",
                            "sum: 47 + 85 =", "count: -> 3", "brackets:", "let ", "sum: 99999999999 + 1 = 2"})
        EXPECT_FALSE(check_document(bad).grammatical) << bad;
}

TEST(TinyvilleJudge, SurvivesAnything) {
    RandomStream random(9, 0, 0);
    for (const std::string& text : {std::string(), std::string("\n\n"), std::string("\""),
                                    std::string("Mira"), std::string("\xff\xfe\x00x", 4),
                                    std::string(100000, '('), std::string("Q: "), std::string("'s 's")})
        EXPECT_FALSE(check_document(text).consistent);
    for (int i = 0; i < 300; ++i) {
        std::string text = k_story;
        for (int k = random.between(1, 6); k > 0; --k)
            text[static_cast<std::size_t>(random.below(static_cast<int>(text.size())))] =
                static_cast<char>(random.below(256));
        if (text != k_story) {
            EXPECT_FALSE(check_document(text).consistent) << text;
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
          Case{"document x story 1\nroles A person, B person, C person, D person, E person, F person, "
               "G person, H person, I home\ntell {A} ran.\n",
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
} // namespace gf::tests::tinyville_judge_test
