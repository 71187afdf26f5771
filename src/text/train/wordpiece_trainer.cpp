// Trains WordPiece (Schuster & Nakajima 2012): of all pairs of neighbouring tokens, the one that raises the
// likelihood of the text most becomes a token. That is the pair of largest count(ab) / (count(a) count(b)).
// After every new token the words are cut again as encoding cuts them, the longest token first, so that
// training counts what encoding gives.

#include "text/train/pair_counts.h"
#include "text/train/trainers.h"
#include "text/utf8.h"
#include "text/wordpiece_model.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace gf {

using nlohmann::json;

namespace {

constexpr std::string_view k_prefix = "##";
constexpr int k_max_chars = 100; // BERT's limit: longer words are unknown

class WordPieceTrainer {
  public:
    explicit WordPieceTrainer(TokenizerTraining& training) : training_(training), ids_(training.vocab_ids()) {
        add_alphabet();
        for (std::size_t w = 0; w < training.words.size(); ++w) {
            index_word(w);
            segment(w);
            count(w, +1);
        }
    }

    /// Adds tokens until the vocabulary is full, or no pair is frequent enough.
    void train() {
        while (training_.vocab.size() < static_cast<std::size_t>(training_.recipe.vocab_size)) {
            const auto best = best_pair();
            if (!best) return;
            training_.merges.push_back(*best);
            add_merged_token(*best);
        }
    }

  private:
    void add_name(const std::string& name) {
        if (!ids_.add(name, static_cast<int>(training_.vocab.size()))) return;
        training_.vocab.push_back(name);
        longest_ = std::max(longest_, name.size());
    }

    /// Adds the characters that begin words and, with the prefix, those that occur inside of words. If
    /// there is not room for all, the most frequent.
    void add_alphabet() {
        std::map<std::string, std::int64_t> counts;
        for (const CountedWord& w : training_.words)
            for_each_char(w.piece, [&](std::string_view c) {
                const bool begins_word = c.data() == w.piece.data();
                std::string name(begins_word ? std::string_view() : k_prefix);
                counts[name.append(c)] += w.count;
            });
        for (const std::string& name : most_frequent(counts, training_.room(1, "one character")))
            add_name(name);
    }

    static bool is_too_long(const std::string& piece) {
        return count_chars(piece) > static_cast<std::size_t>(k_max_chars);
    }

    /// Enters the word under each two characters that follow each other in it. A new token can only change
    /// words that have its first two characters.
    void index_word(std::size_t w) {
        const std::string& piece = training_.words[w].piece;
        if (is_too_long(piece)) return; // stays unknown
        std::set<std::string> seen;
        for (std::size_t at = 0; at < piece.size(); at += code_point_at(piece, at).size)
            seen.insert(two_chars(piece, at));
        for (const std::string& two : seen) words_by_chars_[two].push_back(w);
    }

    /// The character at `at` and the one after it, if there is one.
    static std::string two_chars(const std::string& text, std::size_t at) {
        const std::size_t first = code_point_at(text, at).size;
        const std::size_t second = at + first < text.size() ? code_point_at(text, at + first).size : 0;
        return text.substr(at, first + second);
    }

    /// Cuts the word into tokens.
    void segment(std::size_t w) {
        CountedWord& word = training_.words[w];
        word.ids.clear();
        const auto find = [&](std::string_view name) { return ids_.find(name); };
        const auto add = [&](int id, std::size_t, std::size_t) { word.ids.push_back(id); };
        if (is_too_long(word.piece) || !longest_match_first(word.piece, k_prefix, longest_, find, add))
            word.ids = {training_.unknown_id};
    }

    /// Adds the tokens and pairs of the word to the counts (`sign` +1) or takes them away (-1).
    void count(std::size_t w, int sign) {
        const CountedWord& word = training_.words[w];
        singles_.resize(training_.vocab.size());
        for (std::size_t i = 0; i < word.ids.size(); ++i) {
            singles_[static_cast<std::size_t>(word.ids[i])] += sign * word.count;
            if (i + 1 == word.ids.size()) break;
            const auto it = pairs_.try_emplace({word.ids[i], word.ids[i + 1]}, 0).first;
            if ((it->second += sign * word.count) == 0) pairs_.erase(it);
        }
    }

    /// The pair of largest score; of equal scores the more frequent, and then the one of smallest ids. None
    /// if no pair is frequent enough.
    std::optional<MergeStep> best_pair() const {
        std::optional<MergeStep> best;
        for (const auto& [pair, count] : pairs_) {
            if (count < training_.min_frequency()) continue;
            const auto single = [&](int id) { return double(singles_[static_cast<std::size_t>(id)]); };
            const double score = double(count) / (single(pair.first) * single(pair.second));
            if (!best || score > best->score || (score == best->score && count > best->count))
                best = MergeStep{pair.first, pair.second, static_cast<int>(training_.vocab.size()), count,
                                 score};
        }
        return best;
    }

    void add_merged_token(const MergeStep& step) {
        std::string name = training_.vocab[static_cast<std::size_t>(step.left)];
        name.append(training_.vocab[static_cast<std::size_t>(step.right)], k_prefix.size());
        add_name(name);
        // No word has "##" in it, as pre-tokenization makes every # a word of its own.
        const std::string text = name.starts_with(k_prefix) ? name.substr(k_prefix.size()) : name;
        const auto it = words_by_chars_.find(two_chars(text, 0));
        if (it == words_by_chars_.end()) return;
        for (const std::size_t w : it->second) {
            if (training_.words[w].piece.find(text) == std::string::npos) continue;
            count(w, -1);
            segment(w);
            count(w, +1);
        }
    }

    TokenizerTraining& training_;
    StringIdMap ids_;
    std::size_t longest_ = 0;                                                  // bytes of the longest token
    std::unordered_map<std::string, std::vector<std::size_t>> words_by_chars_; // see index_word()
    std::vector<std::int64_t> singles_;                                        // counts of tokens, by id
    std::map<TokenPair, std::int64_t> pairs_;                                  // counts of pairs
};

} // namespace

void train_wordpiece(TokenizerTraining& training) {
    WordPieceTrainer(training).train();
    training.model = {{"type", "WordPiece"},
                      {"unk_token", training.vocab[static_cast<std::size_t>(training.unknown_id)]},
                      {"continuing_subword_prefix", k_prefix},
                      {"max_input_chars_per_word", k_max_chars},
                      {"vocab", training.vocab_json()}};
}

} // namespace gf
