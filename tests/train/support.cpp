#include "support.h"

#include "io/json.h"
#include "text/byte_level.h"

#include <random>

namespace gf::tests {

std::string byte_tokenizer_json(const std::vector<std::string>& special) {
    nlohmann::json vocab, added = nlohmann::json::array();
    for (int b = 0; b < 256; ++b) vocab[std::string(byte_level_char(static_cast<unsigned char>(b)))] = b;
    for (const std::string& name : special)
        added.push_back({{"id", 256 + added.size()},
                         {"content", name},
                         {"single_word", false},
                         {"lstrip", false},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
    for (const auto& token : added) vocab[token["content"].get<std::string>()] = token["id"];
    const nlohmann::json byte_level{
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
    return nlohmann::json{{"version", "1.0"},
                          {"added_tokens", added},
                          {"normalizer", nullptr},
                          {"pre_tokenizer", byte_level},
                          {"post_processor", nullptr},
                          {"decoder", byte_level},
                          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", nlohmann::json::array()}}}}
        .dump();
}

std::string generated_text(int n_sentences) {
    const std::vector<std::string> who{"the cat", "a dog", "my bird"}, what{"sees", "likes", "follows"},
        whom{"the mouse", "a ball", "us"};
    std::mt19937 random(11);
    const auto one_of = [&](const std::vector<std::string>& words) { return words[random() % words.size()]; };
    std::string text;
    for (int i = 0; i < n_sentences; ++i)
        text += one_of(who) + " " + one_of(what) + " " + one_of(whom) + ".\n";
    return text;
}

} // namespace gf::tests
