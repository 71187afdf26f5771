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

constexpr double k_settle_seconds = 0.6; // after input: hover delays and tooltips run their course
constexpr double k_settle_step = 0.05;
constexpr double k_caret_step = 0.3; // while a text field is active

[[noreturn]] void fail(const std::string& what) {
    const char* description = nullptr;
    glfwGetError(&description);
    throw Error({"cannot open a window", "a display with OpenGL 3.3", description ? description : what,
                 "`glassformer shot --out picture.png` draws without a display"});
}

struct Glfw {
    Glfw() {
        if (!glfwInit()) fail("no display");
    }
    ~Glfw() { glfwTerminate(); }
};

/// Pixels of the design's length unit: the monitor's scale where it is not already in the framebuffer's size.
float monitor_scale(GLFWwindow* window) {
    float x = 1, y = 1;
    glfwGetWindowContentScale(window, &x, &y);
    int framebuffer = 0, size = 0, height = 0;
    glfwGetFramebufferSize(window, &framebuffer, &height);
    glfwGetWindowSize(window, &size, &height);
    return framebuffer > size && size > 0 ? x * static_cast<float>(size) / static_cast<float>(framebuffer)
                                          : x;
}

} // namespace

struct Window::Platform {
    struct GlWindow {
        GLFWwindow* handle;
        explicit GlWindow(const Options& options) {
            glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
            glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
            glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
            glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
            glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
            handle = glfwCreateWindow(options.width, options.height, options.title.c_str(), nullptr, nullptr);
            if (!handle) fail("no OpenGL 3.3");
            glfwMakeContextCurrent(handle);
            if (!gladLoadGL(glfwGetProcAddress)) fail("OpenGL functions are missing");
            glfwSwapInterval(1);
        }
        ~GlWindow() { glfwDestroyWindow(handle); }
    };

    Glfw glfw;
    GlWindow window;
    ImGuiHost host;

    explicit Platform(const Options& options)
        : window(options),
          host(true, {options.look.theme, options.look.scale * monitor_scale(window.handle)}) {
        ImGui_ImplGlfw_InitForOpenGL(window.handle, true);
    }
    ~Platform() { ImGui_ImplGlfw_Shutdown(); }
};

Window::Window(const Options& options) : platform_(std::make_unique<Platform>(options)) {
    GLFWwindow* window = platform_->window.handle;
    glfwSetWindowUserPointer(window, this);
    glfwSetDropCallback(window, [](GLFWwindow* w, int n, const char** paths) {
        const auto& self = *static_cast<Window*>(glfwGetWindowUserPointer(w));
        if (self.on_drop) self.on_drop(std::vector<std::string>(paths, paths + n));
    });
    const std::vector<WindowIcon> icons = window_icons();
    std::vector<GLFWimage> images;
    for (const WindowIcon& icon : icons)
        images.push_back({icon.size, icon.size, const_cast<unsigned char*>(icon.rgba.data())});
    glfwSetWindowIcon(window, static_cast<int>(images.size()), images.data());
    wake_on_request(glfwPostEmptyEvent);
}

Window::~Window() { wake_on_request(nullptr); }

ImGuiHost& Window::host() { return platform_->host; }

void Window::close() { glfwSetWindowShouldClose(platform_->window.handle, GLFW_TRUE); }

void Window::set_title(const std::string& title) {
    glfwSetWindowTitle(platform_->window.handle, title.c_str());
}

// Sleeps until there is a reason for a frame.
void Window::wait() {
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

void Window::run(const std::function<void()>& draw_frame) {
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
