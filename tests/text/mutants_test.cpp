// Feeds files with random damage to the parsers. They must throw nothing but Error, and a tokenizer that
// still parses must still work.
#include "text/charsmap.h"
#include "text/helpers.h"
#include "text/load_tokenizer.h"
#include "text/regex.h"
#include "text/sentencepiece.h"
#include "text/tok_bin.h"
#include "text/tokenizer_json.h"

#include <functional>
#include <nlohmann/json.hpp>

namespace gf::mutants_test {
namespace {

using namespace tests;
using nlohmann::json;

constexpr int k_mutants = 20'000;

/// Calls what a session would. Errors are allowed, crashes are not.
void exercise(const Tokenizer& tokenizer) {
    for (const char* text : {"the cat's 12 \xE4\xBD\xA0 \xF0\x9F\x98\x80", " a\xFF\xE2\x96  <s>\n\n", ""}) {
        try {
            tokenizer.decode(tokenizer.encode(text));
        } catch (const Error&) {
        }
    }
    for (int id = 0; id < tokenizer.size(); id += 17) tokenizer.display_text(id);
}

struct Counts {
    int parsed = 0;      ///< still a tokenizer
    int past_header = 0; ///< parsed, or refused for something after the first field
};

/// Parses k_mutants damaged copies of the seeds. A message with `header_error` blames the first field.
template <class Parse>
void run_mutants(const std::vector<std::string>& seeds,
                 const std::function<std::string(const std::string&, Random&)>& damage,
                 std::string_view header_error, Parse&& parse) {
    Random random(6);
    Counts counts;
    for (int i = 0; i < k_mutants; ++i) {
        const std::string mutant = damage(seeds[std::size_t(i) % seeds.size()], random);
        try {
            exercise(*parse(mutant));
            ++counts.parsed;
            ++counts.past_header;
        } catch (const Error& e) {
            if (std::string_view(e.what()).find(header_error) == std::string_view::npos) ++counts.past_header;
        }
    }
    EXPECT_GE(counts.past_header, k_mutants / 3);
    EXPECT_GT(counts.parsed, 0);
    std::printf("%d mutants, %d past the header, %d still tokenizers\n", k_mutants, counts.past_header,
                counts.parsed);
}

TEST(Mutants, TokBin) {
    if (!std::filesystem::exists(tok512_path())) GTEST_SKIP() << tok512_path() << " is missing";
    const std::vector<std::string> seeds = {file_bytes(tok512_path())};
    run_mutants(seeds, mutate, "max_token_length",
                [](const std::string& bytes) { return parse_tok_bin(bytes, "m.bin"); });
}

/// The files of hugging_face_cases.json and trained_cases.json, with a vocabulary so small that most
/// mutations hit what stands around it.
std::vector<std::string> json_seeds() {
    const json file =
        json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/hugging_face_cases.json"));
    const json vocab = {{"<unk>", 0}, {"<s>", 1},    {"</s>", 2},      {"a", 3},
                        {"t", 4},     {"h", 5},      {"e", 6},         {"th", 7},
                        {"the", 8},   {"<0xFF>", 9}, {"\xC4\xA0", 10}, {"\xE2\x96\x81", 11}};
    std::vector<std::string> seeds;
    for (const json& c : file.at("cases")) {
        json seed = c.at("file");
        seed["model"].update({{"vocab", vocab}, {"merges", {"t h", "th e"}}});
        std::size_t next = vocab.size();
        for (json& added : seed["added_tokens"]) {
            const std::string content = added.at("content");
            added["id"] = vocab.contains(content) ? vocab.at(content) : json(next++);
        }
        if (c.at("name") == "llama3") seed["post_processor"] = nullptr; // its BOS has another id
        seeds.push_back(seed.dump());
        EXPECT_LE(seeds.back().size(), 8192u);
        EXPECT_NO_THROW(parse_tokenizer_json(seeds.back(), c.at("name")));
    }
    const json trained =
        json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/trained_cases.json"));
    for (const json& c : trained.at("cases")) {
        json seed = c.at("file");
        json& model = seed["model"];
        if (model.at("type") == "BPE") continue; // the files above have that
        const json special = seed["added_tokens"];
        json small = model.at("type") == "Unigram" ? json::array() : json::object();
        const auto add = [&](const std::string& name) {
            if (small.is_array())
                small.push_back({name, -double(small.size())});
            else
                small[name] = small.size();
        };
        for (const json& token : special) add(token.at("content"));
        for (const char* name : {"the", "t", "h", "##h", "##he", "a", "\xE2\x96\x81", "\xE2\x96\x81the", "."})
            add(name);
        model["vocab"] = small;
        seeds.push_back(seed.dump());
        EXPECT_NO_THROW(parse_tokenizer_json(seeds.back(), c.at("name")));
    }
    return seeds;
}

/// The files of parts_cases.json, each with a small vocabulary for its model.
std::vector<std::string> parts_seeds() {
    const json file = json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/parts_cases.json"));
    std::vector<std::string> seeds;
    for (const json& c : file.at("cases")) {
        json seed = c.at("file");
        json& model = seed["model"] = file.at("models").at(c.at("model").get<std::string>());
        json small = model.at("vocab").is_array() ? json::array() : json::object();
        for (const char* name :
             {"<unk>", "[UNK]", "t", "h", "e", "th", "##h", "the", "a", "<0x61>", "\xE2\x96\x81"}) {
            if (small.is_array())
                small.push_back({name, -double(small.size())});
            else
                small[name] = small.size();
        }
        model["vocab"] = small;
        if (model.contains("merges")) model["merges"] = json::array();
        seeds.push_back(seed.dump());
        EXPECT_NO_THROW(parse_tokenizer_json(seeds.back(), c.at("name")));
    }
    return seeds;
}

TEST(Mutants, PartsOfTokenizerJson) {
    run_mutants(parts_seeds(), mutate_json, "m.json: expected JSON",
                [](const std::string& bytes) { return parse_tokenizer_json(bytes, "m.json"); });
}

TEST(Mutants, SentencePiece) {
    const json file =
        json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/sentencepiece_cases.json"));
    std::vector<std::string> seeds;
    for (const json& c : file.at("cases"))
        seeds.push_back(decode_base64(c.at("model").get<std::string>(), "m.model"));
    run_mutants(seeds, mutate, "m.model: piece 0",
                [](const std::string& bytes) { return parse_sentencepiece(bytes, "m.model"); });
}

/// The table that normalizers look up, with damage in its nodes and texts.
TEST(Mutants, Charsmap) {
    const json file = json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/parts_cases.json"));
    std::string blob;
    for (const json& c : file.at("cases"))
        if (c.at("name") == "normalizer Precompiled")
            blob = decode_base64(c.at("file").at("normalizer").at("precompiled_charsmap").get<std::string>(),
                                 "m");
    ASSERT_FALSE(blob.empty());
    const json texts = json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/nasty_texts.json"));
    Random random(7);
    int n_parsed = 0;
    for (int i = 0; i < k_mutants; ++i) {
        try {
            const Precompiled step(Charsmap(mutate(blob, random), "m"));
            step.apply(AlignedText(texts[std::size_t(i) % texts.size()].get<std::string>()));
            ++n_parsed;
        } catch (const Error&) {
        }
    }
    EXPECT_GT(n_parsed, k_mutants / 3);
}

/// Patterns that are nearly those of parts_cases.json: translated or refused, and never a crash.
TEST(Mutants, Expressions) {
    const json file = json::parse(file_bytes(std::string(GLASSFORMER_TESTS_DIR) + "/text/parts_cases.json"));
    std::vector<std::string> patterns;
    for (const json& c : file.at("cases"))
        if (c.at("name").get<std::string>().starts_with("expression"))
            patterns.push_back(c.at("file").at("pre_tokenizer").at("pattern").at("Regex").get<std::string>());
    ASSERT_GT(patterns.size(), 10u);
    Random random(8);
    int n_parsed = 0;
    for (int i = 0; i < k_mutants; ++i) {
        try {
            const Regex regex(mutate(patterns[std::size_t(i) % patterns.size()], random),
                              Regex::Syntax::oniguruma, "m");
            std::vector<Span> matches;
            regex.find_all("the cat's 12 \xE4\xBD\xA0\n THE 3.14", matches);
            for (const Span& m : matches) ASSERT_LE(m.begin, m.end);
            ++n_parsed;
        } catch (const Error&) {
        }
    }
    EXPECT_GT(n_parsed, k_mutants / 10);
}

/// vocab.json with merges.txt and vocab.txt, and the settings beside them.
TEST(Mutants, VocabularyFiles) {
    const std::filesystem::path folder = ::testing::TempDir() + "gf_vocabulary_mutants";
    std::filesystem::create_directories(folder);
    const std::pair<const char*, const char*> files[] = {
        {"vocab.json", R"({"a":0,"b":1,"ab":2,"\u0120":3,"<|endoftext|>":4,"<s>":5,"</s>":6,"<unk>":7})"},
        {"merges.txt", "#version: 0.2\na b\n"},
        {"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n##s\na\n"},
        {"tokenizer_config.json", R"({"tokenizer_class":"","do_lower_case":false,"strip_accents":null,)"
                                  R"("added_tokens_decoder":{"8":{"content":"<x>","special":true}}})"},
        {"special_tokens_map.json", R"({"unk_token":"[UNK]","cls_token":{"content":"<s>"}})"},
        {"added_tokens.json", R"({"<y>":9})"},
        {"config.json", R"({"model_type":"roberta"})"}};
    const auto write = [&](const char* name, const std::string& bytes) {
        std::ofstream(folder / name, std::ios::binary) << bytes;
    };
    for (const auto& [name, sound] : files) write(name, sound);
    Random random(9);
    int n_parsed = 0;
    for (int i = 0; i < 1500; ++i) {
        const auto& [damaged, sound] = random_item(random, files);
        const bool is_json = std::string_view(damaged).ends_with(".json");
        write(damaged, is_json ? mutate_json(sound, random) : mutate(sound, random));
        for (const char* name : {"vocab.json", "vocab.txt"}) {
            try {
                exercise(*load_tokenizer(folder / name));
                ++n_parsed;
            } catch (const Error&) {
            }
        }
        write(damaged, sound);
    }
    EXPECT_GT(n_parsed, 1000);
    std::filesystem::remove_all(folder);
}

TEST(Mutants, TokenizerJson) {
    run_mutants(json_seeds(), mutate_json, "m.json: expected JSON",
                [](const std::string& bytes) { return parse_tokenizer_json(bytes, "m.json"); });
}

} // namespace
} // namespace gf::mutants_test
