#include "app/host/glfw_window.h"

#include "app/host/frame_request.h"
#include "app/host/window_icon.h"
#include "platform/error.h"

#include <glad/gl.h>

#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_internal.h>

#include <cmath>

namespace gf::ui {
namespace {

/// GLFW's own description of the error, if there is one, is shown in place of `what`.
[[noreturn]] void throw_no_window(const std::string& what) {
    const char* description = nullptr;
    glfwGetError(&description);
    throw Error({"cannot open a window", "a display with OpenGL 3.3", description ? description : what,
                 "`glassformer shot --out picture.png` draws without a display"});
}

/// The window's units per length unit of the design. On some systems (macOS, Wayland) the framebuffer has
/// more pixels than the window has units; ImGui applies that factor itself, so it is taken out here.
float monitor_scale(GLFWwindow* window) {
    float x = 1, y = 1;
    glfwGetWindowContentScale(window, &x, &y);
    int framebuffer_width = 0, window_width = 0, height = 0;
    glfwGetFramebufferSize(window, &framebuffer_width, &height);
    glfwGetWindowSize(window, &window_width, &height);
    if (framebuffer_width <= window_width || window_width <= 0) return x;
    return x * static_cast<float>(window_width) / static_cast<float>(framebuffer_width);
}

const WindowPlace k_unplaced{}; ///< until show_at()

/// The work areas of all monitors, the primary one first.
std::vector<WorkArea> work_areas() {
    int n = 0;
    GLFWmonitor** monitors = glfwGetMonitors(&n);
    std::vector<WorkArea> areas(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < areas.size(); ++i)
        glfwGetMonitorWorkarea(monitors[i], &areas[i].x, &areas[i].y, &areas[i].width, &areas[i].height);
    return areas;
}

/// Puts a window that is not yet seen at its place, and returns that. A place that no window had yet has the
/// size that GLFW gave the window, which is multiplied by the monitor's scale.
WindowPlace put_at(GLFWwindow* window, WindowPlace wanted) {
    if (!wanted.x || !wanted.y) glfwGetWindowSize(window, &wanted.width, &wanted.height);
    FrameSizes frame;
    glfwGetWindowFrameSize(window, &frame.left, &frame.top, &frame.right, &frame.bottom);
    const WindowPlace place = place_inside(wanted, work_areas(), frame);
    glfwSetWindowSize(window, place.width, place.height);
    if (place.x && place.y) glfwSetWindowPos(window, *place.x, *place.y);
    glfwShowWindow(window);
    if (place.maximized) glfwMaximizeWindow(window);
    return place;
}

} // namespace

struct GlfwWindow::Platform {
    /// Initialises GLFW for its lifetime.
    struct GlfwLibrary {
        GlfwLibrary() {
            if (!glfwInit()) throw_no_window("no display");
        }
        ~GlfwLibrary() { glfwTerminate(); }
    };
    struct GlWindow {
        GLFWwindow* handle;
        explicit GlWindow(const Options& options) {
            glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
            glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
            glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
            glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
            glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
            glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE); // until it is at its place
            handle = glfwCreateWindow(k_unplaced.width, k_unplaced.height, options.title.c_str(), nullptr,
                                      nullptr);
            if (!handle) throw_no_window("no OpenGL 3.3");
            glfwMakeContextCurrent(handle);
            if (!gladLoadGL(glfwGetProcAddress)) throw_no_window("OpenGL functions are missing");
            glfwSwapInterval(1);
        }
        ~GlWindow() { glfwDestroyWindow(handle); }
    };

    GlfwLibrary glfw;
    GlWindow window;
    ImGuiHost host;

    explicit Platform(const Options& options)
        : window(options),
          host(true, {options.look.theme, options.look.scale * monitor_scale(window.handle)}) {
        ImGui_ImplGlfw_InitForOpenGL(window.handle, true);
    }
    ~Platform() { ImGui_ImplGlfw_Shutdown(); }
};

