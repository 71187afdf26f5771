// The table of terms: everything that has a name in the program is explained in a plain sentence.

#include "core/words/term_of.h"

#include <gmock/gmock.h>

#include <cctype>
#include <set>
#include <sstream>
#include <string>

namespace gf::tests::words_test {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

TEST(Terms, BeginWithOnePlainSentence) {
    EXPECT_GE(terms().size(), 80u);
    for (const Term& t : terms()) {
        SCOPED_TRACE(t.name);
        ASSERT_FALSE(t.plain.empty());
        EXPECT_TRUE(std::isupper(static_cast<unsigned char>(t.plain.front())));
        EXPECT_EQ(t.plain.find('.'), t.plain.size() - 1) << "one sentence";
        for (const char c : t.plain)
            EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) ||
                        std::string_view(" ,;:.'-").find(c) != std::string_view::npos)
                << "'" << c << "' is no plain word";
        std::istringstream words{std::string(t.plain)};
        int n = 0;
        for (std::string word; words >> word;) ++n;
        EXPECT_LE(n, k_max_plain_words);
    }
}

TEST(Terms, HaveNamesThatNoOtherTermHas) {
    std::set<std::string> names;
    for (const Term& t : terms()) {
        EXPECT_TRUE(names.insert(lower(t.name)).second) << t.name;
        EXPECT_EQ(find_term(t.name), &t);
    }
    for (const Term& t : terms()) {
        std::istringstream also{std::string(t.also)};
        for (std::string name; std::getline(also, name, ',');) {
            if (name.starts_with(' ')) name.erase(0, 1);
            EXPECT_TRUE(names.insert(lower(name)).second) << name << " of " << t.name;
            EXPECT_EQ(find_term(name), &t) << name;
        }
    }
    EXPECT_EQ(find_term("no such word"), nullptr);
    EXPECT_THROW(term("no such word"), std::logic_error);
}

TEST(Terms, StandChapterByChapterAndTheirLinksLead) {
    for (std::size_t i = 1; i < terms().size(); ++i) EXPECT_LE(terms()[i - 1].group, terms()[i].group);
    for (int group = 0; group < k_n_term_groups; ++group)
        EXPECT_FALSE(heading(static_cast<TermGroup>(group)).empty());
    for (const Term& t : terms()) {
        std::string whole;
        for (std::string_view rest = t.more; !rest.empty();) {
            const TermText part = take_term_text(rest);
            whole += part.words;
            if (part.is_link) {
                EXPECT_TRUE(find_term(part.words)) << part.words << " in " << t.name;
            }
        }
        EXPECT_THAT(whole, testing::Not(testing::AnyOf(testing::HasSubstr("["), testing::HasSubstr("]"))));
    }
}

TEST(Terms, ExplainEverySiteParameterAndStage) {
    for (const SiteRow& row : site_rows()) EXPECT_FALSE(term_of(row.site).plain.empty()) << row.hook;
    for (int role = 0; role <= static_cast<int>(Role::classifier_bias); ++role)
        EXPECT_FALSE(term_of(static_cast<Role>(role)).plain.empty()) << role;
    for (int kind = 0; kind < k_n_stage_kinds; ++kind)
        EXPECT_EQ(term_of(static_cast<StageKind>(kind)).group, TermGroup::sampling) << kind;
    // A site that is written as a formula shows it in the glossary, too.
    for (const Site site : {Site::q, Site::pattern, Site::attn_scores, Site::z, Site::logits, Site::mlp_post})
        EXPECT_FALSE(term_of(site).formula.empty()) << site_row(site).hook;
}

TEST(Terms, ExplainHowModelsDiffer) {
    for (const MaskKind kind :
         {MaskKind::causal, MaskKind::bidirectional, MaskKind::prefix, MaskKind::sliding_window})
        EXPECT_TRUE(find_term(name(kind))) << name(kind);
    for (const Positions kind :
         {Positions::learned, Positions::sinusoidal, Positions::rope, Positions::alibi})
        EXPECT_TRUE(find_term(name(kind))) << name(kind);
    for (const char* word : {"donor", "add", "branch", "gradient", "setup", "lock-step"})
        EXPECT_TRUE(find_term(word)) << word;
}

} // namespace
} // namespace gf::tests::words_test
