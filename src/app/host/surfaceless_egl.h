#pragma once
// A picture without a display: EGL surfaceless context (OpenGL 3.3 core) with a framebuffer of its own.

#include "render/colour_map.h"
#include "render/png.h"

#include <memory>

namespace gf::ui {

class Offscreen {
  public:
    /// Makes the context current on this thread and binds its framebuffer. One at a time.
    /// @throws Error when EGL or OpenGL 3.3 is missing, naming the Debian package
    Offscreen(int width, int height);
    ~Offscreen();
    Offscreen(const Offscreen&) = delete;
    Offscreen& operator=(const Offscreen&) = delete;

    void resize(int width, int height);
    /// Binds the framebuffer, sets the viewport to all of it and clears it.
    void begin(Rgb8 background);
    /// Waits for drawing to finish.
    Image read_pixels() const;

    int width() const { return width_; }
    int height() const { return height_; }

  private:
    struct Context;
    struct Target;
    std::unique_ptr<Context> context_;
    std::unique_ptr<Target> target_; // before the context dies
    int width_ = 0, height_ = 0;
};

} // namespace gf::ui
