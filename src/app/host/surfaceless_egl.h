#pragma once
// OpenGL without a display: an EGL context (OpenGL 3.3 core) without a surface, and a framebuffer of its own
// to draw into. Used by HeadlessWindow, and by tests of what is drawn.

#include "render/colour_map.h"
#include "render/png.h"

#include <memory>

namespace gf::ui {

class SurfacelessEgl {
  public:
    /// Makes the context current on this thread and binds its framebuffer. There can be one at a time.
    /// `width` and `height` are pixels.
    /// @throws Error naming the Debian packages if EGL or OpenGL 3.3 is missing
    SurfacelessEgl(int width, int height);
    ~SurfacelessEgl();
    SurfacelessEgl(const SurfacelessEgl&) = delete;
    SurfacelessEgl& operator=(const SurfacelessEgl&) = delete;

    /// @throws Error if OpenGL has no framebuffers of this size
    void resize(int width, int height);
    /// Binds the framebuffer, sets the viewport to all of it and clears it.
    void begin(Rgb8 background);
    /// Waits until everything is drawn.
    Image read_pixels() const;

  private:
    struct Context;
    struct Target;
    std::unique_ptr<Context> context_;
    std::unique_ptr<Target> target_; // destroyed before the context
    int width_ = 0, height_ = 0;
};

} // namespace gf::ui
