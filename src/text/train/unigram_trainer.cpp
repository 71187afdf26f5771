// Unigram (Kudo 2018, arXiv:1804.10959, section 3.2): begins with many frequent pieces, fits their
// probabilities, drops those that the text loses least by, and so on down to the size that is wanted.

#include "text/train/trainers.h"
#include "text/train/unigram_em.h"
#include "text/utf8.h"

#include <algorithm>
#include <unordered_map>

namespace gf {

using nlohmann::json;

namespace {

struct Seed {
    std::string piece;
    std::int64_t count;
    std::size_t n_chars;
};

/// Pieces of two characters or more that occur at least `min_count` times, longer ones built from shorter
/// ones that do.
std::vector<Seed> frequent_pieces(const std::vector<TrainedWord>& words, std::int64_t min_count,
                                  std::size_t max_chars) {
    std::vector<std::vector<std::size_t>> starts; // of each word: where its characters begin, and its end
    std::vector<std::vector<char>>
        alive; // does the piece of the last length that begins there occur often enough?
    for (const TrainedWord& w : words) {
        auto& s = starts.emplace_back();
        for (std::size_t at = 0; at < w.piece.size(); at += code_point_at(w.piece, at).size) s.push_back(at);
        alive.emplace_back(s.size(), 1);
        s.push_back(w.piece.size());
    }
    std::vector<Seed> seeds;
    for (std::size_t n = 2; n <= max_chars; ++n) {
        std::unordered_map<std::string_view, std::int64_t> counts;
        const auto for_each = [&](auto&& visit) {
            for (std::size_t w = 0; w < words.size(); ++w)
                for (std::size_t i = 0; i + n < starts[w].size();
                     ++i) // the piece's two halves of n - 1 characters
                    visit(w, i, alive[w][i] && alive[w][i + 1],
                          std::string_view(words[w].piece)
                              .substr(starts[w][i], starts[w][i + n] - starts[w][i]));
        };
        for_each([&](std::size_t w, std::size_t, bool may, std::string_view piece) {
            if (may) counts[piece] += words[w].count;
        });
        for (const auto& [piece, count] : counts)
            if (count >= min_count) seeds.push_back({std::string(piece), count, n});
        bool any = false;
        for_each([&](std::size_t w, std::size_t i, bool may, std::string_view piece) {
            alive[w][i] = may && counts.at(piece) >= min_count; // i + 1 is still of the length before
            any |= alive[w][i] != 0;
        });
        for (std::size_t w = 0; w < words.size(); ++w) // the last place has no piece of this length
            for (std::size_t i = starts[w].size() > n ? starts[w].size() - n : 0; i < alive[w].size(); ++i)
                alive[w][i] = 0;
        if (!any) break;
    }
    return seeds;
}

class UnigramTrainer {
  public:
    UnigramTrainer(Training& t, std::size_t room) : t_(t) {
        pieces_ = t.alphabet(1, room);
        std::erase_if(pieces_, [&](const std::string& c) { return is_special(c); });
        n_chars_ = pieces_.size();
        std::vector<Seed> seeds =
            frequent_pieces(t.words, t.min_frequency(), static_cast<std::size_t>(t.recipe.max_piece_length));
        std::erase_if(seeds, [&](const Seed& s) { return is_special(s.piece); });
        std::sort(
            seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { // by the characters that it covers
                const double x = double(a.count) * double(a.n_chars), y = double(b.count) * double(b.n_chars);
                return x != y ? x > y : a.piece < b.piece;
            });
        const std::size_t most = t.recipe.seed_size > 0 ? static_cast<std::size_t>(t.recipe.seed_size)
                                                        : 20 * std::size_t(t.recipe.vocab_size);
        if (seeds.size() > most) seeds.resize(most);
        expected_.assign(n_chars_, 0);
        for (const TrainedWord& w : t.words)
            for (std::size_t at = 0, size = 0; at < w.piece.size(); at += size) {
                size = code_point_at(w.piece, at).size;
                const auto c = std::lower_bound(pieces_.begin(), pieces_.begin() + std::ptrdiff_t(n_chars_),
                                                w.piece.substr(at, size));
                if (c != pieces_.begin() + std::ptrdiff_t(n_chars_) && *c == w.piece.substr(at, size))
                    expected_[static_cast<std::size_t>(c - pieces_.begin())] += double(w.count);
            }
        for (const Seed& s : seeds) {
            pieces_.push_back(s.piece);
            expected_.push_back(double(s.count) * double(s.n_chars));
        }
        maximise();
    }

    /// Fits and prunes until `room` pieces are left.
    void train(std::size_t room) {
        for (;;) {
            PruneStep step;
            step.n_pieces = pieces_.size();
            build_lattices();
            step.log_likelihoods.push_back(expect());
            for (int i = 0; i < t_.recipe.em_steps; ++i) {
                maximise();
                step.log_likelihoods.push_back(expect());
            }
            const bool done = pieces_.size() <= room;
            if (!done) step.removed = prune(room);
            t_.prunings.push_back(std::move(step));
            if (done) return;
        }
    }

