// Bad input as a person meets it on the command line: exit code 2 and one line that names the file or field,
// what was expected, what was found, and the remedy or the nearest names. The program never crashes, nor does
// it allocate gigabytes (process.h limits its memory).

#include "cli/process.h"
#include "support/mutate.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstring>

namespace gf::tests::bad_input_test {
namespace {

using nlohmann::json;

/// Expects that the commands which open a model refuse it alike.
void expect_model_refused(const std::string& path, std::initializer_list<const char*> words) {
    expect_refused({"info", "--model", path}, words);
    expect_refused({"run", "--model", path, "--tokens", "1", "-n", "2"}, words);
}

/// A file of that size that takes no space on the disk.
std::string sparse_file(const std::string& name, std::uintmax_t size) {
    const std::string path = scratch_file(name, "");
    std::filesystem::resize_file(path, size);
    return path;
}

/// Random bytes, the same on every machine.
std::string noise(std::size_t size, std::uint64_t seed) {
    Random random(seed);
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

// ---- Models in llama2.c's format ----

/// dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len
using Header = std::array<std::int32_t, 7>;
constexpr Header k_header{8, 12, 2, 2, 1, 20, 16};
// The values of that model: embedding, per layer two norms, Q and O, K and V and three MLP matrices, then the
// last norm and two tables of rotations.
constexpr std::size_t k_values = 20 * 8 + 2 * (2 * 8 + 2 * 64 + 2 * 32 + 3 * 96) + 8 + 2 * 16 * 2;

std::string bin_file(const std::string& name, const Header& header, std::size_t n_values = k_values) {
    std::string bytes(sizeof header, '\0');
    std::memcpy(bytes.data(), header.data(), sizeof header);
    return scratch_file(name, bytes + std::string(4 * n_values, '\0'));
}

TEST(BadBin, TheSoundOneLoads) {
    const std::string path = bin_file("sound.bin", k_header);
    EXPECT_EQ(stdout_json({"info", "--model", path, "--json"})["n_params"], k_values - 64);
    EXPECT_EQ(stdout_of({"run", "--model", path, "--tokens", "3,4", "-n", "2", "--greedy"}), "3,4,0,0\n")
        << "all logits are equal";
}

TEST(BadBin, Files) {
    expect_model_refused((scratch() / "missing.bin").string(),
                         {"missing.bin: expected", "found nothing there", "check the path"});
    expect_model_refused(scratch_file("empty.bin", ""), {"empty.bin"});
    expect_model_refused(scratch_file("tiny.bin", "abc"),
                         {"tiny.bin: expected", "28 bytes", "found 3 bytes"});
    expect_model_refused(bin_file("truncated.bin", k_header, k_values - 1),
                         {"truncated.bin: expected", "found", "truncated"});
    expect_model_refused(bin_file("long.bin", k_header, k_values + 1),
                         {"long.bin: expected", "found", "behind the model"});
    expect_model_refused(sparse_file("huge.bin", std::uintmax_t{3} << 30), {"huge.bin"});
    expect_model_refused(scratch().string(), {scratch().c_str(), "config.json"});
    expect_model_refused(scratch_file("model.gguf", "GGUF"),
                         {"model.gguf: expected", ".safetensors", "convert"});
    for (std::uint64_t seed = 0; seed < 8; ++seed)
        expect_model_refused(scratch_file("noise.bin", noise(4000, seed)), {"noise.bin"});
}

TEST(BadBin, Headers) {
    constexpr std::int32_t k_most = 0x7fffffff, k_least = -k_most - 1;
    struct Case {
        int field;
        std::int32_t value;
        const char* name;
    };
    for (const Case& c : {Case{0, 0, "dim"},
                          {0, -8, "dim"},
                          {1, 0, "hidden_dim"},
                          {1, k_least, "hidden_dim"},
                          {2, -1, "n_layers"},
                          {3, 0, "n_heads"},
                          {3, 3, "n_heads"},
                          {4, 0, "n_kv_heads"},
                          {4, -1, "n_kv_heads"},
                          {5, 0, "vocab_size"},
                          {5, k_least, "vocab_size"},
                          {6, 0, "seq_len"},
                          {6, -16, "seq_len"}}) {
        Header header = k_header;
        header[static_cast<std::size_t>(c.field)] = c.value;
        expect_model_refused(bin_file("header.bin", header),
                             {"header.bin", c.name, "expected", "found", std::to_string(c.value).c_str()});
    }
    for (std::size_t field = 0; field < 7; ++field) // sizes whose products overflow
        for (const std::int32_t value : {k_most, 1 << 16, 1 << 24, (1 << 30) + 8}) {
            Header header = k_header;
            header[field] = value;
            expect_model_refused(bin_file("header.bin", header), {"header.bin", "expected", "found"});
        }
    expect_model_refused(bin_file("header.bin", {1 << 17, 1 << 20, 1 << 12, 1, 1, 1 << 24, 1 << 24}),
                         {"header.bin", "expected", "found"});
    expect_model_refused(
        bin_file("header.bin", {1 << 15, 1 << 15, 1 << 15, 1 << 15, 1 << 15, 1 << 15, 1 << 15}),
        {"header.bin", "expected", "found"});
    expect_model_refused(bin_file("heads.bin", {12, 12, 2, 4, 3, 20, 16}),
                         {"heads.bin", "n_kv_heads", "a divisor of n_heads = 4", "found 3"});
    expect_model_refused(bin_file("version.bin", {0x616b3432, 1, 8, 12, 2, 2, 1}),
                         {"version.bin", "legacy", "--version 0"});
}

// ---- Models in Hugging Face's layout ----

/// A copy of the preset "llama" whose files a test damages.
class BadFolder : public ::testing::Test {
  protected:
    BadFolder() {
        const SavedModel& model = saved_preset("llama");
        config_ = read_text(model.path + "/config.json");
        weights_ = read_text(model.path + "/model.safetensors");
    }
    /// Writes the folder with these files and returns its path; a file whose text is empty is left out.
    std::string folder(const std::string& config, const std::string& weights) {
        std::filesystem::remove_all(scratch() / "bad");
        std::filesystem::create_directories(scratch() / "bad");
        if (!config.empty()) scratch_file("bad/config.json", config);
        if (!weights.empty()) scratch_file("bad/model.safetensors", weights);
        return (scratch() / "bad").string();
    }
    /// The folder with one key of config.json set.
    std::string with_config(const std::string& key, const json& value) {
        json object = json::parse(config_);
        object[key] = value;
        return folder(object.dump(), weights_);
    }
    /// The folder with a change to the header of the weights; their data stay.
    std::string with_header(const std::function<void(json&)>& change) {
        std::uint64_t length = 0;
        std::memcpy(&length, weights_.data(), sizeof length);
        json header = json::parse(weights_.substr(8, length));
        change(header);
        const std::string text = header.dump();
        const std::uint64_t n = text.size();
        return folder(config_, std::string(reinterpret_cast<const char*>(&n), sizeof n) + text +
                                   weights_.substr(8 + length));
    }
    static constexpr const char* k_q = "model.layers.1.self_attn.q_proj.weight"; ///< its shape is [48, 24]
    std::string config_, weights_;
};

TEST_F(BadFolder, TheSoundOneLoads) {
    EXPECT_EQ(stdout_of({"run", "--model", folder(config_, weights_), "--tokens", "3,4", "-n", "0"}),
              "3,4\n");
    EXPECT_EQ(stdout_of({"run", "--model", with_header([](json&) {}), "--tokens", "3,4", "-n", "0"}),
              "3,4\n");
}

TEST_F(BadFolder, Files) {
    expect_model_refused(folder("", weights_),
                         {"bad: expected a file config.json", "found model.safetensors", "download"});
    expect_model_refused(folder(config_, ""), {"bad: expected a file model.safetensors", "safetensors"});
    expect_model_refused(folder(" ", weights_), {"bad/config.json", "JSON"});
    expect_model_refused(folder(config_, weights_.substr(0, weights_.size() - 5)),
                         {"bad/model.safetensors", "expected", "found", "truncated"});
    expect_model_refused(folder(config_, weights_ + "more"),
                         {"bad/model.safetensors", "end of file", "hole"});
    expect_model_refused(folder(config_, weights_.substr(0, 100)),
                         {"bad/model.safetensors: header length", "truncated"});
    expect_model_refused(folder(config_, "1234"),
                         {"bad/model.safetensors", "at least 8 bytes", "found 4 bytes"});
    expect_model_refused(folder(config_, std::string(8, '\xff') + "{}"),
                         {"bad/model.safetensors: header length", "18446744073709551615"});
    const std::string huge = folder(config_, weights_);
    std::filesystem::resize_file(huge + "/model.safetensors", std::uintmax_t{3} << 30);
    expect_model_refused(huge, {"bad/model.safetensors"});
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        expect_model_refused(folder(config_, noise(4000, seed)), {"bad/model.safetensors"});
        expect_model_refused(folder(noise(400, seed), weights_), {"bad/config.json"});
    }
    expect_refused({"info", "--model", folder(config_, "") + "/other.safetensors"},
                   {"other.safetensors", "nothing there"});
}

TEST_F(BadFolder, DeeplyNestedJson) {
    const std::string deep = std::string(200000, '[');
    expect_model_refused(folder(deep, weights_), {"bad/config.json", "levels of nesting"});
    expect_model_refused(folder("{\"a\":" + deep, weights_), {"bad/config.json", "levels of nesting"});
    const std::uint64_t n = deep.size();
    expect_model_refused(folder(config_, std::string(reinterpret_cast<const char*>(&n), sizeof n) + deep),
                         {"bad/model.safetensors: header", "levels of nesting"});
}

TEST_F(BadFolder, Configs) {
    expect_model_refused(folder("{", weights_), {"bad/config.json", "JSON", "at byte"});
    expect_model_refused(folder("[]", weights_), {"bad/config.json", "object"});
    expect_model_refused(folder("{}", weights_), {"bad/config.json: 'model_type'", "llama"});
    expect_model_refused(with_config("model_type", "bert"), {"bad/config.json: 'architectures'",
                                                             "one of BertForMaskedLM", "'LlamaForCausalLM'"});
    expect_model_refused(with_config("rope_scaling", {{"type", "mrope"}, {"factor", 2.0}}),
                         {"bad/config.json", "'rope_scaling'", "linear, dynamic, llama3, yarn", "'mrope'"});
    expect_model_refused(with_config("final_logit_softcapping", 30.0),
                         {"bad/config.json", "'final_logit_softcapping'", "not supported"});
    expect_model_refused(with_config("quantization_config", json::object()),
                         {"bad/config.json", "'quantization_config'"});
    expect_model_refused(with_config("my_own_attention", true), {"bad/config.json", "'my_own_attention'"});
    expect_model_refused(with_config("hidden_act", "swish7"), {"bad/config.json", "hidden_act", "swish7"});
    expect_model_refused(with_config("hidden_size", "24"),
                         {"bad/config.json", "'hidden_size'", "string \"24\""});
    expect_model_refused(with_config("hidden_size", -24), {"bad/config.json", "hidden_size", "-24"});
    expect_model_refused(with_config("num_key_value_heads", 4),
                         {"bad/config.json", "n_kv_heads", "a divisor of n_heads = 6", "found 4"});
    expect_model_refused(with_config("num_attention_heads", 0), {"bad/config.json", "expected", "0"});
    expect_model_refused(with_config("head_dim", 7), {"bad/config.json", "d_head", "even", "found 7"});
    for (const char* key : {"hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
                            "head_dim", "intermediate_size", "vocab_size"})
        for (const json& value :
             {json(1 << 12), json(1 << 24), json(2147483647), json(9223372036854775807), json(1e300)})
            expect_model_refused(with_config(key, value), {"bad", "expected", "found"});
}

TEST_F(BadFolder, KeysThatAPersonMayIgnore) {
    const std::string model = with_config("my_own_attention", true);
    expect_model_refused(model, {"'my_own_attention'", "--ignore-config-key my_own_attention"});
    const std::vector<std::string> run{"run", "--model", model, "--tokens", "3,4", "-n", "0"};
    const auto with = [&](std::initializer_list<const char*> more) {
        std::vector<std::string> arguments = run;
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    const Outcome told = run_glassformer(with({"--ignore-config-key", "my_own_attention"}));
    EXPECT_EQ(told.exit_code, 0);
    EXPECT_EQ(told.out, "3,4\n");
    EXPECT_THAT(told.err, testing::StartsWith("warning: "));
    EXPECT_THAT(told.err, testing::HasSubstr("'my_own_attention' is ignored, as asked"));
    expect_refused(with({"--ignore-config-key", "another"}), {"'my_own_attention'"});
    EXPECT_THAT(run_glassformer({"info", "--model", with_config("made_by", "me")}).err,
                testing::HasSubstr("this key is not known here and left out: 'made_by'"));
}

TEST_F(BadFolder, Tensors) {
    expect_model_refused(with_header([](json& h) { h.erase(k_q); }), {"bad/model.safetensors", "hole"});
    expect_model_refused(
        with_header([](json& h) { h["model.layers.1.self_attn.q_prj.weight"] = h[k_q], h.erase(k_q); }),
        {k_q, "expected a tensor of shape [48, 24]", "found no such tensor"});
    expect_model_refused(with_header([](json& h) {
                             h[k_q]["shape"] = {24, 48};
                         }),
                         {k_q, "expected shape [48, 24]", "found shape [24, 48]"});
    expect_model_refused(with_header([](json& h) { h[k_q]["dtype"] = "I32"; }),
                         {k_q, "F32, F16 or BF16", "found I32"});
    expect_model_refused(with_header([](json& h) { h[k_q]["dtype"] = "F16"; }), {k_q, "bytes"});
    expect_model_refused(with_header([](json& h) { h[k_q]["dtype"] = "Q4_0"; }), {k_q, "dtype", "'Q4_0'"});
    expect_model_refused(with_header([](json& h) {
                             h[k_q]["shape"] = {1ll << 40, 1ll << 40};
                         }),
                         {k_q, "shape"});
    expect_model_refused(with_header([](json& h) { h[k_q]["shape"] = {-1, 24}; }), {k_q, "shape", "-1"});
    expect_model_refused(with_header([](json& h) {
                             h[k_q]["data_offsets"] = {0, 4608};
                         }),
                         {"bad/model.safetensors", "overlap"});
    expect_model_refused(with_header([](json& h) {
                             const std::int64_t begin = h[k_q]["data_offsets"][0];
                             h[k_q]["data_offsets"] = {begin + (1ll << 40), begin + (1ll << 40) + 4608};
                         }),
                         {k_q, "data_offsets", "a range inside the file"});
    expect_model_refused(with_header([](json& h) {
                             h[k_q]["data_offsets"] = {4608, 0};
                         }),
                         {k_q, "data_offsets"});
    expect_model_refused(with_header([](json& h) {
                             h[k_q]["data_offsets"] = {0.5, 1};
                         }),
                         {k_q, "data_offsets", "[begin, end]"});
    expect_model_refused(with_header([](json& h) { h["lm_head.weight"]["shape"] = {53}; }),
                         {"lm_head.weight"});
}

TEST_F(BadFolder, ShardsThatAreNotThere) {
    const std::string path = folder(config_, "");
    scratch_file("bad/model.safetensors.index.json",
                 R"({"weight_map": {"model.embed_tokens.weight": "model-1.safetensors"}})");
    expect_model_refused(path, {"model-1.safetensors", "download the missing shard"});
    scratch_file("bad/model.safetensors.index.json",
                 R"({"weight_map": {"model.embed_tokens.weight": "../../etc/passwd"}})");
    expect_model_refused(
        path, {"model.safetensors.index.json", "'model.embed_tokens.weight'", "in the same folder"});
    scratch_file("bad/model.safetensors.index.json", "{}");
    expect_model_refused(path, {"model.safetensors.index.json", "'weight_map'"});
}

// ---- Tokenizers ----

class BadTokenizer : public ::testing::Test {
  protected:
    void refused(const std::string& path, std::initializer_list<const char*> words) {
        expect_refused({"run", "--model", model_, "--tokenizer", path, "--prompt", "a", "-n", "2"}, words);
    }
    const std::string model_ = saved_llama("text", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; }).path;
    const std::string sound_ = tok_bin_contents();
};

TEST_F(BadTokenizer, TokBin) {
    refused((scratch() / "missing-tok.bin").string(),
            {"missing-tok.bin: expected", "found nothing there", "check the path"});
    refused(scratch_file("empty-tok.bin", ""), {"empty-tok.bin: expected", "found an empty file"});
    refused(scratch_file("short-tok.bin", sound_.substr(0, sound_.size() - 3)),
            {"short-tok.bin: token 260", "truncated"});
    refused(scratch_file("few-tok.bin", sound_.substr(0, 500)), {"few-tok.bin: "});
    refused(scratch_file("long-tok.bin", sound_ + "xyz"), {"long-tok.bin: token 261", "truncated"});
    refused(scratch_file("zero-tok.bin", std::string(4, '\0') + sound_.substr(4)),
            {"zero-tok.bin: max_token_length", "found 0"});
    refused(scratch_file("absurd-tok.bin", std::string(4, '\x7f') + sound_.substr(4)),
            {"absurd-tok.bin: max_token_length", "found 2139062143"});
    refused(scratch_file("negative-tok.bin", sound_.substr(0, 8) + "\xfe\xff\xff\xff" + sound_.substr(12)),
            {"negative-tok.bin: token 0, length", "found -2"});
    refused(sparse_file("huge-tok.bin", std::uintmax_t{600} << 20), {"huge-tok.bin", "at most 512 MB"});
    refused(sparse_file("huge-tok.bin", std::uintmax_t{3} << 30), {"huge-tok.bin: expected", "found"});
    for (std::uint64_t seed = 0; seed < 8; ++seed)
        refused(scratch_file("noise-tok.bin", noise(3000, seed)), {"noise-tok.bin"});
    const std::string other = saved_preset("llama").path;
    expect_refused({"run", "--model", other, "--tokenizer", scratch_file("tok.bin", sound_)},
                   {"tok.bin", "at most d_vocab = 53 tokens", "found 261", "belongs to this model"});
}

TEST_F(BadTokenizer, Json) {
    refused(scratch_file("bad/tokenizer.json", "{"), {"tokenizer.json", "JSON"});
    refused(scratch_file("bad/tokenizer.json", "{}"), {"tokenizer.json", "'model'"});
    refused(scratch_file("bad/tokenizer.json", R"({"model": {"type": "Markov", "vocab": {}}})"),
            {"tokenizer.json", "BPE", "Unigram", "Markov"});
    refused(scratch_file("bad/tokenizer.json", R"({"model": {"type": "Unigram", "vocab": []}})"),
            {"tokenizer.json", "vocab"});
    refused(scratch_file("bad/tokenizer.json", std::string(200000, '[')),
            {"tokenizer.json", "levels of nesting"});
    refused(sparse_file("bad/tokenizer.json", std::uintmax_t{600} << 20),
            {"tokenizer.json", "at most 512 MB"});
    for (std::uint64_t seed = 0; seed < 4; ++seed)
        refused(scratch_file("bad/tokenizer.json", noise(3000, seed)), {"tokenizer.json"});
    std::filesystem::remove(scratch() / "bad/tokenizer.json");
}

// ---- Words of the command line ----

TEST(BadUsage, UnknownOptionsNameTheNearest) {
    const std::string model = saved_preset("llama").path;
    expect_refused({"run", "--model", model, "--temprature", "1"},
                   {"unknown option '--temprature'", "nearest: '--temperature'"});
    expect_refused({"run", "--modle", model}, {"unknown option '--modle'", "nearest: '--model'"});
    expect_refused({"run", "--model", model, "--top_k=3"},
                   {"unknown option '--top_k=3'", "nearest: '--top-k'"});
    expect_refused({"trace", "--model", model, "--out", "x", "--site", "logits"},
                   {"unknown option '--site'", "nearest: '--sites'"});
    expect_refused({"info", "--model", model, "--jsn"}, {"unknown option '--jsn'", "nearest: '--json'"});
    expect_refused({"bench", "decode", "--model", model, "--repeat", "2"},
                   {"unknown option '--repeat'", "nearest: '--repeats'"});
    expect_refused({"run", "--model", model, "stray"},
                   {"unknown argument 'stray'", "glassformer run takes options only"});
    expect_refused({"run", "--model", model, "--" + std::string(100000, 'x')}, {"unknown option", "nearest"});
}

TEST(BadUsage, ValuesThatMakeNoSense) {
    const std::string model = saved_preset("llama").path;
    auto refused = [&](const std::string& option, const std::string& value,
                       std::initializer_list<const char*> words) {
        expect_refused({"run", "--model", model, "--tokens", "1", option, value}, words);
    };
    expect_refused({"run"}, {"--model", "required", "glassformer run --help"});
    expect_refused({"run", "--model"}, {"--model"});
    expect_refused({"run", "--model", ""}, {"model: expected", "empty"});
    refused("-n", "many", {"-n", "many"});
    refused("-n", "1.5", {"-n", "1.5"});
    refused("-n", "99999999999", {"-n", "99999999999"});
    refused("-n", "-1", {"-n: expected 0 or more", "found -1"});
    refused("-n", "256", {"-n: expected at most 255", "context is 256", "found 256"});
    refused("-n", "2147483647", {"-n: expected at most 255", "found 2147483647"});
    refused("--temperature", "-1", {"temperature: expected 0.01 to 100", "found -1"});
    refused("--temperature", "nan", {"temperature", "found nan"});
    refused("--temperature", "1e-9", {"temperature", "greedy"});
    refused("--temperature", "warm", {"--temperature", "warm"});
    refused("--top-k", "-2", {"top-k", "found -2"});
    refused("--top-p", "1.5", {"top-p: expected 0 to 1", "found 1.5"});
    refused("--min-p", "-0.5", {"min-p: expected 0 to 1", "found -0.5"});
    refused("--repetition-penalty", "0", {"repetition-penalty", "found 0"});
    refused("--seed", "-1", {"--seed", "from 0 to 2^64 - 1", "found -1"});
    refused("--seed", "18446744073709551616", {"--seed", "18446744073709551616"});
    refused("--seed", "x", {"--seed", "x"});
}

TEST(BadUsage, TokenIds) {
    const std::string model = saved_preset("llama").path;
    for (const char* option : {"--tokens", "--prompt"}) {
        auto refused = [&](const std::string& ids, std::initializer_list<const char*> words) {
            expect_refused({"run", "--model", model, option, ids}, words);
        };
        refused("1,53", {"token ids: expected ids from 0 to 52", "found '53'"});
        refused("1,-4", {"token ids: expected ids from 0 to 52", "found '-4'"});
        refused("1,two", {"token ids: expected whole numbers", "found 'two'", "1,2,3"});
        refused("1,99999999999999999999",
                {"token ids: expected whole numbers", "found '99999999999999999999'"});
    }
    expect_refused({"run", "--model", model, "--tokens", ""},
                   {"--tokens: expected at least one token id", "found ''"});
    expect_refused({"run", "--model", model, "--tokens", " , "},
                   {"--tokens: expected at least one token id"});
    expect_refused({"run", "--model", model}, {"prompt", "no BOS token", "type some text"});
    expect_refused({"run", "--model", model, "--tokens", "1", "--prompt", "2"}, {"--prompt", "--tokens"});
    const std::string text = saved_llama("text", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; }).path;
    expect_refused({"run", "--model", text, "--tokenizer", scratch_file("tok.bin", tok_bin_contents()),
                    "--prompt", std::string(300, 'b')},
                   {"prompt: expected at most 256 tokens", "found 302", "shorten"});
}

TEST(BadUsage, HelpAndVersionAreNone) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--help"},
                                               {"run", "--help"},
                                               {"trace", "--help"},
                                               {"info", "--help"},
                                               {"bench", "decode", "--help"}}) {
        const std::string help = stdout_of(arguments);
        EXPECT_THAT(help, ::testing::HasSubstr("--help"));
        EXPECT_THAT(help, ::testing::HasSubstr(arguments.size() > 1 ? "--model" : "trace"));
    }
    EXPECT_THAT(stdout_of({"--version"}), ::testing::MatchesRegex("glassformer [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

} // namespace
} // namespace gf::tests::bad_input_test
