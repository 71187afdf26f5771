// Tests that tokenizers give the same ids and texts as in Hugging Face's own library, which wrote
// hugging_face_cases.json by hugging_face_cases.mjs.
#include "text/helpers.h"
#include "text/tokenizer_json.h"

#include <nlohmann/json.hpp>

namespace gf::hugging_face_test {
namespace {

using namespace tests;
using nlohmann::json;

TEST(HuggingFace, SameIdsAndSameText) {
    const json file =
        json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/hugging_face_cases.json"));
    const json& texts = file.at("texts");
    for (const json& c : file.at("cases")) {
        const std::string name = c.at("name");
        SCOPED_TRACE(name);
        json tokenizer_file = c.at("file");
        tokenizer_file["model"].update(
            file.at("models").at(tokenizer_file.at("model").at("vocab").get<std::string>()));
        const auto tokenizer = parse_tokenizer_json(tokenizer_file.dump(), name);

        // Their decoder prints special tokens whose form is normalized, although it is told not to.
        const bool prints_special = name == "llama2, normalized added tokens";
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const std::string text = texts[i];
            const Ids ids = tokenizer->encode(text);
            ASSERT_EQ(ids, c.at("ids")[i].get<Ids>()) << text;
            // We drop more spaces than they do (see Token::hides_next_space).
            if (prints_special || text.find("<s>") != text.npos) continue;
            EXPECT_EQ(tokenizer->decode(ids), c.at("decoded")[i].get<std::string>()) << text;
        }
    }
}

} // namespace
} // namespace gf::hugging_face_test
