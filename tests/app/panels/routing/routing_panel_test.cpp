// The panels Routing, Router and Load: their numbers against the Trace, and what a person does to experts as
// the setup of the run, with undo.

#include "app/host/frame_checks.h"
#include "app/view/expert_hands.h"
#include "app/workbench_support.h"

#include "measures/router_load.h"
#include "measures/routing_cost.h"

#include <cmath>

namespace gf::ui::tests::routing_panel_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int k_tokens = 12, k_token = 7;

class RoutingTest : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        bench.open(saved_preset(GetParam()));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), k_tokens));
        bench.post(command::SetLayout{"Routing"});
        bench.post(command::PinToken{k_token});
        ui.leave();
    }
    const ModelConfig& config() { return bench.snapshot().config(); }
    const Trace& trace() { return bench.snapshot().trace(); }
    const RunSetup& setup() { return trace().setup(); }
    int chosen(int slot) { return static_cast<int>(trace().row(Site::expert_indices, 0, k_token)[slot]); }
    double gate(int slot) { return static_cast<double>(trace().row(Site::expert_gates, 0, k_token)[slot]); }
    std::vector<float> last_logits() {
        const real* row = trace().row(Site::logits, -1, bench.cursor() - 1);
        return {row, row + config().d_vocab};
    }
    std::vector<RouterLoad> loads() {
        RouterLoads measure;
        measure.advance({.trace = bench.snapshot().text().trace, .rows = bench.cursor()});
        return measure.layers();
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};
INSTANTIATE_TEST_SUITE_P(Routers, RoutingTest, ::testing::Values("mixtral", "moe_sigmoid", "moe_deepseek"));

/// However narrow two runs beside each other are, every shape has a place.
TEST_P(RoutingTest, NarrowRunsSideBySide) {
    bench.post(command::SetLayout{"Routing"});
    bench.post(command::AddRun{.prompt = "1, 2, 3"});
    bench.post(command::Compare{"b", "side by side"});
    for (const int width : {330, 360, 420, 520, 800}) {
        bench.resize(width, 480);
        ui.frames(8);
        EXPECT_EQ(problem_of_frame(ImGuiHost::current()), "") << width;
    }
}

TEST_P(RoutingTest, SaysHowTheTokenIsRouted) {
    for (int e = 0; e < config().n_experts; ++e) {
        EXPECT_TRUE(
            bench.shows("Router", fmt::format("{:.3f}", trace().row(Site::router_logits, 0, k_token)[e])))
            << e;
        EXPECT_TRUE(
            bench.shows("Router", fmt::format("{:.3f}", trace().row(Site::expert_weights, 0, k_token)[e])))
            << e;
        EXPECT_TRUE(
            !config().router_bias ||
            bench.shows("Router", fmt::format("{:+.3f}", trace().weights().blocks[0].router_bias[e])));
    }
    for (int slot = 0; slot < config().experts_per_token; ++slot) {
        EXPECT_TRUE(bench.shows("Router", fmt::format("{:.3f}", gate(slot))));
        EXPECT_TRUE(bench.shows("Routing", fmt::format("{:.3f}", gate(slot)))) << "beside its ribbon";
        EXPECT_TRUE(bench.shows("Router", fmt::format("{:.3f} × E{}", gate(slot), chosen(slot))));
    }
    double square = 0;
    for (int i = 0; i < config().d_model; ++i)
        square += std::pow(static_cast<double>(trace().row(Site::mlp_out, 0, k_token)[i]), 2);
    EXPECT_TRUE(bench.shows("Router", fmt::format("{:.2f}", std::sqrt(square)))) << "what is written";
    EXPECT_EQ(bench.all_text("Router").find("shared") != std::string::npos, config().n_shared_experts > 0);
}

