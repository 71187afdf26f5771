// What masks do: against runs that are computed at once, and against what each mask is for.

#include "measures/mask_effects.h"

#include "core/formula/formula.h"
#include "core/passes/forward.h"
#include "measures/receptive_field.h"
#include "support/compare.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gf::tests::mask_effects_test {
namespace {

constexpr int k_tokens = 13;

std::shared_ptr<const Trace> run_under(const std::shared_ptr<const Weights>& weights,
                                       const std::vector<int>& tokens, const RunSetup& setup) {
    auto trace = std::make_shared<Trace>(weights, TraceShape{static_cast<int>(tokens.size())}, setup);
    extend(*trace, tokens);
    return trace;
}

std::vector<real> logits_of(const Trace& run, int row) {
    const auto logits = row_of(run, Site::logits, -1, row);
    return {logits.begin(), logits.end()};
}

double largest_change(const std::vector<real>& a, const std::vector<real>& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return largest;
}

struct Found {
    explicit Found(const char* name, RunSetup s = {}, MaskQuestions questions = {})
        : config(preset(name).config), setup(std::move(s)) {
        setup.n_prefix = preset(name).n_prefix;
        run = run_under(weights, tokens, setup);
        effects.look_at(run, k_tokens, questions);
        while (effects.is_behind()) effects.advance(3);
    }
    const MaskFindings& operator*() const { return *effects.found(); }
    const MaskFindings* operator->() const { return effects.found().get(); }

