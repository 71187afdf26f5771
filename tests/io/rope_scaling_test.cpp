// RoPE's scalings as config.json says them, against tables that plain Python computed
// (tests/reference/rope_scaling.py), and from config to file and back.

#include "core/trace.h"
#include "io/fields.h"
#include "io/hf_config.h"
#include "platform/mapped_file.h"
#include "support.h"

#include <gmock/gmock.h>

namespace gf::tests::rope_scaling_test {
namespace {

using nlohmann::json;

const json& cases() {
    static const json all = parse_json(
        MappedFile(std::filesystem::path(GLASSFORMER_TESTS_DIR) / "io/rope_scaling_cases.json").text(),
        "cases");
    return all;
}

void expect_table(const PositionTables& tables, const json& rows, const std::string& name) {
    for (const json& row : rows) {
        const std::vector<double> expected = row["cos_sin"];
        const auto [cosine, sine] = tables.angles(0, row["position"]);
        for (std::size_t i = 0; i < expected.size() / 2; ++i) {
            EXPECT_NEAR(cosine[i], expected[i], 1e-6) << name << ", " << row["position"] << ", pair " << i;
            EXPECT_NEAR(sine[i], expected[expected.size() / 2 + i], 1e-6) << name;
        }
    }
}

TEST(RopeScaling, TablesAreThoseOfTheScalingsAuthors) {
    ASSERT_GE(cases().size(), 20u);
    for (const json& c : cases()) {
        const ModelConfig config = parse_hf_config(c["config"].dump(), "config.json");
        const Plan plan(config, c["length"], {});
        expect_table(PositionTables(config, plan), c["rows"], c["name"]);
    }
}

TEST(RopeScaling, ASetupTriesTheSameOnAnyModel) {
    for (const json& c : cases()) {
        const ModelConfig scaled = parse_hf_config(c["config"].dump(), "config.json");
        ModelConfig plain = scaled;
        plain.rope_theta = 77, plain.rope_scaling = {.kind = RopeScalingKind::linear, .factor = 9};
        const RunSetup setup{.rope = {.theta = scaled.rope_theta, .scaling = scaled.rope_scaling}};
        if (scaled.rope_scaling.kind == RopeScalingKind::none) continue; // then it is the model's own
        EXPECT_EQ(config_under(plain, setup), scaled);
        EXPECT_EQ(depends_on_length(plain, setup), depends_on_length(scaled, {})) << c["name"];
        EXPECT_EQ(fields_from_json<RunSetup>(fields_to_json(setup, RunSetup()), {.where = "setup"}), setup);
    }
}

TEST(RopeScaling, SurvivesWritingInBothFormats) {
    for (const json& c : cases()) {
        const ModelConfig config = parse_hf_config(c["config"].dump(), "config.json");
        const std::string public_format = hf_config_text(config);
        EXPECT_EQ(json::parse(public_format)["model_type"], "llama") << c["name"];
        EXPECT_EQ(parse_hf_config(public_format, "config.json"), config) << c["name"];
        ModelConfig other = config; // no public architecture has such pairs
        other.rope_pairs = RopePairs::interleaved;
        const std::string own_format = hf_config_text(other);
        EXPECT_EQ(json::parse(own_format)["model_type"], "glassformer");
        EXPECT_EQ(parse_hf_config(own_format, "config.json"), other) << c["name"];
    }
}

TEST(RopeScaling, DependsOnLengthWhereItsAnglesDo) {
    std::vector<std::string> dependent;
    for (const json& c : cases())
        if (depends_on_length(parse_hf_config(c["config"].dump(), "config.json"), {}))
            dependent.push_back(c["name"]);
    EXPECT_THAT(dependent, testing::Each(testing::AnyOf(testing::StartsWith("dynamic"),
                                                        testing::StartsWith("longrope"))));
    EXPECT_EQ(dependent.size(), 8u);
}

/// The config of a case after a change to the object of its scaling.
json changed(const char* name, const std::function<void(json& config, json& scaling)>& change) {
    for (const json& c : cases()) {
        if (c["name"] != name) continue;
        json config = c["config"];
        change(config, config[config.contains("rope_scaling") ? "rope_scaling" : "rope_parameters"]);
        return config;
    }
    throw std::out_of_range(name);
}

TEST(RopeScaling, LayerTypesMaySayTheSame) {
    const auto nested = [](double other_theta) {
        return changed("linear_newer", [&](json&, json& s) {
            json other = s;
            other["rope_theta"] = other_theta;
            s = {{"full_attention", s}, {"sliding_attention", other}};
        });
    };
    const ModelConfig plain = parse_hf_config(changed("linear_newer", [](json&, json&) {}).dump(), "c");
    EXPECT_EQ(parse_hf_config(nested(5000).dump(), "c"), plain);
    expect_words(problem_of([&] { parse_hf_config(nested(5001).dump(), "c"); }),
                 {"'sliding_attention'", "the same", "object", "not supported"});
}

TEST(RopeScaling, RefusalsNameTheKey) {
    struct Case {
        const char* name;
        std::function<void(json& config, json& scaling)> change;
        Words words;
    };
    const auto set = [](const char* key, json value) { return [=](json&, json& s) { s[key] = value; }; };
    for (const Case& c : std::initializer_list<Case>{
             {"linear", set("type", "mrope"), {"'rope_type'", "linear, dynamic", "'mrope'", "supported"}},
             {"linear", set("rope_type", "yarn"), {"'type'", "'yarn'", "'linear'", "wrong one"}},
             {"linear", set("factor", 0), {"rope_scaling: factor", "above 0", "0", ""}},
             {"linear", set("factor", nullptr), {"'factor'", "a number", "no such key", "add"}},
             {"linear", set("factor", "2"), {"'factor'", "number", "\"2\"", ""}},
             {"linear", set("mrope_section", {1, 2}), {"'mrope_section'", "supported", "array", ""}},
             {"dynamic_fits", set("factor", 0.5), {"factor", "1 (none) or more", "0.5", ""}},
             {"llama3", set("high_freq_factor", 1.0), {"high_freq_factor", "low_freq_factor", "1", ""}},
             {"yarn", set("beta_slow", 64), {"beta_fast", "beta_slow", "32", ""}},
             {"yarn", set("attn_factor", 2), {"'attn_factor'", "1", "2", "YaRN"}},
             {"yarn",
              set("original_max_position_embeddings", -1),
              {"'original_max_position_embeddings'", "[1", "-1", ""}},
             {"yarn_newer", set("rope_theta", 1), {"theta", "above 1", "1", ""}},
             {"yarn_newer", set("partial_rotary_factor", 0.5), {"'partial_rotary_factor'", "1", "0.5", ""}},
             {"longrope_long", set("long_factor", {1, 2}), {"long_factor", "d_head / 2 = 8", "2", ""}},
             {"longrope_long",
              set("short_factor", {1, 2, 3, 4, 5, 6, 7, 0}),
              {"short_factor", "above 0", "0", ""}},
             {"longrope_long", set("long_factor", {"x"}), {"'long_factor'", "numbers", "\"x\"", ""}},
             {"yarn",
              [](json&o, json&s) {
                  o["rope_parameters"] = {{"rope_type", "linear"}, {"factor", s["factor"]}};
              },
              {"'rope_parameters'", "rope_scaling says", "another", "wrong one"}},
         }) {
        const std::string text = changed(c.name, c.change).dump();
        expect_words(problem_of([&] { parse_hf_config(text, "config.json"); }), c.words);
    }
}

} // namespace
} // namespace gf::tests::rope_scaling_test
