// Models in Hugging Face's layout that must be refused: missing files, damaged files, tensors and a config
// that do not fit together. Each gives an Error that names the file, the tensor or key, and the remedy,
// before much is allocated.

#include "io/allocations.h"
#include "io/support.h"

namespace gf::tests::bad_hf_model_test {
namespace {

using nlohmann::json;

constexpr const char* k_weights = "model.safetensors";

struct BadFolder {
    const char* name;
    const char* model;
    std::function<void(Files&)> change;
    Words words;
};

void PrintTo(const BadFolder& bad, std::ostream* out) { *out << bad.name; }

class BadModel : public testing::TestWithParam<BadFolder> {};

TEST_P(BadModel, IsRefusedWithReason) {
    Files files = saved_files(*tiny_weights(tiny_config(GetParam().model)));
    GetParam().change(files);
    reset_largest_allocation();
    expect_words(problem_of([&] { load_files(files); }), GetParam().words);
    EXPECT_LE(largest_allocation(), k_max_allocation);
}

// Changes that make a sound model bad, for the tables below.

/// Sets keys of config.json.
std::function<void(Files&)> change_config(const json& keys) {
    return [keys](Files& files) {
        json object = json::parse(files["config.json"]);
        object.update(keys);
        files["config.json"] = object.dump();
    };
}
/// Changes the header of the weights.
std::function<void(Files&)> change_header(const std::function<void(json&)>& change) {
    return [change](Files& files) { files[k_weights] = with_header(files[k_weights], change); };
}
/// Applies a change to the model in shards.
std::function<void(Files&)> change_shards(const std::function<void(Files&)>& change) {
    return [change](Files& files) {
        files = sharded(files);
        change(files);
    };
}
/// Changes the index of the model in shards.
std::function<void(Files&)> change_index(const std::function<void(json&)>& change) {
    return change_shards([change](Files& files) {
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
                  {"memory", "config.json", "model.safetensors", "download"}},
        BadFolder{"no_weights",
                  "llama",
                  [](Files& f) { f.erase(k_weights); },
                  {"memory", "model.safetensors", "none", "model.safetensors.index.json"}},
        BadFolder{"no_shard",
                  "llama",
                  change_shards([](Files& f) { f.erase("model-00002-of-00002.safetensors"); }),
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
                  change_index([](json& o) { o["weight_map"].begin().value() = "../x.safetensors"; }),
                  {"index.json: weight_map: '", "same folder", "../x.safetensors", "beside the index"}},
        BadFolder{"shard_with_nul",
                  "llama",
                  change_index([](json& o) { o["weight_map"].begin().value() = std::string("a\0b", 3); }),
                  {"index.json: weight_map: '", "same folder", "a\\u0000b", "beside the index"}},
        BadFolder{"shard_no_text",
                  "llama",
                  change_index([](json& o) { o["weight_map"].begin().value() = 3; }),
                  {"index.json: weight_map: '", "a string", "3", ""}},
        BadFolder{"no_map",
                  "llama",
                  change_index([](json& o) { o.erase("weight_map"); }),
                  {"index.json: 'weight_map'", "a value", "no such key", ""}},
        BadFolder{"empty_map",
                  "llama",
                  change_index([](json& o) { o["weight_map"] = json::object(); }),
                  {"index.json: weight_map", "tensors", "none", "damaged"}},
        BadFolder{"index_lies",
                  "llama",
                  change_index([](json& o) {
                      o["weight_map"]["lm_head.weight"] = "model-00002-of-00002.safetensors";
                  }),
                  {"memory/model-00002-of-00002.safetensors: tensor 'lm_head.weight'",
                   "as model.safetensors.index.json says", "no such tensor", "again"}},
        BadFolder{"twice",
                  "llama",
                  change_shards([](Files& f) {
                      f["model-00002-of-00002.safetensors"] = f["model-00001-of-00002.safetensors"];
                  }),
                  {"memory/model-00002-of-00002.safetensors: tensor '", "one file",
                   "in memory/model-00001-of-00002.safetensors", "remove"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Tensors, BadModel,
    testing::Values(
        BadFolder{
            "missing_tensor",
            "llama",
            change_header([](json& h) { h["x"] = h["model.norm.weight"], h.erase("model.norm.weight"); }),
            {"memory/model.safetensors: tensor 'model.norm.weight'", "shape [8]", "no such tensor",
             "incomplete"}},
        BadFolder{"missing_embedding",
                  "gpt2",
                  change_header([](json& h) {
                      h["x"] = h["transformer.wte.weight"], h.erase("transformer.wte.weight");
                  }),
                  {"memory/model.safetensors: tensor 'transformer.wte.weight'", "shape [11, 8]",
                   "no such tensor", "incomplete"}},
        BadFolder{"missing_head",
                  "llama",
                  change_header([](json& h) { h["x"] = h["lm_head.weight"], h.erase("lm_head.weight"); }),
                  {"memory/model.safetensors: tensor 'lm_head.weight'", "shape [11, 8]", "no such tensor",
                   "tie_word_embeddings"}},
        BadFolder{
            "mixed_prefix",
            "llama",
            change_header([](json& h) {
                h["norm.weight"] = h["model.norm.weight"], h.erase("model.norm.weight");
            }),
            {"memory/model.safetensors: tensor 'model.norm.weight'", "shape [8]", "no such tensor", ""}},
        BadFolder{"wrong_shape",
                  "llama",
                  change_header([](json& h) {
                      h["model.layers.0.mlp.down_proj.weight"]["shape"] = {12, 8};
                  }),
                  {"memory/model.safetensors: tensor 'model.layers.0.mlp.down_proj.weight'", "shape [8, 12]",
                   "shape [12, 8]", "config.json"}},
        BadFolder{"wrong_rank",
                  "llama",
                  change_header([](json& h) {
                      h["model.norm.weight"]["shape"] = {8, 1};
                  }),
                  {"tensor 'model.norm.weight'", "shape [8]", "shape [8, 1]", "config.json"}},
        BadFolder{
            "wrong_type",
            "llama",
            change_header([](json& h) { h["model.norm.weight"]["dtype"] = "I32"; }),
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
                  change_config({{"vocab_size", 12}}),
                  {"tensor 'model.embed_tokens.weight'", "[12, 8]", "[11, 8]", "config.json"}},
        BadFolder{"lying_layers",
                  "llama",
                  change_config({{"num_hidden_layers", 4096}}),
                  {"memory", "20480 tensors or more for 4096 layers", "12 tensors", "another model"}},
        BadFolder{"lying_experts",
                  "mixtral",
                  change_config({{"num_local_experts", 4096}}),
                  {"memory", "8197 tensors or more", "19 tensors", "another model"}},
        BadFolder{"lying_vocabulary",
                  "llama",
                  change_config({{"vocab_size", 1 << 24}}),
                  {"embed_tokens", "[16777216, 8]", "[11, 8]", "config.json"}},
        BadFolder{"lying_width",
                  "llama",
                  change_config({{"intermediate_size", 1 << 20}}),
                  {"gate_proj", "[1048576, 8]", "[12, 8]", "config.json"}},
        BadFolder{"lying_context",
                  "gpt2",
                  change_config({{"n_positions", 1 << 24}}),
                  {"wpe", "[16777216, 8]", "[16, 8]", "config.json"}},
        BadFolder{"other_architecture",
                  "gpt2",
                  change_config({{"n_layer", 2}}),
                  {"tensor 'transformer.h.1.ln_1.weight'", "shape [8]", "no such tensor", "incomplete"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(HfModel, EveryTruncationIsRefused) {
    const Files whole = saved_files(*tiny_weights(tiny_config("llama")));
    for (std::size_t n = 0; n < whole.at(k_weights).size(); n += n < 2500 ? 1 : 97) {
        Files files = whole;
        files[k_weights].resize(n);
        ASSERT_THROW(load_files(files), Error) << n;
    }
    for (std::size_t n = 0; n + 2 < whole.at("config.json").size(); ++n) { // the last two are "}\n"
        Files files = whole;
        files["config.json"].resize(n);
        ASSERT_THROW(load_files(files), Error) << n;
    }
}

} // namespace
} // namespace gf::tests::bad_hf_model_test
