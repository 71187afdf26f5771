#pragma once
// Names, paths and amounts as the window writes them. Used by the start page and the top bar.

#include <cstdint>
#include <filesystem>
#include <string>

namespace gf::ui {

/// A file's name for display on one line: valid UTF-8 without control characters.
std::string shown_name(const std::filesystem::path& name);
/// A path for display on one line, as shown_name(); the home folder is "~".
std::string shown_path(const std::filesystem::path& path);
/// "1.1 MB"
std::string shown_size(std::uintmax_t bytes);
/// "260 k", "124.0 M"
std::string shown_count(double n);

} // namespace gf::ui
