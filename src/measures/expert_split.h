#pragma once
// By what a mixture of experts splits texts up: how many bits the choice of an expert tells about the domain
// of a text, the kind of a token, and the token itself, each beside its control, which is what chance would
// give. Counts grow text by text. Used by the session's study of routing and by the models' cards.

#include "core/trace.h"

#include <cstdint>
#include <span>
#include <vector>

namespace gf {

/// Mutual information in bits.
struct SplitBits {
    double domain = 0, kind = 0, token = 0;
};

/// The mean over layers.
SplitBits mean_of(std::span<const SplitBits> layers);

class ExpertSplit {
  public:
    ExpertSplit() = default;
    /// `kinds` has a kind from 0 to n_kinds - 1 for each token of the vocabulary.
    ExpertSplit(const ModelConfig& config, std::vector<int> kinds, int n_kinds, int n_domains);

    /// Counts the choices of the routers in a complete run of one text.
    void add(const Trace& run, int domain);

    int n_texts() const { return static_cast<int>(domains_.size()); }
    double n_visits() const { return n_visits_; } ///< in each layer
    int n_layers() const { return n_layers_; }
    /// I(E; X) = sum over e, x of p(e, x) log2(p(e, x) / (p(e) p(x))) over all visits of a layer.
    SplitBits bits(int layer) const;
    /// The same where the choice can tell nothing but what chance gives: domains shuffled among texts, kinds
    /// among the tokens that occurred, tokens among the visits (a table as big as theirs is never free of
    /// chance).
    SplitBits control(int layer, std::uint64_t seed = 1) const;
    /// By expert: visits in a layer.
    std::vector<double> visits(int layer) const;
    /// By expert: how many of the visits of tokens of this kind it gets, in a layer; they sum to 1, or to 0.
    std::vector<double> shares_of_kind(int layer, int kind) const;
    double visits_of_kind(int layer, int kind) const;

  private:
    double count(int layer, int token, int expert) const {
        return by_token_[(static_cast<std::size_t>(layer) * kinds_.size() + static_cast<std::size_t>(token)) *
                             static_cast<std::size_t>(n_experts_) +
                         static_cast<std::size_t>(expert)];
    }
    double domain_bits(int layer, std::span<const int> domains) const;
    double token_bits(int layer) const;
    double kind_bits(int layer, std::span<const int> kinds) const;

    int n_layers_ = 0, n_experts_ = 0, n_kinds_ = 0, n_domains_ = 0;
    std::vector<int> kinds_;       ///< by token
    std::vector<double> by_token_; ///< [layer, token, expert]
    std::vector<double> by_text_;  ///< [text, layer, expert]
    std::vector<int> domains_;     ///< by text
    double n_visits_ = 0;
};

} // namespace gf
