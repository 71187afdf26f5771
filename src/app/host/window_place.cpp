#include "app/host/window_place.h"

#include <algorithm>

namespace gf::ui {
namespace {

/// How much of [begin, begin + length) lies in another such interval.
long long overlap(int begin, int length, int other_begin, int other_length) {
    const long long end = std::min<long long>(begin + static_cast<long long>(length),
                                              other_begin + static_cast<long long>(other_length));
    return std::max(end - std::max(begin, other_begin), 0LL);
}

long long area_shown(const WindowPlace& place, const WorkArea& area) {
    return overlap(*place.x, place.width, area.x, area.width) *
           overlap(*place.y, place.height, area.y, area.height);
}

/// Fits an interval into another one: shorter if it must be, moved as little as possible, or centred.
void fit(std::optional<int>& begin, int& length, int area_begin, int area_length) {
    length = std::clamp(length, 1, std::max(area_length, 1));
    const int room = std::max(area_length - length, 0);
    begin = begin ? std::clamp(*begin, area_begin, area_begin + room) : area_begin + room / 2;
}

} // namespace

WindowPlace place_inside(const WindowPlace& wanted, std::span<const WorkArea> areas,
                         const FrameSizes& frame) {
    if (areas.empty()) return wanted;
    const WorkArea* best = &areas.front();
    if (wanted.x && wanted.y)
        for (const WorkArea& area : areas)
            if (area_shown(wanted, area) > area_shown(wanted, *best)) best = &area;
    WindowPlace place = wanted;
    fit(place.x, place.width, best->x + frame.left, best->width - frame.left - frame.right);
    fit(place.y, place.height, best->y + frame.top, best->height - frame.top - frame.bottom);
    return place;
}

} // namespace gf::ui
