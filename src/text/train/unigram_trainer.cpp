// Trains Unigram (Kudo 2018, arXiv:1804.10959, section 3.2): begins with many frequent pieces, fits their
// probabilities, drops the pieces that the text needs least, and repeats that down to the wanted size.

#include "text/train/trainers.h"
#include "text/train/unigram_em.h"
#include "text/utf8.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

namespace gf {

using nlohmann::json;

namespace {

struct Seed {
    std::string piece;
    std::int64_t count;
    std::size_t n_chars;
};

/// Pieces of 2 to `max_chars` characters that occur at least `min_count` times. A piece can only be that
/// frequent if the two pieces in it that are one character shorter are, so the lengths are counted one
/// after the other.
std::vector<Seed> frequent_pieces(const std::vector<CountedWord>& words, std::int64_t min_count,
                                  std::size_t max_chars) {
    // By word: where its characters begin, and its end.
    std::vector<std::vector<std::size_t>> starts;
    // By word and character: is the piece of the previous length that begins there frequent?
    std::vector<std::vector<char>> is_frequent;
    for (const CountedWord& w : words) {
        auto& s = starts.emplace_back();
        for (std::size_t at = 0; at < w.piece.size(); at += code_point_at(w.piece, at).size) s.push_back(at);
        is_frequent.emplace_back(s.size(), 1);
        s.push_back(w.piece.size());
    }
    std::vector<Seed> seeds;
    for (std::size_t n = 2; n <= max_chars; ++n) {
        // Calls visit(word, place, piece, may_be_frequent) for every piece of n characters.
        const auto for_each_piece = [&](auto&& visit) {
            for (std::size_t w = 0; w < words.size(); ++w)
                for (std::size_t i = 0; i + n < starts[w].size(); ++i) {
                    const std::size_t size = starts[w][i + n] - starts[w][i];
                    const auto piece = std::string_view(words[w].piece).substr(starts[w][i], size);
                    visit(w, i, piece, is_frequent[w][i] && is_frequent[w][i + 1]);
                }
        };
        std::unordered_map<std::string_view, std::int64_t> counts;
        for_each_piece([&](std::size_t w, std::size_t, std::string_view piece, bool may_be_frequent) {
            if (may_be_frequent) counts[piece] += words[w].count;
        });
        for (const auto& [piece, count] : counts)
            if (count >= min_count) seeds.push_back({std::string(piece), count, n});

        bool any = false;
        for_each_piece([&](std::size_t w, std::size_t i, std::string_view piece, bool may_be_frequent) {
            // Place i is not read again in this pass, and i + 1 still speaks of the previous length.
            is_frequent[w][i] = may_be_frequent && counts.at(piece) >= min_count;
            any |= is_frequent[w][i] != 0;
        });
        // No piece of n characters begins at a word's last places.
        for (std::size_t w = 0; w < words.size(); ++w) {
            const std::size_t first_of_last = starts[w].size() > n ? starts[w].size() - n : 0;
            for (std::size_t i = first_of_last; i < is_frequent[w].size(); ++i) is_frequent[w][i] = 0;
        }
        if (!any) break;
    }
    return seeds;
}

/// The seeds that cover the most characters of the text, at most as many as the recipe has.
std::vector<Seed> best_seeds(std::vector<Seed> seeds, const TokenizerRecipe& recipe) {
    std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) {
        const double x = double(a.count) * double(a.n_chars), y = double(b.count) * double(b.n_chars);
        return x != y ? x > y : a.piece < b.piece;
    });
    const std::size_t most = recipe.seed_size > 0 ? static_cast<std::size_t>(recipe.seed_size)
                                                  : 20 * std::size_t(recipe.vocab_size);
    if (seeds.size() > most) seeds.resize(most);
    return seeds;
}

