// Tests the arithmetic of Unigram: against all cuts of short words, and that training never loses likelihood.
#include "text/helpers.h"
#include "text/train/train_tokenizer.h"
#include "text/train/unigram_em.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

namespace gf::unigram_test {
namespace {

using namespace tests;
using nlohmann::json;

struct ScoredPieces {
    std::vector<std::string> names;
    std::vector<double> log_p;
};

/// Random pieces of the letters a, b and c, which need not include every single letter.
ScoredPieces random_pieces(Random& random) {
    ScoredPieces p;
    for (int i = 0; i < 12; ++i) {
        std::string name;
        for (std::size_t n = 1 + random_below(random, 4); n > 0; --n)
            name += static_cast<char>('a' + random_below(random, 3));
        if (std::find(p.names.begin(), p.names.end(), name) != p.names.end()) continue;
        p.names.push_back(name);
        p.log_p.push_back(-double(1 + random_below(random, 64)) / 16);
    }
    return p;
}

/// Calls visit(cut) with every path through the edges to the end. `cut` holds the path up to byte `at`.
void for_each_cut(const std::vector<LatticeEdge>& edges, int at, int size, std::vector<LatticeEdge>& cut,
                  const std::function<void(const std::vector<LatticeEdge>&)>& visit) {
    if (at == size) return visit(cut);
    for (const LatticeEdge& e : edges) {
        if (e.begin != at) continue;
        cut.push_back(e);
        for_each_cut(edges, e.end, size, cut, visit);
        cut.pop_back();
    }
}

TEST(Unigram, ViterbiAndExpectedCountsAreThoseOfAllCuts) {
    Random random(5);
    for (int round = 0; round < 300; ++round) {
        const ScoredPieces p = random_pieces(random);
        std::string word;
        for (std::size_t n = 1 + random_below(random, 9); n > 0; --n)
            word += static_cast<char>('a' + random_below(random, 3));
        const std::vector<LatticeEdge> edges = lattice_edges(word, PieceIndex(p.names));
        const auto score = [&](int piece) { return piece < 0 ? 0.0 : p.log_p[std::size_t(piece)]; };
        const auto sum = [&](const std::vector<LatticeEdge>& cut) {
            double s = 0;
            for (const LatticeEdge& e : cut) s += score(e.piece);
            return s;
        };
        for (const LatticeEdge& e : edges) {
            const std::string part = word.substr(std::size_t(e.begin), std::size_t(e.end - e.begin));
            EXPECT_EQ(part, e.piece < 0 ? part : p.names[std::size_t(e.piece)]);
        }

        double best = -1e9, total = 0;
        std::vector<double> expected(p.names.size()), found(p.names.size());
        std::vector<LatticeEdge> cut;
        for_each_cut(edges, 0, int(word.size()), cut, [&](const auto& c) {
            best = std::max(best, sum(c));
            total += std::exp(sum(c));
            for (const LatticeEdge& e : c)
                if (e.piece >= 0) expected[std::size_t(e.piece)] += std::exp(sum(c));
        });
        EXPECT_EQ(sum(best_path(edges, word.size(), score)), best); // multiples of 1/16: exact
        EXPECT_NEAR(add_expected_counts(edges, word.size(), p.log_p, 3, found), std::log(total), 1e-12);
        for (std::size_t i = 0; i < found.size(); ++i)
            EXPECT_NEAR(found[i], 3 * expected[i] / total, 1e-12) << p.names[i];
    }
}

TEST(Unigram, LikelihoodNeverFallsBetweenPrunings) {
    Random random(6);
    std::string text;
    for (int i = 0; i < 2000; ++i) text += " abcdefg"[random_below(random, 8)];
    const json r = {{"kind", "unigram"}, {"vocab_size", 40}, {"em_steps", 6}};
    const TrainedTokenizer t = train_tokenizer(parse_tokenizer_recipe(r, "recipe"), text);
    ASSERT_GT(t.prunings.size(), 3u);
    std::size_t n = t.prunings.front().n_pieces;
    for (const PruneStep& step : t.prunings) {
        EXPECT_EQ(step.n_pieces, n);
        n -= step.removed.size();
        ASSERT_EQ(step.log_likelihoods.size(), 7u);
        for (std::size_t i = 1; i < step.log_likelihoods.size(); ++i)
            EXPECT_GE(step.log_likelihoods[i],
                      step.log_likelihoods[i - 1] - 1e-9 * std::abs(step.log_likelihoods[i]));
        EXPECT_TRUE(std::is_sorted(step.removed.begin(), step.removed.end(),
                                   [](const auto& a, const auto& b) { return a.loss < b.loss; }));
        for (const auto& removed : step.removed) EXPECT_GT(removed.piece.size(), 1u);
    }
    EXPECT_EQ(t.tokenizer->size(), 40);
    EXPECT_TRUE(t.prunings.back().removed.empty());
}

} // namespace
} // namespace gf::unigram_test
