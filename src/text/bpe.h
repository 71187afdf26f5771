#pragma once
// Byte-pair encoding's greedy merging (Sennrich et al. 2016, arXiv:1508.07909), for every kind of merge
// table.

#include <algorithm>
#include <optional>
#include <vector>

namespace gf {

/// What becomes of two adjacent tokens.
struct Merge {
    double cost; ///< lower merges first: the rank in a list of merges, or minus the score of the merged token
    int id;      ///< the merged token
};

/// Again and again joins the adjacent pair of lowest cost, the leftmost of equals, until no pair can be
/// joined. `find(left, right)` gives the std::optional<Merge> of two token ids. O(n log n): a heap over a
/// linked list.
template <class Find>
void merge_pairs(std::vector<int>& ids, Find&& find) {
    struct Candidate {
        double cost;
        int at, left, right, merged; // `left` and `right` tell a candidate that a later merge has made void
    };
    constexpr int k_gone = -1;
    const int n = static_cast<int>(ids.size());
    std::vector<int> next(ids.size()), previous(ids.size());
    for (int i = 0; i < n; ++i) {
        next[i] = i + 1;
        previous[i] = i - 1;
    }

    std::vector<Candidate> heap;
    const auto later = [](const Candidate& a, const Candidate& b) {
        return a.cost != b.cost ? a.cost > b.cost : a.at > b.at;
    };
    const auto consider = [&](int at) {
        if (at < 0 || next[at] == n) return;
        const int left = ids[at], right = ids[next[at]];
        if (const std::optional<Merge> m = find(left, right))
            heap.push_back({m->cost, at, left, right, m->id});
    };
    for (int i = 0; i < n; ++i) consider(i);
    std::make_heap(heap.begin(), heap.end(), later);

    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), later);
        const Candidate best = heap.back();
        heap.pop_back();
        const int right = next[best.at];
        if (ids[best.at] != best.left || right == n || ids[right] != best.right) continue;

        ids[best.at] = best.merged;
        ids[right] = k_gone;
        next[best.at] = next[right];
        if (next[right] < n) previous[next[right]] = best.at;
        for (const int at : {previous[best.at], best.at}) {
            const std::size_t before = heap.size();
            consider(at);
            if (heap.size() > before) std::push_heap(heap.begin(), heap.end(), later);
        }
    }
    std::erase(ids, k_gone);
}

} // namespace gf
