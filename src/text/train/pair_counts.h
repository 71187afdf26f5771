#pragma once
// How often each pair of neighbouring tokens stands in the words, kept up to date while words change.

#include "text/train/train_tokenizer.h"

#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace gf {

using TokenPair = std::pair<int, int>;

class PairCounts {
  public:
    /// Counts what the words' ids have; the words must outlive it.
    explicit PairCounts(std::vector<TrainedWord>& words) : words_(words) {
        for (std::size_t w = 0; w < words.size(); ++w) add(w, +1);
    }

    std::int64_t count(TokenPair pair) const {
        const auto it = pairs_.find(key(pair));
        return it == pairs_.end() ? 0 : it->second.count;
    }

    /// Calls change(ids) for every word that holds `pair`, or did before it changed, and counts again.
    template <class Change>
    void update_words(TokenPair pair, Change&& change) {
        const auto it = pairs_.find(key(pair));
        if (it == pairs_.end()) return;
        std::vector<std::size_t> words = std::move(it->second.words);
        it->second.words.clear();
        std::sort(words.begin(), words.end());
        words.erase(std::unique(words.begin(), words.end()), words.end());
        for (const std::size_t w : words) {
            add(w, -1);
            change(words_[w].ids);
            add(w, +1);
        }
    }

    /// Pairs whose count may have changed since the last call, each once, in a fixed order.
    std::vector<TokenPair> take_changed() {
        std::sort(changed_.begin(), changed_.end());
        changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
        return std::exchange(changed_, {});
    }

  private:
    struct Entry {
        std::int64_t count = 0;
        std::vector<std::size_t> words; // that hold the pair, or did; some more than once
    };
    static std::uint64_t key(TokenPair p) {
        return std::uint64_t(std::uint32_t(p.first)) << 32 | std::uint32_t(p.second);
    }

    void add(std::size_t w, int sign) {
        const TrainedWord& word = words_[w];
        for (std::size_t i = 0; i + 1 < word.ids.size(); ++i) {
            const TokenPair pair{word.ids[i], word.ids[i + 1]};
            Entry& e = pairs_[key(pair)];
            e.count += sign * word.count;
            if (sign > 0 && (e.words.empty() || e.words.back() != w)) e.words.push_back(w);
            changed_.push_back(pair);
        }
    }

    std::vector<TrainedWord>& words_;
    std::unordered_map<std::uint64_t, Entry> pairs_;
    std::vector<TokenPair> changed_;
};

} // namespace gf
