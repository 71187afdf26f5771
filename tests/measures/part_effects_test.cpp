// What switching a part off does: against runs of models whose weights are such that the part writes nothing.

#include "measures/part_effects.h"

#include "support/compare.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

namespace gf::tests::part_effects_test {
namespace {

constexpr int k_tokens = 9, k_row = 6;
using Part = AttributionTerm::Part;

/// The model with the part's way out of it set to zero, in weights.
std::shared_ptr<const Weights> without(const Weights& weights, const SwitchedPart& part) {
    std::shared_ptr<Weights> changed = clone(weights);
    const ModelConfig& c = weights.config;
    for (const ParamRow& row : changed->table) {
        real* values = changed->values(row);
        const int width = row.shape.back();
        if (part.part == Part::head && row.layer == part.layer && row.role == Role::attn_out)
            std::fill_n(values + part.head * c.d_head * width, c.d_head * width, real(0));
        if (part.part == Part::mlp && row.layer == part.layer &&
            (row.role == Role::mlp_out || row.role == Role::mlp_out_bias))
            std::fill_n(values, row.size(), real(0));
        if (part.part == Part::embedding && row.role == Role::embed) std::fill_n(values, row.size(), real(0));
        if (part.part == Part::position && row.role == Role::pos_embed)
            std::fill_n(values, row.size(), real(0));
    }
    changed->refresh();
    return changed;
}

class PartEffectsOf : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Models, PartEffectsOf,
                         ::testing::Values("llama", "odd_learned", "mixtral", "bidirectional"));

TEST_P(PartEffectsOf, AreThoseOfAModelWithoutThePart) {
    const std::string name = GetParam() == std::string("odd_learned") ? "position_offset" : GetParam();
    const ModelConfig c = preset(name).config; // tables are not tied, so that the embedding can go alone
    ASSERT_FALSE(c.tied_embeddings);
    const auto weights = random_weights(c);
    const auto asked = run(weights, random_tokens(c, k_tokens));
    PartEffects effects;
    effects.look_at(asked, k_row);
    while (effects.is_behind()) effects.advance(4);
    EXPECT_EQ(effects.n_done(), effects.n_parts());
    for (const PartFindings::Effect& effect : effects.found()->effects) {
        const auto expected = run(without(*weights, effect.part), random_tokens(c, k_tokens));
        EXPECT_LE(difference(effect.logits, logits_of(*expected, k_row)), 1e-4)
            << "part " << static_cast<int>(effect.part.part) << " layer " << effect.part.layer << " head "
            << effect.part.head;
        const AttributionTarget target{.row = k_row, .token = 3, .against = 8};
        EXPECT_NEAR(effects.found()->fall(effect, target),
                    static_cast<double>(logits_of(*asked, k_row)[3] - logits_of(*asked, k_row)[8] -
                                        logits_of(*expected, k_row)[3] + logits_of(*expected, k_row)[8]),
                    1e-3);
    }
}

/// In a model of one layer without MLP nothing answers: the fall is the direct term but for the norm's
/// divisor.
TEST(PartEffects, BelongToTheTermsOfAnAttribution) {
    const ModelConfig c = preset("mixtral").config;
    const auto asked = run(random_weights(c), random_tokens(c, k_tokens));
    Attribution split;
    split.look_at(asked, {.row = k_row, .token = 3});
    PartEffects effects;
    effects.look_at(asked, k_row);
    EXPECT_EQ(effects.found()->effect_of(split.terms().front()), nullptr) << "it is not computed yet";
    while (effects.is_behind()) effects.advance(100);
    for (const AttributionTerm& term : split.terms()) {
        const auto* effect = effects.found()->effect_of(term);
        ASSERT_TRUE(effect) << "every term of this model can be switched off";
        EXPECT_EQ(effect->part.layer, term.layer);
        EXPECT_EQ(effect->part.head, term.part == Part::head ? term.index : -1);
    }
    const auto found = effects.found();
    effects.look_at(asked, k_row);
    EXPECT_EQ(effects.found(), found) << "the same is not computed again";
    effects.look_at(nullptr, -1);
    EXPECT_FALSE(effects.found());
}

} // namespace
} // namespace gf::tests::part_effects_test
