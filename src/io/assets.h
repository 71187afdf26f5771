#pragma once
// Files that the program brings along: the window's fonts and the models that ship (models/shipped.cpp).

#include <filesystem>
#include <string_view>

namespace gf {

/// Full path of a file or folder under assets/, such as "fonts/Inter-Regular.otf" or "models". It is looked
/// for beside the program, one folder up (for test programs), and in ../share/glassformer (for installed
/// programs). Empty if it is in none of these places.
std::filesystem::path find_asset(std::string_view name);

/// As find_asset(), for files that must be there; `remedy` says how to get them.
/// @throws Error when it is in none of the places
std::filesystem::path require_asset(std::string_view name, std::string_view remedy);

} // namespace gf
