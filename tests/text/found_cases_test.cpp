// Tests tokenizers in the forms in which people have them: each case of found_cases.json is a small file that
// was once refused or read wrongly, with what Hugging Face's library gives for it; then vocab.json, vocab.txt
// and tokenizer.model.
#include "text/charsmap.h"
#include "text/helpers.h"
#include "text/load_tokenizer.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace gf::found_cases_test {
namespace {

using namespace tests;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json test_file(const char* name) {
    return json::parse(file_bytes(std::filesystem::path(GLASSFORMER_TESTS_DIR) / "text" / name));
}

/// A folder of files, which is removed again.
class FoundFiles : public ::testing::Test {
  protected:
    FoundFiles() { std::filesystem::create_directories(folder_); }
    ~FoundFiles() override { std::filesystem::remove_all(folder_); }

    void write(const char* name, const std::string& bytes) const {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
    }

    const std::filesystem::path folder_ = ::testing::TempDir() + "gf_found_files";
};

std::vector<std::string> names_of(const Tokenizer& tokenizer, const Ids& ids) {
    std::vector<std::string> names;
    for (const int id : ids) names.push_back(tokenizer.token_name(id));
    return names;
}

TEST(FoundCases, SameAsHuggingFace) {
    const json file = test_file("found_cases.json");
    ASSERT_EQ(file.at("cases").size(), 15u);
    for (const json& c : file.at("cases")) {
        SCOPED_TRACE(c.at("name"));
        const auto tokenizer = make_tokenizer(c.at("file"), "t.json");
        for (const json& expected : c.at("cases")) {
            const Ids ids = tokenizer->encode(expected.at("text").get<std::string>());
            EXPECT_EQ(ids, expected.at("ids").get<Ids>());
            EXPECT_EQ(names_of(*tokenizer, ids), expected.at("tokens").get<std::vector<std::string>>());
            if (expected.contains("decoded")) {
                EXPECT_EQ(tokenizer->decode(ids), expected.at("decoded").get<std::string>());
            }
        }
    }
}

TEST(FoundCases, WhatIsNotFollowedIsSaidOnce) {
    const json file = test_file("found_cases.json");
    const auto notices = [&](const std::string& name) {
        for (const json& c : file.at("cases"))
            if (c.at("name") == name) return make_tokenizer(c.at("file"), "t.json")->notices();
        return std::vector<std::string>{"no such case"};
    };
    EXPECT_THAT(notices("Whitespace"), IsEmpty());
    EXPECT_THAT(notices("truncation"), ElementsAre(HasSubstr("t.json: 'truncation' is not followed")));
    EXPECT_THAT(notices("padding"), ElementsAre(HasSubstr("t.json: 'padding' is not followed")));
    EXPECT_THAT(notices("ByteLevel without a token for the space"),
                ElementsAre(HasSubstr(
                    "248 of the 256 bytes have no token and are left out of texts: the space, '!'")));
    json gap = file.at("cases")[0].at("file");
    gap["truncation"] = nullptr;
    gap["added_tokens"].push_back({{"id", 500}, {"content", "<x>"}, {"special", true}});
    EXPECT_THAT(make_tokenizer(gap, "t.json")->notices(),
                ElementsAre(HasSubstr("'<x>' has id 10 and not 500")));
}

TEST(FoundCases, IdsWithHoles) {
    const json file = {
        {"model", {{"type", "WordLevel"}, {"vocab", {{"a", 0}, {"b", 5}}}, {"unk_token", "a"}}}};
    const auto t = make_tokenizer(file, "t.json");
    EXPECT_EQ(t->size(), 6);
    EXPECT_EQ(t->encode("b"), Ids({5}));
    EXPECT_EQ(t->display_text(3), "#3");
    EXPECT_EQ(t->decode(Ids({3, 5})), "b");
    json far = file;
    far["model"]["vocab"]["b"] = 1 << 30;
    expect_error([&] { make_tokenizer(far, "t.json"); }, {"token 'b'", "an id below"});
}

TEST_F(FoundFiles, VocabularyAndMerges) {
    write("vocab.json",
          R"({"a": 0, "b": 1, "c": 2, "\u0120": 3, "ab": 4, "\u0120ab": 5, "d": 6, "<|endoftext|>": 7})");
    expect_error([&] { load_tokenizer(folder_ / "vocab.json"); }, {"merges.txt", "nothing there"});
    write("merges.txt", "#version: 0.2\r\na b\r\n\xC4\xA0 ab\r\n");
    for (const char* name : {"", "vocab.json", "merges.txt"}) {
        const auto t = load_tokenizer(folder_ / name);
        EXPECT_EQ(t->encode("ab ab cab<|endoftext|>"), Ids({4, 5, 3, 2, 4, 7}));
        EXPECT_EQ(t->encode("abba"), Ids({4, 1, 0}));
        EXPECT_EQ(t->decode(Ids({4, 5, 3, 2, 4, 7})), "ab ab cab");
        EXPECT_EQ(t->bos_id(), 7);
    }
    for (const auto& [line, part] : {std::pair("a", "two tokens"),
                                     {"a b c", "two tokens"},
                                     {"a z", "'z'"},
                                     {"b a", "'ba'"},
                                     {" a", "two tokens"},
                                     {"\xFF a", "<0xFF>"}}) {
        write("merges.txt", "#version: 0.2\n" + std::string(line) + "\n");
        expect_error([&] { load_tokenizer(folder_); }, {"merges.txt: line 2", part});
    }
}

/// RoBERTa has <s> and </s> around a text, which its settings or its model say; other classes are not
/// guessed.
TEST_F(FoundFiles, SettingsBesideTheVocabulary) {
    write("vocab.json", R"({"<s>": 0, "</s>": 1, "a": 2, "b": 3, "\u0120": 4, "<mask>": 5, "e</w>": 6})");
    write("merges.txt", "#version: 0.2\n");
    write("tokenizer_config.json", R"({"tokenizer_class": "XLMTokenizer"})");
    expect_error([&] { load_tokenizer(folder_); }, {"XLMTokenizer", "save_pretrained"});
    write("tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizerFast"})");
    expect_error([&] { load_tokenizer(folder_); }, {"</w>", "CLIPTokenizer"});
    write("vocab.json", R"({"<s>": 0, "</s>": 1, "a": 2, "b": 3, "\u0120": 4, "<mask>": 5})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("a <mask>b"), Ids({0, 2, 5, 3, 1}));
    write("tokenizer_config.json", R"({"added_tokens_decoder": {"6": {"content": "<x>", "special": true}}})");
    write("config.json", R"({"model_type": "roberta"})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("a<x>"), Ids({0, 2, 6, 1}));
    write("config.json", R"({"model_type": "gpt2"})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("a<x>"), Ids({2, 6}));
}

TEST_F(FoundFiles, VocabTxt) {
    write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n##s\ncat\n\xE4\xBD\xA0\nCat\nc\xC3\xA1t\n");
    EXPECT_EQ(load_tokenizer(folder_)->encode("The CATs [MASK] \xE4\xBD\xA0\xE4\xBD\xA0 x"),
              Ids({2, 5, 7, 6, 4, 8, 8, 1, 3}));
    EXPECT_EQ(load_tokenizer(folder_)->encode("c\xC3\xA1t"), Ids({2, 7, 3}));
    write("tokenizer_config.json", R"({"do_lower_case": false, "tokenizer_class": "BertTokenizer"})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("Cat c\xC3\xA1t The"), Ids({2, 9, 10, 1, 3}));
    write("tokenizer_config.json", R"({"do_lower_case": true, "strip_accents": false})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("Cat C\xC3\xA1t"), Ids({2, 7, 10, 3}));
    write("vocab.txt", "[UNK]\nthe\n\nthe\n");
    EXPECT_EQ(load_tokenizer(folder_)->encode("the x"), Ids({3, 0})) << "the last of two, and no empty token";
    write("vocab.txt", "hello\nworld\n");
    expect_error([&] { load_tokenizer(folder_); }, {"vocab.txt", "[UNK]", "unk_token"});
    write("tokenizer_config.json", R"({"tokenizer_class": "EsmTokenizer"})");
    expect_error([&] { load_tokenizer(folder_); }, {"EsmTokenizer", "save_pretrained"});
}

/// SentencePiece's file says nothing of what goes around a text. The settings or the kind of model do.
TEST_F(FoundFiles, TokenizerModel) {
    const json file = test_file("sentencepiece_cases.json");
    const std::string bytes = decode_base64(file.at("cases")[0].at("model").get<std::string>(), "m");
    write("tokenizer.model", bytes);
    const Ids plain = load_tokenizer(folder_)->encode("the dog");
    EXPECT_EQ(load_tokenizer(folder_ / "tokenizer.model")->decode(plain), "the dog");
    Ids with_bos = plain;
    with_bos.insert(with_bos.begin(), 1);
    write("config.json", R"({"model_type": "llama"})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("the dog"), with_bos);
    write("tokenizer_config.json", R"({"add_bos_token": false, "add_eos_token": true})");
    Ids with_eos = plain;
    with_eos.push_back(2);
    EXPECT_EQ(load_tokenizer(folder_)->encode("the dog"), with_eos);
    std::filesystem::rename(folder_ / "tokenizer.model", folder_ / "spiece.model");
    EXPECT_EQ(load_tokenizer(folder_)->encode("the dog"), with_eos);
    std::filesystem::rename(folder_ / "spiece.model", folder_ / "sentencepiece.bpe.model");
    expect_error([&] { load_tokenizer(folder_); }, {"sentencepiece.bpe.model", "XLM-R", "tokenizer.json"});
    // Meta's file for Llama 3 has the same name.
    write("tokenizer.model", "IQ== 0\nIg== 1\nIw== 2\n");
    expect_error([&] { load_tokenizer(folder_); }, {"tokenizer.model", "tiktoken", "tokenizer.json"});
    write("tokenizer.model", bytes.substr(0, bytes.size() / 2));
    expect_error([&] { load_tokenizer(folder_); }, {"tokenizer.model", "damaged"});
    write("tokenizer.model", std::string(64, '\x12'));
    expect_error([&] { load_tokenizer(folder_); }, {"tokenizer.model"});
    // A tokenizer.json goes first.
    write("tokenizer.json", R"({"model": {"type": "WordLevel", "vocab": {"the dog": 0}, "unk_token": "?"}})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("the dog"), Ids({0}));
}

/// A clone without Git LFS has pointers for files, also for large tokenizers.
TEST_F(FoundFiles, LfsPointers) {
    const auto is_named = [&](const char* name) {
        write(name, "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 17210000\n");
        expect_error([&] { load_tokenizer(folder_ / name); }, {name, "Git LFS pointer", "git lfs pull"});
    };
    for (const char* name : {"tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "tok.bin"})
        is_named(name);
    write("vocab.json", R"({"a": 0, "b": 1, "ab": 2})");
    is_named("merges.txt");
}

TEST_F(FoundFiles, HalfATokenizerIsNamed) {
    expect_error([&] { load_tokenizer(folder_); }, {"tokenizer.json", "none of them"});
    write("vocab.json", R"({"a": 0, "b": 1, "ab": 2})");
    expect_error([&] { load_tokenizer(folder_); }, {"vocab.json without merges.txt", "get merges.txt"});
}

/// GPT-2's kind puts BOS in front of a text where its settings say so, and OPT's always does.
TEST_F(FoundFiles, BosBesideVocabJson) {
    write("vocab.json", R"({"</s>": 0, "a": 1, "b": 2, "\u0120": 3})");
    write("merges.txt", "#version: 0.2\n");
    write("tokenizer_config.json", R"({"tokenizer_class": "GPT2Tokenizer", "bos_token": "</s>"})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("ab"), Ids({1, 2}));
    write("config.json", R"({"model_type": "opt"})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("ab"), Ids({0, 1, 2}));
    write("config.json", R"({"model_type": "gpt2"})");
    write("tokenizer_config.json",
          R"({"tokenizer_class": "GPT2Tokenizer", "bos_token": "</s>", "add_bos_token": true})");
    EXPECT_EQ(load_tokenizer(folder_)->encode("ab"), Ids({0, 1, 2}));
    EXPECT_EQ(load_tokenizer(folder_)->encode("ab", false), Ids({1, 2}));
}

/// What converters left in tokenizer.json files, as Hugging Face's library reads it.
TEST(FoundCases, WhatConvertersLeft) {
    const auto bpe =
        make_tokenizer(json::parse(R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2},
                        "merges": ["#version: 0.2", "a b"]}})"),
                       "t.json");
    EXPECT_EQ(bpe->encode("abb"), Ids({2, 1}));
    const auto unigram = make_tokenizer(json::parse(R"({"model": {"type": "Unigram", "unk_id": 0,
                        "vocab": [["<unk>", 0], ["a", -3], ["b", -1], ["a", -1], ["ab", -9]]}})"),
                                        "t.json");
    EXPECT_EQ(unigram->encode("ab"), Ids({3, 2})) << "of a token listed twice the last one counts";
}

} // namespace
} // namespace gf::found_cases_test