    ModelConfig config;
    std::shared_ptr<Weights> weights = random_weights(config);
    std::vector<int> tokens = random_tokens(config, k_tokens);
    RunSetup setup;
    std::shared_ptr<const Trace> run;
    MaskEffects effects;
};

const RunSetup k_painted{.masks = {{.kind = MaskKind::sliding_window, .window = 6},
                                   {.painted = {{{9, 12}, {7, 8}}}, .heads = {1}}},
                         .evicted = {{.keys = {2, 3}, .from_row = 5}}};

TEST(MaskEffects, BeforeIsTheRunWithoutTheRules) {
    const Found found("llama", k_painted);
    RunSetup plain = found.setup;
    plain.masks.clear();
    const auto expected = run_under(found.weights, found.tokens, plain);
    EXPECT_TRUE(same_rows(*found->before, 0, *expected, 0, k_tokens, 1e-5));
    EXPECT_EQ(found->before->value({0, Site::pattern, 1, 1, 9, 2}), 0) << "what is evicted stays evicted";
    const Found same("llama");
    EXPECT_EQ(same->before, same.run) << "without rules nothing is computed again";
}

TEST(MaskEffects, RowsBeforeTheFirstPaintedOneAreTheSameToTheBit) {
    const Found found("llama", {.masks = {{.painted = {{{9, 12}, {7, 8}}}, .heads = {1}}}});
    ASSERT_EQ(found->changes.size(), static_cast<std::size_t>(k_tokens));
    for (int r = 0; r < k_tokens; ++r) {
        const MaskFindings::RowChange& row = found->changes[static_cast<std::size_t>(r)];
        EXPECT_EQ(row.largest > 0, r >= 9) << r;
        for (const auto& [run, prediction] : {std::pair(found->before, row.before), {found.run, row.now}}) {
            const std::vector<real> logits = logits_of(*run, r);
            double sum = 0;
            for (const real x : logits) sum += std::exp(static_cast<double>(x));
            const auto most = std::max_element(logits.begin(), logits.end());
            EXPECT_EQ(prediction.token, most - logits.begin());
            EXPECT_NEAR(prediction.probability, std::exp(static_cast<double>(*most)) / sum, 1e-6);
        }
    }
}

TEST(MaskEffects, InOneLayerTheRulesAreOnlyThere) {
    const Found found("llama", k_painted);
    ASSERT_EQ(found->in_layer.size(), static_cast<std::size_t>(found.config.n_layers));
    for (int l = 0; l < found.config.n_layers; ++l) {
        RunSetup one = found.setup;
        for (MaskRule& rule : one.masks) rule.layers = {l};
        const auto expected = run_under(found.weights, found.tokens, one);
        EXPECT_LE(
            largest_change(found->in_layer[static_cast<std::size_t>(l)], logits_of(*expected, k_tokens - 1)),
            1e-5);
    }
    EXPECT_GT(largest_change(found->in_layer[0], found->in_layer[1]), 1e-4);
}

/// The promise of the causal mask: what comes later changes nothing, not even the last bit.
TEST(MaskEffects, TheLeakIsExactlyZeroUnderACausalMask) {
    const Found found("llama", k_painted, {.leak_row = 8});
    const MaskFindings::Leak& leak = found->leak;
    EXPECT_EQ(leak.row, 8);
    EXPECT_EQ(leak.from, found.tokens[8]);
    std::vector<int> exchanged = found.tokens;
    exchanged[8] = leak.to;
    const auto own = run_under(found.weights, found.tokens, {}),
               other = run_under(found.weights, exchanged, {});
    const RunSetup open{.masks = {{.kind = MaskKind::bidirectional}}};
    const auto open_own = run_under(found.weights, found.tokens, open),
               open_other = run_under(found.weights, exchanged, open);
    std::vector<real> likely = logits_of(*own, 7);
    likely[static_cast<std::size_t>(leak.from)] = -1e9f;
    EXPECT_EQ(leak.to, std::max_element(likely.begin(), likely.end()) - likely.begin());
    for (int r = 0; r < k_tokens; ++r) {
        const auto at = static_cast<std::size_t>(r);
        EXPECT_EQ(leak.masked[at] > 0, r >= 8) << "exactly 0 before row 8, row " << r;
        EXPECT_GT(leak.open[at], 1e-4) << r;
        EXPECT_NEAR(leak.masked[at], largest_change(logits_of(*own, r), logits_of(*other, r)), 1e-5);
        EXPECT_NEAR(leak.open[at], largest_change(logits_of(*open_own, r), logits_of(*open_other, r)), 1e-5);
    }
}

TEST(MaskEffects, PaddingThatIsIgnoredChangesNothing) {
    for (const char* name : {"llama", "gpt2", "alibi", "prefix", "bidirectional"}) {
        const Found found(name, {}, {.n_padding = 3});
        const MaskFindings::Padding& padding = found->padding;
        ASSERT_EQ(padding.n, 3) << name;
        EXPECT_LE(largest_change(padding.alone, logits_of(*found.run, k_tokens - 1)), 1e-5) << name;
        EXPECT_LE(largest_change(padding.alone, padding.ignored), 1e-5) << name;
        EXPECT_GT(largest_change(padding.alone, padding.read), 1e-3) << name;
        ASSERT_EQ(padding.change_read.size(), static_cast<std::size_t>(k_tokens));
        for (const real change : padding.change_ignored) EXPECT_LE(change, 1e-5) << name;
        // Row 0 reads copies of its own token, which may change nothing.
        for (std::size_t r = 1; r < padding.change_read.size(); ++r)
            EXPECT_GT(padding.change_read[r], 1e-4) << name;
    }
}

TEST(MaskEffects, TheWindowIsThatOfAConfigWithOne) {
    const Found found("llama", k_painted, {.window = 4});
    ModelConfig windowed = found.config;
    windowed.mask = MaskKind::sliding_window, windowed.window = 4;
    const auto expected = run_under(random_weights(windowed), found.tokens, {});
    EXPECT_EQ(found->window.size, 4);
    EXPECT_LE(largest_change(found->window.logits, logits_of(*expected, k_tokens - 1)), 1e-5);
}

TEST(MaskEffects, WhatAStrokeDoesNotChangeIsNotComputedAgain) {
    Found found("llama", k_painted);
    const auto before = found->before;
    const int n_first = found.effects.n_tasks();
    RunSetup other = found.setup;
    other.masks.pop_back();
    found.effects.look_at(run_under(found.weights, found.tokens, other), k_tokens, {});
    EXPECT_EQ(found->before, before);
    EXPECT_FALSE(found->leak.open.empty());
    EXPECT_EQ(found.effects.n_tasks(), found.config.n_layers + 1) << "only rows and layers, one by one";
    EXPECT_LT(found.effects.n_tasks(), n_first);
    found.effects.look_at(found->run, k_tokens, {.window = 2});
    EXPECT_TRUE(found->window.logits.empty()) << "another question";
    found.effects.look_at(nullptr, 0, {});
    EXPECT_EQ(found.effects.found(), nullptr);
    EXPECT_EQ(found.effects.bytes(), 0u);
}

TEST(MaskEffects, ModelsWithoutLogitsHaveABeforeAlone) {
    const Found found("classes", {.masks = {{.kind = MaskKind::causal}}});
    EXPECT_NE(found->before, nullptr);
    EXPECT_TRUE(found->in_layer[0].empty());
    EXPECT_TRUE(found->leak.open.empty());
}

/// A token belongs to the field exactly if exchanging it changes the row: random weights pass on everything.
TEST(ReceptiveField, IsWhatReallyArrives) {
    ModelConfig config = preset("llama").config;
    for (const RunSetup& setup :
         {RunSetup{.masks = {{.kind = MaskKind::sliding_window, .window = 3}}},
          RunSetup{
              .masks = {{.kind = MaskKind::bidirectional, .layers = {0}},
                        {.join = MaskJoin::both, .kind = MaskKind::block_sparse, .size = 2, .layers = {0}},
                        {.join = MaskJoin::both, .kind = MaskKind::strided, .size = 4, .layers = {1}},
                        {.painted = {{{0, -1}, {5, 6}}}}}},
          RunSetup{.masks = {{.painted = {{{12, 13}, {0, -1}}}}}}}) {
        const auto weights = random_weights(config);
        const std::vector<int> tokens = random_tokens(config, k_tokens);
        const auto run = run_under(weights, tokens, setup);
        const ReceptiveField field = receptive_field(run->plan(), config, k_tokens, k_tokens - 1);
        ASSERT_EQ(field.size(), static_cast<std::size_t>(config.n_layers) + 1);
        EXPECT_EQ(n_reached(field, config.n_layers), 1);
        for (int t = 0; t < k_tokens; ++t) {
            std::vector<int> other = tokens;
            other[static_cast<std::size_t>(t)] = (other[static_cast<std::size_t>(t)] + 11) % config.d_vocab;
            const double change = largest_change(logits_of(*run_under(weights, other, setup), k_tokens - 1),
                                                 logits_of(*run, k_tokens - 1));
            EXPECT_EQ(change > 0, field[0][static_cast<std::size_t>(t)]) << "token " << t;
        }
    }
}

/// Where what stands at a token can come: those rows of the residual stream that change with it.
TEST(ReceptiveField, SpreadIsTheSameTheOtherWay) {
    for (const char* name : {"llama", "bert"}) {
        const ModelConfig config = preset(name).config;
        const auto weights = random_weights(config);
        const std::vector<int> tokens = random_tokens(config, k_tokens);
        const RunSetup setup{.masks = {{.kind = MaskKind::sliding_window, .window = 3},
                                       {.painted = {{{9, 12}, {7, 8}}}, .heads = {1}}}};
        const auto run = run_under(weights, tokens, setup);
        for (int t = 0; t < k_tokens; ++t) {
            const ReceptiveField spread = spread_of(run->plan(), config, k_tokens, t);
            std::vector<int> other = tokens;
            other[static_cast<std::size_t>(t)] = (other[static_cast<std::size_t>(t)] + 11) % config.d_vocab;
            const auto changed = run_under(weights, other, setup);
            for (int row = 0; row < k_tokens; ++row) {
                for (int l = 0; l < config.n_layers; ++l) {
                    const auto a = row_of(*run, Site::resid_post, l, row),
                               b = row_of(*changed, Site::resid_post, l, row);
                    EXPECT_EQ(!std::equal(a.begin(), a.end(), b.begin()),
                              spread[static_cast<std::size_t>(l) + 1][static_cast<std::size_t>(row)])
                        << name << ": token " << t << " to row " << row << " after layer " << l;
                }
                EXPECT_EQ(
                    spread.back()[static_cast<std::size_t>(row)],
                    receptive_field(run->plan(), config, k_tokens, row)[0][static_cast<std::size_t>(t)]);
            }
        }
    }
}

TEST(RowsReached, AreThoseThatReallyChange) {
    const ModelConfig config = preset("llama").config;
    const auto weights = random_weights(config);
    const std::vector<int> tokens = random_tokens(config, k_tokens);
    const auto plain = run_under(weights, tokens, {});
    for (const RunSetup& setup : {RunSetup{.masks = {{.painted = {{{9, 10}, {7, 8}}}, .heads = {1}}}},
                                  RunSetup{.masks = {{.painted = {{{4, 5}, {2, 3}}}, .layers = {1}}}},
                                  RunSetup{.masks = {{.painted = {{{2, 3}, {5, 6}, true}}, .layers = {0}}}},
                                  RunSetup{.masks = {{.kind = MaskKind::causal}}}}) {
        const auto run = run_under(weights, tokens, setup);
        const std::vector<bool> reached = rows_reached(plain->plan(), run->plan(), config, k_tokens);
        for (int r = 0; r < k_tokens; ++r)
            EXPECT_EQ(largest_change(logits_of(*run, r), logits_of(*plain, r)) > 0,
                      reached[static_cast<std::size_t>(r)])
                << r;
    }
}

TEST(ReceptiveField, OfAWindowGrowsByItInEachLayer) {
    ModelConfig config = preset("llama").config;
    config.n_layers = 5;
    const Plan plan(config, 40, {.masks = {{.kind = MaskKind::sliding_window, .window = 4}}});
    const ReceptiveField field = receptive_field(plan, config, 40, 39);
    for (int level = 0; level <= 5; ++level) EXPECT_EQ(n_reached(field, level), 1 + 3 * (5 - level));
}

TEST(MaskCost, CountsCells) {
    const ModelConfig config = preset("llama").config;
    const Plan causal(config, 20, {});
    EXPECT_EQ(mask_cost(causal, 0, 0, 16).allowed, 136);
    EXPECT_EQ(mask_cost(causal, 0, 0, 16).computed, 136);
    EXPECT_EQ(mask_cost(causal, 0, 0, 16).all, 256);
    const Plan painted(config, 20, {.masks = {{.painted = {{{11, 12}, {10, 11}}}, .heads = {1}}}});
    EXPECT_EQ(mask_cost(painted, 1, 1, 16).allowed, 135);
    EXPECT_EQ(mask_cost(painted, 1, 1, 16).computed, 136) << "the kernels run from the first to the last key";
    EXPECT_EQ(mask_cost(painted, 1, 0, 16).allowed, 136);
    const Plan open(config, 20, {.masks = {{.kind = MaskKind::bidirectional}}});
    EXPECT_EQ(mask_cost(open, 0, 0, 16).allowed, 256);
}

/// Queries and keys of a layer do not depend on its own mask: where a cell is hidden in that layer alone, its
/// score would have been that of the run in which it is not.
TEST(ScoreWithoutMask, IsTheScoreOfTheRunThatShowsTheCell) {
    for (const char* name : {"llama", "gpt2", "alibi", "wide", "interleaved"}) {
        const ModelConfig config = preset(name).config;
        const auto weights = random_weights(config);
        const std::vector<int> tokens = random_tokens(config, k_tokens);
        const auto shown = run_under(weights, tokens, {});
        for (int l = 0; l < config.n_layers; ++l) {
            const auto hidden =
                run_under(weights, tokens,
                          {.masks = {{.painted = {{{4, 11}, {2, 4}}, {{12, 13}, {0, -1}}}, .layers = {l}}}});
            for (int h = 0; h < config.n_heads; ++h)
                for (const auto& [q, k] : {std::pair(4, 2), {10, 3}, {12, 12}, {12, 0}}) {
                    const CellRef cell{0, Site::attn_scores, l, h, q, k};
                    EXPECT_TRUE(std::isinf(hidden->value(cell)));
                    EXPECT_NEAR(score_without_mask(*hidden, cell), shown->value(cell), 1e-4) << name;
                }
        }
        const auto open = run_under(weights, tokens, {.masks = {{.kind = MaskKind::bidirectional}}});
        const CellRef later{0, Site::attn_scores, 0, 1, 3, 9};
        EXPECT_NEAR(score_without_mask(*shown, later), open->value(later), 1e-4) << "a later key";
    }
}

} // namespace
} // namespace gf::tests::mask_effects_test
