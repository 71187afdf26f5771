// glassformer corpus: writes Tinyville and judges texts.

#include "cli/process.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace gf::tests::corpus_test {
namespace {

using ::testing::HasSubstr;

/// Writes a corpus and returns its folder.
std::string write_corpus(const std::string& name, const std::vector<std::string>& more) {
    const std::string folder = (scratch() / name).string();
    std::vector<std::string> arguments{"corpus", "--out", folder};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const std::string printed = stdout_of(arguments);
    for (const char* split : {"train", "validation", "test", "hash"}) EXPECT_THAT(printed, HasSubstr(split));
    return folder;
}

TEST(Corpus, WritesTheSameForTheSameSeedAndJudgesItSound) {
    const std::string a = write_corpus("corpus-a", {"--seed", "3", "--size", "60K"}),
                      b = write_corpus("corpus-b", {"--seed", "3", "--size", "60000"}),
                      c = write_corpus("corpus-c", {"--seed", "4", "--size", "60K"});
    EXPECT_EQ(read_text(a + "/train.txt"), read_text(b + "/train.txt"));
    EXPECT_NE(read_text(a + "/train.txt"), read_text(c + "/train.txt"));
    for (const char* split : {"/train.txt", "/validation.txt", "/test.txt"}) {
        const auto verdicts = stdout_json({"corpus", "--check", a + split, "--json"});
        EXPECT_GT(verdicts["documents"].size(), 5u);
        EXPECT_EQ(verdicts["true_to_world"], verdicts["documents"].size());
    }
    EXPECT_THAT(stdout_of({"corpus", "--check", a + "/documents.txt"}),
                HasSubstr("240 documents: 240 grammatical, 240 consistent"));
}

TEST(Corpus, OnlySomeKinds) {
    const std::string folder =
        write_corpus("corpus-only", {"--size", "20K", "--only", "translate", "sum, steps"});
    const auto verdicts = stdout_json({"corpus", "--check", folder + "/train.txt", "--json"});
    for (const auto& d : verdicts["documents"])
        EXPECT_TRUE(d["kind"] == "translate" || d["kind"] == "sum, steps") << d;
}

TEST(Corpus, SaysWhatIsWrongAndWhere) {
    const std::string file = scratch_file(
        "said.txt", "sum: 1 + 1 = 2\n<|endoftext|>\nMira the fox lives on the moon.\n<|endoftext|>\n"
                    "sum: 1 + 1 = 3\n");
    const Outcome o = run_glassformer({"corpus", "--check", file});
    EXPECT_EQ(o.exit_code, 1);
    EXPECT_EQ(o.err, "");
    EXPECT_THAT(o.out, HasSubstr("document 1, line 1: ok, sum\n"));
    EXPECT_THAT(
        o.out,
        HasSubstr("document 2, line 3: not grammatical at line 3, byte 55: no word of Tinyville: 'moon'\n"));
    EXPECT_THAT(
        o.out,
        HasSubstr("document 3, line 5: not consistent at line 5, byte 88: the answer is '2'; found '3'\n"));
    EXPECT_THAT(o.out, HasSubstr("3 documents: 2 grammatical, 1 consistent, 1 true to the world\n"));
}

TEST(Corpus, BadUsage) {
    expect_refused({"corpus"}, {"--out", "a folder", "--check"});
    expect_refused({"corpus", "--out", (scratch() / "x").string(), "--only", "storys"},
                   {"--only", "storys", "nearest", "story"});
    expect_refused({"corpus", "--check", (scratch() / "none.txt").string()}, {"none.txt"});
    expect_refused({"corpus", "--out", (scratch() / "x").string(), "--size", "much"}, {"--size"});
}

} // namespace
} // namespace gf::tests::corpus_test
