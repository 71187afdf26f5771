#pragma once
// The values of a watch at all tokens, kept from frame to frame. Used by the Watches panel.

#include "core/watch/expression.h"

#include <string>
#include <vector>

namespace gf::ui {

class WatchHistory {
  public:
    /// Goes on where it stopped: reads tokens until all `n` are read, or about `budget` values are. Another
    /// run, or another expression, starts anew. Returns whether all are read.
    bool advance(const Expression& expression, const RunView& run, int n, std::size_t budget);

    /// One value for each token read; NaN where there is none.
    const std::vector<double>& values() const { return values_; }
    double least() const { return least_; } ///< of the values that are numbers
    double greatest() const { return greatest_; }

  private:
    std::string text_;
    ValueSource source_;
    std::vector<double> values_;
    double least_ = 0, greatest_ = 0;
};

} // namespace gf::ui
