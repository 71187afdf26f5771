#pragma once
// The window on a desktop: GLFW, OpenGL, and a loop that draws only when something changed. Opened by
// open_window(); pictures and tests use Headless instead.

#include "app/host/imgui_host.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gf::ui {

class Window {
  public:
    struct Options {
        std::string title = "Glassformer";
        int width = 1600, height = 900; ///< before scaling
        UiLook look{};                  ///< the monitor's own scale multiplies look.scale
    };
    /// @throws Error in one line when there is no display, naming `glassformer shot`
    explicit Window(const Options& options);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// Draws frames until the window is closed.
    void run(const std::function<void()>& draw_frame);
    /// Ends run() after this frame.
    void close();
    void set_title(const std::string& title);
    /// Files that were dropped on the window, as paths.
    std::function<void(const std::vector<std::string>&)> on_drop;

    ImGuiHost& host();

  private:
    struct Platform;
    void wait();
    std::unique_ptr<Platform> platform_;
    double last_input_ = 0; // seconds
};

} // namespace gf::ui
