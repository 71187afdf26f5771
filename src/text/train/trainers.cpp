#include "text/train/trainers.h"

#include "platform/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace gf {

using nlohmann::json;

int TokenizerTraining::min_frequency() const {
    if (recipe.min_frequency > 0) return recipe.min_frequency;
    return recipe.kind == TokenizerKind::characters ? 1 : 2;
}

std::vector<std::string> TokenizerTraining::alphabet(std::int64_t min_count, std::size_t most) const {
    std::map<std::string, std::int64_t> counts; // UTF-8 sorts as the code points do
    for (const CountedWord& w : words)
        for_each_char(w.piece, [&](std::string_view c) { counts[std::string(c)] += w.count; });
    std::erase_if(counts, [&](const auto& entry) { return entry.second < min_count; });
    return most_frequent(counts, most);
}

std::size_t TokenizerTraining::room(std::size_t least, const std::string& what) const {
    if (recipe.vocab_size == 0) return std::numeric_limits<std::size_t>::max();
    const auto size = static_cast<std::size_t>(recipe.vocab_size);
    if (size < vocab.size() + least)
        throw Error(
            {"tokenizer: 'vocab_size'",
             fmt::format("at least {}: {} special tokens and {}", vocab.size() + least, vocab.size(), what),
             std::to_string(size), ""});
    return size - vocab.size();
}

StringIdMap TokenizerTraining::vocab_ids() const {
    StringIdMap ids;
    for (std::size_t id = 0; id < vocab.size(); ++id) ids.add(vocab[id], static_cast<int>(id));
    return ids;
}

json TokenizerTraining::vocab_json() const {
    json ids = json::object();
    for (std::size_t id = 0; id < vocab.size(); ++id) ids[vocab[id]] = id;
    return ids;
}

json TokenizerTraining::bpe_json(const json& unknown_token, bool byte_fallback,
                                 const json& merge_list) const {
    return {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", unknown_token},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", byte_fallback},
            {"ignore_merges", false},
            {"vocab", vocab_json()},
            {"merges", merge_list}};
}

std::vector<std::string> most_frequent(const std::map<std::string, std::int64_t>& counts, std::size_t most) {
    std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (sorted.size() > most) sorted.resize(most);
    std::vector<std::string> names;
    for (const auto& [name, count] : sorted) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace gf
