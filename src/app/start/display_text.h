#pragma once
// Names and paths as the window writes them; amounts are in app/view/shown_amounts.h. Used by the start page
// and the top bar.

#include <filesystem>
#include <string>

namespace gf::ui {

/// A file's name for display on one line: valid UTF-8 without control characters.
std::string shown_name(const std::filesystem::path& name);
/// A path for display on one line, as shown_name(); the home folder is "~".
std::string shown_path(const std::filesystem::path& path);

} // namespace gf::ui
