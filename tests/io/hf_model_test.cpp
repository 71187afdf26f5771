// Loading and saving sound models in Hugging Face's layout, from memory. Bad ones: bad_hf_model_test.cpp.

#include "io/safetensors.h"
#include "io/support.h"
#include "support/random_model.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace gf::tests::hf_model_test {
namespace {

using nlohmann::json;

constexpr const char* k_weights = "model.safetensors";

class EveryModel : public testing::TestWithParam<NamedConfig> {};

TEST_P(EveryModel, SavedAndLoadedBitForBit) {
    const auto weights = tiny_weights(GetParam().config);
    std::vector<std::string> warnings;
    expect_equal(*load_files(saved_files(*weights), &warnings), *weights);
    EXPECT_TRUE(warnings.empty());
}

TEST_P(EveryModel, SavedInHalfPrecisionIsRounded) {
    const auto weights = tiny_weights(GetParam().config);
    for (const DType dtype : {DType::f16, DType::bf16}) {
        const Files files = saved_files(*weights, dtype);
        EXPECT_LT(files.at(k_weights).size(), saved_files(*weights).at(k_weights).size() - weights->size());
        const auto rounded = clone(*weights);
        for (const ParamRow& row : rounded->table)
            for (real& x : std::span(rounded->values(row), row.size()))
                x = dtype == DType::f16 ? f16_to_float(float_to_f16(x)) : bf16_to_float(float_to_bf16(x));
        rounded->refresh();
        expect_equal(*load_files(files), *rounded);
    }
}

TEST_P(EveryModel, FileHoldsTheTableTransposedWhereItSays) {
    const auto weights = tiny_weights(GetParam().config);
    const Files files = saved_files(*weights);
    const Safetensors file = parse_safetensors(bytes_of(files.at(k_weights)), "");
    const TensorNames names = GetParam().config.tensor_names;
    const bool has_token_types = names == TensorNames::bert || names == TensorNames::roberta;
    EXPECT_EQ(file.tensors.size(), weights->table.size() + (has_token_types ? 1 : 0));
    for (const ParamRow& row : weights->table) {
        const TensorEntry* t = file.find(row.name);
        ASSERT_NE(t, nullptr) << row.name;
        const auto at = [&](std::size_t i) {
            float value = 0;
            std::memcpy(&value, t->bytes.data() + 4 * i, 4);
            return value;
        };
        const std::size_t columns = row.shape.size() == 2 ? static_cast<std::size_t>(row.shape[1])
                                    : row.file_heads > 0  ? row.size()
                                                          : 1,
                          rows = row.size() / columns;
        // GPT-NeoX: (head, q or k or v, d_head) in the file, (q or k or v, head, d_head) in memory.
        const auto in_file = [&](std::size_t j) {
            if (row.file_heads == 0) return j;
            const auto heads = static_cast<std::size_t>(row.file_heads), d = columns / (3 * heads);
            return (j / d % heads * 3 + j / (d * heads)) * d + j % d;
        };
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                ASSERT_EQ(at(row.file_transposed ? in_file(j) * rows + i : i * columns + in_file(j)),
                          weights->values(row)[i * columns + j])
                    << row.name;
    }
}

TEST_P(EveryModel, LoadsWithoutThePrefix) {
    const auto weights = tiny_weights(GetParam().config);
    Files files = saved_files(*weights);
    files[k_weights] = with_header(files[k_weights], [](json& header) {
        json bare;
        for (const auto& [name, entry] : header.items()) {
            bool has_prefix = false;
            for (const char* prefix :
                 {"model.", "transformer.", "bert.", "gpt_neox.", "roberta.", "distilbert."})
                has_prefix |= name.starts_with(prefix);
            bare[has_prefix ? name.substr(name.find('.') + 1) : name] = entry;
        }
        header = bare;
    });
    expect_equal(*load_files(files), *weights);
}

TEST_P(EveryModel, LoadsFromShards) {
    const auto weights = tiny_weights(GetParam().config);
    expect_equal(*load_files(sharded(saved_files(*weights))), *weights);
}

INSTANTIATE_TEST_SUITE_P(Tiny, EveryModel, testing::ValuesIn(tiny_models()),
                         [](const auto& info) { return info.param.name; });

/// The file with every value converted to 16 bits by `narrow`.
std::string narrowed_file(const std::string& file, const char* dtype,
                          const std::function<std::uint16_t(float)>& narrow) {
    const Safetensors whole = parse_safetensors(bytes_of(file), "");
    json header;
    std::string data;
    for (const TensorEntry& t : whole.tensors) {
        const std::size_t begin = data.size();
        for (std::size_t i = 0; i < t.bytes.size(); i += 4) {
            float value = 0;
            std::memcpy(&value, t.bytes.data() + i, 4);
            const std::uint16_t bits = narrow(value);
            data.append(reinterpret_cast<const char*>(&bits), 2);
        }
        header[t.name] = {{"dtype", dtype}, {"shape", t.shape}, {"data_offsets", {begin, data.size()}}};
    }
    return safetensors_file(header, data);
}

TEST(HfModel, HalfPrecisionWeights) {
    const auto weights = std::make_shared<Weights>(tiny_config("llama"));
    // Multiples of 1/64 below 2 are exact in both types.
    for (const ParamRow& row : weights->table)
        for (std::size_t i = 0; i < row.size(); ++i)
            weights->values(row)[i] = static_cast<real>((i * 37 + 11) % 64) / 64 - 0.5f;
    weights->refresh();
    Files files = saved_files(*weights);
    const std::string f32 = files[k_weights];
    files[k_weights] = narrowed_file(f32, "BF16", [](float x) {
        return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
    });
    expect_equal(*load_files(files), *weights);
    // All are normal and exact, so only the exponent's bias changes, from 127 to 15.
    files[k_weights] = narrowed_file(f32, "F16", [](float x) {
        const auto bits = std::bit_cast<std::uint32_t>(x);
        return static_cast<std::uint16_t>((bits >> 16 & 0x8000) |
                                          (x == 0 ? 0 : (bits >> 13) - (112 << 10)) % 0x8000);
    });
    expect_equal(*load_files(files), *weights);
}

TEST(HfModel, BuffersOfOlderExportsAreIgnored) {
    const auto weights = tiny_weights(tiny_config("gpt2"));
    Files files = saved_files(*weights);
    std::string& file = files[k_weights];
    const std::size_t end = weights->size() * sizeof(float);
    file = with_header(file, [&](json& header) {
        header["transformer.h.0.attn.bias"] = {
            {"dtype", "U8"}, {"shape", {1, 1, 2, 2}}, {"data_offsets", {end, end + 4}}};
        header["transformer.h.0.attn.masked_bias"] = {
            {"dtype", "I64"}, {"shape", json::array()}, {"data_offsets", {end + 4, end + 12}}};
    });
    file += std::string(12, '\1');
    expect_equal(*load_files(files), *weights);
}

/// The file with one more tensor of floats at its end.
std::string with_tensor(const std::string& file, const std::string& name, std::vector<int> shape,
                        const std::vector<float>& values) {
    const std::size_t end = file.size() - 8 - [&] {
        std::uint64_t header = 0;
        std::memcpy(&header, file.data(), 8);
        return header;
    }();
    const std::size_t bytes = values.size() * sizeof(float);
    return with_header(
               file,
               [&](json& header) {
                   header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {end, end + bytes}}};
               }) +
           std::string(reinterpret_cast<const char*>(values.data()), bytes);
}

