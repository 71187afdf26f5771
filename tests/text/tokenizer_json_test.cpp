#include "text/tokenizer_json.h"

#include "text/helpers.h"
#include "text/load_tokenizer.h"
#include "text/utf8.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace gf::tokenizer_json_test {
namespace {

using namespace tests;
using nlohmann::json;

const std::string k_mark = "\xE2\x96\x81"; // ▁

/// A tokenizer.json in the style of Llama 2. Its tokens are <unk>, <s>, </s>, the 256 bytes, and `pieces`;
/// `merges` are written "left right".
json llama_file(const std::vector<std::string>& pieces, const std::vector<std::string>& merges) {
    json vocab = {{"<unk>", 0}, {"<s>", 1}, {"</s>", 2}};
    for (int b = 0; b < 256; ++b) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", b);
        vocab[name] = 3 + b;
    }
    for (const std::string& piece : pieces) vocab[piece] = vocab.size();
    json added;
    for (const char* name : {"<unk>", "<s>", "</s>"})
        added.push_back({{"id", vocab[name]},
                         {"content", name},
                         {"single_word", false},
                         {"lstrip", false},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
    const auto replace = [](const std::string& from, const std::string& to) {
        return json{{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
    };
    return {{"version", "1.0"},
            {"added_tokens", added},
            {"normalizer",
             {{"type", "Sequence"},
              {"normalizers", {{{"type", "Prepend"}, {"prepend", k_mark}}, replace(" ", k_mark)}}}},
            {"pre_tokenizer", nullptr},
            {"post_processor",
             {{"type", "TemplateProcessing"},
              {"single",
               {{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}},
                {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
              {"pair", json::array()},
              {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {1}}, {"tokens", {"<s>"}}}}}}}},
            {"decoder",
             {{"type", "Sequence"},
              {"decoders",
               {replace(k_mark, " "),
                {{"type", "ByteFallback"}},
                {{"type", "Fuse"}},
                {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}}}}}},
            {"model",
             {{"type", "BPE"},
              {"unk_token", "<unk>"},
              {"byte_fallback", true},
              {"fuse_unk", true},
              {"vocab", vocab},
              {"merges", merges}}}};
}

/// A small file, whose pieces from id 259 on are: ▁ a b c ab ▁a abc bc ▁abc.
json small_file() {
    return llama_file({k_mark, "a", "b", "c", "ab", k_mark + "a", "abc", "bc", k_mark + "abc"},
                      {"a b", k_mark + " a", "ab c", "b c", k_mark + " abc", k_mark + "a bc"});
}

TEST(TokenizerJson, IdsDerivedByHand) {
    const auto t = parse_tokenizer_json(small_file().dump(), "t.json");
    EXPECT_EQ(t->size(), 268);
    EXPECT_EQ(t->bos_id(), 1);
    EXPECT_EQ(t->eos_id(), 2);
    EXPECT_EQ(t->encode(""), Ids({1}));
    EXPECT_EQ(t->encode("a"), Ids({1, 264}));           // ▁ a -> ▁a
    EXPECT_EQ(t->encode("abc"), Ids({1, 267}));         // a b first (rank 0), then ab c, then ▁ abc
    EXPECT_EQ(t->encode("bc", false), Ids({259, 266})); // ▁, bc
    EXPECT_EQ(t->encode("a bcab", false), Ids({264, 259, 266, 263})); // ▁a ▁ bc ab
    EXPECT_EQ(t->encode(" a", false), Ids({259, 264}));               // ▁ ▁a
    // é has no token, so its bytes stand for it.
    const std::string e_acute = "\xC3\xA9";
    EXPECT_EQ(t->encode(e_acute + "a", false), Ids({259, 3 + 0xC3, 3 + 0xA9, 260}));
    EXPECT_EQ(t->encode("a</s>b", false), Ids({264, 2, 259, 261}));
    EXPECT_EQ(t->encode("\xFF", false), Ids({259, 3 + 0xFF}));

    EXPECT_EQ(t->decode(Ids({1, 264, 259, 266})), "a bc");
    EXPECT_EQ(t->decode(Ids({264})), "a");
    EXPECT_EQ(t->next_bytes(Ids({264}), 264), " a");
    EXPECT_EQ(t->token_bytes(264), " a");
    EXPECT_EQ(t->display_text(1), "<s>");
    EXPECT_EQ(t->display_text(3 + 0xC3), "<0xC3>");
    EXPECT_EQ(t->kind(3 + 0xC3), TokenKind::byte);
}

TEST(TokenizerJson, BothFormsOfMerges) {
    json file = small_file();
    for (json& merge : file["model"]["merges"]) {
        const std::string both = merge;
        merge = {both.substr(0, both.find(' ')), both.substr(both.find(' ') + 1)};
    }
    EXPECT_EQ(parse_tokenizer_json(file.dump(), "t.json")->encode("abc a bcab"),
              parse_tokenizer_json(small_file().dump(), "t.json")->encode("abc a bcab"));
}

TEST(TokenizerJson, DecodesWhatItEncoded) {
    const auto t = parse_tokenizer_json(small_file().dump(), "t.json");
    Random random(4);
    for (int i = 0; i < 3000; ++i) {
        std::string text = random_bytes(random, 30);
        if (i % 2)
            for (char& c : text) c = random_item(random, std::string_view("abc  \n\xE2\x96\x81"));
        if (text.find(k_mark) != text.npos) continue; // a mark in the text comes back as a space
        ASSERT_EQ(t->decode(t->encode(text)), text) << i;
        ASSERT_EQ(t->decode(t->encode(text, false)), text) << i;
    }
}

/// Writes tok512.bin as a tokenizer.json, where every way to put a token together from two is a merge, ranked
/// by the token's score.
TEST(TokenizerJson, SameIdsAsTokBin) {
    if (!std::filesystem::exists(tok512_path())) GTEST_SKIP() << tok512_path() << " is missing";
    const auto reference = load_tokenizer(tok512_path(), 512);
    const auto marked = [](std::string text) {
        for (std::size_t at; (at = text.find(' ')) != text.npos;) text.replace(at, 1, k_mark);
        return text;
    };
    std::vector<std::string> pieces, merges;
    for (int id = 259; id < 512; ++id) pieces.push_back(reference->token_bytes(id));
    for (const std::string& piece : pieces) // tokens stand in the order of their scores
        for (std::size_t at = 1; at < piece.size(); ++at)
            merges.push_back(marked(piece.substr(0, at)) + " " + marked(piece.substr(at)));
    const auto is_known = [&](const std::string& name) {
        return std::any_of(pieces.begin(), pieces.end(),
                           [&](const std::string& p) { return marked(p) == name; });
    };
    std::erase_if(merges, [&](const std::string& m) {
        return !is_known(m.substr(0, m.find(' '))) || !is_known(m.substr(m.find(' ') + 1));
    });
    for (std::string& piece : pieces) piece = marked(piece);
    const auto t = parse_tokenizer_json(llama_file(pieces, merges).dump(), "tok512.json");

    Random random(5);
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (std::size_t n = random_below(random, 12); n > 0; --n)
            text += reference->token_bytes(int(259 + random_below(random, 253)));
        // run.c adds stray continuation bytes to the character before them, and takes ▁ and <s> for text.
        if (!is_valid_utf8(text) || text.find(k_mark) != text.npos || text.find('<') != text.npos) continue;
        ASSERT_EQ(t->encode(text), reference->encode(text)) << text;
        ASSERT_EQ(t->decode(t->encode(text)), text);
    }
}

