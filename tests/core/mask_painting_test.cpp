// Strokes on masks: against a picture that is painted cell by cell, and against the same masks by config.

#include "core/mask_painting.h"
#include "core/plan.h"
#include "platform/error.h"
#include "support/compare.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

namespace gf::tests::mask_painting_test {
namespace {

using ::testing::HasSubstr;

constexpr int k_tokens = 13;

int pick(std::mt19937_64& random, int n) {
    return static_cast<int>(random() % static_cast<unsigned long long>(n));
}

PaintedCells random_cells(std::mt19937_64& random) {
    const auto range = [&]() -> std::array<int, 2> {
        const int begin = pick(random, k_tokens);
        return {begin, pick(random, 5) ? begin + 1 + pick(random, 4) : -1};
    };
    const auto rows = range();
    return {rows, range(), pick(random, 2) == 0};
}

bool covers(const std::array<int, 2>& range, int i) {
    return i >= range[0] && (range[1] < 0 || i < range[1]);
}
bool covers(const PaintedCells& cells, int q, int k) {
    return covers(cells.rows, q) && covers(cells.keys, k);
}

TEST(MaskPainting, StrokesAreAPictureThatIsPaintedOver) {
    const ModelConfig c = preset("llama").config;
    std::mt19937_64 random(11);
    for (int picture = 0; picture < 60; ++picture) {
        enum class Paint { none, shown, hidden };
        std::vector<Paint> expected(k_tokens * k_tokens, Paint::none);
        RunSetup setup{.masks = {{.kind = MaskKind::causal}}};
        for (int i = 0; i < 12; ++i) {
            MaskStroke stroke{.erase = pick(random, 3) == 0};
            for (int j = 1 + pick(random, 3); j > 0; --j) stroke.cells.push_back(random_cells(random));
            setup.masks = painted(setup.masks, stroke);
            for (const PaintedCells& cells : stroke.cells)
                for (int q = 0; q < k_tokens; ++q)
                    for (int k = 0; k < k_tokens; ++k)
                        if (covers(cells, q, k))
                            expected[static_cast<std::size_t>(q * k_tokens + k)] = stroke.erase ? Paint::none
                                                                                   : cells.visible
                                                                                       ? Paint::shown
                                                                                       : Paint::hidden;
        }
        const Plan plan(c, k_tokens, setup);
        for (int q = 0; q < k_tokens; ++q)
            for (int k = 0; k < k_tokens; ++k) {
                const Paint paint = expected[static_cast<std::size_t>(q * k_tokens + k)];
                EXPECT_EQ(plan.visible(0, 0, q, k), paint == Paint::none ? k <= q : paint == Paint::shown);
                const PaintedCells* found = paint_on(setup.masks, 0, 0, q, k);
                ASSERT_EQ(found != nullptr, paint != Paint::none);
                EXPECT_EQ(found && found->visible, paint == Paint::shown);
                int n_rectangles = 0;
                for (const MaskRule& rule : setup.masks)
                    for (const PaintedCells& cells : rule.painted) n_rectangles += covers(cells, q, k);
                EXPECT_LE(n_rectangles, 1) << "paint does not overlap";
            }
    }
}

TEST(MaskPainting, PaintForOtherHeadsIsARuleOfItsOwn) {
    std::vector<MaskRule> rules{{.kind = MaskKind::causal}};
    rules = painted(rules, {.cells = {{{3, 4}, {1, 2}}}});
    rules = painted(rules, {.cells = {{{3, 4}, {1, 2}, true}}, .layers = {1}});
    ASSERT_EQ(rules.size(), 3u);
    EXPECT_FALSE(paint_on(rules, 0, 0, 3, 1)->visible);
    EXPECT_TRUE(paint_on(rules, 1, 0, 3, 1)->visible) << "the newer stroke lies above";
    rules = painted(rules, {.cells = {{{3, 4}, {1, 2}}}});
    EXPECT_FALSE(paint_on(rules, 1, 0, 3, 1)->visible) << "and the newest above that";
    ASSERT_EQ(rules.size(), 3u);
    rules = painted(rules, {.cells = {{{0, -1}, {0, -1}}}, .erase = true});
    EXPECT_EQ(rules, (std::vector<MaskRule>{{.kind = MaskKind::causal}})) << "rules without paint are gone";
}

/// A window that is painted on a causal model gives the values of the model whose config says so.
TEST(MaskPainting, APaintedMaskEqualsTheSameMaskByConfig) {
    for (const bool window : {true, false}) {
        ModelConfig plain = preset("llama").config, other = plain;
        other.mask = window ? MaskKind::sliding_window : MaskKind::bidirectional;
        other.window = window ? 4 : 0;
        const std::vector<int> tokens = random_tokens(plain, k_tokens);
        MaskStroke stroke;
        for (int q = 0; q < k_tokens; ++q)
            window ? stroke.cells.push_back({{q, q + 1}, {0, std::max(0, q - 3)}, false})
                   : stroke.cells.push_back({{q, q + 1}, {q + 1, k_tokens}, true});
        std::erase_if(stroke.cells, [](const PaintedCells& p) { return p.keys[0] == p.keys[1]; });
        // Both configs give the same numbers, since the table of parameters does not depend on the mask.
        const RunSetup setup{.masks = painted({}, stroke)};
        Trace by_paint(random_weights(plain), {k_tokens}, setup),
            by_config(random_weights(other), {k_tokens});
        extend(by_paint, tokens);
        extend(by_config, tokens);
        EXPECT_TRUE(same_rows(by_paint, 0, by_config, 0, k_tokens, 0)) << "to the bit";
    }
}

/// Rules that say the same thing in other words have the same Plan.
TEST(MaskShapes, CombineToOtherKinds) {
    const ModelConfig c = preset("llama").config;
    using enum MaskKind;
    const auto same = [&](std::vector<MaskRule> a, std::vector<MaskRule> b) {
        const Plan x(c, k_tokens, {.masks = std::move(a)}), y(c, k_tokens, {.masks = std::move(b)});
        EXPECT_EQ(x.looks_ahead(), y.looks_ahead());
        return x.mask(Site::attn_scores, 0, 0) == y.mask(Site::attn_scores, 0, 0);
    };
    const MaskRule first{.join = MaskJoin::both, .kind = causal};
    EXPECT_TRUE(same({{.kind = first_and_window, .window = 3, .size = 2}},
                     {{.kind = sliding_window, .window = 3},
                      {.join = MaskJoin::either, .kind = prefix, .n_prefix = 2},
                      first}) == false)
        << "a prefix is causal besides, so the union is all that is causal";
    EXPECT_TRUE(same({{.kind = document}}, {{.kind = bidirectional}})) << "one document";
    EXPECT_TRUE(same({{.kind = strided, .size = 1}}, {{.kind = bidirectional}}));
    EXPECT_TRUE(same({{.kind = block_sparse, .size = k_tokens}}, {{.kind = bidirectional}}));
    EXPECT_TRUE(same({{.kind = first_and_window, .window = 3, .size = k_tokens}}, {{.kind = causal}}));
    EXPECT_TRUE(same({{.kind = causal}, {.join = MaskJoin::both, .kind = sliding_window, .window = 4}},
                     {{.kind = sliding_window, .window = 4}}));
    EXPECT_TRUE(same({{.join = MaskJoin::both, .kind = padding, .size = 2}},
                     {{.painted = {{.rows = {0, -1}, .keys = {0, 2}}}}}));
}

TEST(MaskShapes, AreRefusedWithoutTheirNumbers) {
    const ModelConfig c = preset("llama").config;
    const auto message = [&](MaskRule rule) -> std::string {
        try {
            validate(RunSetup{.masks = {std::move(rule)}}, c);
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_THAT(message({.kind = MaskKind::strided}), HasSubstr("1 or more tokens, for the kind strided"));
    EXPECT_THAT(message({.kind = MaskKind::causal, .size = 3}), HasSubstr("size"));
    EXPECT_THAT(message({.kind = MaskKind::first_and_window, .size = 3}), HasSubstr("window"));
    EXPECT_THAT(message({.kind = MaskKind::document, .starts = {4, 2}}), HasSubstr("ascending"));
    EXPECT_THAT(message({.join = MaskJoin::both}), HasSubstr("join"));
    EXPECT_EQ(message({.join = MaskJoin::both, .kind = MaskKind::block_sparse, .size = 4}), "");
    ModelConfig sparse = c;
    sparse.mask = MaskKind::strided;
    EXPECT_THROW(validate(sparse, "config"), Error);
}

} // namespace
} // namespace gf::tests::mask_painting_test