TEST(HfModel, BertsOtherHeadsAndOlderNamesAreTaken) {
    const auto weights = tiny_weights(tiny_config("bert"));
    Files files = saved_files(*weights);
    std::string& file = files[k_weights];
    const std::vector<float> no_bias(11);
    file = with_tensor(file, "bert.pooler.dense.bias", {8}, std::vector<float>(8, 1));
    file = with_tensor(file, "cls.seq_relationship.bias", {2}, {1, 2});
    // A copy of the output bias, which randomize() leaves at 0.
    file = with_tensor(file, "cls.predictions.decoder.bias", {11}, no_bias);
    file = with_header(file, [](json& header) {
        json older;
        for (const auto& [name, entry] : header.items()) {
            std::string older_name = name;
            if (const auto at = name.find("LayerNorm.weight"); at != std::string::npos)
                older_name.replace(at, 16, "LayerNorm.gamma");
            if (const auto at = name.find("LayerNorm.bias"); at != std::string::npos)
                older_name.replace(at, 14, "LayerNorm.beta");
            older[older_name] = entry;
        }
        header = older;
    });
    expect_equal(*load_files(files), *weights);
    file = with_tensor(saved_files(*weights)[k_weights], "cls.predictions.decoder.bias", {11},
                       std::vector<float>(11, 1));
    expect_words(
        problem_of([&] { load_files(files); }),
        {"'cls.predictions.decoder.bias'", "the same values as 'cls.predictions.bias'", "others", ""});
}