    /// Adds the pieces to the vocabulary, the likeliest first, and cuts the words.
    json finish() {
        std::vector<std::size_t> order(pieces_.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return log_p_[a] > log_p_[b]; });
        json vocab = json::array();
        for (const std::string& name : t_.vocab) vocab.push_back({name, 0.0});
        std::vector<int> ids(pieces_.size());
        for (const std::size_t i : order) {
            ids[i] = static_cast<int>(t_.vocab.size());
            log_p_[i] = rounded(log_p_[i]);
            vocab.push_back({pieces_[i], log_p_[i]});
            t_.vocab.push_back(pieces_[i]);
        }
        for (std::size_t w = 0; w < t_.words.size(); ++w) {
            std::vector<int>& out = t_.words[w].ids;
            bool unknown_before = false; // neighbours that are unknown make one token
            for (const LatticeEdge& e :
                 best_path(lattices_[w], t_.words[w].piece.size(), [&](int piece) { return score(piece); })) {
                const bool unknown = e.piece == LatticeEdge::k_unknown;
                if (!unknown || !unknown_before)
                    out.push_back(unknown ? t_.unknown_id : ids[static_cast<std::size_t>(e.piece)]);
                unknown_before = unknown;
            }
        }
        return {{"type", "Unigram"}, {"unk_id", t_.unknown_id}, {"byte_fallback", false}, {"vocab", vocab}};
    }

  private:
    /// A multiple of 2^-12: few digits that every reader takes for the same number, and sums without
    /// rounding.
    static double rounded(double score) { return std::round(score * 4096) / 4096; }

    bool is_special(const std::string& piece) const {
        return std::find(t_.vocab.begin(), t_.vocab.end(), piece) != t_.vocab.end();
    }
    double score(int piece) const { return piece < 0 ? 0 : log_p_[static_cast<std::size_t>(piece)]; }

    void build_lattices() {
        const PieceIndex index(pieces_);
        lattices_.resize(t_.words.size());
        for (std::size_t w = 0; w < t_.words.size(); ++w)
            lattices_[w] = lattice_edges(t_.words[w].piece, index);
    }

    /// Expected counts under the present probabilities; returns the log-likelihood of the text.
    double expect() {
        expected_.assign(pieces_.size(), 0);
        double sum = 0;
        for (std::size_t w = 0; w < t_.words.size(); ++w)
            sum +=
                double(t_.words[w].count) * add_expected_counts(lattices_[w], t_.words[w].piece.size(),
                                                                log_p_, double(t_.words[w].count), expected_);
        return sum;
    }

    void maximise() {
        constexpr double k_least = 1e-100; // a piece that nothing uses stays possible
        double total = 0;
        for (double& c : expected_) total += c = std::max(c, k_least);
        log_p_.resize(pieces_.size());
        for (std::size_t i = 0; i < pieces_.size(); ++i) log_p_[i] = std::log(expected_[i] / total);
    }

    /// How much less likely the text becomes when the best cut of piece i into others takes over its uses.
    double loss(std::size_t i, const PieceIndex& index, double total) const {
        const std::string& piece = pieces_[i];
        const auto others = [&](int p) {
            return p == static_cast<int>(i) ? -std::numeric_limits<double>::infinity() : score(p);
        };
        const std::vector<LatticeEdge> parts = best_path(lattice_edges(piece, index), piece.size(), others);
        const double c = expected_[i], new_total = total + c * (double(parts.size()) - 1);
        double loss = c * std::log(std::max(c, 1e-100) / total);
        for (const LatticeEdge& e : parts)
            if (e.piece >= 0)
                loss -= c * std::log((expected_[static_cast<std::size_t>(e.piece)] + c + 1e-100) / new_total);
        return loss;
    }

    /// Drops the pieces of smallest loss, but no character.
    std::vector<PruneStep::Removed> prune(std::size_t room) {
        const PieceIndex index(pieces_);
        double total = 0;
        for (const double c : expected_) total += c;
        std::vector<std::pair<double, std::size_t>> losses;
        for (std::size_t i = n_chars_; i < pieces_.size(); ++i) losses.emplace_back(loss(i, index, total), i);
        std::sort(losses.begin(), losses.end(), [&](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : pieces_[a.second] < pieces_[b.second];
        });
        const auto kept =
            std::max(room, static_cast<std::size_t>(double(pieces_.size()) * t_.recipe.shrinking_factor));
        losses.resize(std::min(losses.size(), pieces_.size() - kept));

        std::vector<PruneStep::Removed> removed;
        std::vector<char> gone(pieces_.size(), 0);
        for (const auto& [loss, i] : losses) {
            removed.push_back({pieces_[i], loss});
            gone[i] = 1;
        }
        std::size_t n = 0;
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (gone[i]) continue;
            if (n != i) pieces_[n] = std::move(pieces_[i]);
            expected_[n++] = expected_[i];
        }
        pieces_.resize(n);
        expected_.resize(n);
        maximise();
        return removed;
    }

    Training& t_;
    std::vector<std::string> pieces_; // characters first
    std::size_t n_chars_ = 0;
    std::vector<double> log_p_, expected_;           // by piece
    std::vector<std::vector<LatticeEdge>> lattices_; // by word
};

} // namespace

void train_unigram(Training& t) {
    const std::size_t room = t.room(1, "one character");
    UnigramTrainer trainer(t, room);
    trainer.train(room);
    t.model = trainer.finish();
}

} // namespace gf
