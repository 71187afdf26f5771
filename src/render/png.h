#pragma once
// Pictures as plain data, and PNG files of them. Used by `glassformer shot` and the tests of the window.

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gf {

/// 8-bit RGB, top row first, (height, width, 3) contiguous.
struct Image {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
};

/// @throws Error when the file cannot be written
void write_png(const std::filesystem::path& path, const Image& image);

} // namespace gf
