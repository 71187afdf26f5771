#pragma once
// The window on a desktop: GLFW, OpenGL, and a loop that draws only when something changed. Opened by
// app/open_window.cpp; pictures and tests use HeadlessWindow instead.

#include "app/host/imgui_host.h"
#include "app/host/window_place.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gf::ui {

class GlfwWindow {
  public:
    struct Options {
        std::string title = "Glassformer";
        UiLook look{}; ///< its scale is multiplied by the monitor's
    };
    /// @throws Error if there is no display with OpenGL 3.3; it names `glassformer shot` as a way out
    explicit GlfwWindow(const Options& options);
    ~GlfwWindow();
    GlfwWindow(const GlfwWindow&) = delete;
    GlfwWindow& operator=(const GlfwWindow&) = delete;

    /// Shows the window, which nobody saw until then, at a place that is brought inside of the screen.
    void show_at(const WindowPlace& place);
    /// Draws frames until the window is closed, or `is_over` says so.
    void run(const std::function<void()>& draw_frame, const std::function<bool()>& is_over);
    /// Where the window stands now.
    const WindowPlace& place() const { return place_; }
    void set_title(const std::string& title);
    /// Called with the paths of files that were dropped on the window.
    std::function<void(const std::vector<std::string>&)> on_drop;

    ImGuiHost& host();

  private:
    struct Platform;
    /// Sleeps until there is a reason for a frame.
    void wait();
    void note_place();

    std::unique_ptr<Platform> platform_;
    WindowPlace place_;
    double last_input_ = 0; // time in seconds, by GLFW's clock
};

} // namespace gf::ui