TEST_P(RoutingTest, SaysHowEvenlyExpertsAreUsed) {
    for (const RouterLoad& load : loads()) {
        EXPECT_TRUE(bench.shows("Load", fmt::format("{:.3f}", load.variation)));
        EXPECT_TRUE(bench.shows("Load", fmt::format("{:.2f}", load.entropy)));
        EXPECT_TRUE(bench.shows("Load", fmt::format("{:.3f}", load.switch_loss)));
        EXPECT_TRUE(bench.shows("Load", fmt::format("{:.2f}", load.z_loss)));
    }
    for (int e = 0; e < config().n_experts; ++e) {
        const int visits = loads()[0].visits[static_cast<std::size_t>(e)];
        EXPECT_THAT(ui.tooltip(fmt::format("Routing/expert {}", e)),
                    HasSubstr(fmt::format("{} of {} visits", visits, k_tokens * config().experts_per_token)));
    }
    const RoutingCost cost = routing_cost(trace(), k_tokens);
    EXPECT_TRUE(bench.shows("Load", fmt::format("this run, {:.2f} experts", cost.visits)));
}

/// Off, and on again by X; both are the setup's, and undo takes them back.
TEST_P(RoutingTest, AnExpertIsSwitchedOffAndOn) {
    const std::vector<float> before = last_logits();
    const int e = chosen(0);
    ui.click("Router/off");
    ASSERT_EQ(setup().experts, (std::vector<ExpertRule>{{.off = {e}, .layers = {0}}}));
    EXPECT_NE(chosen(0), e);
    EXPECT_TRUE(std::isinf(trace().row(Site::router_logits, 0, k_token)[e]));
    const std::vector<float> after = last_logits();
    EXPECT_NE(after, before);
    std::vector<double> by_size(before.begin(), before.end());
    for (const int token : largest(by_size, 5)) {
        const auto i = static_cast<std::size_t>(token);
        EXPECT_TRUE(bench.shows(
            "Router", fmt::format("{:.2f} → {:.2f} ({:+.2f})", before[i], after[i], after[i] - before[i])));
    }
    bench.post(command::Undo{});
    EXPECT_TRUE(setup().experts.empty());
    EXPECT_EQ(last_logits(), before);
    ui.click("Routing/expert 1"); // pins it
    ui.leave();
    ui.key(ImGuiKey_X);
    ASSERT_EQ(setup().experts, (std::vector<ExpertRule>{{.off = {1}, .layers = {0}}}));
    ui.key(ImGuiKey_X);
    EXPECT_TRUE(setup().experts.empty());
}

TEST_P(RoutingTest, ExpertsAreForcedForOneTokenOrAll) {
    const int e = chosen(0);
    ui.click("Router/force one");
    ASSERT_EQ(setup().experts,
              (std::vector<ExpertRule>{{.forced = {e}, .rows = {k_token, k_token + 1}, .layers = {0}}}));
    EXPECT_EQ(gate(0), 1);
    EXPECT_THAT(bench.all_text("Router"), HasSubstr("forced alone"));
    ui.click("Router/force one");
    EXPECT_TRUE(setup().experts.empty());
    ui.click("Router/force all");
    ASSERT_EQ(setup().experts, (std::vector<ExpertRule>{{.forced = {e}, .layers = {0}}}));
    for (int t = 0; t < k_tokens; ++t)
        EXPECT_EQ(*trace().row(Site::expert_indices, 0, t), static_cast<real>(e));
    ui.click("Router/off"); // one that is forced cannot be off as well
    EXPECT_EQ(bench.notice(), "");
    EXPECT_EQ(setup().experts, (std::vector<ExpertRule>{{.off = {e}, .layers = {0}}}));
    ui.click("Router/as trained");
    EXPECT_TRUE(setup().experts.empty());
}

