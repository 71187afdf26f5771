// glassformer trace: the file holds every activation of a prompt, exactly as the
// same run in this process computes it.

#include "cli/trace_file.h"

#include <nlohmann/json.hpp>

namespace gf::tests::trace_test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(TraceCommand, WritesEverySiteAsTheIssueSays) {
    // The preset has d_model 24, 6 heads of 8, 2 key-value heads, d_mlp 40, d_vocab 53.
    const SavedModel& model = saved_preset("llama");
    const TraceFile file = trace_of(model, {3, 1, 4, 1, 5});
    for (int layer : {0, 1}) {
        const std::string block = "blocks." + std::to_string(layer) + ".";
        for (const char* site : {"attn.hook_q", "attn.hook_rot_q", "attn.hook_z"})
            EXPECT_THAT(file.shape(block + site), ElementsAre(5, 6, 8));
        for (const char* site : {"attn.hook_k", "attn.hook_rot_k", "attn.hook_v"})
            EXPECT_THAT(file.shape(block + site), ElementsAre(5, 2, 8));
        for (const char* site : {"attn.hook_attn_scores", "attn.hook_pattern"})
            EXPECT_THAT(file.shape(block + site), ElementsAre(6, 5, 5));
        for (const char* site :
             {"hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out"})
            EXPECT_THAT(file.shape(block + site), ElementsAre(5, 24));
        for (const char* site : {"mlp.hook_pre", "mlp.hook_post"})
            EXPECT_THAT(file.shape(block + site), ElementsAre(5, 40));
    }
    EXPECT_THAT(file.shape("hook_embed"), ElementsAre(5, 24));
    EXPECT_THAT(file.shape("logits"), ElementsAre(5, 53));
    std::set<std::string> sites;
    for (const SiteRef& s : all_sites(model.config())) sites.insert(site_name(s.site, s.layer));
    EXPECT_EQ(file.names(), sites);
    EXPECT_EQ(json::parse(file.metadata().at("tokens")), json({3, 1, 4, 1, 5}));
    EXPECT_EQ(json::parse(file.metadata().at("config"))["hidden_size"], 24);
}

/// The axes are where they are said to be: over the keys a pattern sums to 1, and no query reads a later key.
TEST(TraceCommand, PatternsAreHeadQueryKey) {
    const std::vector<float> pattern =
        trace_of(saved_preset("llama"), {3, 1, 4, 1, 5}).values("blocks.1.attn.hook_pattern");
    for (std::size_t head = 0; head < 6; ++head)
        for (std::size_t query = 0; query < 5; ++query) {
            double sum = 0;
            for (std::size_t key = 0; key < 5; ++key) {
                const float p = pattern[(head * 5 + query) * 5 + key];
                sum += p;
                EXPECT_EQ(p > 0, key <= query);
            }
            EXPECT_NEAR(sum, 1, 1e-6);
        }
}

class TraceOf : public ::testing::TestWithParam<Preset> {};

TEST_P(TraceOf, EqualsTheRunInProcess) {
    const auto& [name, config, n_prefix] = GetParam();
    const SavedModel& model = saved_preset(name);
    const std::vector<int> tokens = random_tokens(config, 9);
    expect_equal(trace_of(model, tokens),
                 *run(model.weights, tokens, config.mask == MaskKind::prefix ? 9 : 0));
}
INSTANTIATE_TEST_SUITE_P(Presets, TraceOf, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return !c.has_encoder();
                         })),
                         [](const auto& test) { return test.param.name; });

TEST(TraceCommand, WritesBothStacksOfAnEncoderDecoder) {
    for (const char* name : {"encoder_decoder", "encoder_decoder_post"}) {
        const SavedModel& model = saved_preset(name);
        const std::vector<int> tokens = random_tokens(model.config(), 9),
                               text = random_tokens(model.config(), 6, 19);
        const auto decoder = run(model.weights, tokens); // with random_source(), whose text is the same
        const std::vector<std::string> source{"--source-tokens", ids_text(text)};
        const TraceFile file = trace_of(model, tokens, source);
        expect_equal(file, *decoder, "decoder.");
        expect_equal(file, *decoder->source(), "encoder.");
        EXPECT_EQ(file.names().size(),
                  all_sites(decoder->config()).size() + all_sites(decoder->source()->config()).size());
        EXPECT_EQ(json::parse(file.metadata().at("decoder.tokens")), json(tokens));
        EXPECT_EQ(json::parse(file.metadata().at("encoder.tokens")), json(text));
        const auto sites = [&](const std::string& glob) {
            return trace_of(model, tokens, {source[0], source[1], "--sites", glob}).names();
        };
        EXPECT_THAT(sites("hook_embed"), ElementsAre("decoder.hook_embed", "encoder.hook_embed"));
        EXPECT_THAT(sites("encoder.hook_embed"), ElementsAre("encoder.hook_embed"));
        EXPECT_THAT(sites("*cross_attn.hook_pattern"),
                    ElementsAre("decoder.blocks.0.cross_attn.hook_pattern",
                                "decoder.blocks.1.cross_attn.hook_pattern"));
        const TraceFile edited =
            trace_of(model, tokens,
                     {source[0], source[1], "--edits",
                      scratch_file("edits.json", R"([{"site": "hook_encoder_out", "scale": 0}])")});
        for (const float x : edited.values("decoder.hook_encoder_out")) EXPECT_EQ(x, 0);
        expect_refused({"trace", "--model", model.path, "--tokens", "1", "--out", out_file()}, {"--source"});
        expect_refused({"trace", "--model", model.path, "--tokens", "1", "--out", out_file(),
                        "--source-tokens", "2", "--sites", "encoder.logits"},
                       {"site", "encoder.logits"});
    }
}

