// One model written as another: repeated heads, identical experts, ablated heads, permuted rotary pairs,
// joint matrices.

#include "support/compare.h"
#include "support/random_model.h"

#include <functional>
#include <numeric>

namespace gf::tests::equivalence_weights_test {
namespace {

constexpr double k_rounding = 1e-5;
constexpr int k_tokens = 13;
const auto name_of = [](const auto& info) { return info.param.name; };

class GroupedHeads : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, GroupedHeads, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             // A norm of all keys together has a gain for each of them.
                             return c.group_size() > 1 && c.qk_norm != QkNorm::projection &&
                                    c.tensor_names != TensorNames::phi3;
                         })),
                         name_of);

/// Weights for `config`; value(r, i, j) gives the value in row i and column j of the parameter r.
std::shared_ptr<Weights> build(const ModelConfig& config,
                               const std::function<real(const ParamRow&, int i, int j)>& value) {
    auto weights = std::make_shared<Weights>(config);
    for (const ParamRow& r : weights->table) {
        const int columns = r.shape.back();
        for (std::size_t n = 0; n < r.size(); ++n)
            weights->values(r)[n] = value(r, static_cast<int>(n) / columns, static_cast<int>(n) % columns);
    }
    weights->refresh();
    return weights;
}

real at(const Weights& w, const ParamRow& row, int i, int j) {
    return w.values(row)[static_cast<std::size_t>(i) * static_cast<std::size_t>(row.shape.back()) +
                         static_cast<std::size_t>(j)];
}

bool is_key_or_value(Role r) {
    return r == Role::k || r == Role::k_bias || r == Role::v || r == Role::v_bias || r == Role::cross_k ||
           r == Role::cross_k_bias || r == Role::cross_v || r == Role::cross_v_bias;
}

TEST_P(GroupedHeads, AreRepeatedKeysAndValues) {
    const ModelConfig& c = GetParam().config;
    const auto grouped = random_weights(c);
    ModelConfig full = c;
    full.n_kv_heads = c.n_heads;
    const auto repeated = build(full, [&](const ParamRow& r, int i, int j) {
        const ParamRow& from = *grouped->find(r.name);
        if (!is_key_or_value(r.role)) return at(*grouped, from, i, j);
        // Each key-value head serves group_size query heads in a row.
        const int head = j / c.d_head / c.group_size();
        return at(*grouped, from, i, head * c.d_head + j % c.d_head);
    });
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    const auto a = run(grouped, tokens, GetParam().n_prefix), b = run(repeated, tokens, GetParam().n_prefix);
    EXPECT_TRUE(same_rows(*a, 0, *b, 0, k_tokens, k_rounding));
    for (int l = 0; l < c.n_layers; ++l)
        for (const Site site : {Site::k, Site::v})
            for (int h = 0; h < c.n_heads; ++h)
                for (int i = 0; i < c.d_head; ++i)
                    EXPECT_LE(difference(a->value({0, site, l, h / c.group_size(), 5, i}),
                                         b->value({0, site, l, h, 5, i})),
                              k_rounding);
}

class Experts : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, Experts,
                         ::testing::ValuesIn(presets_where([](const ModelConfig& c) { return c.is_moe(); })),
                         name_of);

bool is_router(Role r) { return r == Role::router || r == Role::router_bias; }

TEST_P(Experts, ThatAreIdenticalAreADenseModel) {
    const ModelConfig& c = GetParam().config;
    ModelConfig dense_config = c;
    dense_config.n_experts = dense_config.experts_per_token = dense_config.n_shared_experts = 0;
    dense_config.router = RouterKind::softmax;
    dense_config.router_bias = false;
    dense_config.renormalised_gates = true;
    const auto dense = random_weights(dense_config), routers = random_weights(c, 2);
    const auto same = build(c, [&](const ParamRow& r, int i, int j) {
        if (is_router(r.role)) return at(*routers, *routers->find(r.name), i, j);
        for (const ParamRow& from : dense->table)
            if (from.role == r.role && from.layer == r.layer) return at(*dense, from, i, j);
        throw std::logic_error("no dense parameter for " + r.name);
    });
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    const auto a = run(same, tokens, GetParam().n_prefix), b = run(dense, tokens, GetParam().n_prefix);
    const bool is_mean = c.renormalised_gates && c.n_shared_experts == 0; // the gates sum to 1
    EXPECT_TRUE(!is_mean || same_outputs(*a, *b, k_rounding));
    for (int l = 0; l < (is_mean ? c.n_layers : 1); ++l)
        for (int t = 0; t < k_tokens; ++t) {
            const std::span<const real> gates = row_of(*a, Site::expert_gates, l, t);
            const real sum = is_mean ? 1 : std::accumulate(gates.begin(), gates.end(), real(0));
            const std::span<const real> dense_out = row_of(*b, Site::mlp_out, l, t);
            std::vector<real> expected(dense_out.begin(), dense_out.end());
            for (real& x : expected) x *= sum;
            EXPECT_LE(difference(row_of(*a, Site::mlp_out, l, t), expected), k_rounding);
        }
}

