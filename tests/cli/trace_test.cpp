// glassformer trace: the file holds every activation of a prompt, exactly as the
// same run in this process computes it.

#include "cli/process.h"
#include "support/compare.h"
#include "support/varied_setup.h"

#include "io/fields.h"
#include "io/safetensors.h"
#include "platform/mapped_file.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <set>

namespace gf::tests::trace_test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

using Shape = std::vector<std::int64_t>;

/// A file that the program wrote.
class TraceFile {
  public:
    explicit TraceFile(const std::string& path)
        : file_(path), tensors_(parse_safetensors(file_.bytes(), path)) {}

    std::set<std::string> names() const {
        std::set<std::string> names;
        for (const TensorEntry& t : tensors_.tensors) names.insert(t.name);
        return names;
    }
    const TensorEntry& at(const std::string& name) const {
        const TensorEntry* found = tensors_.find(name);
        if (!found) throw std::out_of_range("no tensor " + name);
        return *found;
    }
    Shape shape(const std::string& name) const { return at(name).shape; }
    std::vector<float> values(const std::string& name) const {
        const TensorEntry& t = at(name);
        EXPECT_EQ(t.dtype, DType::f32) << name;
        std::vector<float> values(t.bytes.size() / sizeof(float));
        std::memcpy(values.data(), t.bytes.data(), t.bytes.size());
        return values;
    }
    const std::map<std::string, std::string>& metadata() const { return tensors_.metadata; }

  private:
    MappedFile file_;
    Safetensors tensors_;
};

std::string out_file() { return (scratch() / "out.safetensors").string(); }

/// Runs `trace` with further options and returns what it wrote.
TraceFile trace_of(const SavedModel& model, const std::vector<int>& tokens,
                   const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{"trace",          "--model", model.path, "--tokens",
                                       ids_text(tokens), "--out",   out_file()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    std::filesystem::remove(out_file());
    stdout_of(arguments);
    return TraceFile(out_file());
}

/// The values of a site of a run in this process, in the order of the file's axes.
std::vector<float> values_of(const Trace& trace, const SiteRef& site) {
    const int n = trace.n_rows(site.site);
    std::vector<float> values;
    const int parts = has_key_axis(site.site) ? trace.config().n_heads : 1; // the file has [head, query, key]
    for (int part = 0; part < parts; ++part)
        for (int row = 0; row < n; ++row) {
            const auto all = row_of(trace, site.site, site.layer, row);
            const std::size_t width = all.size() / static_cast<std::size_t>(parts);
            const auto some = all.subspan(static_cast<std::size_t>(part) * width, width);
            values.insert(values.end(), some.begin(), some.end());
        }
    return values;
}

/// Expects every site of the run in the file, bit for bit, under names that begin with the prefix.
void expect_equal(const TraceFile& file, const Trace& trace, const std::string& prefix = "") {
    for (const SiteRef& site : all_sites(trace.config())) {
        const std::string name = site_name(site.site, site.layer);
        if (site.site == Site::expert_indices) continue; // not floats; ExpertsAreWholeNumbers compares them
        const auto found = file.values(prefix + name), expected = values_of(trace, site);
        EXPECT_TRUE(found.size() == expected.size() &&
                    std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)) == 0)
            << name;
    }
}

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

struct EditCase {
    std::string name, text;
    std::function<std::vector<Edit>()> edits; ///< the same edits, built by hand
};

Edit edit(Site site, int layer, Edit::Kind kind, std::vector<real> values,
          std::function<void(CellRange&)> where = {}) {
    Edit e{{.site = site, .layer = layer}, kind, std::move(values), nullptr};
    if (where) where(e.range);
    return e;
}