TEST(TokenizerJson, AddedTokensInTheText) {
    json file = small_file();
    file["added_tokens"].push_back(
        {{"id", 268}, {"content", "<x>"}, {"lstrip", true}, {"rstrip", true}, {"special", true}});
    file["added_tokens"].push_back({{"id", 269}, {"content", "<x>y"}, {"normalized", false}});
    const auto t = parse_tokenizer_json(file.dump(), "t.json");
    EXPECT_EQ(t->size(), 270);
    const std::string no_break_space = "\xC2\xA0";
    EXPECT_EQ(t->encode("a \xE3\x80\x80 <x> \n" + no_break_space + "b", false),
              Ids({264, 268, 259, 261}));                             // takes all white space
    EXPECT_EQ(t->encode("a<x>yb", false), Ids({264, 269, 259, 261})); // the longest wins
    EXPECT_EQ(t->decode(Ids({264, 269, 259, 261})), "a<x>yb");        // not special: part of the text
    EXPECT_EQ(t->encode("<x>", false), Ids({268}));
    EXPECT_EQ(t->encode("<x> <x>", false), Ids({268, 268}));
}

TEST(TokenizerJson, LongTextsTakeNoQuadraticTime) {
    const auto t = parse_tokenizer_json(small_file().dump(), "t.json");
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += "abc a";
    EXPECT_EQ(t->decode(t->encode(text)), text);
}

