// Structs to JSON and back: every kind of field, every rule, every mistake.

#include "io/fields.h"

#include "support/expect_error.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

namespace gf::fields_test {

using namespace tests;
using nlohmann::json;

enum class Colour { red, green, blue };
std::string_view name(Colour c) {
    constexpr std::string_view k_names[] = {"red", "green", "blue"};
    return k_names[static_cast<int>(c)];
}
enum class Bound { none, above, below };
std::string_view name(Bound b) {
    constexpr std::string_view k_names[] = {"", "above", "below"};
    return k_names[static_cast<int>(b)];
}
enum class Change { scale, add };
std::string_view name(Change c) { return c == Change::scale ? "scale" : "add"; }

struct Point {
    int x = 1;
    double y = 2.5;
    bool operator==(const Point&) const = default;
    static void fields(auto& p, auto visit) {
        visit("x", p.x, {.least = -5, .greatest = 5});
        visit("y", p.y);
    }
};

constexpr std::array<std::string_view, 2> k_sides{"left", "right"}, k_some{"red", "blue"};

struct Everything {
    bool on = true, is_right = false;
    int count = 3;
    std::int64_t large = 0;
    std::uint64_t seed = 7, size_of_text = 0;
    float size = 0.5f;
    double share = 0.25;
    std::string text = "a", word = "left";
    std::filesystem::path file, folder = "/f";
    Colour colour = Colour::green, some = Colour::red;
    std::vector<std::string> names;
    std::vector<Point> points{{}};
    std::map<std::string, int> weights;
    std::optional<double> limit;
    Point inside;
    int deep = 4;
    json any;
    bool operator==(const Everything&) const = default;
    static void fields(auto& e, auto visit) {
        visit("on", e.on);
        visit("side", e.is_right, {.words = k_sides});
        visit("count", e.count, {.least = 1, .greatest = 1000});
        visit("large", e.large);
        visit("seed", e.seed);
        visit("size_of_text", e.size_of_text, {.greatest = 100});
        visit("size", e.size, {.decimals = 2});
        visit("share", e.share, {.least = 0});
        visit("text", e.text, {.least = 1, .greatest = 8});
        visit("word", e.word, {.words = k_sides});
        visit("file", e.file, {.skip_empty = true});
        visit("folder", e.folder);
        visit("colour", e.colour);
        visit("some", e.some, {.words = k_some});
        visit("names", e.names, {.least = 1, .most_items = 3, .single_for_list = true});
        visit("points", e.points);
        visit("weights", e.weights, {.least = 1, .greatest = 9});
        visit("limit", e.limit);
        visit("inside", e.inside);
        visit.group("group", [&](auto group) { group("deep", e.deep, {.least = 0}); });
        visit("any", e.any);
    }
};

const char* const k_changed =
    R"({"on":false,"side":"right","count":-0,"large":-9007199254740993,)"
    R"("seed":18446744073709551615,"size_of_text":9,"size":0.13,"share":1e-05,"text":"b\n",)"
    R"("word":"right","file":"/x/a","folder":"/g","colour":"blue","some":"blue",)"
    R"("names":["p","q"],"points":[{"x":2,"y":2.5},{"x":-5,"y":0.0}],)"
    R"("weights":{"k":9},"limit":0.0,"inside":{"x":0,"y":1.0},"group":{"deep":0},)"
    R"("any":{"z":[1,null]}})";

Everything read(const json& object) { return fields_from_json<Everything>(object, {"f.json", "/base"}); }

TEST(Fields, EveryKindIsReadAndWrittenInOrder) {
    json all = json::parse(k_changed);
    all["count"] = 999;
    const Everything e = read(all);
    EXPECT_EQ(json(fields_to_json(e)), all);
    EXPECT_EQ(read(fields_to_json(e)), e);
    std::vector<std::string> keys;
    const nlohmann::ordered_json written = fields_to_json(e);
    for (const auto& [key, value] : written.items()) keys.push_back(key);
    EXPECT_THAT(keys,
                ::testing::ElementsAre("on", "side", "count", "large", "seed", "size_of_text", "size",
                                       "share", "text", "word", "file", "folder", "colour", "some", "names",
                                       "points", "weights", "limit", "inside", "group", "any"));
    EXPECT_EQ(e.large, -9007199254740993) << "integers do not pass through a double";
    EXPECT_EQ(e.colour, Colour::blue);
    EXPECT_TRUE(e.is_right);
    EXPECT_EQ(e.points[1].x, -5);
}

TEST(Fields, WhatIsMissingKeepsItsValue) {
    EXPECT_EQ(read(json::object()), Everything());
    EXPECT_EQ(read({{"count", nullptr}, {"group", nullptr}}), Everything()) << "null counts as missing";
    Everything e;
    e.count = 12;
    fields_from_json({{"share", 3}}, {"f.json"}, e);
    EXPECT_EQ(e.count, 12);
    EXPECT_EQ(e.share, 3);
    expect_error(
        [] {
            fields_from_json<Point>({{"x", nullptr}}, {.where = "f", .null_is_absent = false});
        },
        {"f: 'x'", "an integer", "found null"});
}

TEST(Fields, OnlyDifferencesAreWritten) {
    Everything a, b;
    EXPECT_EQ(fields_to_json(a, b).dump(), "{}");
    b.count = 4;
    b.inside.y = 9;
    b.deep = 5;
    b.points.push_back({});
    b.limit = 1;
    EXPECT_EQ(fields_to_json(b, a).dump(),
              R"({"count":4,"points":[{"x":1,"y":2.5},{"x":1,"y":2.5}],"limit":1.0,"inside":{"y":9.0},)"
              R"("group":{"deep":5}})");
    Everything back = a;
    fields_from_json(fields_to_json(b, a), {"f.json"}, back);
    EXPECT_EQ(back, b);
}

TEST(Fields, PathsStartAtTheFolder) {
    EXPECT_EQ(read({{"file", "x/../a.txt"}}).file, "/base/a.txt");
    EXPECT_EQ(read({{"file", "/x/a.txt"}}).file, "/x/a.txt");
    EXPECT_FALSE(fields_to_json(Everything()).contains("file")) << "an empty one is skipped";
}

TEST(Fields, SingleValuesStandForLists) {
    EXPECT_EQ(read({{"names", "p"}}).names, std::vector<std::string>{"p"});
    expect_error([] { read({{"points", Point().x}}); }, {"f.json: 'points'", "an array", "number 1"});
}

TEST(Fields, MistakesAreNamed) {
    const auto refused = [](const char* pointer, const json& value,
                            std::initializer_list<std::string_view> words) {
        json object = json::object();
        object[json::json_pointer(pointer)] = value;
        SCOPED_TRACE(pointer);
        expect_error([&] { read(object); }, words);
    };
    refused("/on", 1, {"f.json: 'on'", "true or false", "number 1"});
    refused("/side", true, {"'side'", "one of left, right"});
    refused("/side", "lft", {"'side'", "one of left, right; nearest: 'left'", "'lft'"});
    refused("/count", 0, {"'count'", "an integer, 1 to 1000", "found 0"});
    refused("/count", 1.5, {"'count'", "an integer, 1 to 1000", "number 1.5"});
    refused("/count", 18446744073709551615u, {"'count'", "found 18446744073709551615"});
    refused("/large", 9223372036854775808u, {"'large'", "found 9223372036854775808"});
    refused("/seed", -1, {"'seed'", "2^64 - 1", "-1"});
    refused("/size_of_text", 101, {"'size_of_text'", "100 or less", "found 101"});
    refused("/share", -0.5, {"'share'", "a number, 0 or more", "found -0.5"});
    refused("/share", "1", {"'share'", "a number", "string \"1\""});
    refused("/text", "", {"'text'", "a text of 1 to 8 bytes"});
    refused("/text", "123456789", {"'text'", "a text of 1 to 8 bytes", "123456789"});
    refused("/text", 3, {"'text'", "a text"});
    refused("/word", "up", {"'word'", "one of left, right"});
    refused("/file", "", {"'file'", "some text"});
    refused("/colour", "bleu", {"'colour'", "one of red, green, blue; nearest: 'blue'", "'bleu'"});
    refused("/some", "green", {"'some'", "one of red, blue"});
    refused("/names", {"a", 3}, {"'names[1]'", "some text", "number 3"});
    refused("/names", {"a", "b", "c", "d"}, {"'names'", "at most 3 items", "found 4"});
    refused("/points", {{{"x", 6}}}, {"'points[0].x'", "-5 to 5", "found 6"});
    refused("/points", {1}, {"'points[0]'", "an object", "number 1"});
    refused("/weights/k", 10, {"'weights.k'", "1 to 9", "found 10"});
    refused("/weights", 3, {"'weights'", "an object"});
    refused("/inside/z", 1, {"'inside.z'", "nearest: 'x', 'y'", "number 1"});
    refused("/group", 1, {"'group'", "an object"});
    refused("/group/dep", 1, {"'group.dep'", "nearest: 'deep'"});
    refused("/colours", 1, {"'colours'", "nearest: 'colour'"});
    expect_error([] { read(json::array()); }, {"f.json", "an object", "array of 0 items"});
    expect_error(
        [] {
            fields_from_json<Point>({{"z", 1}}, {.where = "f", .remedy = "see the manual"});
        },
        {"f: 'z'", "see the manual"});
}

TEST(Fields, UnknownKeysCanBeCollected) {
    std::vector<std::string> unknown;
    const auto e = fields_from_json<Everything>(
        {{"count", 5}, {"new", 1}, {"inside", {{"z", 1}}}, {"group", {{"y", 1}}}},
        {.where = "f", .unknown = &unknown});
    EXPECT_EQ(e.count, 5);
    EXPECT_THAT(unknown, ::testing::UnorderedElementsAre("new", "inside.z", "group.y"));
}

/// Fields that depend on those before them.
struct Tree {
    std::vector<Tree> parts;
    bool is_beside = false;
    std::vector<std::string> leaves;
    static void fields(auto& t, auto visit) {
        visit("parts", t.parts, {.skip_empty = true, .least_items = 2, .most_items = 2});
        visit("split", t.is_beside, {.required = true, .when = !t.parts.empty(), .words = k_sides});
        visit("leaves", t.leaves, {.when = t.parts.empty()});
    }
};

TEST(Fields, ConditionsFollowTheFieldsBefore) {
    for (const char* text :
         {R"({"leaves":["a"]})", R"({"parts":[{"leaves":[]},{"leaves":["b"]}],"split":"right"})"})
        EXPECT_EQ(fields_to_json(fields_from_json<Tree>(json::parse(text), {"f"})).dump(), text);
    const auto refused = [](const char* text, std::initializer_list<std::string_view> words) {
        expect_error([&] { fields_from_json<Tree>(json::parse(text), {"f"}); }, words);
    };
    refused(R"({"leaves": [], "split": "left"})", {"f: 'split'", "a known key"});
    refused(R"({"parts": [{}, {}]})", {"f: 'split'", "a value", "no such key"});
    refused(R"({"parts": [{}], "split": "left"})", {"f: 'parts'", "2 items", "found 1"});
    refused(R"({"parts": [{}, {"leaves": [1]}], "split": "left"})", {"f: 'parts[1].leaves[0]'"});
}

/// One value under the name of its kind.
struct Limit {
    Bound bound = Bound::none;
    double value = 0;
    static void fields(auto& l, auto visit) { visit.choice(l.bound, l.value); }
};
struct Edit {
    Change change = Change::scale;
    std::vector<double> values;
    static void fields(auto& e, auto visit) { visit.choice(e.change, e.values, {.single_for_list = true}); }
};

TEST(Fields, AChoiceIsOneOfSeveralKeys) {
    for (const char* text : {"{}", R"({"above":1.5})", R"({"below":-2.0})"})
        EXPECT_EQ(fields_to_json(fields_from_json<Limit>(json::parse(text), {"f"})).dump(), text);
    EXPECT_EQ(fields_from_json<Limit>({{"below", 3}}, {"f"}).bound, Bound::below);
    expect_error(
        [] {
            fields_from_json<Limit>({{"below", 3}, {"above", 1}}, {"f"});
        },
        {"f", "one of the keys above, below", "found above, below"});
    EXPECT_EQ(fields_from_json<Edit>({{"add", 3}}, {"f"}).values, std::vector<double>{3});
    expect_error([] { fields_from_json<Edit>(json::object(), {"f"}); },
                 {"f", "one of the keys scale, add", "none of them"});
    expect_error([] { fields_from_json<Edit>({{"adds", 3}}, {"f"}); }, {"f"});
}

/// A number whose default depends on the field before it.
struct Stage {
    Colour colour = Colour::red;
    double value = 0;
    static void fields(auto& s, auto visit) {
        visit("colour", s.colour, {.required = true});
        visit("value", s.value, {.fallback = s.colour == Colour::red ? 1 : 2});
    }
};

TEST(Fields, AFallbackMayDependOnTheFieldsBefore) {
    EXPECT_EQ(fields_from_json<Stage>({{"colour", "red"}}, {"f"}).value, 1);
    EXPECT_EQ(fields_from_json<Stage>({{"colour", "blue"}}, {"f"}).value, 2);
    EXPECT_EQ(fields_from_json<Stage>({{"colour", "blue"}, {"value", 5}}, {"f"}).value, 5);
    expect_error([] { fields_from_json<Stage>(json::object(), {"f"}); }, {"f: 'colour'", "no such key"});
    EXPECT_EQ(fields_to_json(Stage(), Stage()).dump(), R"({"colour":"red"})") << "required ones always stand";
}

TEST(Fields, DecimalsAreRounded) {
    Everything e;
    e.size = 1.1f;
    EXPECT_EQ(fields_to_json(e)["size"].dump(), "1.1") << "and not 1.10000002";
    e.size = -2.345f;
    EXPECT_NEAR(fields_to_json(e)["size"].get<double>(), -2.345, 0.006);
}

TEST(Fields, ClampedNumbersCanBeRead) {
    Everything e;
    e.count = 0;
    e.share = -INFINITY;
    e.inside.x = 77;
    e.deep = -1;
    e.size = 1e30f;
    clamp_fields(e);
    EXPECT_EQ(e.count, 1);
    EXPECT_EQ(e.share, 0);
    EXPECT_EQ(e.inside.x, 5);
    EXPECT_EQ(e.deep, 0);
    EXPECT_EQ(e.size, 1e30f) << "without a range any number is right";
    EXPECT_NO_THROW(read(fields_to_json(e)));
}

TEST(Fields, ListsSayWhatEachFieldTakes) {
    std::vector<std::string> lines;
    for (const FieldInfo& f : field_list<Everything>()) lines.push_back(f.key + ": " + f.kind);
    EXPECT_THAT(lines, ::testing::IsSupersetOf(
                           {"on: true or false", "side: one of left, right", "count: an integer, 1 to 1000",
                            "share: a number, 0 or more", "text: a text of 1 to 8 bytes",
                            "colour: one of red, green, blue", "group.deep: an integer, 0 or more",
                            "inside: an object with x (an integer, -5 to 5), y (a number)",
                            "weights: an object; each value: an integer, 1 to 9"}));
    EXPECT_EQ(lines.size(), 21u);
    EXPECT_EQ(field_list<Limit>().size(), 2u);
}

} // namespace gf::fields_test