TEST(TraceCommand, EditsAreThoseInProcess) {
    using enum Edit::Kind;
    const std::vector<EditCase> cases = {
        {"ablate a head", R"([{"site": "blocks.1.attn.hook_z", "heads": [2, 3], "scale": 0}])",
         [] {
             return std::vector{
                 edit(Site::z, 1, scale, {0}, [](CellRange& r) { r.head_begin = 2, r.head_end = 3; })};
         }},
        {"steer",
         R"([{"site": "blocks.0.hook_resid_post", "rows": [1, 4], "columns": [3, 5],
              "add": [1, -2, 0.5, 0, 0, 4]}])",
         [] {
             return std::vector{edit(Site::resid_post, 0, add, {1, -2, 0.5, 0, 0, 4}, [](CellRange& r) {
                 r.row_begin = 1, r.row_end = 4, r.column_begin = 3, r.column_end = 5;
             })};
         }},
        {"paint attention",
         R"([{"site": "blocks.0.attn.hook_pattern", "rows": [3, 4], "heads": [0, 1], "columns": [0, 1],
              "values": 1}])",
         [] {
             return std::vector{edit(Site::pattern, 0, values, {1}, [](CellRange& r) {
                 r.row_begin = 3, r.row_end = 4, r.head_begin = 0, r.head_end = 1, r.column_begin = 0,
                 r.column_end = 1;
             })};
         }},
        {"two of them",
         R"([{"site": "hook_embed", "scale": 2}, {"site": "logits", "add": 10, "rows": [4, 5]}])",
         [] {
             return std::vector{
                 edit(Site::embed, -1, scale, {2}),
                 edit(Site::logits, -1, add, {10}, [](CellRange& r) { r.row_begin = 4, r.row_end = 5; })};
         }},
        {"patch from another prompt",
         R"([{"site": "blocks.0.hook_resid_post", "rows": [1, 3],
              "donor": {"prompt": "9,8,7,6", "shift": 1}}])",
         [] {
             Edit patch =
                 edit(Site::resid_post, 0, donor, {}, [](CellRange& r) { r.row_begin = 1, r.row_end = 3; });
             patch.donor = run(saved_preset("llama").weights, std::vector{9, 8, 7, 6});
             patch.donor_shift = 1;
             return std::vector{patch};
         }},
        {"none", "[]", [] { return std::vector<Edit>{}; }},
    };
    const SavedModel& model = saved_preset("llama");
    const std::vector<int> tokens{3, 1, 4, 1, 5};
    const auto plain = run(model.weights, tokens);
    for (const EditCase& c : cases) {
        SCOPED_TRACE(c.name);
        const auto edited = run(model.weights, tokens, 0, c.edits());
        const TraceFile file = trace_of(model, tokens, {"--edits", scratch_file("edits.json", c.text)});
        expect_equal(file, *edited);
        EXPECT_EQ(difference(logits_of(*edited, 4), logits_of(*plain, 4)) > 1e-3, c.name != "none")
            << "an edit moves the logits";
    }
}

TEST(TraceCommand, SetupsAreThoseInProcess) {
    for (const char* name : {"llama", "mixtral", "alibi", "gpt2"}) {
        SCOPED_TRACE(name);
        const SavedModel& model = saved_preset(name);
        const std::vector<int> tokens = random_tokens(model.config(), 9);
        const RunSetup setup = varied_setup(model.config(), 9, true);
        const auto expected = empty_trace(model.weights, {9}, setup);
        extend(*expected, tokens);
        const std::string file = scratch_file("setup.json", fields_to_json(setup, RunSetup()).dump());
        expect_equal(trace_of(model, tokens, {"--setup", file}), *expected);
        EXPECT_FALSE(same_outputs(*expected, *run(model.weights, tokens), 1e-3));
    }
}

TEST(TraceCommand, RefusesAWrongSetup) {
    const auto refused = [](const char* text, std::initializer_list<const char*> words) {
        expect_refused({"trace", "--model", saved_preset("llama").path, "--tokens", "3,1", "--out",
                        out_file(), "--setup", scratch_file("setup.json", text)},
                       words);
    };
    refused(R"({"masks": [{"window": 3, "knd": "causal"}]})", {"setup.json", "'masks[0].knd'", "'kind'"});
    refused(R"({"masks": [{"heads": [6]}]})", {"setup.json", "masks [0]: heads", "0 to 5", "6"});
    refused(R"({"experts": [{"off": [0]}]})", {"setup.json", "no experts"});
    expect_refused({"run", "--model", saved_preset("llama").path, "--tokens", "3", "--setup", "nowhere.json"},
                   {"nowhere.json"});
}

