#pragma once
// What stands at a place of a picture.

#include "render/colour_map.h"
#include "render/png.h"

namespace gf::tests {

inline Rgb8 pixel_at(const Image& image, int x, int y) {
    const std::size_t place =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x);
    const std::uint8_t* p = &image.rgb[place * 3];
    return {p[0], p[1], p[2]};
}

} // namespace gf::tests
