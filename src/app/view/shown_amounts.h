#pragma once
// Amounts as the window writes them. Used by the start page, the bars and panels.

#include <cstdint>
#include <string>

namespace gf::ui {

/// "1.1 MB"
std::string shown_size(std::uintmax_t bytes);
/// "260 k", "124.0 M"
std::string shown_count(double n);

} // namespace gf::ui
