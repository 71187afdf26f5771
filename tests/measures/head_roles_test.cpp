// Role scores against their definitions in plain double precision, and against patterns made by hand.

#include "measures/head_roles.h"
#include "measures/probe_text.h"
#include "support/random_model.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <set>

namespace gf::tests::head_roles_test {
namespace {

constexpr int k_tokens = 24;
const std::vector<HeadRole> k_roles = {HeadRole::first_token, HeadRole::previous_token,
                                       HeadRole::duplicate_token, HeadRole::induction, HeadRole::local};

/// A text of three letters, so that tokens come again.
std::vector<int> repetitive(int n) {
    std::vector<int> tokens;
    std::mt19937 random(3);
    for (int i = 0; i < n; ++i) tokens.push_back(static_cast<int>(random() % 7));
    return tokens;
}

bool sees(const LayerConfig& c, int n_prefix, int n, int q, int k) {
    if (k < 0 || k >= n) return false;
    switch (c.mask) {
    case MaskKind::bidirectional: return true;
    case MaskKind::prefix: return k <= q || k < n_prefix;
    case MaskKind::sliding_window: return k <= q && q - k < c.window;
    case MaskKind::causal: return k <= q;
    default: break; // no model has it
    }
    return false;
}

bool is_place(HeadRole role, const std::vector<int>& tokens, int q, int k) {
    const auto token = [&](int i) { return tokens[static_cast<std::size_t>(i)]; };
    switch (role) {
    case HeadRole::first_token: return k == 0 && q > 0;
    case HeadRole::previous_token: return k == q - 1;
    case HeadRole::duplicate_token: return k < q && token(k) == token(q);
    case HeadRole::induction: return k > 0 && k <= q && token(k - 1) == token(q);
    case HeadRole::local: return k <= q && k >= q - 3;
    }
    return false;
}

/// By definition.
std::optional<double> expected(const Trace& trace, int n_prefix, const std::vector<int>& tokens, int layer,
                               int head, HeadRole role, int rows) {
    double sum = 0;
    int queries = 0;
    for (int q = 0; q < rows; ++q) {
        int places = 0, readable = 0, beyond = 0;
        double weight = 0;
        for (int k = 0; k < static_cast<int>(tokens.size()); ++k) {
            // Where layers differ, a query counts by what it may read in any of them.
            bool seen = false;
            for (int l = 0; l < trace.config().n_layers; ++l)
                seen |= sees(trace.config().layer(l), n_prefix, static_cast<int>(tokens.size()), q, k);
            if (!seen) continue;
            ++readable;
            beyond += k < q - 3 || k > q;
            if (!is_place(role, tokens, q, k)) continue;
            ++places;
            weight += static_cast<double>(trace.value({0, Site::pattern, layer, head, q, k}));
        }
        if (places == 0 || readable < 2 || (role == HeadRole::local && beyond == 0)) continue;
        ++queries;
        sum += weight;
    }
    return queries ? std::optional(sum / queries) : std::nullopt;
}

class HeadRolesOf : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, HeadRolesOf, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST_P(HeadRolesOf, ScoresAreTheirDefinitions) {
    const ModelConfig& c = GetParam().config;
    const std::vector<int> tokens = repetitive(k_tokens);
    const auto trace = run(random_weights(c), tokens, GetParam().n_prefix);
    HeadRoles roles;
    EXPECT_TRUE(roles.advance({.trace = trace, .rows = k_tokens}));
    for (const int rows : {k_tokens, 1, 2, 5, 13}) // going back reads nothing again
        for (const HeadRole role : k_roles) {
            std::optional<HeadRoles::Best> best;
            for (int l = 0; l < c.n_layers; ++l)
                for (int h = 0; h < c.n_heads; ++h) {
                    const auto wanted = expected(*trace, GetParam().n_prefix, tokens, l, h, role, rows);
                    const auto found = roles.score(l, h, role, rows);
                    ASSERT_EQ(found.has_value(), wanted.has_value())
                        << head_role_row(role).name << " at " << rows;
                    if (!wanted) continue;
                    EXPECT_NEAR(*found, *wanted, 1e-12) << head_role_row(role).name << " at " << rows;
                    if (!best || *wanted > best->score + 1e-12) best = {l, h, *wanted};
                }
            const auto found = roles.best(role, rows);
            ASSERT_EQ(found.has_value(), best.has_value());
            if (!best) continue;
            EXPECT_EQ(found->layer, best->layer);
            EXPECT_EQ(found->head, best->head);
            EXPECT_NEAR(found->score, best->score, 1e-12);
        }
}

/// A Trace whose patterns are ours: every query puts all its weight on key `read(query)`.
std::shared_ptr<Trace> made_by_hand(const std::vector<int>& tokens, auto read) {
    const auto trace = run(random_weights(preset("llama").config), tokens);
    for (int q = 0; q < static_cast<int>(tokens.size()); ++q) {
        real* row = trace->row(Site::pattern, 0, q);
        std::fill_n(row, tokens.size(), real(0)); // of head 0
        row[read(q)] = 1;
    }
    return trace;
}

double score_of(const std::shared_ptr<Trace>& trace, HeadRole role) {
    HeadRoles roles;
    roles.advance({.trace = trace, .rows = trace->capacity()});
    return roles.score(0, 0, role, trace->capacity()).value_or(-1);
}

TEST(HeadRoles, AHeadThatDoesNothingElseScoresOne) {
    const std::vector<int> tokens = {3, 1, 4, 1, 5, 3, 1, 4, 1, 5}; // a period of five
    const auto shift = made_by_hand(tokens, [](int q) { return std::max(q - 1, 0); });
    EXPECT_EQ(score_of(shift, HeadRole::previous_token), 1);
    EXPECT_EQ(score_of(shift, HeadRole::local), 1);
    EXPECT_EQ(score_of(shift, HeadRole::first_token), 1.0 / 9) << "only the second token reads the first one";
    EXPECT_EQ(score_of(shift, HeadRole::duplicate_token), 0);
    const auto sink = made_by_hand(tokens, [](int) { return 0; });
    EXPECT_EQ(score_of(sink, HeadRole::first_token), 1);
    EXPECT_EQ(score_of(sink, HeadRole::previous_token), 1.0 / 9);
    EXPECT_EQ(score_of(sink, HeadRole::local), 0) << "queries that see no further do not count";
    const auto self = made_by_hand(tokens, [](int q) { return q; });
    EXPECT_EQ(score_of(self, HeadRole::local), 1);
    EXPECT_EQ(score_of(self, HeadRole::previous_token), 0);
    const auto earlier_place = [&](int q) {
        for (int k = q - 1; k >= 0; --k)
            if (tokens[static_cast<std::size_t>(k)] == tokens[static_cast<std::size_t>(q)]) return k;
        return -1;
    };
    const auto copy = made_by_hand(tokens, [&](int q) { return std::max(earlier_place(q), 0); });
    EXPECT_EQ(score_of(copy, HeadRole::duplicate_token), 1);
    const auto induction = made_by_hand(tokens, [&](int q) { return earlier_place(q) + 1; });
    EXPECT_EQ(score_of(induction, HeadRole::induction), 1);
    EXPECT_EQ(score_of(induction, HeadRole::duplicate_token), 0);
}

TEST(HeadRoles, WhatIsNeverPossibleHasNoScore) {
    const auto trace = run(random_weights(preset("llama").config), {1, 2, 3, 4});
    HeadRoles roles;
    roles.advance({.trace = trace, .rows = 4});
    EXPECT_EQ(roles.queries(HeadRole::duplicate_token, 4), 0);
    EXPECT_EQ(roles.score(0, 0, HeadRole::duplicate_token, 4), std::nullopt);
    EXPECT_EQ(roles.score(0, 0, HeadRole::local, 4), std::nullopt);
    EXPECT_FALSE(roles.best(HeadRole::induction, 4));
    EXPECT_EQ(roles.queries(HeadRole::previous_token, 4), 3);
    EXPECT_EQ(roles.score(0, 0, HeadRole::first_token, 1), std::nullopt) << "one token alone reads itself";
    const auto unkept =
        std::make_shared<Trace>(random_weights(preset("llama").config), TraceShape{8, Keep::residual});
    extend(*unkept, std::vector<int>{1, 2, 3});
    EXPECT_TRUE(roles.advance({.trace = unkept, .rows = 3}));
    EXPECT_FALSE(roles.best(HeadRole::previous_token, 3)) << "nothing is left of the other Trace";
}

TEST(HeadRoles, AFewRowsAtATimeGiveTheSame) {
    const auto trace = run(random_weights(preset("llama").config), repetitive(k_tokens));
    HeadRoles whole, slow;
    whole.advance({.trace = trace, .rows = k_tokens});
    EXPECT_FALSE(slow.advance({.trace = trace, .rows = k_tokens}, 1));
    EXPECT_EQ(slow.rows(), 1);
    int calls = 1;
    while (!slow.advance({.trace = trace, .rows = k_tokens}, 300)) ++calls;
    EXPECT_GT(calls, 4);
    for (const HeadRole role : k_roles)
        for (int rows = 1; rows <= k_tokens; ++rows)
            EXPECT_EQ(slow.score(1, 4, role, rows), whole.score(1, 4, role, rows));
    const auto other = run(random_weights(preset("llama").config, 2), repetitive(k_tokens));
    slow.advance({.trace = other, .rows = k_tokens});
    EXPECT_NE(slow.score(1, 4, HeadRole::local, k_tokens), whole.score(1, 4, HeadRole::local, k_tokens));
}

TEST(HeadRoles, NaNIsNeverTheBest) {
    const auto trace = made_by_hand({1, 1, 1, 1, 1, 1}, [](int) { return 0; });
    trace->row(Site::pattern, 0, 4)[3] = std::numeric_limits<real>::quiet_NaN();
    HeadRoles roles;
    roles.advance({.trace = trace, .rows = 6});
    EXPECT_TRUE(std::isnan(*roles.score(0, 0, HeadRole::previous_token, 6)));
    EXPECT_FALSE(std::isnan(*roles.score(0, 0, HeadRole::previous_token, 4))) << "before it";
    const auto best = roles.best(HeadRole::previous_token, 6);
    ASSERT_TRUE(best);
    EXPECT_FALSE(std::isnan(best->score));
}

TEST(ProbeText, GivesEveryRoleEnoughCases) {
    const auto weights = random_weights(preset("llama").config);
    const std::vector<int> tokens = probe_tokens(weights->config, 3);
    EXPECT_EQ(tokens.size(), 1u + 3 * 24);
    EXPECT_EQ(tokens[0], 3) << "behind the start token";
    for (std::size_t i = 1; i + 24 < tokens.size(); ++i) EXPECT_EQ(tokens[i], tokens[i + 24]);
    const std::set<int> distinct(tokens.begin(), tokens.begin() + 25);
    EXPECT_EQ(distinct.size(), 25u) << "the start token is not written again";
    EXPECT_EQ(probe_tokens(weights->config, 3), tokens) << "a fixed text";
    HeadRoles roles;
    const int n = static_cast<int>(tokens.size());
    roles.advance({.trace = run(weights, tokens), .rows = n});
    for (const HeadRole role : k_roles) {
        EXPECT_GE(roles.queries(role, n), k_enough_cases) << head_role_row(role).name;
        EXPECT_EQ(roles.result()["cases"][std::string(head_role_row(role).name)], roles.queries(role, n));
    }
}

TEST(ProbeText, FitsSmallModels) {
    ModelConfig small = preset("llama").config;
    small.n_ctx = 8;
    EXPECT_EQ(probe_tokens(small, -1).size(), 6u) << "two tokens, three times";
    EXPECT_EQ(probe_tokens(small, 0).size(), 7u);
    small.n_ctx = 2;
    EXPECT_EQ(probe_tokens(small, 0).size(), 2u);
    small.n_ctx = 100;
    small.d_vocab = 5;
    EXPECT_EQ(probe_tokens(small, 0).size(), 13u) << "each of the four others three times";
}

} // namespace
} // namespace gf::tests::head_roles_test
