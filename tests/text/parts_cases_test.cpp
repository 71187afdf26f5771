// Tests that every part of a tokenizer.json gives the same ids, offsets and texts as in Hugging Face's own
// library, which wrote parts_cases.json by parts_cases.mjs; and SentencePiece's models the same ids as
// SentencePiece itself, which wrote sentencepiece_cases.json by sentencepiece_cases.py.
#include "text/charsmap.h"
#include "text/helpers.h"
#include "text/sentencepiece.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"

#include <nlohmann/json.hpp>

namespace gf::parts_cases_test {
namespace {

using namespace tests;
using nlohmann::json;

json test_file(const char* name) {
    return json::parse(file_bytes(std::filesystem::path(GLASSFORMER_TESTS_DIR) / "text" / name));
}

/// The offsets of tokens in characters, begin and end in turn.
std::vector<std::size_t> offsets_of(const std::vector<TokenSpan>& tokens, const std::string& text) {
    std::vector<std::size_t> offsets;
    for (const TokenSpan& t : tokens)
        for (const std::size_t byte : {t.begin, t.end})
            offsets.push_back(count_chars(std::string_view(text).substr(0, byte)));
    return offsets;
}

/// The expected ids of text `i`. Those of the model "bytes" are the bytes of the normalized text, plus 1.
Ids expected_ids(const json& c, std::size_t i) {
    if (!c.contains("normalized")) return c.at("ids")[i].get<Ids>();
    Ids ids;
    for (const char byte : c.at("normalized")[i].get<std::string>())
        ids.push_back(static_cast<unsigned char>(byte) + 1);
    return ids;
}

TEST(PartsCases, SameAsHuggingFace) {
    const json texts = test_file("nasty_texts.json"), file = test_file("parts_cases.json");
    ASSERT_EQ(texts.size(), 300u);
    EXPECT_GE(file.at("cases").size(), 100u);
    for (const json& c : file.at("cases")) {
        const std::string name = c.at("name");
        SCOPED_TRACE(name);
        json tokenizer_file = c.at("file");
        tokenizer_file["model"] = file.at("models").at(c.at("model").get<std::string>());
        const auto tokenizer = make_tokenizer(tokenizer_file, name);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const std::string text = texts[i];
            const std::vector<TokenSpan> tokens = tokenizer->encode_spans(text);
            const Ids ids = tokenizer->encode(text);
            ASSERT_EQ(ids, expected_ids(c, i)) << text;
            ASSERT_EQ(ids.size(), tokens.size());
            if (c.contains("offsets")) {
                EXPECT_EQ(offsets_of(tokens, text), c.at("offsets")[i].get<std::vector<std::size_t>>())
                    << text;
            }
            if (c.contains("decoded")) {
                EXPECT_EQ(tokenizer->decode(ids), c.at("decoded")[i].get<std::string>()) << text;
            }
        }
    }
}

TEST(PartsCases, SameAsSentencePiece) {
    const json texts = test_file("nasty_texts.json"), file = test_file("sentencepiece_cases.json");
    ASSERT_EQ(file.at("cases").size(), 11u);
    for (const json& c : file.at("cases")) {
        const std::string name = c.at("name");
        SCOPED_TRACE(name);
        const std::string bytes = decode_base64(c.at("model").get<std::string>(), name);
        const auto tokenizer = parse_sentencepiece(bytes, name);
        const auto with_ends = parse_sentencepiece(bytes, name, {.bos = true, .eos = true});
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const std::string text = texts[i];
            const Ids ids = c.at("ids")[i].get<Ids>();
            ASSERT_EQ(tokenizer->encode(text), ids) << text;
            Ids surrounded = with_ends->encode(text);
            EXPECT_EQ(surrounded.front(), with_ends->bos_id());
            EXPECT_EQ(surrounded.back(), with_ends->eos_id());
            EXPECT_EQ(Ids(surrounded.begin() + 1, surrounded.end() - 1), ids);
        }
    }
}

/// Byte fallback and the identity as normalizer lose nothing.
TEST(PartsCases, BytesOfSentencePieceDecodeToTheText) {
    const json texts = test_file("nasty_texts.json"), file = test_file("sentencepiece_cases.json");
    for (const json& c : file.at("cases")) {
        const std::string name = c.at("name");
        if (name != "unigram, bytes" && name != "bpe, bytes as Llama's") continue;
        const auto tokenizer =
            parse_sentencepiece(decode_base64(c.at("model").get<std::string>(), name), name);
        for (const std::string text : texts) {
            if (text.find("\xE2\x96\x81") != text.npos) continue; // a mark comes back as a space
            EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text) << name;
        }
    }
}

} // namespace
} // namespace gf::parts_cases_test
