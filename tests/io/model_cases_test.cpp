// Models as people have them: configs with keys that other programs leave in them, and weights in the layouts
// that libraries wrote over the years. Logits are those of float64 forward passes in PyTorch.

#include "core/passes/forward.h"
#include "io/safetensors.h"
#include "io/support.h"
#include "platform/mapped_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gf::tests::model_cases_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path& case_folder() {
    static const fs::path folder = fs::path(GLASSFORMER_TESTS_DIR) / "io/model_cases";
    return folder;
}
const json& cases() {
    static const json all = [] {
        json list = json::array();
        for (const char* name : {"cases.json", "gpt_neo.json"}) // the latter by tests/reference/gpt_neo.py
            for (const json& c : parse_json(MappedFile(case_folder() / name).text(), name)) list.push_back(c);
        return list;
    }();
    return all;
}
const json& case_named(const std::string& name) {
    return *std::find_if(cases().begin(), cases().end(), [&](const json& c) { return c["name"] == name; });
}
std::string weights_of(const json& c) {
    return read_text(case_folder() / (c["weights"].get<std::string>() + ".safetensors"));
}
Files files_of(const json& c) {
    return {{"config.json", c["config"].dump()}, {"model.safetensors", weights_of(c)}};
}

/// Expects the logits of a case from a model.
void expect_logits(const std::shared_ptr<const Weights>& weights, const json& c, const std::string& what) {
    const std::vector<int> tokens = c["tokens"];
    Trace trace(weights, {static_cast<int>(tokens.size())}, {});
    extend(trace, tokens);
    const std::vector<double> expected = c["logits_last_row"];
    const auto logits = [&](int t) { return std::span(trace.row(Site::logits, -1, t), expected.size()); };
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(logits(trace.n_tokens() - 1)[i], expected[i], 2e-5) << what << ", logit " << i;
    const std::vector<int> likeliest = c["argmax_per_row"];
    for (std::size_t t = 0; t < likeliest.size(); ++t)
        EXPECT_EQ(std::ranges::max_element(logits(static_cast<int>(t))) - logits(static_cast<int>(t)).begin(),
                  likeliest[t])
            << what << ", row " << t;
}

TEST(ModelCases, OpenWithTheRightNumbersAndNotices) {
    ASSERT_GE(cases().size(), 15u);
    for (const json& c : cases()) {
        const std::string name = c["name"];
        std::vector<std::string> warnings;
        const Files files = files_of(c);
        expect_logits(load_files(files, &warnings), c, name);
        const std::string all = fmt::format("{}", fmt::join(warnings, "\n"));
        for (const json& wanted : c["notices"])
            EXPECT_THAT(all, HasSubstr(wanted.get<std::string>())) << name;
        EXPECT_EQ(warnings.size(), c["notices"].size()) << name << ": " << all;
    }
}

/// The files after a change of all tensor names.
Files renamed(Files files, const std::function<std::string(std::string)>& name) {
    files["model.safetensors"] = with_header(files["model.safetensors"], [&](json& header) {
        json changed = json::object();
        for (const auto& [key, entry] : header.items())
            changed[key == "__metadata__" ? key : name(key)] = entry;
        header = changed;
    });
    return files;
}

TEST(ModelCases, WhatTrainingPutsIntoNamesIsLeftOut) {
    for (const char* model : {"gpt2-first-keys", "llama-tied", "bert-unnamed"})
        for (const std::string prefix : {"_orig_mod.", "module.", "module._orig_mod.", "_orig_mod.module."}) {
            const json& c = case_named(model);
            const Files files = renamed(files_of(c), [&](const std::string& key) { return prefix + key; });
            expect_logits(load_files(files), c, prefix + model);
        }
    // torch.compile of the layers alone.
    const json& c = case_named("gpt2-first-keys");
    const Files inside = renamed(files_of(c), [](std::string key) {
        const std::size_t at = key.find("attn.");
        return at == key.npos ? key : key.insert(at, "_orig_mod.");
    });
    expect_logits(load_files(inside), c, "inside");
    const Files twice = renamed(files_of(c), [](const std::string& key) {
        return key == "transformer.wte.weight" ? "module.transformer.wpe.weight" : key;
    });
    expect_words(problem_of([&] { load_files(twice); }),
                 {"tensor '", "every tensor in one file", "another, '", "remove one"});
}

TEST(ModelCases, TiedWeightsMayBeStoredUnderEitherName) {
    const json& c = case_named("gpt2-tied-stored-as-output");
    // Without the metadata that says so, and without the prefix of the other tensors.
    Files files = files_of(c);
    files["model.safetensors"] =
        with_header(files["model.safetensors"], [](json& header) { header.erase("__metadata__"); });
    expect_logits(load_files(files), c, "without metadata");
    expect_logits(load_files(renamed(files,
                                     [](const std::string& key) {
                                         return key.starts_with("transformer.") ? key.substr(12) : key;
                                     })),
                  c, "without prefix");
    json config = c["config"];
    config["tie_word_embeddings"] = false;
    files["config.json"] = config.dump();
    expect_words(problem_of([&] { load_files(files); }),
                 {"transformer.wte.weight", "shape", "no such tensor", "incomplete"});
    // BERT's output matrix and bias.
    const json& bert = case_named("bert-unnamed");
    expect_logits(load_files(renamed(files_of(bert),
                                     [](const std::string& key) -> std::string {
                                         if (key == "cls.predictions.bias")
                                             return "cls.predictions.decoder.bias";
                                         return key == "bert.embeddings.word_embeddings.weight"
                                                    ? "cls.predictions.decoder.weight"
                                                    : key;
                                     })),
                  bert, "bert");
}

