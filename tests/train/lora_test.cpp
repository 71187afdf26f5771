// Adapters: they change nothing until they are trained, can be taken away, and their gradient is the one of
// finite differences.

#include "train/lora.h"

#include "core/error.h"
#include "io/json.h"
#include "io/mapped_file.h"
#include "io/safetensors.h"
#include "support.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

#include <cstring>

namespace gf::tests {
namespace {

std::vector<real> output_of(const std::shared_ptr<Weights>& weights) {
    const auto trace = run(weights, random_tokens(weights->config, 9));
    const Site site = output_site(weights->config);
    std::vector<real> all;
    for (int t = 0; t < trace->n_rows(site); ++t) {
        const real* row = trace->row(site, site_row(site).per_layer ? weights->config.n_layers - 1 : -1, t);
        all.insert(all.end(), row, row + trace->width(site));
    }
    return all;
}

std::vector<real> values_of(const Weights& w) {
    return {w.values(w.table[0]), w.values(w.table[0]) + w.size()};
}

void fill(Adapter& adapter, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 0.3);
    for (ParameterBlock& b : adapter.blocks())
        for (real& x : b.values) x = real(normal(random));
}

const LoraConfig k_joint{3, 6, {"*.attn.c_attn.weight"}};

class EveryAdapter : public testing::TestWithParam<Preset> {};

TEST_P(EveryAdapter, ChangesNothingWhileBIsZero) {
    const auto base = random_weights(GetParam().config);
    const auto effective = std::make_shared<Weights>(base->config);
    const Adapter adapter({2, 4, {"*"}}, *base, 5);
    adapter.apply(*base, *effective);
    EXPECT_EQ(values_of(*effective), values_of(*base));
    EXPECT_EQ(output_of(effective), output_of(base));
}

TEST_P(EveryAdapter, TakenAwayLeavesTheBaseBitForBit) {
    const auto base = random_weights(GetParam().config);
    const std::vector<real> output = output_of(base), values = values_of(*base);
    const auto effective = std::make_shared<Weights>(base->config);
    Adapter adapter({2, 4, {"*"}}, *base, 5);
    fill(adapter, 3);
    adapter.apply(*base, *effective);
    EXPECT_NE(output_of(effective), output);
    EXPECT_EQ(output_of(base), output);
    EXPECT_EQ(values_of(*base), values);
    fill(adapter, 4); // applied again it starts from the base, not from what was there
    adapter.apply(*base, *effective);
    const auto fresh = std::make_shared<Weights>(base->config);
    adapter.apply(*base, *fresh);
    EXPECT_EQ(values_of(*fresh), values_of(*effective));
}

INSTANTIATE_TEST_SUITE_P(Presets, EveryAdapter, testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST(Adapter, IsTheScaledProductAtItsTargetsOnly) {
    const auto base = random_weights(preset("gpt2").config);
    Weights effective(base->config);
    Adapter adapter(k_joint, *base, 1);
    fill(adapter, 2);
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
        const auto a = blocks[target].values, b = blocks[target + 1].values; // [in, 3], [3, out]
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

TEST(Adapter, CountsItsParametersExactly) {
    const auto base = random_weights(preset("gpt2").config); // d_model 20, three layers, c_attn [20, 60]
    EXPECT_EQ(trainable_count(Adapter(k_joint, *base, 1).blocks()), 3u * 3 * (20 + 60));
    Adapter all({2, 1, {"*"}}, *base, 1);
    EXPECT_EQ(trainable_count(all.blocks()), 3u * 2 * ((20 + 60) + (20 + 20) + 2 * (20 + 37)));
    EXPECT_EQ(all.blocks()[0].name, "transformer.h.0.attn.c_attn.lora_A.weight");
}

TEST(Adapter, GradientAgainstFiniteDifferences) {
    // L = sum of c w^2 / 2 over all effective weights w, with random c: quadratic in each value of A and B,
    // so that central differences are exact but for rounding, and c w is its gradient.
    const auto base = random_weights(preset("gpt2").config);
    Weights effective(base->config);
    Adapter adapter(k_joint, *base, 1);
    fill(adapter, 2);
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
    adapter.project(gradient);
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

TEST(Adapter, FilesAreThoseOfPeft) {
    const TemporaryFolder folder;
    const auto base = random_weights(preset("gpt2").config);
    Adapter adapter(k_joint, *base, 1);
    fill(adapter, 2);
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

    Adapter again(k_joint, *base, 99);
    again.load(folder.path());
    const auto loaded = again.blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i)
        EXPECT_TRUE(std::equal(blocks[i].values.begin(), blocks[i].values.end(), loaded[i].values.begin()))
            << blocks[i].name;
}

TEST(Adapter, RefusesWhatIsNotItsOwn) {
    const TemporaryFolder folder;
    const auto base = random_weights(preset("gpt2").config);
    Adapter(k_joint, *base, 1).save(folder.path());
    expect_error(
        [&] {
            Adapter({4, 6, k_joint.targets}, *base, 1).load(folder.path());
        },
        {"'r'", "expected 4", "found 3"});
    expect_error([&] { Adapter({3, 1, k_joint.targets}, *base, 1).load(folder.path()); }, {"lora_alpha"});
    expect_error([&] { Adapter({3, 6, {"*"}}, *base, 1).load(folder.path()); }, {"expected 24 tensors"});
    expect_error(
        [&] {
            Adapter({3, 6, {"*.c_fc.weight"}}, *base, 1).load(folder.path());
        },
        {"mlp.c_fc", "none of that name"});
    expect_error([&] { Adapter({3, 6, {"*.c_atn.weight"}}, *base, 1); }, {"lora.targets", "c_attn"});
    expect_error([&] { Adapter({3, 6, {"transformer.wte.weight"}}, *base, 1); }, {"lora.targets"});
    expect_error([&] { Adapter({21, 6, k_joint.targets}, *base, 1); }, {"lora.rank", "1 to 20"});
    expect_error([&] { Adapter({-1, 6, k_joint.targets}, *base, 1); }, {"lora.rank", "-1"});
}

} // namespace
} // namespace gf::tests