TEST(TraceCommand, ExpertsAreWholeNumbers) {
    const SavedModel& model = saved_preset("mixtral"); // 2 of 4 experts of 23
    const TraceFile file = trace_of(model, {3, 1, 4});
    const TensorEntry& indices = file.at("blocks.0.mlp.hook_expert_indices");
    EXPECT_EQ(indices.dtype, DType::i32);
    EXPECT_THAT(indices.shape, ElementsAre(3, 2));
    EXPECT_THAT(file.shape("blocks.0.mlp.hook_post"), ElementsAre(3, 2, 23));
    const auto trace = run(model.weights, {3, 1, 4});
    for (int t = 0; t < 3; ++t)
        for (int slot = 0; slot < 2; ++slot) {
            std::int32_t index = -1;
            std::memcpy(&index, indices.bytes.data() + sizeof index * static_cast<std::size_t>(2 * t + slot),
                        sizeof index);
            EXPECT_EQ(index, trace->row(Site::expert_indices, 0, t)[slot]);
        }
}

TEST(TraceCommand, ReadsTextAndBos) {
    const SavedModel& model = saved_llama("text", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; });
    const std::string tokenizer = scratch_file("tok.bin", tok_bin_contents());
    stdout_of(
        {"trace", "--model", model.path, "--tokenizer", tokenizer, "--prompt", "ab", "--out", out_file()});
    EXPECT_EQ(json::parse(TraceFile(out_file()).metadata().at("tokens")), json({1, 259, 260, 3 + 'b'}));
    stdout_of({"trace", "--model", model.path, "--tokenizer", tokenizer, "-o", out_file()});
    EXPECT_EQ(json::parse(TraceFile(out_file()).metadata().at("tokens")), json({1}));
}

/// The first rows and keys of the gradient of a site, in the order of the file's axes.
std::vector<float> first_values(const Trace& trace, const SiteRef& site, int rows, int keys) {
    std::vector<float> values;
    const bool has_keys = has_key_axis(site.site);
    const int parts = has_keys ? trace.config().n_heads : 1, width = trace.width(site.site) / parts;
    for (int part = 0; part < parts; ++part)
        for (int row = 0; row < rows; ++row) {
            const real* first = trace.row(site.site, site.layer, row) + part * width;
            values.insert(values.end(), first, first + (has_keys ? keys : width));
        }
    return values;
}

class GradientsOf : public ::testing::TestWithParam<const char*> {};

TEST_P(GradientsOf, APublishedRunAreThoseOfTheCommand) {
    const SavedModel& model = saved_preset(GetParam());
    const std::vector<int> tokens = random_tokens(model.config(), 9),
                           text = random_tokens(model.config(), 6, 19);
    const bool has_source = model.config().has_encoder();
    TestSession session(model);
    if (has_source) session(command::SetSource{ids_text(text)});
    session(command::SetPrompt{ids_text(tokens)});
    const std::pair<const char*, GradientTarget> cases[] = {
        {"loss", {}},
        {"logit:4:11", {GradientOf::logit, 4, 11, 0}},
        {"difference:8:11:3", {GradientOf::difference, 8, 11, 3}}};
    for (const auto& [words, target] : cases) {
        std::vector<std::string> options{"--gradients", "--gradient-of", words};
        if (has_source) options.insert(options.end(), {"--source-tokens", ids_text(text)});
        const TraceFile file = trace_of(model, tokens, options);
        const Snapshot& s = session(command::SetGradients{.target = target});
        ASSERT_TRUE(s.text().gradients) << s.message;
        const auto expect_equal_gradients = [&](const gf::Run& of, const std::string& prefix, int n) {
            for (const SiteRef& site : all_sites(of.config())) {
                if (!site_row(site.site).editable) continue;
                const bool reads_source = has_source_keys(site.site),
                           is_source = row_axis(site.site) == Axis::source;
                const std::string name = "grad/" + prefix + site_name(site.site, site.layer);
                EXPECT_EQ(file.values(name),
                          first_values(*of.gradients, site, is_source ? 6 : n, reads_source ? 6 : n))
                    << name << " of " << words;
            }
        };
        expect_equal_gradients(s.text(), has_source ? "decoder." : "", 9);
        if (has_source) expect_equal_gradients(*s.source_run(), "encoder.", 6);
    }
}
INSTANTIATE_TEST_SUITE_P(Presets, GradientsOf,
                         ::testing::Values("llama", "gpt2", "mixtral", "encoder_decoder",
                                           "encoder_decoder_post"));

