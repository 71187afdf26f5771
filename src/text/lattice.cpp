#include "text/lattice.h"

#include "text/utf8.h"

#include <algorithm>

namespace gf {

PieceIndex::PieceIndex(const std::vector<std::string>& pieces) {
    for (std::size_t i = 0; i < pieces.size(); ++i)
        if (!pieces[i].empty()) sorted_.emplace_back(pieces[i], static_cast<int>(i));
    std::sort(sorted_.begin(), sorted_.end());
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    sorted_.erase(std::unique(sorted_.begin(), sorted_.end(), same), sorted_.end());
}

void PieceIndex::narrow(char byte, std::size_t depth, std::size_t& low, std::size_t& high) const {
    const auto byte_at_depth = [&](const std::string& s) { // -1, below all bytes, after the end
        return depth < s.size() ? int(static_cast<unsigned char>(s[depth])) : -1;
    };
    const int wanted = static_cast<unsigned char>(byte);
    const auto first = sorted_.begin();
    const auto begin = std::partition_point(first + std::ptrdiff_t(low), first + std::ptrdiff_t(high),
                                            [&](const auto& p) { return byte_at_depth(p.first) < wanted; });
    const auto end = std::partition_point(begin, first + std::ptrdiff_t(high),
                                          [&](const auto& p) { return byte_at_depth(p.first) <= wanted; });
    low = static_cast<std::size_t>(begin - first);
    high = static_cast<std::size_t>(end - first);
}

std::vector<LatticeEdge> lattice_edges(std::string_view text, const PieceIndex& index) {
    std::vector<LatticeEdge> edges;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t char_size = code_point_at(text, at).size;
        bool is_char_known = false;
        const auto add = [&](std::size_t size, int piece) {
            edges.push_back({int(at), int(at + size), piece});
        };
        const std::size_t first = edges.size();
        index.find_prefixes(text, at, [&](std::size_t size, int piece) {
            is_char_known |= size == char_size;
            add(size, piece);
        });
        if (!is_char_known) { // its edge goes in front of the longer ones
            add(char_size, LatticeEdge::k_unknown);
            std::rotate(edges.begin() + std::ptrdiff_t(first), edges.end() - 1, edges.end());
        }
        at += char_size;
    }
    return edges;
}

} // namespace gf
