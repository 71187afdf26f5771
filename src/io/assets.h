#pragma once
// Files that the program brings along.

#include <filesystem>
#include <string_view>

namespace gf {

/// Full path of a file or folder under assets/, e.g. "fonts/Inter-Regular.otf", "models": beside the program,
/// one folder up (test programs), or ../share/glassformer (installed). Empty when it is nowhere.
std::filesystem::path find_asset(std::string_view name);

/// The same. @throws Error when it is nowhere; `remedy` says how to get it
std::filesystem::path require_asset(std::string_view name, std::string_view remedy);

} // namespace gf