TEST(HfModel, BertsFirstTokenTypeIsPartOfThePositions) {
    const auto weights = tiny_weights(tiny_config("bert"));
    Files files = saved_files(*weights);
    const std::string name = "bert.embeddings.token_type_embeddings.weight";
    std::string& file = files[k_weights];
    file = with_header(file, [&](json& header) {
        // The bytes of the tensor stay in the file, under a name that is ignored.
        header["bert.pooler.dense.weight"] = json(header[name]);
        header.erase(name);
    });
    std::vector<float> types(16);
    for (std::size_t i = 0; i < 16; ++i) types[i] = static_cast<float>(i) - 3;
    const std::string bare = file;
    file = with_tensor(file, name, {2, 8}, types);
    const auto loaded = load_files(files);
    for (const ParamRow& row : weights->table)
        for (std::size_t i = 0; i < row.size(); ++i) {
            const real more = row.role == Role::pos_embed ? types[i % 8] : 0;
            ASSERT_EQ(loaded->values(row)[i], weights->values(row)[i] + more) << row.name;
        }
    file = with_tensor(bare, name, {2, 7}, std::vector<float>(14));
    expect_words(problem_of([&] { load_files(files); }),
                 {name, "rows of hidden_size = 8", "[2, 7]", "another model"});
}

TEST(HfModel, TiedHeadMayBeThereIfItIsTheSame) {
    const auto weights = tiny_weights(tiny_config("gpt2"));
    Files files = saved_files(*weights);
    const Safetensors before = parse_safetensors(bytes_of(files.at(k_weights)), "");
    const TensorEntry& embed = *before.find("transformer.wte.weight");
    const std::string copy(reinterpret_cast<const char*>(embed.bytes.data()), embed.bytes.size());
    const std::size_t end = weights->size() * sizeof(float);
    const std::string with_head =
        with_header(files.at(k_weights),
                    [&](json& header) {
                        header["lm_head.weight"] = header["transformer.wte.weight"];
                        header["lm_head.weight"]["data_offsets"] = {end, end + copy.size()};
                    }) +
        copy;
    files[k_weights] = with_head;
    expect_equal(*load_files(files), *weights);
    files[k_weights].back() ^= 1;
    expect_words(problem_of([&] { load_files(files); }),
                 {"memory/model.safetensors: tensor 'lm_head.weight'",
                  "the same values as 'transformer.wte.weight'", "others", "tie_word_embeddings"});
}

TEST(HfModel, WarnsOfNaNAndInfinity) {
    const auto weights = tiny_weights(tiny_config("llama"));
    const ParamRow& row = *weights->find("model.layers.0.mlp.up_proj.weight");
    weights->values(row)[3] = std::numeric_limits<real>::quiet_NaN();
    weights->values(row)[4] = std::numeric_limits<real>::quiet_NaN();
    weights->values(row)[5] = -std::numeric_limits<real>::infinity();
    std::vector<std::string> warnings;
    expect_equal(*load_files(saved_files(*weights), &warnings), *weights);
    EXPECT_THAT(warnings,
                testing::ElementsAre(testing::AllOf(
                    testing::HasSubstr("memory"), testing::HasSubstr("'model.layers.0.mlp.up_proj.weight'"),
                    testing::HasSubstr("2 of 96 values are NaN and 1 infinite"))));
}

} // namespace
} // namespace gf::tests::hf_model_test
