// glassformer info and bench decode: their numbers against closed forms.

#include "cli/process.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace gf::tests::info_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json info_of(const std::string& preset_name) {
    return stdout_json({"info", "--model", saved_preset(preset_name).path, "--json"});
}

TEST(Info, ALlamaInNumbers) {
    const json info = info_of("llama");
    EXPECT_EQ(info["model"], "llama");
    const json& config = info["config"];
    for (const auto& [key, value] : std::map<std::string, json>{{"d_model", 24},
                                                                {"n_layers", 2},
                                                                {"n_heads", 6},
                                                                {"n_kv_heads", 2},
                                                                {"d_head", 8},
                                                                {"d_mlp", 40},
                                                                {"n_ctx", 256},
                                                                {"d_vocab", 53},
                                                                {"norm", "rms"},
                                                                {"norm_place", "pre"},
                                                                {"positions", "rope"},
                                                                {"mask", "causal"},
                                                                {"mlp", "gated"},
                                                                {"activation", "silu"},
                                                                {"tied_embeddings", false},
                                                                {"rope_pairs", "half"},
                                                                {"rope_theta", 10000.0}})
        EXPECT_EQ(config[key], value) << key;
    // Q and O 24 x 48, K and V 24 x 16, three MLP matrices 24 x 40, two norms; embedding, output, last norm.
    const int block = 2 * 24 * 48 + 2 * 24 * 16 + 3 * 24 * 40 + 2 * 24;
    EXPECT_EQ(info["n_params"], 2 * block + 2 * 53 * 24 + 24);
    // Two operations for each weight of a product, and for each key and head 4 d_head operations: 2 d_head
    // for the score and as many for the weighted value.
    const int products = 2 * 2 * (2 * 24 * 48 + 2 * 24 * 16 + 3 * 24 * 40) + 2 * 24 * 53,
              attention = 2 * 4 * 48;
    EXPECT_EQ(info["flops_per_token"]["first"], products + attention);
    EXPECT_EQ(info["flops_per_token"]["at_n_ctx"], products + 256 * attention);
    EXPECT_EQ(info["kv_bytes_per_token"], 2 * 2 * 16 * 4);
    // At least what the sites hold: scores and patterns alone are 2 layers x 2 x 6 heads x 256 x 256.
    EXPECT_GE(info["trace_bytes_at_n_ctx"], 4 * 2 * 2 * 6 * 256 * 256);
    EXPECT_LE(info["trace_bytes_at_n_ctx"], 2 * 4 * 2 * 2 * 6 * 256 * 256);
}

TEST(Info, AGpt2InNumbers) {
    const json info = info_of("gpt2");
    const int d = 20, mlp = 37, block = 3 * d * d + 3 * d + d * d + d + 2 * d * mlp + mlp + d + 4 * d;
    EXPECT_EQ(info["n_params"], 3 * block + 53 * d + 256 * d + 2 * d) << "tied: one embedding";
    EXPECT_EQ(info["flops_per_token"]["first"], 3 * (2 * (4 * d * d + 2 * d * mlp) + 4 * d) + 2 * d * 53);
    EXPECT_EQ(info["kv_bytes_per_token"], 3 * 2 * d * 4);
    EXPECT_EQ(info["config"]["positions"], "learned");
    EXPECT_EQ(info["config"]["tied_embeddings"], true);
    EXPECT_FALSE(info["config"].contains("rope_theta"));
}

TEST(Info, OnlyTheExpertsInUseCost) {
    const json info = info_of("mixtral"); // 2 of 4 experts
    EXPECT_EQ(info["config"]["n_experts"], 4);
    EXPECT_EQ(info["config"]["experts_per_token"], 2);
    const int attention = 2 * 24 * 48 + 2 * 24 * 16, expert = 3 * 24 * 23, router = 24 * 4;
    EXPECT_EQ(info["n_params"], 2 * (attention + 4 * expert + router + 2 * 24) + 2 * 53 * 24 + 24);
    EXPECT_EQ(info["flops_per_token"]["first"],
              2 * (2 * (attention + 2 * expert + router) + 4 * 48) + 2 * 24 * 53);
    EXPECT_EQ(info_of("sliding_window")["config"]["window"], 4);
}

TEST(Info, ListsParametersAndSites) {
    for (const Preset& p : presets()) {
        SCOPED_TRACE(p.name);
        const json info = info_of(p.name);
        long long n = 0;
        for (const json& row : info["params"]) {
            long long size = 1;
            for (const json& extent : row["shape"]) size *= extent.get<long long>();
            n += size;
        }
        EXPECT_EQ(info["n_params"], n);
        std::vector<std::string> sites;
        for (const SiteRef& s : all_sites(p.config)) sites.push_back(site_name(s.site, s.layer));
        EXPECT_EQ(info["sites"], json(sites));
    }
    const json embed = info_of("llama")["params"][0];
    EXPECT_EQ(embed["name"], "model.embed_tokens.weight");
    EXPECT_EQ(embed["shape"], json({53, 24}));
}