TEST(TokenizerJson, ACharacterWithoutATokenIsNamed) {
    json file = small_file();
    file["model"]["byte_fallback"] = false;
    // Neighbouring unknown characters make one token.
    EXPECT_EQ(parse_tokenizer_json(file.dump(), "t.json")->encode("zza"), Ids({1, 259, 0, 260}));
    // Without a name for it, they are left out.
    file["model"].erase("unk_token");
    const auto t = parse_tokenizer_json(file.dump(), "t.json");
    EXPECT_EQ(t->encode("zza\xFF"), Ids({1, 264}));
    EXPECT_TRUE(t->notices().empty());
    // A name that is no token is an error once it is needed.
    file["model"]["unk_token"] = "<none>";
    const auto u = parse_tokenizer_json(file.dump(), "t.json");
    EXPECT_EQ(u->encode("a"), Ids({1, 264}));
    expect_error([&] { u->encode("az"); }, {"t.json", "'z'", "<none>"});
    expect_error([&] { u->encode("a\xFF"); }, {"<0xFF>"});
}

/// An expression that takes exponentially many steps is stopped at a cost that the length of the text bounds.
TEST(TokenizerJson, HostileExpressions) {
    json file = small_file();
    file["pre_tokenizer"] = {
        {"type", "Split"}, {"pattern", {{"Regex", "(a+)+$"}}}, {"behavior", "Isolated"}, {"invert", false}};
    const auto t = parse_tokenizer_json(file.dump(), "t.json");
    expect_error([&] { t->encode(std::string(40, 'a') + "b"); }, {"t.json", "too costly"});
}

TEST(TokenizerJson, GrowthIsBounded) {
    json file = small_file();
    json& steps = file["normalizer"]["normalizers"];
    for (int i = 0; i < 60; ++i)
        steps.push_back({{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}});
    const auto t = parse_tokenizer_json(file.dump(), "t.json");
    EXPECT_NO_THROW(t->encode("b"));
    expect_error([&] { t->encode("a"); }, {"t.json: 'normalizer'", "at most"});
    file = small_file();
    file["post_processor"]["special_tokens"]["<s>"]["ids"] = std::vector<int>(1000, 1);
    expect_error([&] { parse_tokenizer_json(file.dump(), "t.json"); },
                 {"'post_processor'", "at most 64 tokens"});
}