TEST(TraceCommand, EditsOfBothStacks) {
    const SavedModel& model = saved_preset("encoder_decoder");
    const std::vector<int> tokens = random_tokens(model.config(), 9),
                           text = random_tokens(model.config(), 6, 19);
    const auto edited = [&](Stack stack, const std::vector<int>& ids, const Edit& e,
                            std::shared_ptr<const Trace> source) {
        const int n = static_cast<int>(ids.size());
        auto trace = std::make_shared<Trace>(model.weights, TraceShape{n, Keep::all, stack},
                                             RunSetup{.edits = {e}}, std::move(source));
        extend(*trace, ids);
        return trace;
    };
    const Edit source_edit =
        edit(Site::resid_post, 0, Edit::Kind::add, {1}, [](CellRange& r) { r.row_begin = 0, r.row_end = 2; });
    const auto source = edited(Stack::encoder, text, source_edit, nullptr);
    const auto answer = edited(Stack::decoder, tokens, edit(Site::z, 1, Edit::Kind::scale, {0}), source);
    const auto file_of = [&](const char* edits) {
        return trace_of(model, tokens,
                        {"--source-tokens", ids_text(text), "--edits", scratch_file("edits.json", edits)});
    };
    const TraceFile file = file_of(R"([{"site": "encoder.blocks.0.hook_resid_post", "rows": [0, 2], "add": 1},
                                       {"site": "decoder.blocks.1.attn.hook_z", "scale": 0}])");
    expect_equal(file, *source, "encoder.");
    expect_equal(file, *answer, "decoder.");
    const TraceFile without_stack = file_of(R"([{"site": "blocks.1.attn.hook_z", "scale": 0}])");
    EXPECT_THAT(without_stack.values("decoder.blocks.1.attn.hook_z"), ::testing::Each(0));
    EXPECT_NE(without_stack.values("encoder.blocks.0.hook_resid_post"),
              file.values("encoder.blocks.0.hook_resid_post"));
    EXPECT_NE(without_stack.values("decoder.logits"), file.values("decoder.logits"))
        << "the source reaches the answer";
    const auto refused = [&](const char* edits, std::initializer_list<const char*> words) {
        expect_refused({"trace", "--model", model.path, "--tokens", "1", "--out", out_file(),
                        "--source-tokens", "2", "--edits", scratch_file("bad.json", edits)},
                       words);
    };
    refused(R"([{"site": "encoder.logits", "scale": 0}])", {"bad.json [0]", "'logits'"});
    refused(R"([{"site": "encoder.hook_embed", "scale": 0, "rows": [1, 2]}])",
            {"bad.json", "rows in 0 to 1"});
    expect_refused({"trace", "--model", saved_preset("llama").path, "--tokens", "1", "--out", out_file(),
                    "--edits", scratch_file("bad.json", R"([{"site": "encoder.hook_embed", "scale": 0}])")},
                   {"bad.json [0]", "'encoder.hook_embed'"});
}

/// Checked in the file itself: the head's values are zero, and no others are.
TEST(TraceCommand, AblatedHeadsAreZero) {
    const TraceFile file = trace_of(
        saved_preset("llama"), {3, 1, 4},
        {"--edits",
         scratch_file("edits.json", R"([{"site": "blocks.1.attn.hook_z", "heads": [2, 3], "scale": 0}])")});
    const std::vector<float> z = file.values("blocks.1.attn.hook_z");
    for (std::size_t i = 0; i < z.size(); ++i) EXPECT_EQ(z[i] == 0, i / 8 % 6 == 2);
}