TEST(Info, SaysTheSameInWords) {
    const json info = info_of("llama");
    const std::string text = stdout_of({"info", "--model", saved_preset("llama").path});
    EXPECT_THAT(text, ::testing::StartsWith("llama\n"));
    for (const char* word :
         {"d_model            24\n", "blocks.*.attn.hook_pattern\n", "logits\n",
          "model.layers.1.self_attn.q_proj.weight", "48 x 24\n", "KV cache bytes     256 a token"})
        EXPECT_THAT(text, HasSubstr(word));
    EXPECT_THAT(text, HasSubstr("parameters         " + info["n_params"].dump() + "\n"));
}

TEST(Info, AModelThatShipsIsFoundByItsName) {
    EXPECT_EQ(stdout_json({"info", "--model", "story-moe", "--json"})["model"], "story-moe");
    EXPECT_EQ(stdout_of({"run", "--model", "story", "--tokens", "1", "-n", "0"}),
              stdout_of({"run", "--model", GLASSFORMER_TESTS_DIR "/../assets/models/story", "--tokens", "1",
                         "-n", "0"}));
    expect_refused({"run", "--model", "story-mo", "-n", "1"}, {"story-mo", "nearest: 'story-moe'"});
    expect_refused({"trace", "--model", "story-mo", "--out", "x"}, {"story-mo", "nearest: 'story-moe'"});
}

TEST(Info, TheRealModel) {
    const Stories files = stories();
    if (!files) GTEST_SKIP() << "no models in " << GLASSFORMER_MODELS_DIR;
    const json info = stdout_json({"info", "--model", files.model, "--tokenizer", files.tokenizer, "--json"});
    EXPECT_EQ(info["model"], "stories260K");
    EXPECT_EQ(info["config"]["rope_pairs"], "interleaved");
    // Tied; the file is 7 integers, the parameters, and two rotary tables of 512 x 4.
    EXPECT_EQ(std::filesystem::file_size(files.model),
              28 + 4 * (info["n_params"].get<std::size_t>() + 2 * 512 * 4));
}

void expect_bench_fields(const json& bench, const std::string& model, int n) {
    EXPECT_EQ(bench["model"], model);
    EXPECT_EQ(bench["n"], n);
    EXPECT_EQ(bench["threads"], 1);
    for (const char* key : {"tokens_per_s", "tokens_per_s_no_capture", "gflops", "peak_gflops",
                            "share_of_peak", "share_of_peak_no_capture"}) {
        ASSERT_TRUE(bench[key].is_number()) << key;
        EXPECT_GT(bench[key].get<double>(), 0) << key;
    }
    const double share = bench["share_of_peak"], gflops = bench["gflops"], peak = bench["peak_gflops"];
    EXPECT_NEAR(share, gflops / peak, 1e-9 * share);
}

TEST(Bench, DecodePrintsItsFields) {
    const SavedModel& model = saved_preset("llama");
    const json bench = stdout_json(
        {"bench", "decode", "--model", model.path, "-n", "8", "--repeats", "2", "--threads", "1", "--json"});
    expect_bench_fields(bench, "llama", 8);
    // The work of 8 tokens, from info's closed form.
    const json info = info_of("llama");
    const double first = info["flops_per_token"]["first"], last = info["flops_per_token"]["at_n_ctx"],
                 per_key = (last - first) / 255;
    const double flops = 8 * first + per_key * (8 * 7 / 2);
    EXPECT_NEAR(bench["gflops"].get<double>() * 1e9, flops / 8 * bench["tokens_per_s"].get<double>(),
                1e-6 * bench["gflops"].get<double>() * 1e9);
    EXPECT_THAT(stdout_of({"bench", "decode", "--model", model.path, "-n", "8", "--repeats", "1"}),
                HasSubstr("tokens/s"));
}

TEST(Bench, DecodeOfTheRealModel) {
    const Stories files = stories();
    if (!files) GTEST_SKIP() << "no models in " << GLASSFORMER_MODELS_DIR;
    expect_bench_fields(stdout_json({"bench", "decode", "--model", files.model, "--tokenizer",
                                     files.tokenizer, "-n", "256", "--repeats", "1", "--json"}),
                        "stories260K", 256);
}

TEST(Bench, Mistakes) {
    const std::string model = saved_preset("llama").path;
    expect_refused({"bench"}, {"decode", "bench --help"});
    expect_refused({"bench", "decod"}, {"'decod'", "nearest: 'decode'"});
    expect_refused({"bench", "decode"}, {"--model", "glassformer bench decode --help"});
    expect_refused({"bench", "decode", "--model", model, "-n", "0"},
                   {"-n: expected 1 to n_ctx = 256", "found 0"});
    expect_refused({"bench", "decode", "--model", model, "-n", "257"},
                   {"-n: expected 1 to n_ctx = 256", "found 257"});
    expect_refused({"bench", "decode", "--model", model, "--threads", "2"},
                   {"--threads: expected 1", "found 2"});
    expect_refused({"bench", "decode", "--model", model, "--repeats", "0"},
                   {"--repeats: expected 1 or more", "found 0"});
    expect_refused({"bench", "decode", "--model", saved_preset("bidirectional").path},
                   {"both directions", "continues text"});
}

} // namespace
} // namespace gf::tests::info_test
