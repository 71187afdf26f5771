// Loading and saving models in Hugging Face's layout, from memory.

#include "allocations.h"
#include "io/safetensors.h"
#include "support.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace gf::tests {
namespace {

using nlohmann::json;

constexpr const char* k_weights = "model.safetensors";

class EveryModel : public testing::TestWithParam<NamedConfig> {};

TEST_P(EveryModel, SavedAndLoadedBitForBit) {
    const auto weights = random_weights(GetParam().config);
    std::vector<std::string> warnings;
    expect_equal(*load(saved(*weights), &warnings), *weights);
    EXPECT_TRUE(warnings.empty());
}

TEST_P(EveryModel, SavedInHalfPrecisionIsRounded) {
    const auto weights = random_weights(GetParam().config);
    for (const DType dtype : {DType::f16, DType::bf16}) {
        const Files files = saved(*weights, dtype);
        EXPECT_LT(files.at(k_weights).size(), saved(*weights).at(k_weights).size() - weights->size());
        const auto rounded = weights->clone();
        for (const ParamRow& row : rounded->table)
            for (real& x : std::span(rounded->values(row), row.size()))
                x = dtype == DType::f16 ? f16_to_float(float_to_f16(x)) : bf16_to_float(float_to_bf16(x));
        rounded->refresh();
        expect_equal(*load(files), *rounded);
    }
}

TEST_P(EveryModel, FileHoldsTheTableTransposedWhereItSays) {
    const auto weights = random_weights(GetParam().config);
    const Files files = saved(*weights);
    const Safetensors file = parse_safetensors(bytes_of(files.at(k_weights)), "");
    const bool bert = GetParam().config.tensor_names == TensorNames::bert; // it has token types, too
    EXPECT_EQ(file.tensors.size(), weights->table.size() + (bert ? 1 : 0));
    for (const ParamRow& row : weights->table) {
        const TensorEntry* t = file.find(row.name);
        ASSERT_NE(t, nullptr) << row.name;
        const auto at = [&](std::size_t i) {
            float value = 0;
            std::memcpy(&value, t->bytes.data() + 4 * i, 4);
            return value;
        };
        const std::size_t columns = row.shape.size() == 2 ? static_cast<std::size_t>(row.shape[1]) : 1,
                          rows = row.size() / columns;
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                ASSERT_EQ(at(row.file_transposed ? j * rows + i : i * columns + j),
                          weights->values(row)[i * columns + j])
                    << row.name;
    }
}

TEST_P(EveryModel, LoadsWithoutThePrefix) {
    const auto weights = random_weights(GetParam().config);
    Files files = saved(*weights);
    files[k_weights] = with_header(files[k_weights], [](json& header) {
        json bare;
        for (const auto& [name, entry] : header.items()) {
            const bool has_prefix =
                name.starts_with("model.") || name.starts_with("transformer.") || name.starts_with("bert.");
            bare[has_prefix ? name.substr(name.find('.') + 1) : name] = entry;
        }
        header = bare;
    });
    expect_equal(*load(files), *weights);
}

TEST_P(EveryModel, LoadsFromShards) {
    const auto weights = random_weights(GetParam().config);
    expect_equal(*load(sharded(saved(*weights))), *weights);
}

INSTANTIATE_TEST_SUITE_P(Tiny, EveryModel, testing::ValuesIn(tiny_models()),
                         [](const auto& info) { return info.param.name; });

/// The file with every tensor in 16 bits, made by `narrow`.
std::string in_16_bits(const std::string& file, const char* dtype,
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
    for (const ParamRow& row : weights->table) // multiples of 1/64 below 2 are exact in both types
        for (std::size_t i = 0; i < row.size(); ++i)
            weights->values(row)[i] = static_cast<real>((i * 37 + 11) % 64) / 64 - 0.5f;
    weights->refresh();
    Files files = saved(*weights);
    const std::string f32 = files[k_weights];
    files[k_weights] = in_16_bits(f32, "BF16", [](float x) {
        return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
    });
    expect_equal(*load(files), *weights);
    files[k_weights] = in_16_bits(
        f32, "F16", [](float x) { // normal numbers, exact: shift the exponent's bias from 127 to 15
            const auto bits = std::bit_cast<std::uint32_t>(x);
            return static_cast<std::uint16_t>((bits >> 16 & 0x8000) |
                                              (x == 0 ? 0 : (bits >> 13) - (112 << 10)) % 0x8000);
        });
    expect_equal(*load(files), *weights);
}

TEST(HfModel, BuffersOfOlderExportsAreIgnored) {
    const auto weights = random_weights(tiny_config("gpt2"));
    Files files = saved(*weights);
    std::string& file = files[k_weights];
    const std::size_t end = weights->size() * sizeof(float);
    file = with_header(file, [&](json& header) {
        header["transformer.h.0.attn.bias"] = {
            {"dtype", "U8"}, {"shape", {1, 1, 2, 2}}, {"data_offsets", {end, end + 4}}};
        header["transformer.h.0.attn.masked_bias"] = {
            {"dtype", "I64"}, {"shape", json::array()}, {"data_offsets", {end + 4, end + 12}}};
    });
    file += std::string(12, '\1');
    expect_equal(*load(files), *weights);
}

/// The file with another tensor of floats at its end.
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
    const auto weights = random_weights(tiny_config("bert"));
    Files files = saved(*weights);
    std::string& file = files[k_weights];
    const std::vector<float> no_bias(11);
    file = with_tensor(file, "bert.pooler.dense.bias", {8}, std::vector<float>(8, 1));
    file = with_tensor(file, "cls.seq_relationship.bias", {2}, {1, 2});
    file = with_tensor(file, "cls.predictions.decoder.bias", {11},
                       no_bias); // a copy: randomize() leaves biases at 0
    file = with_header(file, [](json& header) {
        json older;
        for (const auto& [name, entry] : header.items()) {
            std::string now = name;
            if (const auto at = now.find("LayerNorm.weight"); at != std::string::npos)
                now.replace(at, 16, "LayerNorm.gamma");
            if (const auto at = now.find("LayerNorm.bias"); at != std::string::npos)
                now.replace(at, 14, "LayerNorm.beta");
            older[now] = entry;
        }
        header = older;
    });
    expect_equal(*load(files), *weights);
    file = with_tensor(saved(*weights)[k_weights], "cls.predictions.decoder.bias", {11},
                       std::vector<float>(11, 1));
    expect_words(
        problem_of([&] { load(files); }),
        {"'cls.predictions.decoder.bias'", "the same values as 'cls.predictions.bias'", "others", ""});
}

