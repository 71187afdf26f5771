#pragma once
// Which rows an expert of a mixture computes. Taken together they cost a few products of matrices, however
// many they are. Used by the feed-forward part of both passes. Internal to core.

#include "core/rows.h"

#include <cstddef>
#include <span>
#include <vector>

namespace gf::detail {

/// A row that an expert computes, counted from the first row of the pass, and in which of the row's slots.
struct ExpertVisit {
    int row, slot;
};

/// The visits to each expert. Kept between passes, so that it rarely allocates.
class ExpertVisits {
  public:
    /// Forgets what was there. `expert_of(row, slot)` is the expert that a slot of the row visits. Visits to
    /// an expert are in the order of rows, then slots.
    template <class F>
    void group_by_expert(int n_rows, int n_slots, int n_experts, F expert_of) {
        visits_.clear();
        ends_.clear();
        for (int e = 0; e < n_experts; ++e) {
            for (int r = 0; r < n_rows; ++r)
                for (int slot = 0; slot < n_slots; ++slot)
                    if (expert_of(r, slot) == e) visits_.push_back({r, slot});
            ends_.push_back(visits_.size());
        }
    }
    std::span<const ExpertVisit> of_expert(std::size_t expert) const {
        const std::size_t first = expert == 0 ? 0 : ends_[expert - 1];
        return std::span(visits_).subspan(first, ends_[expert] - first);
    }

  private:
    std::vector<ExpertVisit> visits_;
    std::vector<std::size_t> ends_; ///< where each expert's visits end
};

/// Copies what the visits read, `width` values each, one after the other into the rows of `to`. With
/// `by_slot` a row of `from` has a part of `width` values for each slot, and the visit's own part is copied.
void gather(std::span<const ExpertVisit> visits, const Rows& from, int width, bool by_slot, const Rows& to);

/// Copies the rows of `from` back to where the visits belong: into their slots of the rows of `to`.
void scatter(std::span<const ExpertVisit> visits, const Rows& from, int width, const Rows& to);

} // namespace gf::detail
