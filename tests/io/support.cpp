#include "io/support.h"

#include "io/random_model.h"
#include "io/safetensors.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace gf::tests {

using nlohmann::json;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

FileSet memory_folder(const Files& files) {
    return {"memory",
            [&files](const std::string& name) -> std::optional<std::span<const std::byte>> {
                const auto it = files.find(name);
                if (it == files.end()) return std::nullopt;
                return bytes_of(it->second);
            },
            [&files] {
                std::vector<std::string> names;
                for (const auto& [name, contents] : files) names.push_back(name);
                return names;
            }};
}

std::shared_ptr<Weights> load_files(const Files& files, std::vector<std::string>* warnings) {
    std::vector<std::string> ignored;
    return load_hf_model(memory_folder(files), warnings ? *warnings : ignored);
}

Files saved_files(const Weights& weights, DType dtype) {
    const TestFolder folder;
    save_model(folder.path(), weights, dtype);
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        files[entry.path().filename()] = read_text(entry.path());
    return files;
}

Files sharded(const Files& files) {
    constexpr std::array<const char*, 2> k_names{"model-00001-of-00002.safetensors",
                                                 "model-00002-of-00002.safetensors"};
    Files result = files;
    result.erase("model.safetensors");
    const Safetensors whole = parse_safetensors(bytes_of(files.at("model.safetensors")), "");
    std::array<json, 2> headers{json::object(), json::object()};
    std::array<std::string, 2> data;
    json weight_map;
    for (std::size_t i = 0; i < whole.tensors.size(); ++i) {
        const TensorEntry& t = whole.tensors[i];
        const std::size_t shard = i % 2, begin = data[shard].size();
        data[shard].append(reinterpret_cast<const char*>(t.bytes.data()), t.bytes.size());
        headers[shard][t.name] = {
            {"dtype", name(t.dtype)}, {"shape", t.shape}, {"data_offsets", {begin, data[shard].size()}}};
        weight_map[t.name] = k_names[shard];
    }
    for (std::size_t shard = 0; shard < 2; ++shard)
        result[k_names[shard]] = safetensors_file(headers[shard], data[shard]);
    result["model.safetensors.index.json"] =
        json{{"metadata", {{"total_size", 1}}}, {"weight_map", weight_map}}.dump();
    return result;
}

