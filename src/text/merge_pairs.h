#pragma once
// The greedy merging of byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909), for any table of merges.
// Used by the encoders of tokenizer.json and tok.bin, and by the BPE trainer.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace gf {

/// What two adjacent tokens merge into.
struct Merge {
    double cost; ///< lower merges first: the rank in a list of merges, or minus the score of the merged token
    int id;      ///< the merged token
};

/// Two token ids as one integer, for hash tables of pairs.
inline std::uint64_t pair_key(int left, int right) {
    return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
}

/// Merges the adjacent pair of lowest cost (the leftmost of equals) and repeats until no pair can be
/// merged. `find_merge(left, right)` gives the std::optional<Merge> of two token ids. A heap of candidates
/// over a linked list of tokens makes it O(n log n). Returns, for every token that is left, the index of the
/// first of the tokens that it was merged from.
template <class FindMerge>
std::vector<int> merge_pairs(std::vector<int>& ids, FindMerge&& find_merge) {
    struct Candidate {
        double cost;
        int at;          // position of the left token
        int left, right; // ids; if other ids stand there by now, the candidate is void
        int merged;      // id
    };
    constexpr int k_gone = -1;
    const int n = static_cast<int>(ids.size());
    std::vector<int> next(ids.size()), previous(ids.size());
    for (int i = 0; i < n; ++i) {
        next[i] = i + 1;
        previous[i] = i - 1;
    }

    std::vector<Candidate> heap;
    const auto merges_later = [](const Candidate& a, const Candidate& b) {
        return a.cost != b.cost ? a.cost > b.cost : a.at > b.at;
    };
    const auto append_candidate = [&](int at) {
        if (at < 0 || next[at] == n) return;
        const int left = ids[at], right = ids[next[at]];
        if (const std::optional<Merge> m = find_merge(left, right))
            heap.push_back({m->cost, at, left, right, m->id});
    };
    for (int i = 0; i < n; ++i) append_candidate(i);
    std::make_heap(heap.begin(), heap.end(), merges_later);

    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), merges_later);
        const Candidate best = heap.back();
        heap.pop_back();
        const int right = next[best.at];
        if (ids[best.at] != best.left || right == n || ids[right] != best.right) continue;

        ids[best.at] = best.merged;
        ids[right] = k_gone;
        next[best.at] = next[right];
        if (next[right] < n) previous[next[right]] = best.at;
        for (const int at : {previous[best.at], best.at}) {
            const std::size_t size_before = heap.size();
            append_candidate(at);
            if (heap.size() > size_before) std::push_heap(heap.begin(), heap.end(), merges_later);
        }
    }
    std::vector<int> firsts;
    for (int i = 0; i < n; i = next[i]) firsts.push_back(i);
    std::erase(ids, k_gone);
    return firsts;
}

} // namespace gf