GlfwWindow::GlfwWindow(const Options& options) : platform_(std::make_unique<Platform>(options)) {
    GLFWwindow* window = platform_->window.handle;
    glfwSetWindowUserPointer(window, this);
    glfwSetDropCallback(window, [](GLFWwindow* w, int n, const char** paths) {
        const auto& self = *static_cast<GlfwWindow*>(glfwGetWindowUserPointer(w));
        if (self.on_drop) self.on_drop(std::vector<std::string>(paths, paths + n));
    });
    const std::vector<WindowIcon> icons = window_icons();
    std::vector<GLFWimage> images;
    for (const WindowIcon& icon : icons)
        images.push_back({icon.size, icon.size, const_cast<unsigned char*>(icon.rgba.data())});
    glfwSetWindowIcon(window, static_cast<int>(images.size()), images.data());
    wake_on_request(glfwPostEmptyEvent);
}

GlfwWindow::~GlfwWindow() { wake_on_request(nullptr); }

ImGuiHost& GlfwWindow::host() { return platform_->host; }

void GlfwWindow::set_title(const std::string& title) {
    glfwSetWindowTitle(platform_->window.handle, title.c_str());
}

void GlfwWindow::show_at(const WindowPlace& place) {
    GLFWwindow* window = platform_->window.handle;
    place_ = put_at(window, place);
    const auto moved = [](GLFWwindow* w, int, int) {
        static_cast<GlfwWindow*>(glfwGetWindowUserPointer(w))->note_place();
    };
    glfwSetWindowPosCallback(window, moved);
    glfwSetWindowSizeCallback(window, moved);
    glfwSetWindowMaximizeCallback(window, [](GLFWwindow* w, int) {
        static_cast<GlfwWindow*>(glfwGetWindowUserPointer(w))->note_place();
    });
}

void GlfwWindow::note_place() {
    GLFWwindow* window = platform_->window.handle;
    if (glfwGetWindowAttrib(window, GLFW_ICONIFIED)) return;
    place_.maximized = glfwGetWindowAttrib(window, GLFW_MAXIMIZED);
    if (place_.maximized) return; // it returns to the place that it had before
    place_.x.emplace(), place_.y.emplace();
    glfwGetWindowPos(window, &*place_.x, &*place_.y);
    glfwGetWindowSize(window, &place_.width, &place_.height);
}

void GlfwWindow::wait() {
    const auto input_is_queued = [] { return !ImGui::GetCurrentContext()->InputEventsQueue.empty(); };
    const double seconds = seconds_to_sleep({.is_wanted = take_frame_request() || host().wants_frame(),
                                             .input_is_queued = input_is_queued(),
                                             .caret_blinks = ImGui::GetIO().WantTextInput,
                                             .since_input = glfwGetTime() - last_input_});
    if (seconds == 0)
        glfwPollEvents();
    else if (std::isinf(seconds))
        glfwWaitEvents();
    else
        glfwWaitEventsTimeout(seconds);
    if (input_is_queued()) last_input_ = glfwGetTime();
    take_frame_request(); // the coming frame answers it
}

void GlfwWindow::run(const std::function<void()>& draw_frame, const std::function<bool()>& is_over) {
    GLFWwindow* window = platform_->window.handle;
    last_input_ = glfwGetTime();
    while (!glfwWindowShouldClose(window) && !is_over()) {
        wait();
        int width = 0, height = 0;
        glfwGetFramebufferSize(window, &width, &height);
        if (width == 0 || height == 0) continue; // minimised
        ImGui_ImplGlfw_NewFrame();
        host().begin_frame();
        draw_frame();
        glViewport(0, 0, width, height);
        glDisable(GL_SCISSOR_TEST);
        const ImVec4 ground = ImGui::ColorConvertU32ToFloat4(host().theme().ground);
        glClearColor(ground.x, ground.y, ground.z, 1);
        glClear(GL_COLOR_BUFFER_BIT);
        host().end_frame();
        glfwSwapBuffers(window);
    }
}

} // namespace gf::ui
