#pragma once
// Why a head looks at a key: the score of the key, or how far it is above the mean of the visible keys, split
// by what each earlier part wrote into the query and into the key ("A Mathematical Framework for Transformer
// Circuits", Elhage et al. 2021, QK circuit). A score is a product of two vectors that are linear in their
// streams once the divisors of norms are taken as computed. Used by the panel Attribution.

#include "measures/score_parts.h"

#include <string>
#include <vector>

namespace gf {

class ScoreSplit {
  public:
    /// What wrote into a query or key: whole attention and MLP parts.
    struct Part {
        enum class Kind { embedding, position, attention, source, mlp, bias } kind = Kind::embedding;
        int layer = -1;
        int head = -1; ///< of an attention that is unfolded; -1: all of it
        bool operator==(const Part&) const = default;
    };

    /// A layer whose attention, to its own text, is split by heads; -1: none. Its output's bias is then one
    /// of the biases.
    void unfold(int layer) { unfolded_ = layer; }
    /// Splits the score of a key that the query sees. `above_mean`: less the mean over all keys that it sees.
    /// The run must keep what Attribution::why_not() asks for.
    void look_at(const Trace& run, const QueryAndKey& rows, bool above_mean);

    const std::vector<Part>& parts() const { return parts_; }
    /// What part i of the query and part j of the key add, together.
    double at(std::size_t query_part, std::size_t key_part) const {
        return products_[query_part * parts_.size() + key_part];
    }
    double of_query(std::size_t part) const;
    double of_key(std::size_t part) const;
    /// What distances add to it: ALiBi's penalty or the number of a bucket; 0 without either.
    double of_distance() const { return of_distance_; }
    double sum() const;
    double sum_of_magnitudes() const;
    /// The score as the run has it (before a soft-cap if there is one), less the mean if that was asked for.
    double value() const { return value_; }

  private:
    using Vectors = std::vector<std::vector<double>>; ///< [part](d_head)
    Vectors vectors_of(const Trace& run, const QueryAndKey& rows, bool query);
    double score(const Trace& run, const QueryAndKey& rows) const;

    int unfolded_ = -1;
    std::vector<Part> parts_;
    std::vector<double> products_; ///< [part of the query, part of the key]
    double of_distance_ = 0, value_ = 0;
};

/// What distances add to a score before a soft-cap.
double distance_part(const Trace& run, const QueryAndKey& rows);

} // namespace gf
