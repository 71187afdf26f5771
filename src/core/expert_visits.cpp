#include "core/expert_visits.h"

#include <algorithm>

namespace gf::detail {

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
