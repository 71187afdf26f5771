#include "core/expert_visits.h"

#include <algorithm>

namespace gf::detail {

void ExpertVisits::group_by_expert(const Rows& indices, int n_rows, int n_slots, int n_experts) {
    visits_.clear();
    ends_.clear();
    for (int e = 0; e < n_experts; ++e) {
        for (int r = 0; r < n_rows; ++r)
            for (int slot = 0; slot < n_slots; ++slot)
                if (static_cast<int>(indices.at(r)[slot]) == e) visits_.push_back({r, slot});
        ends_.push_back(visits_.size());
    }
}

void gather(std::span<const ExpertVisit> visits, const Rows& from, int width, bool by_slot, const Rows& to) {
    for (std::size_t i = 0; i < visits.size(); ++i)
        std::copy_n(from.at(visits[i].row) + (by_slot ? visits[i].slot * width : 0), width,
                    to.at(static_cast<int>(i)));
}

void scatter(std::span<const ExpertVisit> visits, const Rows& from, int width, const Rows& to) {
    for (std::size_t i = 0; i < visits.size(); ++i)
        std::copy_n(from.at(static_cast<int>(i)), width, to.at(visits[i].row) + visits[i].slot * width);
}

} // namespace gf::detail
