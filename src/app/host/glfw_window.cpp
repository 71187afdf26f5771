#include "app/host/glfw_window.h"

#include "app/host/frame_request.h"
#include "app/host/window_icon.h"
#include "platform/error.h"

#include <glad/gl.h>

#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_internal.h>

namespace gf::ui {
namespace {

// Seconds. After a person's input, frames go on for a while, so that hover delays pass and tooltips appear.
constexpr double k_settle_seconds = 0.6, k_settle_step = 0.05;
constexpr double k_caret_step = 0.3; // seconds between frames while the caret of a text field blinks

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
            handle = glfwCreateWindow(options.width, options.height, options.title.c_str(), nullptr, nullptr);
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

void GlfwWindow::wait() {
    if (take_frame_request() || host().wants_frame()) {
        glfwPollEvents();
    } else if (glfwGetTime() - last_input_ < k_settle_seconds) {
        glfwWaitEventsTimeout(k_settle_step);
    } else if (ImGui::GetIO().WantTextInput) {
        glfwWaitEventsTimeout(k_caret_step);
    } else {
        glfwWaitEvents();
    }
    if (!ImGui::GetCurrentContext()->InputEventsQueue.empty()) last_input_ = glfwGetTime();
    take_frame_request(); // the coming frame answers it
}

void GlfwWindow::run(const std::function<void()>& draw_frame) {
    GLFWwindow* window = platform_->window.handle;
    last_input_ = glfwGetTime();
    while (!glfwWindowShouldClose(window)) {
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