TEST_P(Experts, OfEqualWeightAreTakenByIndex) {
    const ModelConfig& c = GetParam().config;
    const auto weights = random_weights(c);
    for (const ParamRow& r : weights->table)
        if (is_router(r.role)) std::fill_n(weights->values(r), r.size(), real(0));
    const auto trace = run(weights, random_tokens(c, k_tokens), GetParam().n_prefix);
    for (int slot = 0; slot < c.experts_per_token; ++slot) {
        EXPECT_EQ(trace->value({0, Site::expert_indices, 0, -1, 3, slot}), slot);
        const double weight = c.router == RouterKind::sigmoid ? 0.5 : 1.0 / c.n_experts,
                     gate = c.renormalised_gates ? 1.0 / c.experts_per_token : weight;
        EXPECT_NEAR(trace->value({0, Site::expert_gates, 0, -1, 3, slot}), gate, 1e-6);
    }
}

class Heads : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, Heads, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.n_layer_groups == 0;
                         })),
                         name_of);

TEST_P(Heads, AblatedByEditAreZeroedOutputWeights) {
    const ModelConfig& c = GetParam().config;
    const auto weights = random_weights(c);
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    for (int l = 0; l < c.n_layers; ++l)
        for (int h = 0; h < c.n_heads; ++h) {
            const Edit ablation{{.site = Site::z, .layer = l, .head_begin = h, .head_end = h + 1},
                                Edit::Kind::scale,
                                {0},
                                nullptr};
            const auto zeroed = clone(*weights);
            for (const ParamRow& r : zeroed->table)
                if (r.role == Role::attn_out && r.layer == l && r.stack == Stack::decoder)
                    // The head's rows of the matrix [d_q, d_model].
                    std::fill_n(zeroed->values(r) + h * c.d_head * c.d_model, c.d_head * c.d_model, real(0));
            const auto edited = run(weights, tokens, GetParam().n_prefix, {ablation});
            const auto without =
                run(std::shared_ptr<const Weights>(clone(*zeroed)), tokens, GetParam().n_prefix);
            EXPECT_TRUE(same_outputs(*edited, *without, k_rounding)) << "layer " << l << ", head " << h;
            EXPECT_FALSE(same_outputs(*edited, *run(weights, tokens, GetParam().n_prefix), 1e-3))
                << "the head matters";
        }
}

class Rotary : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, Rotary, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.positions == Positions::rope && c.qk_norm == QkNorm::none &&
                                    c.tensor_names != TensorNames::phi3 &&
                                    c.tensor_names != TensorNames::gpt_neox;
                         })),
                         name_of);