TEST(ModelCases, AModelStoredWithoutOutputLayerGivesItsStream) {
    const json& c = case_named("bert-unnamed");
    const auto whole = load_files(files_of(c));
    Files files = files_of(c);
    // As BertModel.save_pretrained() writes it: no prefix, no output layer.
    std::string kept_data;
    json header = json::object();
    const Safetensors file = parse_safetensors(bytes_of(files["model.safetensors"]), "bert");
    for (const TensorEntry& t : file.tensors) {
        if (!t.name.starts_with("bert.")) continue;
        header[t.name.substr(5)] = {{"dtype", "F32"},
                                    {"shape", t.shape},
                                    {"data_offsets", {kept_data.size(), kept_data.size() + t.bytes.size()}}};
        kept_data.append(reinterpret_cast<const char*>(t.bytes.data()), t.bytes.size());
    }
    files["model.safetensors"] = safetensors_file(header, kept_data);
    for (const char* name : {"BertModel", "BertForMaskedLM"}) {
        json config = c["config"];
        config["model_type"] = "bert", config["architectures"] = {name};
        files["config.json"] = config.dump();
        std::vector<std::string> warnings;
        const auto stream = load_files(files, &warnings);
        EXPECT_EQ(stream->config.head, OutputHead::none) << name;
        EXPECT_EQ(warnings.size(), name == std::string("BertModel") ? 0u : 1u);
        const std::vector<int> tokens = c["tokens"];
        Trace a(whole, {static_cast<int>(tokens.size())}, {}),
            b(stream, {static_cast<int>(tokens.size())}, {});
        extend(a, tokens), extend(b, tokens);
        const Site last = Site::normalized_resid_post;
        for (int i = 0; i < whole->config.d_model; ++i)
            EXPECT_EQ(a.row(last, whole->config.n_layers - 1, 5)[i],
                      b.row(last, whole->config.n_layers - 1, 5)[i]);
        const Files again = saved_files(*stream);
        expect_equal(*load_files(again), *stream);
    }
    // The other way round: an output layer that the config does not name.
    Files more = files_of(c);
    json config = c["config"];
    config["model_type"] = "bert", config["architectures"] = {"BertModel"};
    more["config.json"] = config.dump();
    std::vector<std::string> warnings;
    expect_logits(load_files(more, &warnings), c, "BertModel with output");
    EXPECT_EQ(warnings.size(), 1u);
}

TEST(ModelCases, ExpertsMayBeSideBySide) {
    const auto weights = tiny_weights(tiny_config("mixtral"));
    const Files files = saved_files(*weights);
    const Safetensors file = parse_safetensors(bytes_of(files.at("model.safetensors")), "mixtral");
    const ModelConfig& c = weights->config;
    // As transformers 5 has them: gate_up_proj [experts, 2 d_mlp, d_model], down_proj [experts, d_model,
    // d_mlp].
    json header = json::object();
    std::string data;
    const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape,
                         const std::string& bytes) {
        header[name] = {
            {"dtype", "F32"}, {"shape", shape}, {"data_offsets", {data.size(), data.size() + bytes.size()}}};
        data += bytes;
    };
    const auto bytes = [&](const std::string& name) {
        const TensorEntry* t = file.find(name);
        return std::string(reinterpret_cast<const char*>(t->bytes.data()), t->bytes.size());
    };
    for (const TensorEntry& t : file.tensors) {
        const std::size_t block = t.name.find("block_sparse_moe.");
        if (block == t.name.npos)
            add(t.name, t.shape, bytes(t.name));
        else if (t.name.ends_with("gate.weight"))
            add(t.name.substr(0, block) + "mlp.gate.weight", t.shape, bytes(t.name));
    }
    for (int l = 0; l < c.n_layers; ++l) {
        const std::string at = fmt::format("model.layers.{}.", l);
        std::string gate_up, down;
        for (int e = 0; e < c.n_experts; ++e) {
            const std::string expert = fmt::format("{}block_sparse_moe.experts.{}.", at, e);
            gate_up += bytes(expert + "w1.weight") + bytes(expert + "w3.weight");
            down += bytes(expert + "w2.weight");
        }
        add(at + "mlp.experts.gate_up_proj", {c.n_experts, 2 * c.d_mlp, c.d_model}, gate_up);
        add(at + "mlp.experts.down_proj", {c.n_experts, c.d_model, c.d_mlp}, down);
    }
    Files fused{{"config.json", files.at("config.json")},
                {"model.safetensors", safetensors_file(header, data)}};
    expect_equal(*load_files(fused), *weights);
    json many = json::parse(files.at("config.json"));
    many["num_local_experts"] = 4096;
    Files lying = fused;
    lying["config.json"] = many.dump();
    expect_words(problem_of([&] { load_files(lying); }),
                 {"memory", "values or more for 4096 experts", "bytes", "another model"});
    header["model.layers.0.mlp.experts.down_proj"]["shape"] = {c.n_experts, c.d_mlp, c.d_model};
    fused["model.safetensors"] = safetensors_file(header, data);
    expect_words(problem_of([&] { load_files(fused); }),
                 {"mlp.experts.down_proj", "shape [3, 8, 12]", "shape [3, 12, 8]", "another model"});
}

} // namespace
} // namespace gf::tests::model_cases_test
