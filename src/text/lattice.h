#pragma once
// All ways to cut a text into pieces of a vocabulary, and the best of them (Kudo 2018, arXiv:1804.10959).
// Used by the Unigram model and its trainer.

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Finds the pieces that begin at a place in a text. The pieces are sorted, and the range of those that
/// agree with the text is narrowed byte by byte.
class PieceIndex {
  public:
    /// A piece is known by its index in `pieces`. Empty ones, and repetitions of earlier ones, are not found.
    explicit PieceIndex(const std::vector<std::string>& pieces);

    /// Calls found(size, piece) for every piece that the text from `at` on begins with, shortest first.
    /// `size` is in bytes.
    template <class Found>
    void find_prefixes(std::string_view text, std::size_t at, Found&& found) const {
        std::size_t low = 0, high = sorted_.size();
        for (std::size_t size = 1; at + size <= text.size() && low < high; ++size) {
            narrow(text[at + size - 1], size - 1, low, high);
            if (low < high && sorted_[low].first.size() == size) found(size, sorted_[low].second);
        }
    }

  private:
    /// Narrows sorted_[low, high), whose first `depth` bytes are equal, to the pieces that go on with `byte`.
    void narrow(char byte, std::size_t depth, std::size_t& low, std::size_t& high) const;

    std::vector<std::pair<std::string, int>> sorted_; // pieces with their indices
};

/// An occurrence of a piece in a text, as the bytes text[begin, end).
struct LatticeEdge {
    static constexpr int k_unknown = -1; ///< the `piece` of a character that is no piece by itself
    int begin, end, piece;
};

/// All occurrences of pieces in `text`, sorted by begin, then by length. Every character that is no piece
/// by itself has an edge of k_unknown, so that there is always a path through the text.
std::vector<LatticeEdge> lattice_edges(std::string_view text, const PieceIndex& index);

/// The path through a text of `size` bytes with the largest sum of scores, from left to right (the Viterbi
/// algorithm). Of equal paths it is the one whose last piece is longest. `score(piece)` is the natural
/// logarithm of the piece's probability, or -infinity for one that may not be used; sums are rounded to
/// its type.
template <class Score>
std::vector<LatticeEdge> best_path(std::span<const LatticeEdge> edges, std::size_t size, Score&& score) {
    using Sum = decltype(score(0));
    struct Best {
        Sum score = 0;
        const LatticeEdge* last = nullptr; // last edge of the best path; none if no path was found
    };
    // Only sums with a score of -infinity are below.
    constexpr double k_lowest_score = std::numeric_limits<Sum>::lowest() / 2;
    std::vector<Best> best(size + 1); // by end of the path
    for (const LatticeEdge& e : edges) {
        const Best& from = best[static_cast<std::size_t>(e.begin)];
        Best& to = best[static_cast<std::size_t>(e.end)];
        const double sum = double(from.score) + double(score(e.piece));
        const bool is_reached = e.begin == 0 || from.last;
        if (is_reached && sum > k_lowest_score && (!to.last || sum > to.score))
            to = {static_cast<Sum>(sum), &e};
    }
    std::vector<LatticeEdge> path;
    for (const LatticeEdge* e = best[size].last; e;
         e = e->begin == 0 ? nullptr : best[static_cast<std::size_t>(e->begin)].last)
        path.push_back(*e);
    return {path.rbegin(), path.rend()};
}

} // namespace gf
