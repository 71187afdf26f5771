// Byte-level byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909; bytes as in GPT-2): the most
// frequent pair of neighbours becomes a token, again and again.

#include "core/error.h"
#include "text/bpe.h"
#include "text/byte_level.h"
#include "text/train/pair_counts.h"
#include "text/train/trainers.h"
#include "text/utf8.h"

#include <algorithm>

namespace gf {

using nlohmann::json;

namespace {

struct Candidate {
    std::int64_t count;
    TokenPair pair;
};

/// Heap order: the largest count on top, of equals the pair of smallest ids.
bool is_worse(const Candidate& a, const Candidate& b) {
    return a.count != b.count ? a.count < b.count : a.pair > b.pair;
}

/// The bytes' tokens, and each word as a row of them.
TokenIds begin_with_bytes(Training& t) {
    t.room(256, "256 bytes");
    TokenIds ids;
    for (std::size_t id = 0; id < t.vocab.size(); ++id) ids.add(t.vocab[id], static_cast<int>(id));
    for (int b = 0; b < 256; ++b) {
        t.vocab.emplace_back(byte_level_char(static_cast<unsigned char>(b)));
        if (!ids.add(t.vocab.back(), static_cast<int>(t.vocab.size()) - 1))
            throw Error({"tokenizer: 'special_tokens'", "names that stand for no byte", t.vocab.back(),
                         "choose a longer name"});
    }
    for (TrainedWord& w : t.words)
        for (std::size_t at = 0, size = 0; at < w.piece.size(); at += size) {
            size = code_point_at(w.piece, at).size;
            w.ids.push_back(*ids.find(std::string_view(w.piece).substr(at, size)));
        }
    return ids;
}

} // namespace

void train_bpe(Training& t) {
    const std::size_t n_special = t.vocab.size();
    TokenIds ids = begin_with_bytes(t);
    PairCounts counts(t.words);
    std::vector<Candidate> heap;
    const auto consider = [&](const TokenPair& pair) {
        const std::int64_t count = counts.count(pair);
        if (count < t.min_frequency()) return;
        heap.push_back({count, pair});
        std::push_heap(heap.begin(), heap.end(), is_worse);
    };
    for (const TokenPair& pair : counts.take_changed()) consider(pair);

    std::map<TokenPair, Merge> rules;
    const auto find = [&](int left, int right) -> std::optional<Merge> {
        const auto it = rules.find({left, right});
        return it == rules.end() ? std::nullopt : std::optional(it->second);
    };
    json merges = json::array();
    while (t.vocab.size() < static_cast<std::size_t>(t.recipe.vocab_size) && !heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), is_worse);
        const Candidate best = heap.back();
        heap.pop_back();
        if (counts.count(best.pair) != best.count)
            continue; // its count has changed since; it is in the heap with the new one

        const auto [left, right] = best.pair;
        const std::string a = t.vocab[std::size_t(left)], b = t.vocab[std::size_t(right)];
        if (const auto taken = ids.find(a + b); taken && std::size_t(*taken) < n_special)
            continue; // a mark's name is no text
        if (ids.add(a + b, static_cast<int>(t.vocab.size())))
            t.vocab.push_back(a + b); // else it came from another pair before
        const int merged = *ids.find(a + b);
        t.merges.push_back({left, right, merged, best.count, double(best.count)});
        rules[best.pair] = {double(merges.size()), merged};
        merges.push_back({a, b});
        // Just as encoding does it: if the merged token is an old one, older merges may apply to it at once.
        counts.update_words(best.pair, [&](std::vector<int>& word) { merge_pairs(word, find); });
        for (const TokenPair& pair : counts.take_changed()) consider(pair);
    }
    t.model = {{"type", "BPE"},
               {"dropout", nullptr},
               {"unk_token", nullptr},
               {"continuing_subword_prefix", nullptr},
               {"end_of_word_suffix", nullptr},
               {"fuse_unk", false},
               {"byte_fallback", false},
               {"ignore_merges", false},
               {"vocab", t.vocab_json()},
               {"merges", merges}};
}

} // namespace gf
