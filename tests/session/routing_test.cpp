// The study of routing: what it finds is a plain count over runs of the same texts.

#include "session/support.h"
#include "train/tinyville/word_kind.h"

#include <gmock/gmock.h>

namespace gf::tests::session_routing_test {
namespace {

std::string shipped(const std::string& name) {
    return (std::filesystem::path(GLASSFORMER_TESTS_DIR) / "../assets/models" / name).string();
}

TEST(RoutingStudy, ReadsTinyvilleAndCountsTheChoices) {
    constexpr int k_texts = 6;
    TestSession session;
    session(command::Open{shipped("story-moe"), ""});
    EXPECT_FALSE(session.latest().routing);
    const Snapshot& s = session(command::StudyRouting{k_texts});
    ASSERT_EQ(s.message, "");
    ASSERT_TRUE(s.routing);
    EXPECT_EQ(s.routing->n_read, k_texts);
    const Model& model = *s.model;
    std::vector<int> kinds;
    for (int t = 0; t < model.config().d_vocab; ++t)
        kinds.push_back(tinyville::word_kind(model.tokenizer->token_bytes(t)));
    ExpertSplit split(model.config(), kinds, static_cast<int>(tinyville::word_kinds().size()), 3);
    const tinyville::DocumentSource source({});
    for (std::uint64_t number = 0; split.n_texts() < k_texts; ++number) {
        const tinyville::Document document = source.draw(number);
        if (document.split != tinyville::Split::test) continue;
        std::vector<int> tokens = model.tokenizer->encode(document.text, false);
        tokens.insert(tokens.begin(), *model.tokenizer->eos_id());
        if (tokens.size() > 256) tokens.resize(256);
        split.add(*gf::tests::run(model.weights, tokens), document.domain == "stories"      ? 0
                                                          : document.domain == "arithmetic" ? 1
                                                                                            : 2);
    }
    ASSERT_EQ(s.routing->bits.size(), 3u);
    for (int l = 0; l < 3; ++l) {
        const SplitBits found = s.routing->bits[static_cast<std::size_t>(l)], expected = split.bits(l);
        EXPECT_DOUBLE_EQ(found.domain, expected.domain);
        EXPECT_DOUBLE_EQ(found.kind, expected.kind);
        EXPECT_DOUBLE_EQ(found.token, expected.token);
        EXPECT_GT(found.token, found.kind) << "the token says more than its kind";
    }
    for (const RoutingStudy::Favourite& f : s.routing->favourites) {
        const auto kind =
            std::ranges::find(tinyville::word_kinds(), f.kind) - tinyville::word_kinds().begin();
        EXPECT_DOUBLE_EQ(f.share, split.shares_of_kind(
                                      f.layer, static_cast<int>(kind))[static_cast<std::size_t>(f.expert)]);
    }
    EXPECT_FALSE(session(command::StudyRouting{0}).routing);
}

TEST(RoutingStudy, IsOfModelsWithExpertsOnly) {
    TestSession session;
    session(command::Open{shipped("story-moe-dense"), ""});
    EXPECT_FALSE(session(command::StudyRouting{4}).routing);
    EXPECT_TRUE(session(command::Open{shipped("story-moe"), ""}).routing) << "it is still wanted";
}

TEST(WordKind, FollowsTheTablesOfTheLexicon) {
    const auto kind = [](std::string_view text) {
        return tinyville::word_kinds()[static_cast<std::size_t>(tinyville::word_kind(text))];
    };
    EXPECT_EQ(kind(" Mira"), "name");
    EXPECT_EQ(kind("Mira"), "name");
    EXPECT_EQ(kind("7"), "number");
    EXPECT_EQ(kind("."), "mark");
    EXPECT_EQ(kind(""), "mark");
    EXPECT_EQ(kind(" "), "space");
    EXPECT_EQ(kind(" xqz"), "other");
}

} // namespace
} // namespace gf::tests::session_routing_test