TEST(HfModel, BertsFirstTokenTypeIsPartOfThePositions) {
    const auto weights = random_weights(tiny_config("bert"));
    Files files = saved(*weights);
    const std::string name = "bert.embeddings.token_type_embeddings.weight";
    std::string& file = files[k_weights];
    file = with_header(file, [&](json& header) {
        header["bert.pooler.unused"] = header[name]; // its place stays taken
        header["bert.pooler.dense.weight"] = header["bert.pooler.unused"];
        header.erase("bert.pooler.unused"), header.erase(name);
    });
    std::vector<float> types(16);
    for (std::size_t i = 0; i < 16; ++i) types[i] = static_cast<float>(i) - 3;
    const std::string bare = file;
    file = with_tensor(file, name, {2, 8}, types);
    const auto loaded = load(files);
    for (const ParamRow& row : weights->table)
        for (std::size_t i = 0; i < row.size(); ++i) {
            const real more = row.role == Role::pos_embed ? types[i % 8] : 0;
            ASSERT_EQ(loaded->values(row)[i], weights->values(row)[i] + more) << row.name;
        }
    file = with_tensor(bare, name, {2, 7}, std::vector<float>(14));
    expect_words(problem_of([&] { load(files); }),
                 {name, "rows of hidden_size = 8", "[2, 7]", "another model"});
}

TEST(HfModel, TiedHeadMayBeThereIfItIsTheSame) {
    const auto weights = random_weights(tiny_config("gpt2"));
    Files files = saved(*weights);
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
    expect_equal(*load(files), *weights);
    files[k_weights].back() ^= 1;
    expect_words(problem_of([&] { load(files); }),
                 {"memory/model.safetensors: tensor 'lm_head.weight'",
                  "the same values as 'transformer.wte.weight'", "others", "tie_word_embeddings"});
}

TEST(HfModel, WarnsOfNaNAndInfinity) {
    const auto weights = random_weights(tiny_config("llama"));
    const ParamRow& row = *weights->find("model.layers.0.mlp.up_proj.weight");
    weights->values(row)[3] = std::numeric_limits<real>::quiet_NaN();
    weights->values(row)[4] = std::numeric_limits<real>::quiet_NaN();
    weights->values(row)[5] = -std::numeric_limits<real>::infinity();
    std::vector<std::string> warnings;
    expect_equal(*load(saved(*weights), &warnings), *weights);
    EXPECT_THAT(warnings,
                testing::ElementsAre(testing::AllOf(
                    testing::HasSubstr("memory"), testing::HasSubstr("'model.layers.0.mlp.up_proj.weight'"),
                    testing::HasSubstr("2 of 96 values are NaN and 1 infinite"))));
}

