#include "app/widgets/fuzzy_score.h"

#include <gtest/gtest.h>

namespace gf::ui::fuzzy_score_test {
namespace {

TEST(Fuzzy, WordsAndLettersInOrder) {
    EXPECT_GE(fuzzy_score("", "anything"), 0);
    EXPECT_GE(fuzzy_score("resid", "blocks.0.hook_resid_pre"), 0);
    EXPECT_GE(fuzzy_score("RESID pre", "blocks.0.hook_resid_pre"), 0);
    EXPECT_GE(fuzzy_score("pre resid", "blocks.0.hook_resid_pre"), 0) << "in any order";
    EXPECT_GE(fuzzy_score("b0rp", "blocks.0.hook_resid_pre"), 0);
    EXPECT_LT(fuzzy_score("prr", "blocks.0.hook_resid_pre"), 0);
    EXPECT_LT(fuzzy_score("resid zzz", "blocks.0.hook_resid_pre"), 0) << "every word";
    EXPECT_LT(fuzzy_score("a", ""), 0);
}

TEST(Fuzzy, HowWordsStandInAText) {
    EXPECT_EQ(word_fit("", "anything"), WordFit::whole);
    EXPECT_EQ(word_fit("Dark theme", "theme dark"), WordFit::whole);
    EXPECT_EQ(word_fit("head", "Heads: head 2"), WordFit::whole);
    EXPECT_EQ(word_fit("head", "Heads"), WordFit::start);
    EXPECT_EQ(word_fit("mask", "unmask"), WordFit::inside);
    EXPECT_EQ(word_fit("mask theme", "theme unmask"), WordFit::inside) << "the worst counts";
    EXPECT_EQ(word_fit("mask zzz", "mask"), WordFit::none);
}

TEST(Fuzzy, NearerIsHigher) {
    const auto better = [](const char* query, const char* a, const char* b) {
        EXPECT_GT(fuzzy_score(query, a), fuzzy_score(query, b)) << query;
    };
    better("play", "Play", "Play as fast as it goes");
    better("play", "Play", "display");
    better("head 3", "Head 3", "Head 13");
    better("scale", "Scale 150 %", "blocks.0.ln1.hook_scale");
    better("pat", "blocks.0.attn.hook_pattern", "place a tree");
    better("token 2", "token 2 ·was", "token 12 ·was");
    better("hq", "attn.hook_q", "whose square");
    EXPECT_EQ(fuzzy_score("resid", "blocks.0.hook_resid_pre"),
              fuzzy_score("resid", "blocks.0.hook_resid_post"))
        << "then the order of the computation decides";
}

} // namespace
} // namespace gf::ui::fuzzy_score_test