TEST(TraceCommand, EditFilesWithMistakes) {
    const SavedModel& model = saved_preset("llama");
    auto refused = [&](const std::string& text, std::initializer_list<const char*> words) {
        SCOPED_TRACE(text);
        expect_refused({"trace", "--model", model.path, "--tokens", "3,1,4,1,5", "--out", out_file(),
                        "--edits", scratch_file("bad.json", text)},
                       words);
        expect_refused({"trace", "--model", model.path, "--tokens", "3,1,4,1,5", "--out", out_file(),
                        "--edits", scratch_file("bad.json", text)},
                       {"bad.json"});
    };
    std::filesystem::remove(out_file());
    refused("", {"bad.json"});
    refused("[{", {"JSON", "at byte"});
    refused("{}", {"a list of edits", "object"});
    refused("[3]", {"[0]", "an object", "3"});
    refused(R"([{"scale": 0}])", {"[0]", "'site'", "no such key"});
    refused(R"([{"site": "logits", "scale": 0}, {"site": "blocks.0.attn.hook_zz", "scale": 0}])",
            {"[1]", "site", "'blocks.0.attn.hook_zz'", "nearest: 'blocks.0.attn.hook_z'"});
    refused(R"([{"site": "blocks.2.attn.hook_z", "scale": 0}])",
            {"[0]", "nearest: 'blocks.0.attn.hook_z', 'blocks.1.attn.hook_z'"});
    refused(R"([{"site": "logits", "scael": 0}])", {"[0]", "'scael'", "nearest: 'scale'"});
    refused(R"([{"site": "logits"}])", {"[0]", "one of the keys scale, values, add, donor", "none of them"});
    refused(R"([{"site": "logits", "scale": 0, "add": 1}])", {"[0]", "one of the keys", "found scale, add"});
    refused(R"([{"site": "logits", "scale": "0"}])", {"[0]: 'scale'", "a number", "string"});
    refused(R"([{"site": "logits", "values": [1, null]}])", {"[0]: 'values[1]'", "a number", "null"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [2, 1]}])", {"[0]: rows", "[begin, end)"});
    refused(R"([{"site": "logits", "scale": 0, "columns": [1]}])", {"[0]: 'columns'", "2 items", "found 1"});
    refused(R"([{"site": "logits", "scale": 0, "heads": 1}])", {"[0]", "'heads'", "an array"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [-1, 2]}])", {"[0]: rows"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [0, 99999999999999999999]}])", {"[0]: 'rows[1]'"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [0, 6]}])",
            {"logits", "rows in 0 to 5", "found 0 to 6"});
    refused(R"([{"site": "blocks.0.attn.hook_z", "scale": 0, "heads": [5, 7]}])",
            {"blocks.0.attn.hook_z", "heads in 0 to 6", "found 5 to 7"});
    refused(R"([{"site": "logits", "scale": [1, 2]}])", {"[0]: 'scale'", "a number", "array"});
    refused(R"([{"site": "logits", "add": [1, 2]}])", {"[0]", "logits", "one value", "found 2"});
    refused(R"([{"site": "logits", "add": 1e300}])", {"[0]", "logits", "a finite number"});
    refused(R"([{"site": "logits", "run": "b", "scale": 0}])", {"[0]: run", "'text'", "'b'"});
    refused(R"([{"site": "logits", "donor": {"branch": 1}}])", {"[0]: donor", "a prompt", "branch"});
    refused(R"([{"site": "logits", "donor": {}}])", {"[0]: 'donor'", "prompt, branch, run", "none of them"});
    refused(R"([{"site": "logits", "donor": {"promt": "1"}}])", {"[0]: 'donor.promt'", "nearest: 'prompt'"});
    refused(R"([{"site": "logits", "donor": {"prompt": "1,2"}, "rows": [1, 3]}])",
            {"[0]", "logits", "rows that the donor has", "1 to 3"});
    refused(R"([{"site": "logits", "scale": 0, "rows": [0, 1], "rows": [0, 2]}])", {"'rows' twice"});
    EXPECT_FALSE(std::filesystem::exists(out_file())) << "nothing is written";
    expect_refused({"trace", "--model", model.path, "--tokens", "1", "--out", out_file(), "--edits",
                    (scratch() / "nowhere.json").string()},
                   {"nowhere.json"});
    const SavedModel& experts = saved_preset("mixtral");
    expect_refused(
        {"trace", "--model", experts.path, "--tokens", "1", "--out", out_file(), "--edits",
         scratch_file("bad.json", R"([{"site": "blocks.0.mlp.hook_expert_indices", "scale": 0}])")},
        {"bad.json", "expert_indices", "editable", "index"});
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
