// Adapters change nothing until they are trained, can be taken away,
// and their gradient agrees with finite differences.

#include "train/lora.h"

#include "io/json.h"
#include "io/safetensors.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "support.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

#include <cstring>

namespace gf::tests::lora_test {
namespace {

/// The output of a run over nine random tokens.
std::vector<real> run_output(const std::shared_ptr<Weights>& weights) {
    const auto trace = run(weights, random_tokens(weights->config, 9));
    const Site site = output_site(weights->config);
    std::vector<real> all;
    for (int t = 0; t < trace->n_rows(site); ++t) {
        const real* row = trace->row(site, site_row(site).per_layer ? weights->config.n_layers - 1 : -1, t);
        all.insert(all.end(), row, row + trace->width(site));
    }
    return all;
}

/// Gives A and B random values.
void randomise(LoraAdapter& adapter, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 0.3);
    for (ParameterBlock& b : adapter.blocks())
        for (real& x : b.values) x = real(normal(random));
}

/// Rank 3 and alpha 6 (so scale 2), on the joint matrix of queries, keys and values of every layer of GPT-2.
const LoraConfig k_qkv_lora{3, 6, {"*.attn.c_attn.weight"}};

class EveryAdapter : public testing::TestWithParam<Preset> {};

TEST_P(EveryAdapter, ChangesNothingWhileBIsZero) {
    const auto base = random_weights(GetParam().config);
    const auto effective = std::make_shared<Weights>(base->config);
    const LoraAdapter adapter({2, 4, {"*"}}, *base, 5);
    adapter.apply(*base, *effective);
    EXPECT_EQ(copy_of_values(*effective), copy_of_values(*base));
    EXPECT_EQ(run_output(effective), run_output(base));
}

TEST_P(EveryAdapter, TakenAwayLeavesTheBaseBitForBit) {
    const auto base = random_weights(GetParam().config);
    const std::vector<real> output = run_output(base), values = copy_of_values(*base);
    const auto effective = std::make_shared<Weights>(base->config);
    LoraAdapter adapter({2, 4, {"*"}}, *base, 5);
    randomise(adapter, 3);
    adapter.apply(*base, *effective);
    EXPECT_NE(run_output(effective), output);
    EXPECT_EQ(run_output(base), output);
    EXPECT_EQ(copy_of_values(*base), values);
    // Applied again it starts from the base, not from what was there.
    randomise(adapter, 4);
    adapter.apply(*base, *effective);
    const auto fresh = std::make_shared<Weights>(base->config);
    adapter.apply(*base, *fresh);
    EXPECT_EQ(copy_of_values(*fresh), copy_of_values(*effective));
}

INSTANTIATE_TEST_SUITE_P(Presets, EveryAdapter, testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST(LoraAdapter, IsTheScaledProductAtItsTargetsOnly) {
    const auto base = random_weights(preset("gpt2").config);
    Weights effective(base->config);
    LoraAdapter adapter(k_qkv_lora, *base, 1);
    randomise(adapter, 2);
    adapter.apply(*base, effective);
    const auto blocks = adapter.blocks();
    std::size_t target = 0;
    for (const ParamRow& row : base->table) {
        const bool changed = row.role == Role::qkv;
        const real* from = base->values(row);
        const real* to = effective.values(row);
        if (!changed) {
            EXPECT_TRUE(std::equal(from, from + row.size(), to)) << row.name;
            continue;
        }
        const auto a = blocks[target].values, b = blocks[target + 1].values; // (in, 3), (3, out)
        target += 2;
        const auto out = static_cast<std::size_t>(row.shape[1]);
        for (std::size_t i = 0; i < static_cast<std::size_t>(row.shape[0]); ++i)
            for (std::size_t o = 0; o < out; ++o) {
                double sum = 0;
                for (std::size_t r = 0; r < 3; ++r) sum += double(a[i * 3 + r]) * double(b[r * out + o]);
                ASSERT_NEAR(to[i * out + o], from[i * out + o] + 2 * sum, 1e-5);
            }
    }
    EXPECT_EQ(target, blocks.size());
}

TEST(LoraAdapter, CountsItsParametersExactly) {
    // Three layers, d_model 20, c_attn (20, 60), d_mlp 37.
    const auto base = random_weights(preset("gpt2").config);
    EXPECT_EQ(count_trainable(LoraAdapter(k_qkv_lora, *base, 1).blocks()), 3u * 3 * (20 + 60));
    LoraAdapter all({2, 1, {"*"}}, *base, 1);
    EXPECT_EQ(count_trainable(all.blocks()), 3u * 2 * ((20 + 60) + (20 + 20) + 2 * (20 + 37)));
    EXPECT_EQ(all.blocks()[0].name, "transformer.h.0.attn.c_attn.lora_A.weight");
}

TEST(LoraAdapter, GradientAgainstFiniteDifferences) {
    // The loss is the sum of c w^2 / 2 over all effective weights w, with random c, and its gradient c w. It
    // is quadratic in each value of A and B, so that central differences are exact but for rounding.
    const auto base = random_weights(preset("gpt2").config);
    Weights effective(base->config);
    LoraAdapter adapter(k_qkv_lora, *base, 1);
    randomise(adapter, 2);
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    std::vector<double> c(base->size());
    for (double& x : c) x = normal(random);
    const auto loss = [&] {
        adapter.apply(*base, effective);
        const real* w = effective.values(effective.table[0]);
        double sum = 0;
        for (std::size_t i = 0; i < c.size(); ++i) sum += 0.5 * c[i] * double(w[i]) * double(w[i]);
        return sum;
    };
    loss();
    std::vector<real> gradient(base->size());
    for (std::size_t i = 0; i < c.size(); ++i)
        gradient[i] = real(c[i] * double(effective.values(effective.table[0])[i]));
    adapter.compute_gradients(gradient);
    for (ParameterBlock& b : adapter.blocks())
        for (std::size_t i = 0; i < b.values.size(); i += 7) {
            const real before = b.values[i], step = 0.125;
            b.values[i] = before + step;
            const double above = loss();
            b.values[i] = before - step;
            const double below = loss();
            b.values[i] = before;
            ASSERT_NEAR(b.gradient[i], (above - below) / (2 * step), 2e-5 * (1 + std::abs(b.gradient[i])))
                << b.name << " " << i;
        }
}

TEST(LoraAdapter, FilesAreThoseOfPeft) {
    const TestFolder folder;
    const auto base = random_weights(preset("gpt2").config);
    LoraAdapter adapter(k_qkv_lora, *base, 1);
    randomise(adapter, 2);
    adapter.save(folder.path());
    const MappedFile bytes(folder.path() / "adapter_model.safetensors");
    const Safetensors file = parse_safetensors(bytes.bytes(), "");
    ASSERT_EQ(file.tensors.size(), 6u);
    const TensorEntry* a = file.find("base_model.model.transformer.h.1.attn.c_attn.lora_A.weight");
    const TensorEntry* b = file.find("base_model.model.transformer.h.1.attn.c_attn.lora_B.weight");
    ASSERT_TRUE(a && b);
    EXPECT_THAT(a->shape, testing::ElementsAre(3, 20));
    EXPECT_THAT(b->shape, testing::ElementsAre(60, 3));
    const auto blocks = adapter.blocks();
    float value = 0;
    std::memcpy(&value, a->bytes.data() + 4 * (2 * 20 + 5), 4); // A[5, 2] in memory
    EXPECT_EQ(value, blocks[2].values[5 * 3 + 2]);
    std::memcpy(&value, b->bytes.data() + 4 * (41 * 3 + 1), 4); // B[1, 41] in memory
    EXPECT_EQ(value, blocks[3].values[1 * 60 + 41]);
    const MappedFile text(folder.path() / "adapter_config.json");
    const auto config = nlohmann::json::parse(text.text());
    EXPECT_EQ(config["r"], 3);
    EXPECT_EQ(config["lora_alpha"], 6);
    EXPECT_EQ(config["fan_in_fan_out"], true);
    EXPECT_EQ(config["target_modules"].size(), 3u);

    LoraAdapter other(k_qkv_lora, *base, 99);
    other.load(folder.path());
    const auto loaded = other.blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i)
        EXPECT_TRUE(std::equal(blocks[i].values.begin(), blocks[i].values.end(), loaded[i].values.begin()))
            << blocks[i].name;
}

TEST(LoraAdapter, RefusesWhatIsNotItsOwn) {
    const TestFolder folder;
    const auto base = random_weights(preset("gpt2").config);
    LoraAdapter(k_qkv_lora, *base, 1).save(folder.path());
    expect_error(
        [&] {
            LoraAdapter({4, 6, k_qkv_lora.targets}, *base, 1).load(folder.path());
        },
        {"'r'", "expected 4", "found 3"});
    expect_error(
        [&] {
            LoraAdapter({3, 1, k_qkv_lora.targets}, *base, 1).load(folder.path());
        },
        {"lora_alpha"});
    expect_error([&] { LoraAdapter({3, 6, {"*"}}, *base, 1).load(folder.path()); }, {"expected 24 tensors"});
    expect_error(
        [&] {
            LoraAdapter({3, 6, {"*.c_fc.weight"}}, *base, 1).load(folder.path());
        },
        {"mlp.c_fc", "none of that name"});
    expect_error([&] { LoraAdapter({3, 6, {"*.c_atn.weight"}}, *base, 1); }, {"lora.targets", "c_attn"});
    expect_error([&] { LoraAdapter({3, 6, {"transformer.wte.weight"}}, *base, 1); }, {"lora.targets"});
    expect_error([&] { LoraAdapter({21, 6, k_qkv_lora.targets}, *base, 1); }, {"lora.rank", "1 to 20"});
    expect_error([&] { LoraAdapter({-1, 6, k_qkv_lora.targets}, *base, 1); }, {"lora.rank", "-1"});
}

} // namespace
} // namespace gf::tests::lora_test
