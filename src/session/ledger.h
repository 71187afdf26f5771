#pragma once
// Counts the memory of all runs of a session against one budget, and drops the values of those that nobody
// has looked at for longest. Tokens, edits and setups stay; values are computed again when they are wanted.
// Used by the Engine.

#include "session/branch.h"

#include <cstddef>
#include <memory>
#include <unordered_set>
#include <vector>

namespace gf {

class Ledger {
  public:
    /// Counts memory that stays in any case.
    void add_fixed(std::size_t bytes) { bytes_ += bytes; }
    /// Counts a branch once, however often it is added. Branches that are added first are dropped first.
    void add(const std::shared_ptr<Branch>& branch);
    /// As add(), but the branch is never dropped. To be called before it is added otherwise.
    void add_kept(const std::shared_ptr<Branch>& branch);
    /// Drops values until the rest fits the budget, as far as they may be dropped.
    void settle(std::size_t budget);
    std::size_t bytes() const { return bytes_; }

  private:
    std::vector<std::shared_ptr<Branch>> droppable_;
    std::unordered_set<const Branch*> counted_;
    std::size_t bytes_ = 0;
};

} // namespace gf