class UnigramTrainer {
  public:
    /// Begins with the characters and the seeds. Their probabilities go by the characters that they cover.
    UnigramTrainer(TokenizerTraining& training, std::size_t room) : training_(training) {
        pieces_ = training.alphabet(1, room);
        std::erase_if(pieces_, [&](const std::string& c) { return is_special(c); });
        n_chars_ = pieces_.size();
        count_characters();

        std::vector<Seed> seeds = frequent_pieces(training.words, training.min_frequency(),
                                                  static_cast<std::size_t>(training.recipe.max_piece_length));
        std::erase_if(seeds, [&](const Seed& s) { return is_special(s.piece); });
        for (const Seed& s : best_seeds(std::move(seeds), training.recipe)) {
            pieces_.push_back(s.piece);
            expected_.push_back(double(s.count) * double(s.n_chars));
        }
        maximise();
    }

    /// Fits and prunes until at most `room` pieces are left.
    void train(std::size_t room) {
        for (;;) {
            PruneStep step;
            step.n_pieces = pieces_.size();
            build_lattices();
            step.log_likelihoods.push_back(expect());
            for (int i = 0; i < training_.recipe.em_steps; ++i) {
                maximise();
                step.log_likelihoods.push_back(expect());
            }
            const bool done = pieces_.size() <= room;
            if (!done) step.removed = prune(room);
            training_.prunings.push_back(std::move(step));
            if (done) return;
        }
    }

