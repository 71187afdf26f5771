#pragma once
// The mean loss at each position over many texts: how far back a model can read, and how far beyond the
// length that it was trained on. Used by the session's study of positions, the models' cards and labs.

#include <cstddef>
#include <span>
#include <vector>

namespace gf {

class LossByPosition {
  public:
    /// Adds a text: the nats of the targets at positions 0, 1, ...
    void add(std::span<const double> nats);
    int n_positions() const { return static_cast<int>(sums_.size()); }
    int n_texts() const { return counts_.empty() ? 0 : counts_[0]; }
    /// The mean over positions [from, to) of what each position cost on average; all must have been added.
    double mean(int from, int to) const;

  private:
    std::vector<double> sums_; ///< [position]
    std::vector<int> counts_;  ///< [position]: texts that are so long
};

} // namespace gf
