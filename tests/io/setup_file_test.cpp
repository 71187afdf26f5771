// A RunSetup in JSON: read as documented, written back as it was read, and refused with the place of the
// fault.

#include "io/setup_file.h"

#include "io/fields.h"

#include "platform/error.h"
#include "support/random_model.h"
#include "support/varied_setup.h"

#include <gmock/gmock.h>

#include <fstream>

namespace gf::tests::setup_file_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

RunSetup read(const char* text) { return fields_from_json<RunSetup>(json::parse(text), {.where = "s.json"}); }

TEST(SetupFile, SaysEverythingThatASetupVaries) {
    const RunSetup expected{
        .masks = {{.kind = MaskKind::sliding_window, .window = 4, .layers = {0, 2}},
                  {.kind = MaskKind::prefix, .n_prefix = 3},
                  {.painted = {{5, 9, 0, 3, false}, {0, -1, 2, 3, true}}, .heads = {1}}},
        .evicted = {{0, 4, 6}, {7, 8, 0}},
        .order = {2, 0, 1},
        .mask_by_position = true,
        .rope = {.theta = 500000, .scaling = RopeScaling{.kind = RopeScalingKind::dynamic, .factor = 2}},
        .experts = {{.off = {1}, .layers = {0}}, {.forced = {2, 3}, .rows = {4, 5}}, {.swapped = {0, 3}}},
        .experts_per_token = 1,
        .capacity_factor = 1.25,
        .first_choices_first = true};
    const char* text = R"({
        "masks": [{"kind": "sliding_window", "window": 4, "layers": [0, 2]}, {"kind": "prefix", "n_prefix": 3},
                  {"heads": [1], "painted": [{"rows": [5, 9], "keys": [0, 3], "visible": false},
                                             {"keys": [2, 3], "visible": true}]}],
        "evicted": [{"keys": [0, 4], "from_row": 6}, {"keys": [7, 8]}], "order": [2, 0, 1],
        "mask_by_position": true, "rope": {"theta": 5e5, "scaling": {"kind": "dynamic", "factor": 2}},
        "experts": [{"off": [1], "layers": [0]}, {"forced": [2, 3], "rows": [4, 5]}, {"swapped": [0, 3]}],
        "experts_per_token": 1, "capacity_factor": 1.25, "first_choices_first": true})";
    EXPECT_EQ(read(text), expected);
    EXPECT_EQ(fields_from_json<RunSetup>(fields_to_json(expected, RunSetup()), {}), expected);
    EXPECT_EQ(read("{}"), RunSetup());
    EXPECT_EQ(fields_to_json(RunSetup(), RunSetup()), json::object());
}

TEST(SetupFile, IsReadBackAsItWasWritten) {
    for (const Preset& p : presets()) {
        const RunSetup setup = varied_setup(p.config, 11, true);
        EXPECT_EQ(fields_from_json<RunSetup>(fields_to_json(setup, RunSetup()), {}), setup) << p.name;
    }
}

std::string refusal(const char* text) {
    try {
        read(text);
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

TEST(SetupFile, RefusalsNameThePlaceAndTheNearestKeys) {
    EXPECT_THAT(refusal(R"({"mask": []})"),
                AllOf(HasSubstr("s.json"), HasSubstr("'mask'"), HasSubstr("nearest: 'masks'")));
    EXPECT_THAT(refusal(R"({"masks": [{}, {"windows": 3}]})"),
                AllOf(HasSubstr("masks[1]"), HasSubstr("nearest: 'window'")));
    EXPECT_THAT(refusal(R"({"masks": [{"painted": [{"row": [1, 2], "visible": true}]}]})"),
                AllOf(HasSubstr("masks[0].painted[0]"), HasSubstr("'rows'")));
    EXPECT_THAT(refusal(R"({"rope": {"base": 3}})"), AllOf(HasSubstr("rope"), HasSubstr("'theta'")));
    EXPECT_THAT(refusal(R"({"rope": {"scaling": {"factor": 3}}})"), HasSubstr("kind"));
    EXPECT_THAT(refusal(R"({"rope": {"scaling": {"kind": "linear", "factor": 3, "truncate": true}}})"),
                AllOf(HasSubstr("rope.scaling.truncate"), HasSubstr("'factor'")));
    EXPECT_THAT(refusal(R"({"experts": [{"forcd": [1]}]})"),
                AllOf(HasSubstr("experts[0]"), HasSubstr("'forced'")));
    EXPECT_THAT(refusal(R"({"masks": [{"kind": "causl"}]})"),
                AllOf(HasSubstr("masks[0]"), HasSubstr("causal")));
    EXPECT_THAT(refusal(R"({"masks": [{"painted": [{"rows": [1, 2]}]}]})"), HasSubstr("visible"));
    EXPECT_THAT(refusal(R"({"evicted": [{"keys": [2, null]}]})"), HasSubstr("evicted[0].keys[1]"));
    EXPECT_THAT(refusal(R"({"masks": {}})"), HasSubstr("masks"));
    EXPECT_THAT(refusal(R"({"evicted": [{"from_row": 3}]})"), HasSubstr("keys"));
    EXPECT_THAT(refusal(R"({"order": [0, -1]})"), AllOf(HasSubstr("order[1]"), HasSubstr("-1")));
    EXPECT_THAT(refusal(R"({"order": [0, 1.5]})"), HasSubstr("order[1]"));
    EXPECT_THAT(refusal(R"({"experts_per_token": "two"})"), HasSubstr("experts_per_token"));
    EXPECT_THAT(refusal("[]"), HasSubstr("an object"));
}

TEST(SetupFile, NamesTheFileWhereTheModelDoesNotFit) {
    const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "setup.json";
    const auto load = [&](const char* text, const char* model) -> std::string {
        std::ofstream(path) << text;
        try {
            load_setup(path, preset(model).config);
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_EQ(load(R"({"experts": [{"off": [3]}]})", "mixtral"), "");
    EXPECT_THAT(load(R"({"experts": [{"off": [3]}]})", "llama"),
                AllOf(HasSubstr("setup.json"), HasSubstr("no experts")));
    EXPECT_THAT(load(R"({"masks": [{"heads": [9]}]})", "llama"),
                AllOf(HasSubstr("masks [0]: heads"), HasSubstr("0 to 5")));
    EXPECT_THAT(load(R"({"masks": [{"painted": [{"rows": [2, 1], "visible": true}]}]})", "llama"),
                HasSubstr("[begin, end)"));
    EXPECT_THAT(load("{", "llama"), HasSubstr("setup.json"));
    std::filesystem::remove(path);
    EXPECT_THROW(load_setup(path, preset("llama").config), Error);
}

} // namespace
} // namespace gf::tests::setup_file_test