TEST(TokenizerJson, LongRunsAreNotTooCostly) {
    const char* const llama3 = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
                               R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    json file = small_file();
    file["pre_tokenizer"] = {
        {"type", "Split"}, {"pattern", {{"Regex", llama3}}}, {"behavior", "Isolated"}, {"invert", false}};
    file["normalizer"] = nullptr;
    const auto t = parse_tokenizer_json(file.dump(), "t.json");
    for (const std::string unit : {" ", "\n", " \n", "a", "A", "'", "1", "\xE4\xBD\xA0", "\xCC\x81"}) {
        std::string text;
        while (text.size() < 100'000) text += unit;
        EXPECT_EQ(t->decode(t->encode(text + "x", false)), text + "x") << unit;
    }
}

struct BadFile {
    const char* pointer; ///< JSON pointer to the part of small_file() that `value` replaces
    json value;
    const char* message; ///< part of the error's message
};

TEST(TokenizerJson, BadFilesAreNamed) {
    const json split = {
        {"type", "Split"}, {"pattern", {{"Regex", "["}}}, {"behavior", "Isolated"}, {"invert", false}};
    const std::vector<BadFile> table = {
        {"/version", "2.0", "'version'"},
        {"/surprise", 1, "'surprise'"},
        {"/model", 5, "'model'"},
        {"/model", nullptr, "'model'"},
        {"/model/type", 3, "'type'"},
        {"/model/type", "Markov", "WordLevel or Unigram; found Markov"},
        {"/model/continuing_subword_prefix", "##", "begins with '##'"},
        {"/model/dropout", 0.1, "'dropout'"},
        {"/model/fuse_unk", 1, "'fuse_unk'"},
        {"/model/surprise", true, "'surprise'"},
        {"/model/vocab", json::array(), "'vocab'"},
        {"/model/vocab", json::object(), "'merges' item 0"},
        {"/model/vocab/a", -1, "'a'"},
        {"/model/vocab/a", 1.5, "'a'"},
        {"/model/vocab/a", "1", "'a'"},
        {"/model/vocab/a", 2147483647, "2147483647"},
        {"/model/vocab/a", 18446744073709551615u, "'a'"},
        {"/model/vocab/a", 261, "which is 'a' too"},
        {"/model/merges", "a b", "'merges'"},
        {"/model/merges/0", "a", "'merges' item 0"},
        {"/model/merges/0", "a b c", "'merges' item 0"},
        {"/model/merges/0", "a z", "'z'"},
        {"/model/merges/0", "c a", "'ca'"},
        {"/model/merges/0", {"a", 1}, "'merges' item 0"},
        {"/model/merges/0", {"a", "b", "c"}, "'merges' item 0"},
        {"/added_tokens", 1, "'added_tokens'"},
        {"/added_tokens/0", 1, "'added_tokens'"},
        {"/added_tokens/0/id", -7, "'id'"},
        {"/added_tokens/0/surprise", true, "'surprise'"},
        {"/normalizer", "NFC", "'normalizer'"},
        {"/normalizer", {{"type", "Surprise"}}, "StripAccents, Sequence"},
        {"/normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "AAA"}}, "base64"},
        {"/normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "AAAAAAAA"}}, "a trie"},
        {"/normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "BAA*"}}, "'*'"},
        {"/normalizer", {{"type", "Strip"}, {"surprise", 1}}, "'surprise'"},
        {"/normalizer/normalizers/1/pattern", {{"Glob", " +"}}, "'pattern'"},
        {"/normalizer/normalizers/0/prepend", 1, "'prepend'"},
        {"/normalizer/normalizers/1/pattern/String", "", "'pattern'"},
        {"/pre_tokenizer", {{"type", "ByteLevel"}, {"surprise", 1}}, "'surprise'"},
        {"/pre_tokenizer", split, "without '[ without ]'"},
        {"/pre_tokenizer", {{"type", "Surprise"}}, "WhitespaceSplit, Sequence"},
        {"/pre_tokenizer", {{"type", "CharDelimiterSplit"}, {"delimiter", "ab"}}, "'delimiter'"},
        {"/pre_tokenizer", {{"type", "Punctuation"}, {"behavior", "Removes"}}, "'behavior'"},
        {"/pre_tokenizer", {{"type", "FixedLength"}, {"length", 0}}, "'length'"},
        {"/pre_tokenizer", {{"type", "Metaspace"}, {"replacement", "ab"}}, "'replacement'"},
        {"/pre_tokenizer",
         {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "last"}},
         "'prepend_scheme'"},
        {"/post_processor", {{"type", "BertProcessing"}}, "'cls'"},
        {"/post_processor",
         {{"type", "BertProcessing"}, {"cls", {"[CLS]", "1"}}, {"sep", {"[SEP]", 2}}},
         "'cls'"},
        {"/post_processor", {{"type", "Surprise"}}, "TemplateProcessing, Sequence; found string"},
        {"/post_processor/single", json::array(), "'single'"},
        {"/post_processor/single/1/Sequence/id", "B", "one Sequence, A"},
        {"/post_processor/single/0/SpecialToken/id", "</s>", "'</s>'"},
        {"/post_processor/special_tokens/<s>/ids/0", 999, "999"},
        {"/post_processor/special_tokens/<s>/ids/0", -1, "'special_tokens'"},
        {"/decoder", {{"type", "Surprise"}}, "WordPiece, Sequence"},
        {"/decoder/decoders/3/content", "ab", "'content'"},
        {"/decoder/decoders/2/type", "Strip", "'content'"},
    };
    for (const BadFile& bad : table) {
        SCOPED_TRACE(std::string(bad.pointer) + " = " + bad.value.dump());
        json file = small_file();
        file[json::json_pointer(bad.pointer)] = bad.value;
        expect_error([&] { parse_tokenizer_json(file.dump(), "t.json"); }, {"t.json", bad.message});
    }
}

TEST(TokenizerJson, ExpressionsThatAreNoneOrNotSupported) {
    for (const char* pattern :
         {"",        "(",        "[a",      "[]",      "[a[b]",         "\\p{Klingon}", "\\p{L",
          "(?s)a.b", "(?P<n>a)", "\\",      "(*UTF)a", "\\Ca",          "(a)\\1",       "(?~a)",
          "\\xE9",   "\\u12",    "\\u{61}", "[a-\\d]", "[[:klingon:]]", "a)",           "\\x{D800}",
          "*a"}) {
        json file = small_file();
        file["pre_tokenizer"] = {{"type", "Split"},
                                 {"pattern", {{"Regex", pattern}}},
                                 {"behavior", "Isolated"},
                                 {"invert", false}};
        SCOPED_TRACE(pattern);
        expect_error([&] { parse_tokenizer_json(file.dump(), "t.json"); },
                     {"t.json: 'pre_tokenizer'", "expected a"});
    }
}

TEST(TokenizerJson, NotJson) {
    const auto parse = [](const std::string& text) { parse_tokenizer_json(text, "t.json"); };
    const std::string good = small_file().dump();
    expect_error([&] { parse(""); }, {"t.json", "JSON"});
    expect_error([&] { parse("[1, 2]"); }, {"t.json", "array of 2 items"});
    expect_error([&] { parse("{}"); }, {"t.json: 'model'"});
    expect_error([&] { parse(R"({"model": {"vocab": {}, "merges": []}})"); },
                 {"t.json: 'vocab'", "found none"});
    expect_error([&] { parse(good.substr(0, good.size() / 2)); }, {"t.json", "at byte"});
    expect_error([&] { parse(good + "}"); }, {"t.json", "at byte"});
    expect_error([&] { parse(std::string(1'000'000, '[')); }, {"t.json", "64 levels"});
    expect_error([&] { parse(std::string(1'000'000, '\xE2')); }, {"t.json"});
}

TEST(LoadTokenizer, FilesAndFolders) {
    const std::filesystem::path folder = ::testing::TempDir() + "gf_load_tokenizer";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const auto write = [&](const char* name, const std::string& bytes) {
        std::ofstream(folder / name, std::ios::binary) << bytes;
    };

    expect_error([&] { load_tokenizer(folder); }, {"tokenizer.json", "none of them"});
    write("tokenizer.json", small_file().dump());
    write("no_extension", " \n" + small_file().dump());
    write("empty.json", "");
    write("blank", "   ");
    write("noise.bin", "noise");
    EXPECT_EQ(load_tokenizer(folder)->size(), 268);
    EXPECT_EQ(load_tokenizer(folder / "no_extension")->size(), 268);
    expect_error([&] { load_tokenizer(folder / "missing.bin"); }, {"missing.bin", "nothing there"});
    expect_error([&] { load_tokenizer(folder / "empty.json"); }, {"empty.json", "an empty file"});
    expect_error([&] { load_tokenizer(folder / "blank"); }, {"blank"});
    expect_error([&] { load_tokenizer(folder / "noise.bin"); }, {"noise.bin"});
    expect_error([&] { load_tokenizer(""); }, {"nothing there"});

    std::filesystem::resize_file(folder / "noise.bin", (512ull << 20) + 1); // sparse
    expect_error([&] { load_tokenizer(folder / "noise.bin"); }, {"noise.bin", "512 MB"});
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace gf::tokenizer_json_test
