#pragma once
// How long the values of a head's keys are: a weight on a short value moves little ("Attention is Not Only a
// Weight", Kobayashi et al. 2020). Used by Head, which shows weight times length, and as a measure of all
// heads.

#include "measures/per_head.h"

#include <optional>
#include <span>
#include <vector>

namespace gf {

class ValueLengths {
  public:
    /// `pattern` is Site::pattern or Site::cross_pattern. Another head starts anew.
    void look_at(Site pattern, int layer, int head);
    /// As Measure::advance(). Every value is read only once.
    bool advance(const RunView& view, std::size_t budget = Measure::k_no_limit);
    /// |v| of each key that was read: rows of the run, or of its source.
    std::span<const real> lengths() const { return lengths_; }
    /// Their mean; empty before the first.
    std::optional<double> value() const;

  private:
    Site pattern_ = Site::pattern;
    int layer_ = -1, head_ = -1;
    ValueSource source_;
    std::vector<real> lengths_;
};

using AllValueLengths = PerHead<ValueLengths>;

} // namespace gf
