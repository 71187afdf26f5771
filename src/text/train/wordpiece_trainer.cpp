// WordPiece (Schuster & Nakajima 2012): of all pairs of neighbours the one that makes the text likelier most
// becomes a token, that is the largest count(ab) / (count(a) count(b)). Words are cut as encoding cuts them,
// the longest token first, after every new token: so what training counts is what encoding gives.

#include "text/train/pair_counts.h"
#include "text/train/trainers.h"
#include "text/utf8.h"
#include "text/wordpiece_model.h"

#include <algorithm>
#include <set>

namespace gf {

using nlohmann::json;

namespace {

constexpr std::string_view k_prefix = "##";
constexpr int k_max_chars = 100; // BERT's: longer words are unknown

class WordPieceTrainer {
  public:
    explicit WordPieceTrainer(Training& t) : t_(t) {
        for (std::size_t id = 0; id < t.vocab.size(); ++id) ids_.add(t.vocab[id], static_cast<int>(id));
        add_alphabet();
        for (std::size_t w = 0; w < t.words.size(); ++w) {
            index_word(w);
            segment(w);
            count(w, +1);
        }
    }

    void train() {
        while (t_.vocab.size() < static_cast<std::size_t>(t_.recipe.vocab_size)) {
            const auto best = best_pair();
            if (!best) return;
            t_.merges.push_back(*best);
            add_token(*best);
        }
    }

  private:
    void add(const std::string& name) {
        if (!ids_.add(name, static_cast<int>(t_.vocab.size()))) return;
        t_.vocab.push_back(name);
        longest_ = std::max(longest_, name.size());
    }

    /// The characters, and those that occur inside of words with the prefix as well; the most frequent, if
    /// not all have room.
    void add_alphabet() {
        std::map<std::string, std::int64_t> counts;
        for (const TrainedWord& w : t_.words)
            for (std::size_t at = 0, size = 0; at < w.piece.size(); at += size) {
                size = code_point_at(w.piece, at).size;
                std::string name(at > 0 ? k_prefix : std::string_view());
                counts[name.append(w.piece, at, size)] += w.count;
            }
        std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const auto& a, const auto& b) { return a.second > b.second; });
        if (const std::size_t room = t_.room(1, "one character"); sorted.size() > room) sorted.resize(room);
        std::sort(sorted.begin(), sorted.end());
        for (const auto& [name, count] : sorted) add(name);
    }

    /// Words by each two characters that follow each other: a new token can only matter to words with its
    /// first two.
    void index_word(std::size_t w) {
        const std::string& piece = t_.words[w].piece;
        if (count_chars(piece) > static_cast<std::size_t>(k_max_chars)) return; // stays unknown
        std::set<std::string> seen;
        for (std::size_t at = 0; at < piece.size(); at += code_point_at(piece, at).size)
            seen.insert(two_chars(piece, at));
        for (const std::string& two : seen) words_of_[two].push_back(w);
    }

    static std::string two_chars(const std::string& text, std::size_t at) {
        const std::size_t first = code_point_at(text, at).size;
        const std::size_t second = at + first < text.size() ? code_point_at(text, at + first).size : 0;
        return text.substr(at, first + second);
    }

    void segment(std::size_t w) {
        TrainedWord& word = t_.words[w];
        word.ids.clear();
        const auto find = [&](std::string_view name) { return ids_.find(name); };
        if (count_chars(word.piece) > static_cast<std::size_t>(k_max_chars) ||
            !longest_match(word.piece, k_prefix, longest_, find, word.ids))
            word.ids = {t_.unknown_id};
    }

    void count(std::size_t w, int sign) {
        const TrainedWord& word = t_.words[w];
        singles_.resize(t_.vocab.size());
        for (std::size_t i = 0; i < word.ids.size(); ++i) {
            singles_[static_cast<std::size_t>(word.ids[i])] += sign * word.count;
            if (i + 1 == word.ids.size()) break;
            const auto it = pairs_.try_emplace({word.ids[i], word.ids[i + 1]}, 0).first;
            if ((it->second += sign * word.count) == 0) pairs_.erase(it);
        }
    }

    /// Of equal scores the more frequent, then the one of smallest ids.
    std::optional<MergeStep> best_pair() const {
        std::optional<MergeStep> best;
        for (const auto& [pair, count] : pairs_) {
            if (count < t_.min_frequency()) continue;
            const auto single = [&](int id) { return double(singles_[static_cast<std::size_t>(id)]); };
            const double score = double(count) / (single(pair.first) * single(pair.second));
            if (!best || score > best->score || (score == best->score && count > best->count))
                best = MergeStep{pair.first, pair.second, static_cast<int>(t_.vocab.size()), count, score};
        }
        return best;
    }

    void add_token(const MergeStep& step) {
        std::string name = t_.vocab[static_cast<std::size_t>(step.left)];
        name.append(t_.vocab[static_cast<std::size_t>(step.right)], k_prefix.size());
        add(name);
        const std::string text =
            name.starts_with(k_prefix) ? name.substr(k_prefix.size()) : name; // no word holds "##"
        const auto it = words_of_.find(two_chars(text, 0));
        if (it == words_of_.end()) return;
        for (const std::size_t w : it->second) {
            if (t_.words[w].piece.find(text) == std::string::npos) continue;
            count(w, -1);
            segment(w);
            count(w, +1);
        }
    }

    Training& t_;
    TokenIds ids_;
    std::size_t longest_ = 0; // bytes
    std::unordered_map<std::string, std::vector<std::size_t>> words_of_;
    std::vector<std::int64_t> singles_; // by id
    std::map<TokenPair, std::int64_t> pairs_;
};

} // namespace

void train_wordpiece(Training& t) {
    WordPieceTrainer(t).train();
    t.model = {{"type", "WordPiece"},
               {"unk_token", t.vocab[static_cast<std::size_t>(t.unknown_id)]},
               {"continuing_subword_prefix", k_prefix},
               {"max_input_chars_per_word", k_max_chars},
               {"vocab", t.vocab_json()}};
}

} // namespace gf
