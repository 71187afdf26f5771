#pragma once
// The largest magnitude among the scores of a head. The colours of scores in the Head panel reach up to it,
// on both sides of 0.

#include "app/view/attention_rows.h"

#include <memory>
#include <vector>

namespace gf::ui {

class ScoreMagnitudes {
  public:
    /// The largest finite magnitude in rows [0, n_rows). Every row of a trace is read only once.
    float largest(const std::shared_ptr<const Trace>& trace, Attention attention, HeadRef head, int n_rows);

  private:
    std::shared_ptr<const Trace> trace_;
    Attention attention_ = Attention::self;
    HeadRef head_;
    std::vector<float> largest_; ///< element n is the largest magnitude in the first n rows
};

} // namespace gf::ui
