#pragma once
// What a change of the text's setup does to the next token: its logits before beside those now. Used by
// panels in which a person changes the setup by hand.

#include "session/run.h"

#include <memory>
#include <vector>

namespace gf::ui {

/// The logits of the last row before and after something was changed.
class LogitsChange {
  public:
    struct Change {
        int token = 0;
        float before = 0, after = 0;
    };
    /// Called in every frame: remembers the logits while the setup is not `changed`.
    void look_at(const Run& text, bool changed);
    /// The likeliest tokens before, and how their logits changed; empty while nothing is changed, or if the
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