std::vector<NamedConfig> tiny_models() {
    ModelConfig llama;
    llama.d_model = 8, llama.n_layers = 1, llama.n_heads = 2, llama.n_kv_heads = 1, llama.d_head = 4,
    llama.d_mlp = 12;
    llama.n_ctx = 16, llama.d_vocab = 11, llama.bos_id = 1, llama.eos_id = 2;

    ModelConfig tied = llama;
    tied.n_layers = 2, tied.tied_embeddings = tied.attn_qkv_bias = tied.attn_out_bias = tied.mlp_bias = true;
    tied.activation = Activation::gelu_tanh, tied.d_head = 6, tied.rope_theta = 500, tied.norm_eps = 1e-6,
    tied.bos_id = -1;

    ModelConfig mistral = llama;
    mistral.mask = MaskKind::sliding_window, mistral.window = 5;

    ModelConfig mixtral = llama;
    mixtral.n_experts = 3, mixtral.experts_per_token = 2, mixtral.rope_theta = 1e6;

    ModelConfig gpt2 = llama;
    gpt2.tensor_names = TensorNames::gpt2, gpt2.norm = NormKind::layer, gpt2.positions = Positions::learned;
    gpt2.mlp = MlpKind::plain, gpt2.activation = Activation::gelu_tanh, gpt2.n_kv_heads = 2,
    gpt2.tied_embeddings = true;
    gpt2.attn_qkv_bias = gpt2.attn_out_bias = gpt2.mlp_bias = true, gpt2.bos_id = gpt2.eos_id = 10;

    ModelConfig gpt2_untied = gpt2;
    gpt2_untied.tied_embeddings = false, gpt2_untied.d_mlp = 7, gpt2_untied.bos_id = gpt2_untied.eos_id = -1;

    ModelConfig interleaved = llama;
    interleaved.rope_pairs = RopePairs::interleaved;

    ModelConfig post = llama;
    post.norm = NormKind::layer, post.norm_place = NormPlace::post, post.positions = Positions::learned;
    post.mask = MaskKind::bidirectional, post.mlp = MlpKind::none, post.d_mlp = 0, post.attn_out_bias = true;

    ModelConfig experts = mixtral;
    experts.mlp = MlpKind::plain, experts.activation = Activation::relu, experts.mlp_bias = true,
    experts.norm = NormKind::layer;
    experts.positions = Positions::alibi, experts.mask = MaskKind::prefix;

    ModelConfig routed = mixtral;
    routed.n_shared_experts = 2, routed.router = RouterKind::sigmoid, routed.router_bias = true,
    routed.renormalised_gates = false;

    ModelConfig shared = llama;
    shared.n_layers = 4, shared.n_layer_groups = 2;

    ModelConfig bert = gpt2;
    bert.tensor_names = TensorNames::bert, bert.norm_place = NormPlace::post,
    bert.mask = MaskKind::bidirectional;
    bert.embed_norm = true, bert.head = OutputHead::masked_tokens, bert.bos_id = bert.eos_id = -1;

    ModelConfig bert_untied = bert;
    bert_untied.tied_embeddings = false, bert_untied.activation = Activation::gelu;

    ModelConfig classes = post;
    classes.head = OutputHead::classes, classes.n_classes = 3, classes.embed_norm = true;

    ModelConfig embedding = llama;
    embedding.head = OutputHead::embedding, embedding.pooling = Pooling::mean;

    ModelConfig encoder_decoder = llama, encoder_decoder_post = post;
    encoder_decoder.n_encoder_layers = 3;
    encoder_decoder_post.mask = MaskKind::causal, encoder_decoder_post.n_encoder_layers = 1;
    encoder_decoder_post.mlp = MlpKind::plain, encoder_decoder_post.d_mlp = 12;
    encoder_decoder_post.tied_embeddings = encoder_decoder_post.mlp_bias = true;

    ModelConfig yarn = llama, longrope = llama;
    yarn.rope_scaling = {.kind = RopeScalingKind::yarn, .factor = 4, .original_n_ctx = 4};
    longrope.rope_scaling = {.kind = RopeScalingKind::longrope, .factor = 2, .original_n_ctx = 8};
    longrope.rope_scaling.short_factor = {1, 1.5}, longrope.rope_scaling.long_factor = {2, 4};

    ModelConfig some_windows = llama, qwen2 = llama, llama_without_head = llama, bert_without_head = bert;
    some_windows.n_layers = 2, some_windows.layer_windows = {0, 5};
    qwen2.attn_qkv_bias = true;
    llama_without_head.head = bert_without_head.head = OutputHead::none;
    bert_without_head.tied_embeddings = false;

    ModelConfig gemma = llama, gpt_neo = gpt2;
    gemma.gain_offset = 1, gemma.embed_scale = std::sqrt(8.0), gemma.tied_embeddings = true,
    gemma.activation = Activation::gelu_tanh;
    gpt_neo.tensor_names = TensorNames::gpt_neo, gpt_neo.attn_qkv_bias = false, gpt_neo.attn_scale = 1;
    gpt_neo.n_layers = 3, gpt_neo.layer_windows = {0, 5, 5};

    std::vector<NamedConfig> all{{"llama", "llama", llama},
                                 {"gemma", "gemma", gemma},
                                 {"gpt_neo", "gpt_neo", gpt_neo},
                                 {"yarn", "llama", yarn},
                                 {"longrope", "llama", longrope},
                                 {"some_windows", "mistral", some_windows},
                                 {"qwen2", "qwen2", qwen2},
                                 {"llama_without_head", "llama", llama_without_head},
                                 {"bert_without_head", "bert", bert_without_head},
                                 {"llama_tied_biased", "llama", tied},
                                 {"mistral", "mistral", mistral},
                                 {"mixtral", "mixtral", mixtral},
                                 {"gpt2", "gpt2", gpt2},
                                 {"gpt2_untied", "gpt2", gpt2_untied},
                                 {"interleaved", "glassformer", interleaved},
                                 {"attention_only_post_norm", "glassformer", post},
                                 {"shared_layers", "glassformer", shared},
                                 {"bert", "bert", bert},
                                 {"bert_untied", "bert", bert_untied},
                                 {"classes", "glassformer", classes},
                                 {"embedding", "glassformer", embedding},
                                 {"encoder_decoder", "glassformer", encoder_decoder},
                                 {"encoder_decoder_post", "glassformer", encoder_decoder_post},
                                 {"plain_experts", "glassformer", experts},
                                 {"shared_experts", "glassformer", routed}};
    for (const char* family : {"gpt_neox", "phi", "phi3", "qwen3", "gemma2", "gemma3_text", "smollm3",
                               "olmo2", "opt", "roberta", "distilbert", "t5"})
        all.push_back({family, family,
                       config_like(family, {.d_model = 32,
                                            .n_layers = 4,
                                            .n_heads = 2,
                                            .n_kv_heads = 1,
                                            .d_mlp = 12,
                                            .n_ctx = 16,
                                            .d_vocab = 11})});
    return all;
}

ModelConfig tiny_config(const std::string& name) {
    for (const NamedConfig& m : tiny_models())
        if (m.name == name) return m.config;
    throw std::runtime_error("no tiny model " + name);
}

std::shared_ptr<Weights> tiny_weights(const ModelConfig& config) {
    auto weights = std::make_shared<Weights>(config);
    randomize(*weights, 7);
    return weights;
}

void expect_equal(const Weights& a, const Weights& b) {
    EXPECT_EQ(a.config, b.config);
    ASSERT_EQ(a.size(), b.size());
    EXPECT_EQ(std::memcmp(a.values(a.table[0]), b.values(b.table[0]), a.size() * sizeof(real)), 0);
    // With tied embeddings the output matrix is not among these bits; it is derived from the embedding.
    for (int i = 0; a.unembed && i < a.config.d_model; ++i)
        EXPECT_EQ(a.unembed.data[i * a.unembed.stride], b.unembed.data[i * b.unembed.stride]);
}

std::string safetensors_file(const json& header, const std::string& data) {
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + data;
}

std::string with_header(const std::string& file, const std::function<void(json&)>& change) {
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    json header = json::parse(file.substr(8, length));
    change(header);
    return safetensors_file(header, file.substr(8 + length));
}

std::string llama2c_file(const std::array<std::int32_t, 7>& header, std::size_t n_values) {
    std::string file(reinterpret_cast<const char*>(header.data()), sizeof header);
    for (std::size_t i = 0; i < n_values; ++i) {
        const float value = static_cast<float>(i % 40) / 8.0f;
        file.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return file;
}

void expect_words(const Problem& problem, const Words& words) {
    using testing::HasSubstr;
    EXPECT_THAT(problem.where, HasSubstr(words.where));
    EXPECT_THAT(problem.expected, HasSubstr(words.expected));
    EXPECT_THAT(problem.found, HasSubstr(words.found));
    EXPECT_THAT(problem.remedy, HasSubstr(words.remedy));
}

} // namespace gf::tests
