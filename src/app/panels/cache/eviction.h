#pragma once
// Keys leaving and entering the key-value cache by a click, and what that changes in what comes next. Used by
// the Cache panel.

#include "core/run_setup.h"
#include "session/run.h"

#include <memory>
#include <vector>

namespace gf::ui {

/// The setup of the text's run with this key evicted from a row on, or kept again if it was evicted.
RunSetup with_eviction_toggled(const Run& text, int key, int from_row);
/// The same without any eviction.
RunSetup without_evictions(const Run& text);

/// The logits of the last row before and after keys were evicted.
class EvictionEffect {
  public:
    struct Change {
        int token = 0;
        float before = 0, after = 0;
    };
    /// Called in every frame: remembers the logits while nothing is evicted.
    void look_at(const Run& text);
    /// The likeliest tokens before, and how their logits changed; empty while nothing is evicted, or if the
    /// row was not seen before.
    const std::vector<Change>& changes() const { return changes_; }

  private:
    std::weak_ptr<const Trace> trace_; ///< what the below was made for
    int row_ = -1;
    std::vector<int> tokens_; ///< of the text whose logits are remembered
    std::vector<real> before_;
    std::vector<Change> changes_;
};

} // namespace gf::ui
