// glassformer tokenizer: from a text file to a tokenizer.json that the program reads.

#include "cli/process.h"

#include "text/load_tokenizer.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace gf::tests::tokenizer_test {
namespace {

using nlohmann::json;

std::string text_file(const char* name, const std::string& text) {
    const auto path = scratch() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
}

TEST(TokenizerCommand, TrainsEveryKind) {
    const std::string one = text_file("one.txt", "the cat sat on the mat, the cat sat\n"),
                      two = text_file("two.txt", "on the hat\n");
    const std::string out = (scratch() / "trained.json").string(),
                      history = (scratch() / "history.json").string();
    for (const char* kind : {"bpe", "wordpiece", "unigram", "characters"}) {
        SCOPED_TRACE(kind);
        const std::string printed =
            stdout_of({"tokenizer", "--kind", kind, "--vocab-size", "270", "--text", one, two, "--out", out,
                       "--history", history, "--special", "bos=<s>", "eos=</s>"});
        const auto tokenizer = load_tokenizer(out);
        EXPECT_NE(printed.find(std::to_string(tokenizer->size()) + " tokens"), std::string::npos) << printed;
        EXPECT_EQ(tokenizer->decode(tokenizer->encode("the cat")), "the cat");
        EXPECT_EQ(tokenizer->encode("the cat").front(), tokenizer->bos_id());
        std::ifstream file(history);
        const json steps = json::parse(file);
        EXPECT_EQ(steps.at("merges").empty(), kind[0] == 'u' || kind[0] == 'c');
        EXPECT_EQ(steps.at("prunings").empty(), kind[0] != 'u');
    }
}

TEST(TokenizerCommand, BadInputIsNamed) {
    const std::string good = text_file("one.txt", "the cat\n"), bad = text_file("bad.txt", "ab\xFF"),
                      out = (scratch() / "t.json").string();
    const auto arguments = [&](const std::string& kind, const std::string& file, const std::string& special) {
        return std::vector<std::string>{"tokenizer", "--kind", kind, "--vocab-size", "300",  "--text",
                                        file,        "--out",  out,  "--special",    special};
    };
    expect_refused(arguments("bep", good, "bos=<s>"), {"bep", "'bpe'"});
    expect_refused(arguments("bpe", bad, "bos=<s>"), {"bad.txt", "byte 2", "UTF-8"});
    expect_refused(arguments("bpe", "missing.txt", "bos=<s>"), {"missing.txt"});
    expect_refused(arguments("bpe", good, "bos"), {"--special", "ROLE=NAME"});
    expect_refused(arguments("bpe", good, "boss=<s>"), {"boss", "'bos'"});
}

/// Brackets around a whole text belong to it: they make no list.
TEST(TokenizerCommand, KeepsBracketsAroundATextThatIsEncoded) {
    const std::string file = text_file("brackets.json", R"({"model": {"type": "WordLevel", "unk_token": "?",
        "vocab": {"?": 0, "[MASK]": 1, "[a, b]": 2}}})");
    const std::string printed =
        stdout_of({"tokenizer", "--encode", file, "--json", "--text", "[MASK]", "[a, b]"});
    EXPECT_NE(printed.find("\"ids\":[1]"), std::string::npos) << printed;
    EXPECT_NE(printed.find("\"ids\":[2]"), std::string::npos) << printed;
}

/// Ids, pieces and offsets in characters, for people and as JSON.
TEST(TokenizerCommand, ShowsTheTokensOfTexts) {
    const std::string file = text_file("words.json", R"({"pre_tokenizer": {"type": "Whitespace"}, 
        "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 0], "sep": ["[SEP]", 1]},
        "model": {"type": "WordLevel", "vocab": {"[CLS]": 0, "[SEP]": 1, "?": 2, "h\u00e9": 3, "b": 4}, "unk_token": "?"}})");
    const std::string text = "h\xC3\xA9  b x";
    EXPECT_EQ(stdout_of({"tokenizer", "--encode", file, "--text", text}),
              "      0  [CLS]                    0-0\n"
              "      3  h\xC3\xA9                       0-2\n"
              "      4  b                        4-5\n"
              "      2  ?                        6-7\n"
              "      1  [SEP]                    0-0\n");
    const std::string printed =
        stdout_of({"tokenizer", "--encode", file, "--json", "--no-special", "--text", text, "b"});
    const json first = json::parse(printed.substr(0, printed.find('\n'))),
               second = json::parse(printed.substr(printed.find('\n')));
    EXPECT_EQ(first, json({{"text", text},
                           {"ids", {3, 4, 2}},
                           {"pieces", {"h\xC3\xA9", "b", "?"}},
                           {"offsets", {{0, 2}, {4, 5}, {6, 7}}},
                           {"decoded", "h\xC3\xA9 b ?"}}));
    EXPECT_EQ(second.at("ids"), json({4}));
    expect_refused({"tokenizer", "--encode", "missing.json", "--text", "a"}, {"missing.json"});
    expect_refused({"tokenizer", "--text", file}, {"--encode FILE", "-o PATH"});
}

} // namespace
} // namespace gf::tests::tokenizer_test
