#include "app/host/surfaceless_egl.h"

#include "platform/error.h"
#include "render/gl_objects.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace gf::ui {
namespace {

[[noreturn]] void throw_no_egl(const char* what) {
    char code[16];
    std::snprintf(code, sizeof code, " (0x%04x)", static_cast<unsigned>(eglGetError()));
    throw Error({"drawing without a display", "EGL with EGL_MESA_platform_surfaceless and OpenGL 3.3",
                 what + std::string(code),
                 "install the Debian packages libegl1, libegl-mesa0 and libgl1-mesa-dri"});
}

} // namespace

struct SurfacelessEgl::Context {
    EGLDisplay display = EGL_NO_DISPLAY;
    EGLContext context = EGL_NO_CONTEXT;

    Context() {
        const auto platform_display =
            reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
        if (!platform_display) throw_no_egl("eglGetPlatformDisplayEXT is missing");
        display = platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
        if (display == EGL_NO_DISPLAY || !eglInitialize(display, nullptr, nullptr))
            throw_no_egl("no surfaceless display");
        try {
            create();
        } catch (...) {
            destroy();
            throw;
        }
    }
    ~Context() { destroy(); }

  private:
    void create() {
        if (!eglBindAPI(EGL_OPENGL_API)) throw_no_egl("EGL without desktop OpenGL");
        const EGLint config_wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                        EGL_OPENGL_BIT, EGL_NONE};
        EGLConfig config = EGL_NO_CONFIG_KHR;
        EGLint n_configs = 0;
        eglChooseConfig(display, config_wanted, &config, 1, &n_configs);
        // clang-format off
        const EGLint context_wanted[] = {
            EGL_CONTEXT_MAJOR_VERSION, 3,
            EGL_CONTEXT_MINOR_VERSION, 3,
            EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
            EGL_NONE};
        // clang-format on
        if (n_configs == 0) config = EGL_NO_CONFIG_KHR;
        context = eglCreateContext(display, config, EGL_NO_CONTEXT, context_wanted);
        if (context == EGL_NO_CONTEXT) throw_no_egl("no OpenGL 3.3 core context");
        if (!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
            throw_no_egl("the context cannot be made current");
        if (!gladLoadGL(reinterpret_cast<GLADloadfunc>(eglGetProcAddress)))
            throw_no_egl("OpenGL functions are missing");
    }
    void destroy() {
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        if (context != EGL_NO_CONTEXT) eglDestroyContext(display, context);
        eglTerminate(display);
    }
};

struct SurfacelessEgl::Target {
    Framebuffer framebuffer;
    Renderbuffer colour;
};

SurfacelessEgl::SurfacelessEgl(int width, int height)
    : context_(std::make_unique<Context>()), target_(std::make_unique<Target>()) {
    resize(width, height);
}

SurfacelessEgl::~SurfacelessEgl() = default;

void SurfacelessEgl::resize(int width, int height) {
    GLint largest = 0;
    glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &largest);
    if (width < 1 || height < 1 || width > largest || height > largest)
        throw Error({"picture size", "1 to " + std::to_string(largest) + " pixels in each direction",
                     std::to_string(width) + " x " + std::to_string(height), "choose another size"});
    if (width == width_ && height == height_) return;
    width_ = width;
    height_ = height;
    glBindRenderbuffer(GL_RENDERBUFFER, target_->colour.name());
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
    glBindFramebuffer(GL_FRAMEBUFFER, target_->framebuffer.name());
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, target_->colour.name());
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) check_gl("picture of this size");
}

void SurfacelessEgl::begin(Rgb8 background) {
    glBindFramebuffer(GL_FRAMEBUFFER, target_->framebuffer.name());
    glViewport(0, 0, width_, height_);
    glDisable(GL_SCISSOR_TEST);
    const auto channel = [](std::uint8_t value) { return static_cast<float>(value) / 255.0f; };
    glClearColor(channel(background.r), channel(background.g), channel(background.b), 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

Image SurfacelessEgl::read_pixels() const {
    const auto row_bytes = static_cast<std::size_t>(width_) * 3;
    Image image{width_, height_, std::vector<std::uint8_t>(row_bytes * static_cast<std::size_t>(height_))};
    std::vector<std::uint8_t> bottom_up(image.rgb.size());
    glBindFramebuffer(GL_FRAMEBUFFER, target_->framebuffer.name());
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width_, height_, GL_RGB, GL_UNSIGNED_BYTE, bottom_up.data());
    check_gl("reading the picture back");
    for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y)
        std::copy_n(&bottom_up[(static_cast<std::size_t>(height_) - 1 - y) * row_bytes], row_bytes,
                    &image.rgb[y * row_bytes]);
    return image;
}

} // namespace gf::ui
