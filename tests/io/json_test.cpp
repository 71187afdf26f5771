#include "io/json.h"

#include "support/expect_error.h"

#include <nlohmann/json.hpp>

namespace gf::json_test {
namespace {

using namespace tests;
using nlohmann::json;

TEST(Json, ParsesLikeAnyOther) {
    for (const char* text : {"null", "true", "-3", "18446744073709551615", "1.5e3", R"("\u00e9\ud83d\ude00")",
                             "[]", "{}", R"([1, [2, {"a": [3]}], {"b": {"c": null}, "d": "x"}])"})
        EXPECT_EQ(parse_json(text, "f.json"), json::parse(text)) << text;
}

TEST(Json, DepthIsBounded) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_NO_THROW(parse_json(nested(64), "f.json"));
    expect_error([&] { parse_json(nested(65), "f.json"); }, {"f.json", "64 levels"});
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    expect_error([&] { parse_json(objects, "f.json"); }, {"f.json", "64 levels"});
}

TEST(Json, MalformedTextIsLocated) {
    expect_error([] { parse_json("{\"a\": 1,}", "f.json"); }, {"f.json", "at byte 9", "expected JSON"});
    expect_error([] { parse_json("", "f.json"); }, {"f.json", "at byte"});
    expect_error([] { parse_json("1e999", "f.json"); }, {"f.json"});
    expect_error([] { parse_json("\"\xFF\"", "f.json"); }, {"f.json", "at byte 2"});
    expect_error([] { parse_json("\"\\ud800\"", "f.json"); }, {"f.json"});
    expect_error([] { parse_json("{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}}", "f.json"); },
                 {"f.json", "'c' twice"});
}

TEST(Json, FieldsHaveTypes) {
    const json o = {{"n", 5},        {"big", 18446744073709551615u},
                    {"x", 1.5},      {"s", "text"},
                    {"b", true},     {"null", nullptr},
                    {"list", {1, 2}}};
    EXPECT_EQ(json_int(o, "n", "f"), 5);
    EXPECT_EQ(json_number(o, "n", "f"), 5.0);
    EXPECT_EQ(json_string(o, "s", "f"), "text");
    EXPECT_TRUE(json_bool_or(o, "b", false, "f"));
    EXPECT_EQ(json_array(o, "list", "f").size(), 2u);
    EXPECT_EQ(json_int_or(o, "absent", 7, "f"), 7);
    EXPECT_EQ(json_int_or(o, "null", 7, "f"), 7);
    EXPECT_EQ(json_number_or(o, "x", 7, "f"), 1.5);
    EXPECT_EQ(json_string_or(o, "absent", "none", "f"), "none");
    EXPECT_TRUE(json_bool_or(o, "null", true, "f"));
    EXPECT_TRUE(json_has(o, "n"));
    EXPECT_FALSE(json_has(o, "null"));

    expect_error([&] { json_int(o, "absent", "f"); }, {"f: 'absent'", "no such key"});
    expect_error([&] { json_int(o, "x", "f"); }, {"f: 'x'", "an integer", "number 1.5"});
    expect_error([&] { json_int(o, "big", "f"); }, {"f: 'big'", "an integer"});
    expect_error([&] { json_int(o, "n", "f", 6, 9); }, {"f: 'n'", "[6, 9]", "found 5"});
    expect_error([&] { json_int_or(o, "n", 6, "f", 6, 9); }, {"[6, 9]"});
    expect_error([&] { json_int(o, "b", "f"); }, {"boolean true"});
    expect_error([&] { json_number(o, "s", "f"); }, {"a number", "string \"text\""});
    expect_error([&] { json_string(o, "null", "f"); }, {"a string", "found null"});
    expect_error([&] { json_bool_or(o, "n", true, "f"); }, {"true or false"});
    expect_error([&] { json_object(o, "list", "f"); }, {"an object", "array of 2 items"});
    expect_error([&] { json_array(o, "s", "f"); }, {"an array"});
    expect_error([&] { json_int(o["list"], "n", "f"); }, {"an object with 'n'", "array of 2 items"});
    expect_error(
        [&] {
            json_check_keys(o, {"n", "big", "x", "s", "b", "null"}, "f");
        },
        {"f: 'list'", "does not know"});
    EXPECT_NO_THROW(json_check_keys(json::object(), {}, "f"));
}

} // namespace
} // namespace gf::json_test