TEST_P(Rotary, InterleavedAndHalfDifferByAPermutation) {
    const ModelConfig& c = GetParam().config;
    const auto weights = random_weights(c);
    ModelConfig other_config = c;
    const bool to_half = c.rope_pairs == RopePairs::interleaved;
    other_config.rope_pairs = to_half ? RopePairs::half : RopePairs::interleaved;
    const int turned = c.d_rotary > 0 ? c.d_rotary : c.d_head, pairs = turned / 2;
    // source(i) is the dimension that plays the part of dimension i in the other layout: i and i + pairs of
    // `half` are 2 i and 2 i + 1 of `interleaved`.
    const auto source = [&](int i) {
        if (i >= turned) return i;
        return to_half ? i % pairs * 2 + i / pairs : i / 2 + i % 2 * pairs;
    };
    const auto other = build(other_config, [&](const ParamRow& r, int i, int j) {
        const bool turns =
            r.role == Role::q || r.role == Role::k || r.role == Role::q_bias || r.role == Role::k_bias;
        return at(*weights, *weights->find(r.name), i,
                  turns ? j / c.d_head * c.d_head + source(j % c.d_head) : j);
    });
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    const auto a = run(weights, tokens, GetParam().n_prefix), b = run(other, tokens, GetParam().n_prefix);
    EXPECT_TRUE(same_outputs(*b, *a, k_rounding));
    for (int l = 0; l < c.n_layers; ++l)
        for (int t = 0; t < k_tokens; ++t)
            for (int i = 0; i < c.d_head; ++i)
                EXPECT_LE(difference(b->value({0, Site::rot_k, l, 0, t, i}),
                                     a->value({0, Site::rot_k, l, 0, t, source(i)})),
                          k_rounding);
}

TEST_P(Rotary, KeepsLengths) {
    const ModelConfig& c = GetParam().config;
    const auto trace = run(random_weights(c), random_tokens(c, k_tokens), GetParam().n_prefix);
    for (int t = 0; t < k_tokens; ++t)
        for (int h = 0; h < c.n_heads; ++h) {
            double before = 0, after = 0;
            for (int i = 0; i < c.d_head; ++i) {
                before += std::pow(double(trace->value({0, Site::q, 0, h, t, i})), 2);
                after += std::pow(double(trace->value({0, Site::rot_q, 0, h, t, i})), 2);
            }
            const double factor = trace->positions().rope(0).attention_factor; // YaRN and LongRoPE lengthen
            EXPECT_LE(difference(after, before * factor * factor), k_rounding);
        }
}

TEST(SharedLayers, AreLayersWithTheSameParameters) {
    const ModelConfig c = preset("shared_layers").config; // 3 layers, 2 sets
    const std::vector<int> group{0, 0, 1};
    const auto shared = random_weights(c);
    ModelConfig separate_config = c;
    separate_config.n_layer_groups = 0;
    const auto separate = build(separate_config, [&](const ParamRow& r, int i, int j) {
        for (const ParamRow& from : shared->table)
            if (from.role == r.role &&
                from.layer == (r.layer < 0 ? -1 : group[static_cast<std::size_t>(r.layer)]))
                return at(*shared, from, i, j);
        throw std::logic_error("no parameter for " + r.name);
    });
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    EXPECT_TRUE(same_rows(*run(shared, tokens), 0, *run(separate, tokens), 0, k_tokens, 0));
    for (int l = 0; l < c.n_layers; ++l) EXPECT_EQ(c.layer_group(l), group[static_cast<std::size_t>(l)]);
    EXPECT_LT(shared->size(), separate->size());
}

// The joint matrix is GPT-2's c_attn.
TEST(JointMatrix, IsThreeMatricesSideBySide) {
    const ModelConfig c = preset("gpt2").config;
    const auto joint = random_weights(c);
    ModelConfig separate_config = c;
    separate_config.tensor_names = TensorNames::llama;
    const auto separate = build(separate_config, [&](const ParamRow& r, int i, int j) {
        const auto first_column = [&] {
            return r.role == Role::q || r.role == Role::q_bias   ? 0
                   : r.role == Role::k || r.role == Role::k_bias ? c.d_q()
                                                                 : c.d_q() + c.d_kv();
        };
        for (const ParamRow& from : joint->table) {
            if (from.layer != r.layer) continue;
            if (from.role == r.role) return at(*joint, from, i, j);
            const bool matrix = r.role == Role::q || r.role == Role::k || r.role == Role::v;
            const bool bias = r.role == Role::q_bias || r.role == Role::k_bias || r.role == Role::v_bias;
            if ((matrix && from.role == Role::qkv) || (bias && from.role == Role::qkv_bias))
                return at(*joint, from, i, first_column() + j);
        }
        throw std::logic_error("no parameter for " + r.name);
    });
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    EXPECT_TRUE(same_rows(*run(joint, tokens), 0, *run(separate, tokens), 0, k_tokens, k_rounding));
}

} // namespace
} // namespace gf::tests::equivalence_weights_test
