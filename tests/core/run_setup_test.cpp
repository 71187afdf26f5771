// Runs under a setup, which varies masks, positions and experts on the same weights: against the definitions,
// and against the other ways to say the same thing.

#include "as_defined.h"
#include "core/passes/layer_view.h"
#include "platform/error.h"
#include "support/compare.h"
#include "support/random_model.h"
#include "support/varied_setup.h"

#include <gmock/gmock.h>

#include <numeric>

namespace gf::tests::run_setup_test {
namespace {

using ::testing::HasSubstr;

constexpr int k_tokens = 13;
constexpr real k_infinity = std::numeric_limits<real>::infinity();

class Setups : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig& config() const { return GetParam().config; }
    std::shared_ptr<Weights> weights = random_weights(config());
    std::vector<int> tokens = random_tokens(config(), k_tokens);
    RunSetup varied(bool ahead) const {
        RunSetup setup = varied_setup(config(), k_tokens, ahead);
        setup.n_prefix = GetParam().n_prefix;
        return setup;
    }
};
INSTANTIATE_TEST_SUITE_P(All, Setups, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Setups, EverySiteIsAsDefined) {
    for (const bool ahead : {false, true})
        expect_as_defined(*run_under(weights, varied(ahead), tokens), varied(ahead));
}

TEST_P(Setups, EachPartAlone) {
    const RunSetup all = varied(true);
    RunSetup masks{.n_prefix = all.n_prefix, .masks = all.masks, .evicted = all.evicted};
    RunSetup positions{.n_prefix = all.n_prefix, .order = all.order, .rope = all.rope};
    RunSetup by_position = positions;
    by_position.mask_by_position = true;
    by_position.masks = {{.painted = {{.rows = {4, 9}, .keys = {3, 5}}}, .heads = {1}}};
    for (const RunSetup& setup :
         {masks, positions, by_position, RunSetup{.n_prefix = all.n_prefix, .experts = all.experts}})
        expect_as_defined(*run_under(weights, setup, tokens), setup);
}

TEST_P(Setups, RowsInPiecesAreTheSame) {
    const RunSetup setup = varied(false);
    if (looks_ahead(config(), setup) || config().pools()) return;
    const auto whole = run_under(weights, setup, tokens);
    for (const Keep keep : {Keep::all, Keep::residual, Keep::cache}) {
        const auto rows = empty_trace(weights, {k_tokens + 5, keep}, setup);
        for (const int t : tokens) extend(*rows, {&t, 1});
        EXPECT_TRUE(same_rows(*rows, 0, *whole, 0, k_tokens, 1e-5));
        if (keep == Keep::cache) continue;
        EXPECT_TRUE(same_outputs(*rows, *whole, 1e-5));
    }
    const auto branch = whole->branch(7, k_tokens + 20);
    extend(*branch, std::span(tokens).subspan(7));
    EXPECT_TRUE(same_rows(*branch, 0, *whole, 0, k_tokens, 1e-5));
}

TEST_P(Setups, WhatIsKeptChangesNothing) {
    const RunSetup setup = varied(true);
    const auto whole = run_under(weights, setup, tokens);
    const auto residual = run_under(weights, setup, tokens, Keep::residual);
    EXPECT_TRUE(same_rows(*residual, 0, *whole, 0, k_tokens, 0));
    EXPECT_TRUE(same_rows(*run_under(weights, setup, tokens, Keep::layers), 0, *whole, 0, k_tokens, 0));
    for (int l = 0; l < config().n_layers; ++l) {
        LayerView view(residual, l);
        EXPECT_TRUE(view.compute(k_tokens, k_tokens));
        for (const Site site : {Site::pattern, Site::z, Site::mlp_post, Site::expert_gates, Site::rot_q})
            for (int t = 0; has_site(config(), site) && t < k_tokens; ++t)
                EXPECT_LE(difference(visible_row(*view.trace(), site, l, t), visible_row(*whole, site, l, t)),
                          1e-5);
    }
}

/// The mask of a kind in bits: every cell painted by itself over another kind of mask.
/// A rule has a window with this kind only.
std::optional<int> window_of(MaskKind kind, int window) {
    return kind == MaskKind::sliding_window ? std::optional(window) : std::nullopt;
}

MaskRule painted(const ModelConfig& c, MaskKind kind, int window, int n_prefix, MaskKind over) {
    MaskRule rule{.kind = over};
    RunSetup meant{.n_prefix = n_prefix, .masks = {{.kind = kind, .window = window_of(kind, window)}}};
    const auto cells = reference_mask(c, meant, 0, 0, k_tokens);
    for (int q = 0; q < k_tokens; ++q)
        for (int k = 0; k < k_tokens; ++k)
            rule.painted.push_back(
                {q, q + 1, k, k + 1, cells[static_cast<std::size_t>(q)][static_cast<std::size_t>(k)]});
    return rule;
}

TEST_P(Setups, PaintedBitsEqualTheSameMaskByKind) {
    struct Kind {
        MaskKind kind;
        int window, n_prefix;
    };
    for (const auto [kind, window, n_prefix] :
         {Kind{MaskKind::causal, 0, 0}, Kind{MaskKind::bidirectional, 0, 0}, Kind{MaskKind::prefix, 0, 5},
          Kind{MaskKind::sliding_window, 3, 0}}) {
        // The model that has this mask itself: another config of the same parameters.
        ModelConfig own = config();
        own.mask = kind, own.window = window, own.layer_windows.clear();
        // Where a mask decides about positions, too, it is not the mask alone that differs.
        const bool is_valid = (!config().has_encoder() || kind != MaskKind::bidirectional) &&
                              own.positions != Positions::buckets && own.window_rope_theta == 0;
        const auto by_kind = run_under(
            weights, {.n_prefix = n_prefix, .masks = {{.kind = kind, .window = window_of(kind, window)}}},
            tokens);
        if (is_valid && own.tensor_names != TensorNames::bert) {
            const auto by_model = run_under(random_weights(own), {.n_prefix = n_prefix}, tokens);
            for (const SiteRef& s : all_sites(own))
                for (int t = 0; t < by_model->n_rows(s.site); ++t)
                    ASSERT_EQ(difference(row_of(*by_kind, s.site, s.layer, t),
                                         row_of(*by_model, s.site, s.layer, t)),
                              0)
                        << site_name(s.site, s.layer);
        }
        for (const MaskKind over : {MaskKind::causal, MaskKind::bidirectional}) {
            const auto by_bits =
                run_under(weights, {.masks = {painted(config(), kind, window, n_prefix, over)}}, tokens);
            EXPECT_TRUE(same_rows(*by_bits, 0, *by_kind, 0, k_tokens, 0)) << name(kind);
            EXPECT_EQ(by_bits->plan().bytes(), by_kind->plan().bytes()) << "an interval needs no bits";
        }
    }
}

/// Whether row order[t] of `plain` is row t of `moved`, keys moved alike.
void expect_shuffled(const Trace& moved, const Trace& plain, const std::vector<int>& order) {
    for (const SiteRef& s : all_sites(plain.config())) {
        if (row_axis(s.site) != Axis::pos) continue;
        for (int t = 0; t < k_tokens; ++t) {
            std::vector<real> expected(
                row_of(plain, s.site, s.layer, order[static_cast<std::size_t>(t)]).begin(),
                row_of(plain, s.site, s.layer, order[static_cast<std::size_t>(t)]).end());
            if (has_key_axis(s.site) && !has_source_keys(s.site)) {
                const std::vector<real> sorted = expected;
                for (int h = 0; h < plain.config().n_heads; ++h)
                    for (int k = 0; k < k_tokens; ++k)
                        expected[static_cast<std::size_t>(h * k_tokens + k)] =
                            sorted[static_cast<std::size_t>(h * k_tokens +
                                                            order[static_cast<std::size_t>(k)])];
            }
            EXPECT_LE(difference(row_of(moved, s.site, s.layer, t), expected), 1e-5)
                << site_name(s.site, s.layer) << ", row " << t;
        }
    }
}

TEST_P(Setups, PositionsReorderedAreTokensReordered) {
    const std::vector<int> order{4, 0, 7, 1, 12, 3, 2, 11, 10, 5, 6, 9, 8};
    std::vector<int> sorted(tokens.size()); // the token of each position
    for (std::size_t t = 0; t < tokens.size(); ++t) sorted[static_cast<std::size_t>(order[t])] = tokens[t];
    const MaskRule both_ways{.kind = MaskKind::bidirectional};
    expect_shuffled(*run_under(weights, {.masks = {both_ways}, .order = order}, tokens),
                    *run_under(weights, {.masks = {both_ways}}, sorted), order);
    for (const MaskRule& rule :
         {MaskRule{.kind = MaskKind::causal}, MaskRule{.kind = MaskKind::sliding_window, .window = 4},
          MaskRule{.kind = MaskKind::prefix, .n_prefix = 3}})
        expect_shuffled(
            *run_under(weights, {.masks = {rule}, .order = order, .mask_by_position = true}, tokens),
            *run_under(weights, {.masks = {rule}}, sorted), order);
    const bool is_seen = !same_outputs(*run_under(weights, {.masks = {both_ways}, .order = order}, tokens),
                                       *run_under(weights, {.masks = {both_ways}}, tokens), 1e-3);
    EXPECT_EQ(is_seen, config().positions != Positions::none);
}

TEST_P(Setups, AnExpertOffIsARouterLogitOfMinusInfinity) {
    if (!config().is_moe()) return;
    for (int e = 0; e < config().n_experts; ++e) {
        const int layer = e % config().n_layers;
        const Edit edit{{.site = Site::router_logits, .layer = layer, .column_begin = e, .column_end = e + 1},
                        Edit::Kind::values,
                        {-k_infinity},
                        nullptr};
        const auto off = run_under(weights, {.experts = {{.off = {e}, .layers = {layer}}}}, tokens);
        const auto edited = run_under(weights, {.edits = {edit}}, tokens);
        // A bias could choose an expert without weight all the same, but not one that is off.
        EXPECT_TRUE(config().router_bias || same_rows(*off, 0, *edited, 0, k_tokens, 0));
        for (int t = 0; t < k_tokens && config().experts_per_token < config().n_experts; ++t)
            for (int slot = 0; slot < config().experts_per_token; ++slot)
                EXPECT_NE(off->row(Site::expert_indices, layer, t)[slot], static_cast<real>(e));
    }
}

TEST_P(Setups, AnExpertForcedAloneComputesTheLayer) {
    if (!config().is_moe()) return;
    for (int e = 0; e < config().n_experts; ++e) {
        const RunSetup setup{.experts = {{.forced = {e}}}};
        const auto forced = run_under(weights, setup, tokens);
        EXPECT_EQ(forced->config().experts_per_token, 1);
        expect_as_defined(*forced, setup);
        for (int t = 0; t < k_tokens; ++t) {
            EXPECT_EQ(*forced->row(Site::expert_indices, 0, t), static_cast<real>(e));
            EXPECT_EQ(*forced->row(Site::expert_gates, 0, t), 1);
        }
        // Its gate is 1 even where the router gives it no weight at all.
        const Edit none{{.site = Site::router_logits, .layer = 0, .column_begin = e, .column_end = e + 1},
                        Edit::Kind::values,
                        {-k_infinity},
                        nullptr};
        EXPECT_EQ(*run_under(weights, setup.with_edits({none}), tokens)->row(Site::expert_gates, 0, 3), 1);
    }
}

TEST_P(Setups, ExpertsPerToken) {
    if (!config().is_moe()) return;
    for (int k = 1; k <= config().n_experts; ++k) {
        const RunSetup setup{.experts_per_token = k};
        expect_as_defined(*run_under(weights, setup, tokens), setup);
        EXPECT_EQ(run_under(weights, setup, tokens)->width(Site::expert_gates),
                  k + config().n_shared_experts);
        ModelConfig same = config();
        same.experts_per_token = k;
        const auto of_config = std::make_shared<Weights>(same);
        std::copy_n(weights->values(weights->table.front()), weights->size(),
                    of_config->values(of_config->table.front()));
        of_config->refresh();
        EXPECT_TRUE(same_rows(*run_under(weights, setup, tokens), 0, *run_under(of_config, {}, tokens), 0,
                              k_tokens, 0));
    }
}

/// The model in which that one expert is the MLP, and the shared ones, which add theirs, write nothing.
TEST_P(Setups, ForcedExpertsAreADenseModelOfThem) {
    if (!config().is_moe()) return;
    const int e = config().n_experts - 1;
    ModelConfig dense = config();
    dense.n_experts = dense.experts_per_token = dense.n_shared_experts = 0;
    dense.router = RouterKind::softmax, dense.router_bias = false, dense.renormalised_gates = true;
    auto routed = random_weights(config());
    const auto of_expert = std::make_shared<Weights>(dense);
    for (const ParamRow& row : routed->table)
        if (row.expert >= config().n_experts && (row.role == Role::mlp_out || row.role == Role::mlp_out_bias))
            std::fill_n(routed->values(row), row.size(), real(0));
    for (const ParamRow& to : of_expert->table)
        for (const ParamRow& from : routed->table)
            if (from.role == to.role && from.layer == to.layer && from.stack == to.stack &&
                (from.expert < 0 || from.expert == e))
                std::copy_n(routed->values(from), to.size(), of_expert->values(to));
    of_expert->refresh();
    const auto forced = run_under(routed, {.experts = {{.forced = {e}}}}, tokens);
    EXPECT_TRUE(same_outputs(*forced, *run_under(of_expert, {}, tokens), 1e-5));
}

/// Tokens that chose one expert visit the other, as if the two had exchanged their weights.
TEST_P(Setups, SwappedExpertsAreExchangedWeights) {
    if (!config().is_moe()) return;
    const auto exchanged = random_weights(config());
    const auto from = [](int e) { return e == 0 ? 1 : e == 1 ? 0 : e; };
    for (const ParamRow& to : exchanged->table)
        for (const ParamRow& row : weights->table)
            if (row.role == to.role && row.layer == to.layer && row.stack == to.stack &&
                from(row.expert) == to.expert)
                std::copy_n(weights->values(row), row.size(), exchanged->values(to));
    const RunSetup setup{.experts = {{.swapped = {0, 1}}}};
    const auto swapped = run_under(weights, setup, tokens);
    EXPECT_TRUE(same_rows(*swapped, 0, *run_under(exchanged, {}, tokens), 0, k_tokens, 0));
    expect_as_defined(*swapped, setup);
    EXPECT_FALSE(same_outputs(*swapped, *run_under(weights, {}, tokens), 1e-3));
    const RunSetup twice{.experts = {{.swapped = {0, 1}}, {.swapped = {1, 0}}}};
    EXPECT_TRUE(
        same_rows(*run_under(weights, twice, tokens), 0, *run_under(weights, {}, tokens), 0, k_tokens, 0));
}

/// What is done to some rows leaves those before them as they are.
TEST_P(Setups, RulesOfRowsAreForThese) {
    if (!config().is_moe()) return;
    const int e = config().n_experts - 1;
    const RunSetup setup{.experts = {{.forced = {e}, .rows = {4, 5}}, {.off = {0}, .rows = {6, -1}}}};
    const auto some = run_under(weights, setup, tokens);
    expect_as_defined(*some, setup);
    for (int t = 0; t < k_tokens; ++t) {
        const real *chosen = some->row(Site::expert_indices, 0, t),
                   *gate = some->row(Site::expert_gates, 0, t);
        EXPECT_TRUE(t != 4 || (chosen[0] == static_cast<real>(e) && gate[0] == 1));
        EXPECT_TRUE(t != 4 || config().experts_per_token == 1 || gate[1] == 0);
        EXPECT_EQ(some->row(Site::expert_weights, 0, t)[0] == 0, t >= 6);
    }
}

TEST_P(Setups, RowsThatSeeNothingStayFinite) {
    const RunSetup setup{.masks = {{.painted = {{.rows = {2, 6}}}}}};
    const auto trace = run_under(weights, setup, tokens);
    for (const SiteRef& s : all_sites(config()))
        for (int t = 0; t < trace->n_rows(s.site); ++t)
            for (const real x : row_of(*trace, s.site, s.layer, t))
                EXPECT_TRUE(std::isfinite(x) || s.site == Site::attn_scores) << site_name(s.site, s.layer);
    for (const Site site : {Site::pattern, Site::z})
        for (int t = 2; t < 6; ++t)
            for (const real x : row_of(*trace, site, 0, t)) EXPECT_EQ(x, 0);
}

/// A value that is not finite must not reach the queries that may not read its key.
TEST_P(Setups, HiddenKeysAreNotRead) {
    const RunSetup hidden{.n_prefix = GetParam().n_prefix, .evicted = {{.keys = {3, 4}, .from_row = 0}}};
    const Edit broken{{.site = Site::v, .layer = 0, .row_begin = 3, .row_end = 4},
                      Edit::Kind::values,
                      {k_infinity},
                      nullptr};
    const auto plain = run_under(weights, hidden, tokens),
               edited = run_under(weights, hidden.with_edits({broken}), tokens);
    for (const SiteRef& s : all_sites(config()))
        for (int t = 0; t < plain->n_rows(s.site); ++t)
            if (s.site != Site::v || t != 3) {
                EXPECT_LE(difference(row_of(*edited, s.site, s.layer, t), row_of(*plain, s.site, s.layer, t)),
                          1e-5)
                    << site_name(s.site, s.layer) << ", row " << t;
            }
}

TEST(Setup, SaysWhenRowsDependOnLaterTokens) {
    const ModelConfig causal = preset("llama").config, both = preset("bidirectional").config;
    EXPECT_FALSE(looks_ahead(causal, {}));
    EXPECT_TRUE(looks_ahead(both, {}));
    EXPECT_FALSE(looks_ahead(both, {.masks = {{.kind = MaskKind::causal}}}));
    EXPECT_TRUE(looks_ahead(both, {.masks = {{.kind = MaskKind::causal, .heads = {0}}}}));
    EXPECT_TRUE(
        looks_ahead(causal, {.masks = {{.kind = MaskKind::bidirectional, .layers = {1}, .heads = {2}}}}));
    const auto paint = [](int row, int key, bool visible) {
        return RunSetup{.masks = {{.painted = {{row, row + 1, key, key + 1, visible}}}}};
    };
    EXPECT_FALSE(looks_ahead(causal, paint(3, 5, false)));
    EXPECT_FALSE(looks_ahead(causal, paint(5, 3, true)));
    EXPECT_TRUE(looks_ahead(causal, paint(3, 5, true)));
    EXPECT_FALSE(looks_ahead(causal, {.order = {2, 1, 0}})) << "the mask follows rows";
    EXPECT_TRUE(looks_ahead(causal, {.order = {2, 1, 0}, .mask_by_position = true}));
    EXPECT_FALSE(depends_on_length(causal, {}));
    const RopeScaling dynamic{.kind = RopeScalingKind::dynamic, .factor = 2};
    EXPECT_TRUE(depends_on_length(causal, {.rope = {.scaling = dynamic}}));
    EXPECT_FALSE(depends_on_length(preset("gpt2").config, {.rope = {.scaling = dynamic}})) << "no RoPE";
    EXPECT_FALSE(depends_on_length(causal, {.capacity_factor = 1})) << "it has no experts";
    EXPECT_TRUE(depends_on_length(preset("mixtral").config, {.capacity_factor = 1}));
}

TEST(Setup, EqualOnesAreEqual) {
    const ModelConfig c = preset("mixtral").config;
    EXPECT_EQ(RunSetup(), RunSetup());
    EXPECT_EQ(varied_setup(c, 9, true), varied_setup(c, 9, true));
    EXPECT_NE(varied_setup(c, 9, true), varied_setup(c, 9, false));
}

TEST(Setup, RefusesWhatDoesNotFitTheModel) {
    const auto refused = [](const char* model, const RunSetup& setup) -> std::string {
        try {
            Trace(random_weights(preset(model).config), {9}, setup);
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_EQ(refused("mixtral", varied_setup(preset("mixtral").config, 9, true)), "");
    EXPECT_THAT(refused("llama", {.masks = {{.kind = MaskKind::causal}, {.heads = {6}}}}),
                HasSubstr("masks [1]: heads"));
    EXPECT_THAT(refused("llama", {.masks = {{.layers = {-1}}}}), HasSubstr("masks [0]: layers"));
    EXPECT_THAT(refused("llama", {.masks = {{.kind = MaskKind::sliding_window}}}), HasSubstr("window"));
    EXPECT_THAT(refused("llama", {.masks = {{.window = 4}}}), HasSubstr("sliding_window"));
    EXPECT_EQ(refused("sliding_window", {.masks = {{.window = 2}}}), "");
    EXPECT_THAT(refused("llama", {.masks = {{.n_prefix = 4}}}), HasSubstr("n_prefix"));
    EXPECT_THAT(refused("llama", {.masks = {{.painted = {{.rows = {4, 3}}}}}}), HasSubstr("painted"));
    EXPECT_THAT(refused("llama", {.evicted = {{.keys = {4, 3}}}}), HasSubstr("evicted"));
    EXPECT_THAT(refused("llama", {.order = {0, -1}}), HasSubstr("order"));
    EXPECT_THAT(refused("gpt2", {.order = {0, 256}}), HasSubstr("0 to 255")) << "learned positions";
    EXPECT_THAT(refused("gpt2", {.rope = {.theta = 5}}), HasSubstr("rotary"));
    EXPECT_THAT(
        refused("llama", {.rope = {.scaling = RopeScaling{.kind = RopeScalingKind::linear, .factor = 0}}}),
        HasSubstr("setup: rope: scaling: factor"));
    EXPECT_THAT(refused("yarn", {.rope = {.theta = 1}}), HasSubstr("a base above 1"));
    EXPECT_THAT(refused("llama", {.experts = {{.off = {0}}}}), HasSubstr("no experts"));
    EXPECT_THAT(refused("mixtral", {.experts = {{.off = {4}}}}), HasSubstr("0 to 3"));
    EXPECT_THAT(refused("mixtral", {.experts = {{.off = {1}, .forced = {1}}}}), HasSubstr("not both"));
    EXPECT_THAT(refused("mixtral", {.experts = {{.swapped = {1}}}}), HasSubstr("two different experts"));
    EXPECT_THAT(refused("mixtral", {.experts = {{.swapped = {2, 2}}}}), HasSubstr("expert 2 twice"));
    EXPECT_THAT(refused("moe_shared", {.experts = {{.swapped = {0, 4}}}}), HasSubstr("0 to 3"))
        << "it is shared";
    EXPECT_THAT(refused("mixtral", {.experts = {{.off = {0}, .rows = {5, 2}}}}), HasSubstr("[begin, end)"));
    EXPECT_THAT(refused("mixtral", {.experts_per_token = 5}), HasSubstr("experts_per_token"));
}

} // namespace
} // namespace gf::tests::run_setup_test
