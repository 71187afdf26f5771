#pragma once
// How often each pair of neighbouring tokens occurs in the words of a text, kept up to date while the
// words' tokens are merged. Used by the BPE trainer.

#include "text/merge_pairs.h"
#include "text/train/train_tokenizer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace gf {

using TokenPair = std::pair<int, int>;

class PairCounts {
  public:
    /// Counts the pairs in the words' ids. The words must outlive this object.
    explicit PairCounts(std::vector<CountedWord>& words) : words_(words) {
        for (std::size_t w = 0; w < words.size(); ++w) add(w, +1);
    }

    std::int64_t count(TokenPair pair) const {
        const auto it = pairs_.find(pair_key(pair.first, pair.second));
        return it == pairs_.end() ? 0 : it->second.count;
    }

    /// Calls change(ids) for every word that has `pair`, or had it once, and counts these words again.
    template <class Change>
    void update_words(TokenPair pair, Change&& change) {
        const auto it = pairs_.find(pair_key(pair.first, pair.second));
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

    /// The pairs whose count may have changed since the last call, each once, sorted by id.
    std::vector<TokenPair> take_changed() {
        std::sort(changed_.begin(), changed_.end());
        changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
        return std::exchange(changed_, {});
    }

  private:
    struct Entry {
        std::int64_t count = 0;
        /// Indices of all words with the pair, and of some that had it once. An index may be there twice.
        std::vector<std::size_t> words;
    };

    /// Adds the pairs of one word (`sign` +1) or takes them away (-1).
    void add(std::size_t w, int sign) {
        const CountedWord& word = words_[w];
        for (std::size_t i = 0; i + 1 < word.ids.size(); ++i) {
            const TokenPair pair{word.ids[i], word.ids[i + 1]};
            Entry& e = pairs_[pair_key(pair.first, pair.second)];
            e.count += sign * word.count;
            if (sign > 0 && (e.words.empty() || e.words.back() != w)) e.words.push_back(w);
            changed_.push_back(pair);
        }
    }

    std::vector<CountedWord>& words_;
    std::unordered_map<std::uint64_t, Entry> pairs_; // by pair_key()
    std::vector<TokenPair> changed_;
};

} // namespace gf
