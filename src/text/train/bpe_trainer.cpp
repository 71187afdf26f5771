// Trains byte-level byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909; on bytes as GPT-2's): makes
// the most frequent pair of neighbouring tokens a token, and repeats that until the vocabulary is full.

#include "platform/error.h"
#include "text/byte_level.h"
#include "text/merge_pairs.h"
#include "text/train/pair_counts.h"
#include "text/train/trainers.h"
#include "text/utf8.h"

#include <algorithm>
#include <map>

namespace gf {

using nlohmann::json;

namespace {

struct Candidate {
    std::int64_t count;
    TokenPair pair;
};

/// The order of the heap: the largest count is on top, and of equal counts the pair of smallest ids.
bool is_worse(const Candidate& a, const Candidate& b) {
    return a.count != b.count ? a.count < b.count : a.pair > b.pair;
}

/// Adds the tokens of the 256 bytes, and cuts each word into them.
StringIdMap begin_with_bytes(TokenizerTraining& training) {
    training.room(256, "256 bytes");
    StringIdMap ids = training.vocab_ids();
    for (int b = 0; b < 256; ++b) {
        training.vocab.emplace_back(byte_level_char(static_cast<unsigned char>(b)));
        if (!ids.add(training.vocab.back(), static_cast<int>(training.vocab.size()) - 1))
            throw Error({"tokenizer: 'special_tokens'", "names that stand for no byte", training.vocab.back(),
                         "choose a longer name"});
    }
    for (CountedWord& w : training.words)
        for_each_char(w.piece, [&](std::string_view c) { w.ids.push_back(*ids.find(c)); });
    return ids;
}

} // namespace

void train_bpe(TokenizerTraining& training) {
    const std::size_t n_special = training.vocab.size();
    StringIdMap ids = begin_with_bytes(training);
    PairCounts counts(training.words);
    std::vector<Candidate> heap;
    const auto push_changed_pairs = [&] {
        for (const TokenPair& pair : counts.take_changed()) {
            const std::int64_t count = counts.count(pair);
            if (count < training.min_frequency()) continue;
            heap.push_back({count, pair});
            std::push_heap(heap.begin(), heap.end(), is_worse);
        }
    };
    push_changed_pairs();

    std::map<TokenPair, Merge> merges;
    const auto find_merge = [&](int left, int right) -> std::optional<Merge> {
        const auto it = merges.find({left, right});
        return it == merges.end() ? std::nullopt : std::optional(it->second);
    };
    json merge_list = json::array();
    while (training.vocab.size() < static_cast<std::size_t>(training.recipe.vocab_size) && !heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), is_worse);
        const Candidate best = heap.back();
        heap.pop_back();
        // A pair whose count has changed since is in the heap once more, with the new count.
        if (counts.count(best.pair) != best.count) continue;

        const auto [left, right] = best.pair;
        const std::string left_name = training.vocab[std::size_t(left)],
                          right_name = training.vocab[std::size_t(right)];
        const std::string name = left_name + right_name;
        // The name of a special token cannot be that of a piece of text, too.
        if (const auto taken = ids.find(name); taken && std::size_t(*taken) < n_special) continue;
        // The same token may come from several pairs, and is in the vocabulary once.
        if (ids.add(name, static_cast<int>(training.vocab.size()))) training.vocab.push_back(name);
        const int merged = *ids.find(name);
        training.merges.push_back({left, right, merged, best.count, double(best.count)});
        merges[best.pair] = {double(merge_list.size()), merged};
        merge_list.push_back({left_name, right_name});
        // Words are merged as encoding merges them: if the token is an old one, older merges may apply to
        // it at once.
        counts.update_words(best.pair, [&](std::vector<int>& word) { merge_pairs(word, find_merge); });
        push_changed_pairs();
    }
    training.model = training.bpe_json(nullptr, false, merge_list);
}

} // namespace gf
