// Plans against masks that are written down cell by cell.

#include "core/plan.h"

#include "reference_forward.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

namespace gf::tests::plan_test {
namespace {

int pick(std::mt19937_64& random, int n) {
    return static_cast<int>(random() % static_cast<unsigned long long>(n));
}

/// Some of the numbers below n; now and then none, which means all.
std::vector<int> some(std::mt19937_64& random, int n) {
    std::vector<int> list;
    for (int i = 0; i < n; ++i)
        if (pick(random, 3) == 0) list.push_back(i);
    return list;
}

RunSetup random_setup(std::mt19937_64& random, const ModelConfig& c, int n) {
    RunSetup setup{.n_prefix = pick(random, 4)};
    for (int i = pick(random, 4); i > 0; --i) {
        MaskRule rule{.layers = some(random, c.n_layers), .heads = some(random, c.n_heads)};
        if (pick(random, 2)) {
            rule.kind = static_cast<MaskKind>(pick(random, 9));
            rule.join = static_cast<MaskJoin>(pick(random, 3));
            if (has_window(*rule.kind)) rule.window = 1 + pick(random, n);
            if (has_size(*rule.kind)) rule.size = 1 + pick(random, n);
            if (rule.kind == MaskKind::document)
                for (int start = pick(random, 4); start < n; start += 1 + pick(random, 4))
                    rule.starts.push_back(start);
            if (rule.kind == MaskKind::prefix && pick(random, 2)) rule.n_prefix = pick(random, n);
        }
        for (int j = pick(random, 4); j > 0; --j) {
            const int row = pick(random, n), key = pick(random, n);
            rule.painted.push_back({row, pick(random, 4) ? row + pick(random, n) : -1, key,
                                    pick(random, 4) ? key + pick(random, n) : -1, pick(random, 2) == 0});
        }
        setup.masks.push_back(rule);
    }
    if (pick(random, 3) == 0) {
        const int key = pick(random, n);
        setup.evicted.push_back({key, key + 1 + pick(random, 3), pick(random, n)});
    }
    if (pick(random, 3) == 0)
        for (int t = pick(random, n); t > 0; --t) setup.order.push_back(pick(random, n));
    setup.mask_by_position = pick(random, 2) == 0;
    return setup;
}

TEST(Plan, ShowsWhatTheRulesSayCellByCell) {
    const ModelConfig c = preset("llama").config;
    std::mt19937_64 random(3);
    int n_gaps = 0, n_intervals = 0;
    for (int i = 0; i < 400; ++i) {
        const int n = 1 + pick(random, i % 10 == 0 ? 150 : 12);
        const RunSetup setup = random_setup(random, c, n);
        const Plan plan(c, n, setup);
        std::vector<int> reach(static_cast<std::size_t>(n) + 1);
        for (int l = 0; l < c.n_layers; ++l)
            for (int h = 0; h < c.n_heads; ++h) {
                const auto expected = reference_mask(c, setup, l, h, n);
                const KeyMask& mask = plan.mask(Site::attn_scores, l, h);
                bool any_gap = false;
                for (int q = 0; q < n; ++q) {
                    std::vector<int> seen, listed;
                    for (int k = 0; k < n; ++k) {
                        const bool sees = expected[static_cast<std::size_t>(q)][static_cast<std::size_t>(k)];
                        ASSERT_EQ(plan.visible(l, h, q, k), sees)
                            << "setup " << i << ", query " << q << ", key " << k;
                        if (!sees) continue;
                        seen.push_back(k);
                        EXPECT_GE(k, plan.row(q).key_begin);
                        EXPECT_LT(k, plan.row(q).key_end);
                        EXPECT_TRUE(plan.looks_ahead() || k <= q);
                    }
                    mask.for_each_run(q, [&](int begin, int end) {
                        for (int k = begin; k < end; ++k) listed.push_back(k);
                    });
                    EXPECT_EQ(listed, seen);
                    const KeyRange keys = mask.keys(q);
                    ASSERT_EQ(keys.size(), seen.empty() ? 0 : seen.back() + 1 - seen.front());
                    EXPECT_TRUE(seen.empty() || keys.begin == seen.front());
                    int n_hidden = 0;
                    mask.for_each_hidden(q, [&](int k) {
                        ++n_hidden;
                        EXPECT_FALSE(plan.visible(l, h, q, k));
                    });
                    EXPECT_EQ(n_hidden, keys.size() - static_cast<int>(seen.size()));
                    any_gap |= n_hidden > 0;
                    for (int rows = q + 1; rows <= n; ++rows)
                        if (!seen.empty())
                            reach[static_cast<std::size_t>(rows)] =
                                std::max(reach[static_cast<std::size_t>(rows)], seen.back() + 1);
                }
                EXPECT_EQ(mask.has_gaps(), any_gap);
                (any_gap ? n_gaps : n_intervals)++;
            }
        for (int rows = 0; rows <= n; ++rows)
            EXPECT_EQ(plan.reads_beyond(rows), reach[static_cast<std::size_t>(rows)] > rows);
    }
    EXPECT_GT(n_gaps, 500);
    EXPECT_GT(n_intervals, 500);
}

TEST(Plan, GroupsTheHeadsOfALayerByTheirMasks) {
    const ModelConfig c = preset("llama").config;
    std::mt19937_64 random(5);
    for (int i = 0; i < 100; ++i) {
        const Plan plan(c, 9, random_setup(random, c, 9));
        for (int l = 0; l < c.n_layers; ++l) {
            std::vector<int> heads;
            const auto groups = plan.groups(Site::attn_scores, l);
            for (std::size_t g = 0; g < groups.size(); ++g) {
                for (const int h : groups[g].heads) {
                    heads.push_back(h);
                    EXPECT_EQ(&plan.mask(Site::attn_scores, l, h), groups[g].mask);
                }
                for (std::size_t other = 0; other < g; ++other)
                    EXPECT_FALSE(*groups[g].mask == *groups[other].mask) << "equal masks are one";
            }
            std::sort(heads.begin(), heads.end());
            EXPECT_EQ(heads, (std::vector{0, 1, 2, 3, 4, 5}));
        }
    }
}

TEST(Plan, KeepsBitsOnceForEachDistinctMask) {
    const ModelConfig c = preset("llama").config;
    const MaskRule gap{.painted = {{.rows = {5, -1}, .keys = {2, 4}}}};
    const auto bytes = [&](std::vector<MaskRule> rules) {
        return Plan(c, 200, {.masks = std::move(rules)}).bytes();
    };
    const std::size_t none = bytes({}), bits = 200 * 4 * 8; // 200 keys are four words
    EXPECT_EQ(none, 200 * sizeof(KeyRange));
    EXPECT_EQ(bytes({gap}), none + bits) << "all heads of all layers share them";
    MaskRule one_head = gap;
    one_head.layers = {1}, one_head.heads = {3};
    EXPECT_EQ(bytes({one_head}), 2 * none + bits);
    MaskRule same = gap; // other rules, the same mask
    same.painted = {{.rows = {5, -1}, .keys = {2, 3}}, {.rows = {5, -1}, .keys = {3, 4}}};
    same.heads = {0, 1};
    MaskRule rest = gap;
    rest.heads = {2, 3, 4, 5};
    EXPECT_EQ(bytes({same, rest}), none + bits);
    EXPECT_EQ(bytes({{.kind = MaskKind::bidirectional}}), none);
}

/// Segments with padding: rows and keys count rows of the run, and nothing crosses into padding.
TEST(Plan, PaintStaysInsideSegments) {
    const ModelConfig c = preset("llama").config;
    const Plan plan(
        c, 12,
        {.segments = {{.begin = 0, .end = 5, .pad_left = 1}, {.begin = 5, .end = 12, .pad_right = 2}},
         .masks = {{.painted = {{.visible = true}}}}});
    for (int q = 0; q < 12; ++q)
        for (int k = 0; k < 12; ++k) {
            const auto segment = [](int row) {
                return row >= 1 && row < 5 ? 1 : row >= 5 && row < 10 ? 2 : 0;
            };
            EXPECT_EQ(plan.visible(0, 0, q, k), segment(q) != 0 && segment(q) == segment(k))
                << q << ", " << k;
        }
}

} // namespace
} // namespace gf::tests::plan_test