TEST(TraceCommand, RefusesGradientsThatCannotBe) {
    const std::string model = saved_preset("llama").path;
    const auto refused = [&](const char* target, std::initializer_list<const char*> words) {
        expect_refused({"trace", "--model", model, "--tokens", "3,1,4", "--out", out_file(), "--gradients",
                        "--gradient-of", target},
                       words);
    };
    refused("logits:1:2", {"--gradient-of", "logit:ROW:TOKEN", "logits:1:2"});
    refused("logit:3:2", {"a row from 0 to 2", "3"});
    refused("difference:1:2:53", {"a token id from 0 to 52", "53"});
    expect_refused({"trace", "--model", model, "--tokens", "3", "--out", out_file(), "--gradients"},
                   {"two tokens"});
}

TEST(TraceCommand, SitesByNameAndPattern) {
    auto sites = [](const std::vector<std::string>& globs) {
        std::vector<std::string> options;
        for (const std::string& g : globs) options.insert(options.end(), {"--sites", g});
        return trace_of(saved_preset("llama"), {3, 1, 4}, options).names();
    };
    EXPECT_THAT(sites({"logits"}), ElementsAre("logits"));
    EXPECT_THAT(sites({"blocks.*.attn.hook_pattern"}),
                ElementsAre("blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"));
    EXPECT_THAT(sites({"blocks.1.attn.hook_?"}),
                ElementsAreArray({"blocks.1.attn.hook_k", "blocks.1.attn.hook_q", "blocks.1.attn.hook_v",
                                  "blocks.1.attn.hook_z"}));
    EXPECT_THAT(sites({"logits", "blocks.0.hook_resid_p*", "*resid_pre"}),
                ElementsAre("blocks.0.hook_resid_post", "blocks.0.hook_resid_pre", "blocks.1.hook_resid_pre",
                            "logits"))
        << "each once";
    EXPECT_THAT(sites({"*.1.*_q"}), ElementsAre("blocks.1.attn.hook_q", "blocks.1.attn.hook_rot_q"));
}

TEST(TraceCommand, SomeSitesHaveTheValuesOfAll) {
    const SavedModel& model = saved_preset("gpt2");
    const auto all = trace_of(model, {3, 1, 4}).values("blocks.2.attn.hook_z");
    EXPECT_EQ(trace_of(model, {3, 1, 4}, {"--sites", "blocks.2.attn.hook_z"}).values("blocks.2.attn.hook_z"),
              all);
}

TEST(TraceCommand, Mistakes) {
    const SavedModel& model = saved_preset("llama");
    expect_refused({"trace", "--model", model.path, "--tokens", "1,2"}, {"--out", "--measure"});
    expect_refused(
        {"trace", "--model", model.path, "--tokens", "1,2", "--out", out_file(), "--sites",
         "blocks.0.attn.hook_patern"},
        {"site", "'blocks.0.attn.hook_patern'", "nearest: 'blocks.0.attn.hook_pattern'", "glassformer info"});
    expect_refused({"trace", "--model", model.path, "--tokens", "1,2", "--out", out_file(), "--sites",
                    "logits", "--sites", "hook_q*"},
                   {"site", "'hook_q*'", "nearest"});
    expect_refused(
        {"trace", "--model", model.path, "--tokens", "1,2", "--out", "/nowhere/at/all.safetensors"},
        {"/nowhere/at/all.safetensors", "folder"});
    expect_refused({"trace", "--model", model.path, "--tokens", "1,2", "--out", scratch().string()},
                   {scratch().c_str()});
    expect_refused({"trace", "--model", model.path, "--tokens", ids_text(random_tokens(model.config(), 257)),
                    "--out", out_file()},
                   {"prompt", "at most 256 tokens", "found 257"});
    expect_refused({"trace", "--model", model.path, "--out", out_file()}, {"prompt", "no BOS"});
}

} // namespace
} // namespace gf::tests::trace_test