    /// Adds the pieces to the vocabulary, the likeliest first, and cuts the words into them. Returns the
    /// "model" of the tokenizer.json.
    json finish() {
        std::vector<std::size_t> order(pieces_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return log_p_[a] > log_p_[b]; });
        json vocab = json::array();
        for (const std::string& name : training_.vocab) vocab.push_back({name, 0.0});
        std::vector<int> ids(pieces_.size());
        for (const std::size_t i : order) {
            ids[i] = static_cast<int>(training_.vocab.size());
            log_p_[i] = rounded(log_p_[i]);
            vocab.push_back({pieces_[i], log_p_[i]});
            training_.vocab.push_back(pieces_[i]);
        }
        for (std::size_t w = 0; w < training_.words.size(); ++w) segment(w, ids);
        return {{"type", "Unigram"},
                {"unk_id", training_.unknown_id},
                {"byte_fallback", false},
                {"vocab", vocab}};
    }

  private:
    static constexpr double k_least_count = 1e-100; // a piece that nothing uses stays possible

    /// Rounds to a multiple of 2^-12. That has few digits, which every reader takes for the same number,
    /// and sums of such numbers have no rounding errors.
    static double rounded(double score) { return std::round(score * 4096) / 4096; }

    bool is_special(const std::string& piece) const {
        return std::find(training_.vocab.begin(), training_.vocab.end(), piece) != training_.vocab.end();
    }
    double score(int piece) const {
        return piece == LatticeEdge::k_unknown ? 0 : log_p_[static_cast<std::size_t>(piece)];
    }

    /// Sets expected_ to the characters' numbers of occurrences in the text.
    void count_characters() {
        expected_.assign(n_chars_, 0);
        for (const CountedWord& w : training_.words)
            for_each_char(w.piece, [&](std::string_view c) {
                const auto it = std::lower_bound(pieces_.begin(), pieces_.end(), c);
                if (it != pieces_.end() && *it == c)
                    expected_[static_cast<std::size_t>(it - pieces_.begin())] += double(w.count);
            });
    }

    void build_lattices() {
        const PieceIndex index(pieces_);
        lattices_.resize(training_.words.size());
        for (std::size_t w = 0; w < training_.words.size(); ++w)
            lattices_[w] = lattice_edges(training_.words[w].piece, index);
    }

    /// The expectation step: sets expected_ to the pieces' expected counts under their present
    /// probabilities. Returns the log-likelihood of the text, nats.
    double expect() {
        expected_.assign(pieces_.size(), 0);
        double sum = 0;
        for (std::size_t w = 0; w < training_.words.size(); ++w) {
            const double count = double(training_.words[w].count);
            sum += count * add_expected_counts(lattices_[w], training_.words[w].piece.size(), log_p_, count,
                                               expected_);
        }
        return sum;
    }

    /// The maximisation step: sets the pieces' probabilities to their shares of the expected counts.
    void maximise() {
        double total = 0;
        for (double& c : expected_) {
            c = std::max(c, k_least_count);
            total += c;
        }
        log_p_.resize(pieces_.size());
        for (std::size_t i = 0; i < pieces_.size(); ++i) log_p_[i] = std::log(expected_[i] / total);
    }

    /// Estimates how much the log-likelihood of the text falls, in nats, if the best cut of piece i into
    /// other pieces takes over its uses. `total` is the sum of expected_.
    double estimated_loss(std::size_t i, const PieceIndex& index, double total) const {
        const std::string& piece = pieces_[i];
        const auto score_without_i = [&](int p) {
            return p == static_cast<int>(i) ? -std::numeric_limits<double>::infinity() : score(p);
        };
        const std::vector<LatticeEdge> parts =
            best_path(lattice_edges(piece, index), piece.size(), score_without_i);
        const double count = expected_[i], new_total = total + count * (double(parts.size()) - 1);
        double loss = count * std::log(std::max(count, k_least_count) / total);
        for (const LatticeEdge& e : parts) {
            if (e.piece == LatticeEdge::k_unknown) continue;
            const double part_count = expected_[static_cast<std::size_t>(e.piece)];
            loss -= count * std::log((part_count + count + k_least_count) / new_total);
        }
        return loss;
    }

    /// Drops the pieces of smallest loss, but no characters, and not more than one pruning may drop. At least
    /// `room` pieces stay.
    std::vector<PruneStep::Removed> prune(std::size_t room) {
        const PieceIndex index(pieces_);
        double total = 0;
        for (const double c : expected_) total += c;
        std::vector<std::pair<double, std::size_t>> losses; // with the piece's index
        for (std::size_t i = n_chars_; i < pieces_.size(); ++i)
            losses.emplace_back(estimated_loss(i, index, total), i);
        std::sort(losses.begin(), losses.end(), [&](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : pieces_[a.second] < pieces_[b.second];
        });
        const auto n_kept = std::max(
            room, static_cast<std::size_t>(double(pieces_.size()) * training_.recipe.shrinking_factor));
        losses.resize(std::min(losses.size(), pieces_.size() - n_kept));

        std::vector<PruneStep::Removed> removed;
        std::vector<char> is_removed(pieces_.size(), 0);
        for (const auto& [loss, i] : losses) {
            removed.push_back({pieces_[i], loss});
            is_removed[i] = 1;
        }
        std::size_t n = 0;
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (is_removed[i]) continue;
            if (n != i) pieces_[n] = std::move(pieces_[i]);
            expected_[n++] = expected_[i];
        }
        pieces_.resize(n);
        expected_.resize(n);
        maximise();
        return removed;
    }

    /// Cuts the word by the final probabilities. `ids` are the token ids by piece.
    void segment(std::size_t w, const std::vector<int>& ids) {
        CountedWord& word = training_.words[w];
        const auto path = best_path(lattices_[w], word.piece.size(), [&](int piece) { return score(piece); });
        bool was_unknown = false; // neighbouring unknown characters make one token
        for (const LatticeEdge& e : path) {
            const bool is_unknown = e.piece == LatticeEdge::k_unknown;
            if (!is_unknown || !was_unknown)
                word.ids.push_back(is_unknown ? training_.unknown_id
                                              : ids[static_cast<std::size_t>(e.piece)]);
            was_unknown = is_unknown;
        }
    }

    TokenizerTraining& training_;
    std::vector<std::string> pieces_; // characters first, sorted
    std::size_t n_chars_ = 0;
    std::vector<double> log_p_;                      // natural logarithms of the probabilities, by piece
    std::vector<double> expected_;                   // expected counts, by piece
    std::vector<std::vector<LatticeEdge>> lattices_; // by word
};

} // namespace

void train_unigram(TokenizerTraining& training) {
    const std::size_t room = training.room(1, "one character");
    UnigramTrainer trainer(training, room);
    trainer.train(room);
    training.model = trainer.finish();
}

} // namespace gf
