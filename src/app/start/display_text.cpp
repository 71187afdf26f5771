#include "app/start/display_text.h"

#include "text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace gf::ui {

namespace fs = std::filesystem;

std::string shown_name(const fs::path& name) {
    std::string text = escape_invalid_utf8(name.string());
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, '?');
    return text;
}

std::string shown_path(const fs::path& path) {
    std::string text = shown_name(path);
    const char* home_variable = std::getenv("HOME");
    const std::string home = home_variable ? home_variable : "";
    const bool begins_with_home = home.size() > 1 && text.starts_with(home);
    if (begins_with_home && (text.size() == home.size() || text[home.size()] == '/'))
        text.replace(0, home.size(), "~");
    return text;
}

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
