// By what experts split texts up: what is known in closed form. (tests/cli/routing_test.cpp counts it anew.)

#include "measures/expert_outputs.h"
#include "measures/expert_split.h"
#include "measures/routing_cost.h"

#include "core/passes/forward.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

#include <cmath>

namespace gf::tests::expert_split_test {
namespace {

std::shared_ptr<Trace> run_of(const std::shared_ptr<const Weights>& weights, const std::vector<int>& tokens,
                              const RunSetup& setup = {}) {
    auto run = std::make_shared<Trace>(weights, TraceShape{static_cast<int>(tokens.size())}, setup);
    extend(*run, tokens);
    return run;
}

/// Four experts of which every token of a kind visits its own: the expert tells the kind, 2 bits, and of the
/// token no more. Where it depends on nothing but chance, all is as much as its control.
TEST(ExpertSplit, TellsTheKindThatDecidesAndNoMore) {
    ModelConfig c = preset("mixtral").config;
    c.experts_per_token = 1;
    const auto weights = random_weights(c);
    std::vector<int> kinds;
    for (int t = 0; t < c.d_vocab; ++t) kinds.push_back(t % 4);
    ExpertSplit split(c, kinds, 4, 2);
    for (int text = 0; text < 40; ++text) {
        std::vector<int> tokens;
        RunSetup setup;
        for (int r = 0; r < 16; ++r) {
            tokens.push_back(4 * ((text + r) % 7) + r % 4);
            setup.experts.push_back({.forced = {r % 4}, .rows = {r, r + 1}});
        }
        split.add(*run_of(weights, tokens, setup), text % 2);
    }
    EXPECT_EQ(split.n_texts(), 40);
    EXPECT_EQ(split.n_visits(), 640);
    for (int l = 0; l < c.n_layers; ++l) {
        const SplitBits bits = split.bits(l), control = split.control(l);
        EXPECT_NEAR(bits.domain, 0, 1e-12);
        EXPECT_NEAR(bits.kind, 2, 1e-12);
        EXPECT_NEAR(bits.token, 2, 1e-12);
        EXPECT_NEAR(control.domain, 0, 1e-12);
        EXPECT_LT(control.kind, 1.5) << "kinds are shuffled among tokens";
        EXPECT_GT(control.token, 0) << "a large table has bits by chance";
        EXPECT_LT(control.token, 0.4);
        for (int e = 0; e < 4; ++e) {
            EXPECT_EQ(split.visits(l)[static_cast<std::size_t>(e)], 160);
            for (int kind = 0; kind < 4; ++kind)
                EXPECT_EQ(split.shares_of_kind(l, kind)[static_cast<std::size_t>(e)], kind == e ? 1 : 0);
        }
    }
}

class Routed : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, Routed,
                         ::testing::ValuesIn(presets_where([](const ModelConfig& c) { return c.is_moe(); })),
                         [](const auto& info) { return info.param.name; });

/// The weighted sum of what the experts give is what the layer writes, swapped or not.
TEST_P(Routed, OutputsAddUpToWhatIsWritten) {
    const ModelConfig& c = GetParam().config;
    const auto weights = random_weights(c);
    for (const RunSetup& setup :
         {RunSetup(), RunSetup{.experts = {{.swapped = {0, 1}}}}, RunSetup{.capacity_factor = 0.6}}) {
        const auto run = run_of(weights, random_tokens(c, 9), setup);
        ExpertOutputs outputs;
        for (int l = 0; l < c.n_layers; ++l)
            for (int r = 0; r < 9; ++r) {
                find_expert_outputs(*run, l, r, outputs);
                ASSERT_EQ(outputs.parts.size(), static_cast<std::size_t>(c.expert_slots()));
                double square = 0;
                for (int i = 0; i < c.d_model; ++i) {
                    const auto written = static_cast<double>(run->row(Site::mlp_out, l, r)[i]);
                    EXPECT_NEAR(outputs.written[static_cast<std::size_t>(i)], written, 1e-4);
                    square += written * written;
                }
                EXPECT_NEAR(outputs.length, std::sqrt(square), 1e-3);
            }
    }
}

/// Operations are twice the weights that a token meets; those of the dense models are counted by their own
/// configs.
TEST_P(Routed, CostsWhatItVisits) {
    const ModelConfig& c = GetParam().config;
    const auto weights = random_weights(c);
    const auto run = run_of(weights, random_tokens(c, 12)),
               limited = run_of(weights, random_tokens(c, 12), {.capacity_factor = 0.5});
    const RoutingCost cost = routing_cost(*run, 12), less = routing_cost(*limited, 12);
    EXPECT_EQ(cost.visits, c.expert_slots());
    EXPECT_NEAR(cost.run.flops, flops_per_token(c, 12), 1e-6);
    EXPECT_GE(cost.all.flops, cost.active.flops);
    EXPECT_LT(less.visits, cost.visits);
    double mlp = 0; // weights of one expert
    for (const ParamRow& row : weights->table)
        if (row.layer == 0 && row.expert == 0) mlp += static_cast<double>(row.size());
    EXPECT_NEAR(cost.all.bytes - cost.active.bytes,
                (c.n_mlps() - c.expert_slots()) * (mlp - (c.mlp_bias ? c.d_model : 0)) * c.n_layers *
                    sizeof(real),
                1e-6);
    EXPECT_LT(less.run.bytes, cost.run.bytes);
    EXPECT_LT(less.run.flops, cost.run.flops);
}

} // namespace
} // namespace gf::tests::expert_split_test