TEST_P(RoutingTest, ExpertsAreSwappedAndTheirNumberChanges) {
    const int e = chosen(0), other = e == 0 ? 1 : 0;
    ui.click("Router/swap");
    ui.click(fmt::format("Popup/expert {}", other));
    ui.leave();
    ASSERT_EQ(setup().experts, (std::vector<ExpertRule>{
                                   {.swapped = {std::min(e, other), std::max(e, other)}, .layers = {0}}}));
    EXPECT_EQ(chosen(0), e) << "the router's choice stays";
    EXPECT_TRUE(bench.shows("Router", fmt::format("{:.3f} × E{} for {}", gate(0), other, e)));
    bench.post(command::Undo{});
    ui.set("Router/k", config().n_experts);
    EXPECT_EQ(setup().experts_per_token, config().n_experts);
    EXPECT_EQ(trace().config().experts_per_token, config().n_experts);
    bench.post(command::Undo{});
    EXPECT_FALSE(has_expert_hands(setup()));
}

TEST_P(RoutingTest, ACapacityDropsVisits) {
    ui.set("Load/capacity factor", 0.5);
    ASSERT_EQ(setup().capacity_factor, 0.5);
    int n_dropped = 0, n_visits = 0;
    for (const RouterLoad& load : loads()) n_dropped += load.n_dropped, n_visits += load.n_visits;
    EXPECT_GT(n_dropped, 0);
    EXPECT_THAT(bench.all_text("Load"), HasSubstr(fmt::format("{} of {} dropped", n_dropped, n_visits)));
    ui.click("Load/first choices first");
    EXPECT_TRUE(setup().first_choices_first);
    bench.post(command::Undo{});
    bench.post(command::Undo{});
    EXPECT_EQ(setup().capacity_factor, 0);
}

TEST_P(RoutingTest, PointingAtTheMapIsPointingAtARoutersWeight) {
    const UiRect map = ui.rect("Routing/layer 1 map");
    const float x = map.width() * (k_token + 0.5f) / static_cast<float>(k_tokens),
                y = map.height() * 1.5f / static_cast<float>(config().n_experts);
    ui.hover("Routing/layer 1 map", {x, y});
    ASSERT_TRUE(bench.hovered_cell());
    EXPECT_EQ(*bench.hovered_cell(), (CellRef{0, Site::expert_weights, 1, -1, k_token, 1}));
    ui.click_at("Routing/layer 1 map", {x, y});
    ui.leave();
    EXPECT_EQ(bench.workbench.selection().pinned_cell, (CellRef{0, Site::expert_weights, 1, -1, k_token, 1}));
    EXPECT_EQ(bench.pinned_head().layer, 1) << "its layer is in view";
}

TEST_P(RoutingTest, TheTextIsMarkedByExpert) {
    ui.click("Routing/mark the text");
    ui.leave();
    for (const int layer : {0, 1}) {
        bench.post(command::PinHead{layer, 0});
        EXPECT_TRUE(bench.shows("Text", fmt::format("above: its expert in layer {}", layer)));
        for (int t = 0; t < k_tokens; ++t) {
            const real *experts = trace().row(Site::expert_indices, layer, t),
                       *gates = trace().row(Site::expert_gates, layer, t);
            int best = 0;
            for (int slot = 1; slot < config().experts_per_token; ++slot)
                if (gates[slot] > gates[best]) best = slot;
            EXPECT_THAT(ui.texts("Text"),
                        ::testing::Contains(fmt::format("{}", static_cast<int>(experts[best]))));
        }
    }
    ui.click("Text/back to surprisal");
    EXPECT_THAT(bench.all_text("Text"), HasSubstr("surprisal"));
}

TEST(RoutingPanel, OffersAModelWithExpertsWhereThereAreNone) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.prompt_ids({1, 2, 3});
    bench.post(command::SetLayout{"Routing"});
    for (const char* panel : {"Routing", "Router", "Load"})
        EXPECT_THAT(bench.all_text(panel), HasSubstr("Open story-moe")) << panel;
}

} // namespace
} // namespace gf::ui::tests::routing_panel_test
