#include "app/view/shown_amounts.h"

#include <fmt/format.h>

#include <array>

namespace gf::ui {

std::string shown_size(std::uintmax_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    auto size = static_cast<double>(bytes);
    constexpr std::array k_units = {"kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (size /= 1000; size >= 1000 && unit + 1 < k_units.size(); ++unit) size /= 1000;
    return fmt::format("{:.{}f} {}", size, size < 10 ? 1 : 0, k_units[unit]);
}

std::string shown_count(double n) {
    if (n >= 1e9) return fmt::format("{:.1f} G", n * 1e-9);
    if (n >= 1e6) return fmt::format("{:.1f} M", n * 1e-6);
    if (n >= 1e4) return fmt::format("{:.0f} k", n * 1e-3);
    return fmt::format("{:.0f}", n);
}

} // namespace gf::ui
