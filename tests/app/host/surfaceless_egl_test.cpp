#include "app/host/surfaceless_egl.h"

#include "render/gl_objects.h"
#include "support/offscreen_fixture.h"

#include <fstream>

namespace gf::surfaceless_egl_test {
namespace {

TEST_F(OffscreenTest, ReadsTopRowFirst) {
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, k_height - 1, 1, 1); // GL counts from the bottom
    glClearColor(1, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    const Image image = screen_->read_pixels();
    EXPECT_EQ(image.width, k_width);
    EXPECT_EQ(image.height, k_height);
    EXPECT_EQ(at(image, 0, 0), (Rgb8{255, 0, 0}));
    EXPECT_EQ(at(image, 1, 0), k_background);
    EXPECT_EQ(at(image, 0, k_height - 1), k_background);
}

TEST_F(OffscreenTest, Resizes) {
    screen_->resize(7, 5); // rows of an odd number of bytes
    screen_->begin({1, 2, 3});
    const Image image = screen_->read_pixels();
    ASSERT_EQ(image.rgb.size(), 7u * 5u * 3u);
    EXPECT_EQ(at(image, 6, 4), (Rgb8{1, 2, 3}));
    EXPECT_THROW(screen_->resize(0, 5), Error);
    EXPECT_THROW(screen_->resize(1 << 20, 5), Error);
}

TEST_F(OffscreenTest, ShaderErrorsCarryTheCompilersLog) {
    const char* vertex = "void main() { gl_Position = vec4(0.0); }";
    try {
        Program("broken", vertex, "void main() { nonsense }");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.problem().where, "shader broken.frag");
        EXPECT_FALSE(error.problem().found.empty());
    }
}

TEST_F(OffscreenTest, GlErrorsBecomeErrors) {
    EXPECT_NO_THROW(check_gl("nothing"));
    glEnable(GL_TEXTURE_2D_ARRAY); // not a capability
    EXPECT_THROW(check_gl("a wrong call"), Error);
    EXPECT_NO_THROW(check_gl("the error was taken"));
}

TEST(Png, WritesTheSignatureAndNamesAFileThatCannotBeWritten) {
    const Image image{2, 1, {255, 0, 0, 0, 255, 0}};
    const auto path = std::filesystem::path(testing::TempDir()) / "gf_png_test.png";
    write_png(path, image);
    std::ifstream file(path, std::ios::binary);
    std::string start(8, '\0');
    file.read(start.data(), 8);
    EXPECT_EQ(start, "\x89PNG\r\n\x1a\n");
    EXPECT_THROW(write_png("/nonexistent/folder/x.png", image), Error);
}

} // namespace
} // namespace gf::surfaceless_egl_test
