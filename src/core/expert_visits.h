#pragma once
// Which rows an expert computes: taken together they cost a few products, however many they are. Internal to
// core.

#include "core/rows.h"

#include <cstddef>
#include <span>
#include <vector>

namespace gf::detail {

/// A row that an expert computes, and in which of the row's slots.
struct ExpertVisit {
    int row, slot;
};

/// The slots of some rows by expert. Kept between passes, so that it rarely allocates.
class ExpertVisits {
  public:
    /// From the chosen experts: n_rows rows of n_slots indices.
    void sort(const Rows& indices, int n_rows, int n_slots, int n_experts);
    std::span<const ExpertVisit> to(std::size_t expert) const {
        const std::size_t first = expert == 0 ? 0 : ends_[expert - 1];
        return std::span(visits_).subspan(first, ends_[expert] - first);
    }

  private:
    std::vector<ExpertVisit> visits_;
    std::vector<std::size_t> ends_; ///< where each expert's visits end
};

/// Copies the visits' rows one after the other; of rows with slots (`by_slot`) the visit's own part, of
/// `width` values.
void gather(std::span<const ExpertVisit> visits, const Rows& from, int width, bool by_slot, const Rows& to);

/// The way back, to rows with slots.
void scatter(std::span<const ExpertVisit> visits, const Rows& from, int width, const Rows& to);

} // namespace gf::detail
