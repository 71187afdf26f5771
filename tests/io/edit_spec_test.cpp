// Edits in JSON: every kind is read and written back, and mistakes are named.

#include "core/edit_spec.h"
#include "io/fields.h"
#include "support/expect_error.h"

#include <gtest/gtest.h>

namespace gf::tests::edit_spec_test {
namespace {

using nlohmann::json;

EditSpec read(const char* text) { return fields_from_json<EditSpec>(json::parse(text), {"e"}); }

struct Case {
    const char* text;
    EditSpec spec;
};

TEST(EditSpec, EveryKindGoesBothWays) {
    using enum Edit::Kind;
    const std::vector<Case> cases = {
        {R"({"site":"logits","scale":0.1})", {.cells = {.site = "logits"}, .kind = scale, .scale = 0.1}},
        {R"({"site":"encoder.hook_embed","rows":[1,2],"values":[1.0,-0.25]})",
         {.cells = {.site = "encoder.hook_embed", .rows = {{1, 2}}}, .kind = values, .values = {1, -0.25}}},
        {R"({"site":"hook_embed","run":"source","rows":[0,-1],"heads":[2,3],"columns":[4,9],"add":[3.0]})",
         {.cells = {"hook_embed", "source", {{0, -1}}, {{2, 3}}, {{4, 9}}}, .kind = add, .values = {3}}},
        {R"({"site":"logits","donor":{"prompt":"Once","shift":0}})",
         {.cells = {.site = "logits"}, .kind = donor, .donor = {.prompt = "Once"}}},
        {R"({"site":"logits","donor":{"branch":2,"shift":-3}})",
         {.cells = {.site = "logits"},
          .kind = donor,
          .donor = {.kind = DonorSpec::Kind::branch, .branch = 2, .shift = -3}}},
        {R"({"site":"logits","donor":{"run":"b","shift":1}})",
         {.cells = {.site = "logits"},
          .kind = donor,
          .donor = {.kind = DonorSpec::Kind::run, .run = "b", .shift = 1}}},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(read(c.text), c.spec) << c.text;
        EXPECT_EQ(fields_to_json(c.spec).dump(), c.text);
    }
    EXPECT_EQ(read(R"({"site": "logits", "add": 3})").values, std::vector<double>{3})
        << "one number is a list";
}

TEST(EditSpec, MistakesAreNamed) {
    const auto refused = [](const char* text, std::initializer_list<std::string_view> words) {
        SCOPED_TRACE(text);
        expect_error([&] { read(text); }, words);
    };
    refused(R"({"scale": 1})", {"e: 'site'", "no such key"});
    refused(R"({"site": "logits"})", {"e", "one of the keys scale, values, add, donor", "none of them"});
    refused(R"({"site": "logits", "scale": 1, "add": 1})", {"e", "one of the keys", "found scale, add"});
    refused(R"({"site": "logits", "scales": 1})", {"e: 'scales'", "nearest: 'scale'"});
    refused(R"({"site": "logits", "scale": 1, "row": [0, 1]})", {"e: 'row'", "nearest: 'rows'"});
    refused(R"({"site": "logits", "scale": 1, "rows": [0, 1, 2]})", {"e: 'rows'", "2 items", "found 3"});
    refused(R"({"site": "logits", "scale": 1, "rows": [0, 1.5]})", {"e: 'rows[1]'", "an integer"});
    refused(R"({"site": "logits", "scale": 1, "rows": 3})", {"e: 'rows'", "an array"});
    refused(R"({"site": "logits", "donor": "b"})", {"e: 'donor'", "an object"});
    refused(R"({"site": "logits", "donor": {"run": "b", "branch": 1}})",
            {"e: 'donor'", "one of the keys prompt, branch, run", "found branch, run"});
    refused(R"({"site": "logits", "donor": {"brunch": 1}})", {"e: 'donor.brunch'", "nearest: 'branch'"});
    refused(R"({"site": "logits", "donor": {"branch": -1}})",
            {"e: 'donor.branch'", "an integer, 0 to", "-1"});
}

} // namespace
} // namespace gf::tests::edit_spec_test
