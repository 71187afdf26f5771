// Tests that tokenizers that we trained give the same ids and texts here as in Hugging Face's own library,
// which wrote trained_cases.json by trained_cases.mjs.
#include "text/helpers.h"
#include "text/tokenizer_json.h"

#include <nlohmann/json.hpp>

namespace gf::trained_cases_test {
namespace {

using namespace tests;
using nlohmann::json;

TEST(TrainedCases, OurFilesGiveOthersTheSameIds) {
    const json file =
        json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/trained_cases.json"));
    const json& texts = file.at("texts");
    ASSERT_EQ(file.at("cases").size(), 9u);
    for (const json& c : file.at("cases")) {
        const std::string name = c.at("name");
        SCOPED_TRACE(name);
        const auto tokenizer = parse_tokenizer_json(c.at("file").dump(), name);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const std::string text = texts[i];
            const Ids ids = tokenizer->encode(text);
            EXPECT_EQ(ids, c.at("ids")[i].get<Ids>()) << text;
            // Their decoder drops special tokens before it looks where a text begins.
            const Ids text_ids = tokenizer->encode(text, false);
            const bool begins_special =
                !text_ids.empty() && tokenizer->kind(text_ids.front()) == TokenKind::special;
            if (begins_special || text.find_first_of("<[#") != text.npos) continue;
            EXPECT_EQ(tokenizer->decode(ids), c.at("decoded")[i].get<std::string>()) << text;
        }
    }
}

} // namespace
} // namespace gf::trained_cases_test
