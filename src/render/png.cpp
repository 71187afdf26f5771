#include "render/png.h"

#include "platform/error.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

namespace gf {

void write_png(const std::filesystem::path& path, const Image& image) {
    if (!stbi_write_png(path.c_str(), image.width, image.height, 3, image.rgb.data(), image.width * 3))
        throw Error({path.string(), "a picture file that can be written", "",
                     "check that its folder exists and has space"});
}

} // namespace gf
