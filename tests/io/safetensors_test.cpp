#include "io/safetensors.h"

#include "io/support.h"

#include <cstring>

namespace gf::tests::safetensors_test {
namespace {

using nlohmann::json;
using testing::ElementsAre;

/// The header of a file with two tensors, of 8 and 6 bytes.
json two_tensors() {
    return {{"a", {{"dtype", "F32"}, {"shape", {2, 1}}, {"data_offsets", {0, 8}}}},
            {"b", {{"dtype", "BF16"}, {"shape", {3}}, {"data_offsets", {8, 14}}}}};
}

Safetensors parse(const std::string& file) { return parse_safetensors(bytes_of(file), "m.safetensors"); }

TEST(Safetensors, ReadsWhatIsThere) {
    json header = two_tensors();
    header["__metadata__"] = {{"format", "pt"}};
    const std::string file = safetensors_file(header, "01234567abcdef");
    const Safetensors parsed = parse(file);
    EXPECT_EQ(parsed.metadata.at("format"), "pt");
    ASSERT_EQ(parsed.tensors.size(), 2u);
    const TensorEntry* b = parsed.find("b");
    ASSERT_NE(b, nullptr);
    EXPECT_EQ(b->dtype, DType::bf16);
    EXPECT_THAT(b->shape, ElementsAre(3));
    EXPECT_EQ(std::memcmp(b->bytes.data(), "abcdef", 6), 0);
    EXPECT_EQ(b->bytes.size(), 6u);
    EXPECT_EQ(parsed.find("c"), nullptr);
}

TEST(Safetensors, TakesScalarsEmptyTensorsAndTrailingSpaces) {
    const json header = {{"empty", {{"dtype", "I64"}, {"shape", {0, 7}}, {"data_offsets", {2, 2}}}},
                         {"scalar", {{"dtype", "F16"}, {"shape", json::array()}, {"data_offsets", {0, 2}}}}};
    std::string text = header.dump() + "      ";
    const std::uint64_t length = text.size();
    const std::string file = std::string(reinterpret_cast<const char*>(&length), 8) + text + "xx";
    EXPECT_EQ(parse(file).find("scalar")->bytes.size(), 2u);
    EXPECT_THAT(parse(file).find("empty")->shape, ElementsAre(0, 7));
    EXPECT_TRUE(parse(safetensors_file(json::object(), "")).tensors.empty());
}

TEST(Safetensors, EveryTruncationIsRefused) {
    const std::string file = safetensors_file(two_tensors(), "01234567abcdef");
    for (std::size_t n = 0; n < file.size(); ++n) {
        const std::string part = file.substr(0, n);
        EXPECT_THROW(parse(part), Error) << n;
    }
}

struct BadHeader {
    const char* name;
    std::function<void(json&)> change;
    Words words;
};

void PrintTo(const BadHeader& bad, std::ostream* out) { *out << bad.name; }

class BadSafetensors : public testing::TestWithParam<BadHeader> {};

TEST_P(BadSafetensors, IsRefusedWithReason) {
    json header = two_tensors();
    GetParam().change(header);
    const std::string file = safetensors_file(header, "01234567abcdef");
    expect_words(problem_of([&] { parse(file); }), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, BadSafetensors,
    testing::Values(
        BadHeader{"list",
                  [](json& h) { h = json::array(); },
                  {"m.safetensors: header", "object", "array", "damaged"}},
        BadHeader{"entry_no_object", [](json& h) { h["a"] = 3; }, {"tensor 'a'", "object", "number 3", ""}},
        BadHeader{"unknown_dtype",
                  [](json& h) { h["a"]["dtype"] = "Q4"; },
                  {"tensor 'a': dtype", "BOOL, U8", "'Q4'", "F32"}},
        BadHeader{"no_dtype",
                  [](json& h) { h["a"].erase("dtype"); },
                  {"tensor 'a': 'dtype'", "a value", "no such key", ""}},
        BadHeader{
            "unknown_key", [](json& h) { h["a"]["stride"] = 3; }, {"tensor 'a': 'stride'", "", "3", ""}},
        BadHeader{"negative_size",
                  [](json& h) {
                      h["a"]["shape"] = {-2, 1};
                  },
                  {"tensor 'a': shape", "0 or more", "-2", "damaged"}},
        BadHeader{"fractional_size",
                  [](json& h) { h["a"]["shape"] = {2.5}; },
                  {"tensor 'a': shape", "0 or more", "2.5", "damaged"}},
        BadHeader{"overflowing_product",
                  [](json& h) {
                      h["a"]["shape"] = {1ll << 40, 1ll << 40};
                  },
                  {"tensor 'a': shape", "2^64", "1099511627776,1099511627776", "damaged"}},
        BadHeader{"overflowing_size",
                  [](json& h) { h["a"]["shape"] = {0xffffffffffffffffu}; },
                  {"tensor 'a': shape", "2^64", "18446744073709551615", "damaged"}},
        BadHeader{"size_mismatch",
                  [](json& h) { h["a"]["shape"] = {3}; },
                  {"tensor 'a': data_offsets", "12 bytes for F32 [3]", "8 bytes", "damaged"}},
        BadHeader{"outside",
                  [](json& h) {
                      h["b"]["data_offsets"] = {16, 22};
                  },
                  {"tensor 'b': data_offsets", "inside the file's 14 bytes", "[16, 22]", "truncated"}},
        BadHeader{
            "huge_offsets",
            [](json& h) {
                h["b"]["data_offsets"] = {0xfffffffffffffff0u, 0xfffffffffffffff6u};
            },
            {"tensor 'b': data_offsets", "inside the file's 14 bytes", "18446744073709551600", "truncated"}},
        BadHeader{"backwards",
                  [](json& h) {
                      h["b"]["data_offsets"] = {14, 8};
                  },
                  {"tensor 'b': data_offsets", "inside", "[14, 8]", "damaged"}},
        BadHeader{"negative_offset",
                  [](json& h) {
                      h["a"]["data_offsets"] = {-8, 0};
                  },
                  {"tensor 'a': data_offsets", "[begin, end]", "[-8,0]", "damaged"}},
        BadHeader{"three_offsets",
                  [](json& h) {
                      h["a"]["data_offsets"] = {0, 4, 8};
                  },
                  {"tensor 'a': data_offsets", "[begin, end]", "[0,4,8]", "damaged"}},
        BadHeader{"overlap",
                  [](json& h) {
                      h["b"]["data_offsets"] = {6, 12};
                  },
                  {"tensor 'b'", "goes on at offset 8", "overlap at 6", "damaged"}},
        BadHeader{"hole",
                  [](json& h) {
                      h["a"] = {{"dtype", "F32"}, {"shape", {1}}, {"data_offsets", {0, 4}}};
                  },
                  {"tensor 'b'", "goes on at offset 4", "hole up to the data at 8", "damaged"}},
        BadHeader{"data_left_over",
                  [](json& h) { h.erase("b"); },
                  {"end of file", "goes on at offset 8", "hole up to the data at 14", "damaged"}},
        BadHeader{"metadata_no_object",
                  [](json& h) { h["__metadata__"] = "x"; },
                  {"__metadata__", "object", "\"x\"", "damaged"}},
        BadHeader{"metadata_no_string",
                  [](json& h) {
                      h["__metadata__"] = {{"n", 3}};
                  },
                  {"__metadata__: 'n'", "string", "3", ""}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Safetensors, AbsurdHeaderLengths) {
    for (std::uint64_t length :
         {std::uint64_t{100}, std::uint64_t{1} << 40, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        std::string file = safetensors_file(two_tensors(), "");
        file.resize(50);
        std::memcpy(file.data(), &length, sizeof length);
        expect_words(problem_of([&] { parse(file); }),
                     {"m.safetensors: header length", "at most 42", std::to_string(length), "truncated"});
    }
}

TEST(Safetensors, HeaderThatIsNoJson) {
    const std::uint64_t length = 5;
    const std::string file = std::string(reinterpret_cast<const char*>(&length), 8) + "{\"a\":";
    expect_words(problem_of([&] { parse(file); }), {"m.safetensors: header", "JSON", "at byte", "damaged"});
}

TEST(Safetensors, DuplicateNamesAndDeepNesting) {
    const auto raw = [](const std::string& text) {
        const std::uint64_t length = text.size();
        return std::string(reinterpret_cast<const char*>(&length), 8) + text;
    };
    const std::string tensor = R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
    const std::string twice = raw("{\"a\":" + tensor + ",\"a\":" + tensor + "}");
    expect_words(problem_of([&] { parse(twice); }), {"m.safetensors: header", "once", "'a' twice", "remove"});
    const std::string deep = raw("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}");
    expect_words(problem_of([&] { parse(deep); }),
                 {"m.safetensors: header", "levels of nesting", "more", "damaged"});
}

TEST(SafetensorsWriter, RoundTrip) {
    const TestFolder folder;
    const float values[] = {1, 2, 3, 4, 5, 6};
    const std::int32_t indices[] = {7, -8};
    const std::vector<TensorSource> tensors = {
        {"z",
         DType::f32,
         {3, 2},
         [&](const ByteSink& sink) { // row by row
             for (int i = 0; i < 3; ++i) sink(std::as_bytes(std::span(values + 2 * i, 2)));
         }},
        {"a", DType::i32, {2}, [&](const ByteSink& sink) { sink(std::as_bytes(std::span(indices))); }}};
    write_safetensors(folder.path() / "f", tensors, {{"format", "pt"}, {"quote", "\"\\ü"}});
    const std::string file = read_text(folder.path() / "f");

    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), 8);
    EXPECT_EQ(length % 8, 0u);
    EXPECT_EQ(file[8], '{');
    EXPECT_EQ(std::memcmp(file.data() + 8 + length, values, sizeof values), 0) << "data in the order given";
    const Safetensors parsed = parse(file);
    EXPECT_EQ(parsed.metadata.at("quote"), "\"\\ü");
    EXPECT_THAT(parsed.find("z")->shape, ElementsAre(3, 2));
    EXPECT_EQ(parsed.find("a")->dtype, DType::i32);
    EXPECT_EQ(std::memcmp(parsed.find("a")->bytes.data(), indices, sizeof indices), 0);

    write_safetensors(folder.path() / "g", tensors, {{"format", "pt"}, {"quote", "\"\\ü"}});
    EXPECT_EQ(read_text(folder.path() / "g"), file) << "the same arguments give the same bytes";
    write_safetensors(folder.path() / "h", {});
    const std::string nothing = read_text(folder.path() / "h");
    EXPECT_TRUE(parse(nothing).tensors.empty());
}

} // namespace
} // namespace gf::tests::safetensors_test