struct BadFolder {
    const char* name;
    const char* model;
    std::function<void(Files&)> change;
    Words words;
};

void PrintTo(const BadFolder& bad, std::ostream* out) { *out << bad.name; }

class BadModel : public testing::TestWithParam<BadFolder> {};

TEST_P(BadModel, IsRefusedWithReason) {
    Files files = saved(*random_weights(tiny_config(GetParam().model)));
    GetParam().change(files);
    reset_largest_allocation();
    expect_words(problem_of([&] { load(files); }), GetParam().words);
    EXPECT_LE(largest_allocation(), k_most_allocated);
}

/// Changes keys of config.json.
std::function<void(Files&)> config(const json& keys) {
    return [keys](Files& files) {
        json object = json::parse(files["config.json"]);
        object.update(keys);
        files["config.json"] = object.dump();
    };
}
std::function<void(Files&)> header(const std::function<void(json&)>& change) {
    return [change](Files& files) { files[k_weights] = with_header(files[k_weights], change); };
}
/// Another type for a tensor: the same bytes as half as many or as other values.
void retype(json& entry, const char* dtype) { entry["dtype"] = dtype; }

std::function<void(Files&)> in_shards(const std::function<void(Files&)>& change) {
    return [change](Files& files) {
        files = sharded(files);
        change(files);
    };
}
std::function<void(Files&)> index(const std::function<void(json&)>& change) {
    return in_shards([change](Files& files) {
        json object = json::parse(files["model.safetensors.index.json"]);
        change(object);
        files["model.safetensors.index.json"] = object.dump();
    });
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadModel,
    testing::Values(
        BadFolder{"no_config",
                  "llama",
                  [](Files& f) { f.erase("config.json"); },
                  {"memory", "config.json", "none", "download"}},
        BadFolder{"no_weights",
                  "llama",
                  [](Files& f) { f.erase(k_weights); },
                  {"memory", "model.safetensors.index.json", "none", "safetensors"}},
        BadFolder{"no_shard",
                  "llama",
                  in_shards([](Files& f) { f.erase("model-00002-of-00002.safetensors"); }),
                  {"memory", "model-00002-of-00002.safetensors", "none", "download the missing shard"}},
        BadFolder{"truncated",
                  "llama",
                  [](Files& f) { f[k_weights].pop_back(); },
                  {"memory/model.safetensors: tensor '", "inside", "[", "truncated"}},
        BadFolder{"over_long",
                  "llama",
                  [](Files& f) { f[k_weights] += "xxxx"; },
                  {"memory/model.safetensors: end of file", "", "hole", "damaged"}},
        BadFolder{"escaping_shard",
                  "llama",
                  index([](json& o) { o["weight_map"].begin().value() = "../x.safetensors"; }),
                  {"index.json: weight_map: '", "same folder", "../x.safetensors", "beside the index"}},
        BadFolder{"shard_with_nul",
                  "llama",
                  index([](json& o) { o["weight_map"].begin().value() = std::string("a\0b", 3); }),
                  {"index.json: weight_map: '", "same folder", "a\\u0000b", "beside the index"}},
        BadFolder{"shard_no_text",
                  "llama",
                  index([](json& o) { o["weight_map"].begin().value() = 3; }),
                  {"index.json: weight_map: '", "a string", "3", ""}},
        BadFolder{"no_map",
                  "llama",
                  index([](json& o) { o.erase("weight_map"); }),
                  {"index.json: 'weight_map'", "a value", "no such key", ""}},
        BadFolder{"empty_map",
                  "llama",
                  index([](json& o) { o["weight_map"] = json::object(); }),
                  {"index.json: weight_map", "tensors", "none", "damaged"}},
        BadFolder{
            "index_lies",
            "llama",
            index([](json& o) { o["weight_map"]["lm_head.weight"] = "model-00002-of-00002.safetensors"; }),
            {"memory/model-00002-of-00002.safetensors: tensor 'lm_head.weight'",
             "as model.safetensors.index.json says", "no such tensor", "again"}},
        BadFolder{"twice",
                  "llama",
                  in_shards([](Files& f) {
                      f["model-00002-of-00002.safetensors"] = f["model-00001-of-00002.safetensors"];
                  }),
                  {"memory/model-00002-of-00002.safetensors: tensor '", "one file",
                   "another in memory/model-00001-of-00002.safetensors", "remove"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Tensors, BadModel,
    testing::Values(
        BadFolder{"missing_tensor",
                  "llama",
                  header([](json& h) { h["x"] = h["model.norm.weight"], h.erase("model.norm.weight"); }),
                  {"memory/model.safetensors: tensor 'model.norm.weight'", "shape [8]", "no such tensor",
                   "incomplete"}},
        BadFolder{
            "missing_embedding",
            "gpt2",
            header([](json& h) { h["x"] = h["transformer.wte.weight"], h.erase("transformer.wte.weight"); }),
            {"memory/model.safetensors: tensor 'transformer.wte.weight'", "shape [11, 8]", "no such tensor",
             "incomplete"}},
        BadFolder{"missing_head",
                  "llama",
                  header([](json& h) { h["x"] = h["lm_head.weight"], h.erase("lm_head.weight"); }),
                  {"memory/model.safetensors: tensor 'lm_head.weight'", "shape [11, 8]", "no such tensor",
                   "tie_word_embeddings"}},
        BadFolder{
            "mixed_prefix",
            "llama",
            header([](json& h) { h["norm.weight"] = h["model.norm.weight"], h.erase("model.norm.weight"); }),
            {"memory/model.safetensors: tensor 'model.norm.weight'", "shape [8]", "no such tensor", ""}},
        BadFolder{"wrong_shape",
                  "llama",
                  header([](json& h) {
                      h["model.layers.0.mlp.down_proj.weight"]["shape"] = {12, 8};
                  }),
                  {"memory/model.safetensors: tensor 'model.layers.0.mlp.down_proj.weight'", "shape [8, 12]",
                   "shape [12, 8]", "config.json"}},
        BadFolder{"wrong_rank",
                  "llama",
                  header([](json& h) {
                      h["model.norm.weight"]["shape"] = {8, 1};
                  }),
                  {"tensor 'model.norm.weight'", "shape [8]", "shape [8, 1]", "config.json"}},
        BadFolder{
            "wrong_type",
            "llama",
            header([](json& h) { retype(h["model.norm.weight"], "I32"); }),
            {"memory/model.safetensors: tensor 'model.norm.weight'", "F32, F16 or BF16", "I32", "convert"}},
        BadFolder{"unknown_tensor",
                  "llama",
                  [](Files& f) {
                      f[k_weights] = with_header(f[k_weights], [](json& h) {
                          h["model.layers.0.self_attn.q_proj.bias"] = {
                              {"dtype", "F32"}, {"shape", {0}}, {"data_offsets", {0, 0}}};
                      });
                  },
                  {"memory/model.safetensors: tensor 'model.layers.0.self_attn.q_proj.bias'",
                   "only tensors that config.json calls for", "F32 [0]", "another model"}},
        BadFolder{"other_size",
                  "llama",
                  config({{"vocab_size", 12}}),
                  {"tensor 'model.embed_tokens.weight'", "[12, 8]", "[11, 8]", "config.json"}},
        BadFolder{"lying_layers",
                  "llama",
                  config({{"num_hidden_layers", 4096}}),
                  {"memory", "20480 tensors or more for 4096 layers", "12 tensors", "another model"}},
        BadFolder{"lying_experts",
                  "mixtral",
                  config({{"num_local_experts", 4096}}),
                  {"memory", "8197 tensors or more", "19 tensors", "another model"}},
        BadFolder{"lying_vocabulary",
                  "llama",
                  config({{"vocab_size", 1 << 24}}),
                  {"embed_tokens", "[16777216, 8]", "[11, 8]", "config.json"}},
        BadFolder{"lying_width",
                  "llama",
                  config({{"intermediate_size", 1 << 20}}),
                  {"gate_proj", "[1048576, 8]", "[12, 8]", "config.json"}},
        BadFolder{"lying_context",
                  "gpt2",
                  config({{"n_positions", 1 << 24}}),
                  {"wpe", "[16777216, 8]", "[16, 8]", "config.json"}},
        BadFolder{"other_architecture",
                  "gpt2",
                  config({{"n_layer", 2}}),
                  {"tensor 'transformer.h.1.ln_1.weight'", "shape [8]", "no such tensor", "incomplete"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(HfModel, EveryTruncationIsRefused) {
    const Files whole = saved(*random_weights(tiny_config("llama")));
    for (std::size_t n = 0; n < whole.at(k_weights).size(); n += n < 2500 ? 1 : 97) {
        Files files = whole;
        files[k_weights].resize(n);
        ASSERT_THROW(load(files), Error) << n;
    }
    for (std::size_t n = 0; n + 2 < whole.at("config.json").size(); ++n) { // the last two are "}\n"
        Files files = whole;
        files["config.json"].resize(n);
        ASSERT_THROW(load(files), Error) << n;
    }
}

} // namespace
} // namespace gf::tests
