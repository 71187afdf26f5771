#pragma once
// All ways to cut a text into pieces of a vocabulary, and the best of them (Kudo 2018, arXiv:1804.10959).

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Finds the pieces that begin at a place: pieces in sorted order, narrowed byte by byte.
class PieceIndex {
  public:
    /// Piece i is pieces[i]; empty ones and repetitions of an earlier one are never found.
    explicit PieceIndex(const std::vector<std::string>& pieces);

    /// Calls found(size, i) for every piece that text[at...] begins with, shortest first.
    template <class Found>
    void find_prefixes(std::string_view text, std::size_t at, Found&& found) const {
        std::size_t low = 0, high = sorted_.size();
        for (std::size_t size = 1; at + size <= text.size() && low < high; ++size) {
            narrow(text[at + size - 1], size - 1, low, high);
            if (low < high && sorted_[low].first.size() == size) found(size, sorted_[low].second);
        }
    }

  private:
    void narrow(char byte, std::size_t depth, std::size_t& low, std::size_t& high) const;
    std::vector<std::pair<std::string, int>> sorted_;
};

/// A piece of a text: text[begin, end).
struct LatticeEdge {
    static constexpr int k_unknown = -1; ///< the piece of a character that no piece of one character covers
    int begin, end, piece;
};

/// The edges of `text`, by begin, then by length. There is a way through: k_unknown stands where it needs to.
std::vector<LatticeEdge> lattice_edges(std::string_view text, const PieceIndex& index);

/// The cut of a text of `size` bytes with the largest sum of scores, from left to right; of equals the one
/// whose last piece is longest. `score(piece)` is the natural logarithm of the piece's probability, or
/// -infinity for one that may not be used.
template <class Score>
std::vector<LatticeEdge> best_path(std::span<const LatticeEdge> edges, std::size_t size, Score&& score) {
    struct Best {
        double score = 0;
        const LatticeEdge* last = nullptr; // none: not reached
    };
    std::vector<Best> best(size + 1);
    for (const LatticeEdge& e : edges) {
        const Best& from = best[static_cast<std::size_t>(e.begin)];
        Best& to = best[static_cast<std::size_t>(e.end)];
        const double sum = from.score + score(e.piece);
        const bool reached = e.begin == 0 || from.last;
        if (reached && sum > -1e300 && (!to.last || sum > to.score)) to = {sum, &e};
    }
    std::vector<LatticeEdge> path;
    for (const LatticeEdge* e = best[size].last; e;
         e = e->begin == 0 ? nullptr : best[static_cast<std::size_t>(e->begin)].last)
        path.push_back(*e);
    return {path.rbegin(), path.rend()};
}

} // namespace gf
