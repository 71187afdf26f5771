#pragma once
// Texts in which only induction helps: a random order of some tokens, written again and again. The
// attention-heads lab trains on them.

#include "train/dataset.h"

#include <string>
#include <vector>

namespace gf {

/// Item n is a segment of different tokens out of d_vocab, repeated until the text is `length` tokens long.
/// Tokens, order and the segment's length are drawn for each item, so that no fixed distance leads to the
/// earlier copy.
class RepeatedSegments : public Dataset {
  public:
    RepeatedSegments(int d_vocab, int length) : d_vocab_(d_vocab), length_(length) {}
    void append_training(std::uint64_t seed, std::uint64_t n, Batch& batch) const override;
    void append_validation(std::size_t n, Batch& batch) const override;
    std::size_t n_training() const override { return std::size_t{1} << 30; }
    std::size_t n_validation() const override { return 8; }
    std::uint64_t fingerprint() const override;
    const std::vector<std::string>& domain_names() const override;

  private:
    int d_vocab_, length_;
};

} // namespace gf
