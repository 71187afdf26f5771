#include "app/host/frame_request.h"
#include "app/host/glfw_window.h"

#include "app/host/window_icon.h"
#include "platform/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace gf::ui::glfw_window_test {
namespace {

TEST(Window, WithoutADisplayItNamesTheCommandThatNeedsNone) {
    const char* had = std::getenv("DISPLAY");
    const std::string display = had ? had : "";
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    try {
        GlfwWindow window({});
        ADD_FAILURE() << "a window without a display";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("glassformer shot"));
        EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
    }
    if (had) setenv("DISPLAY", display.c_str(), 1);
}

TEST(Window, FramesCanBeAskedForWithoutOne) { request_frame(); }

TEST(Window, DrawsWithoutWaitingWhileInputIsQueued) {
    const double forever = std::numeric_limits<double>::infinity();
    EXPECT_EQ(seconds_to_sleep({.since_input = 60}), forever);
    EXPECT_EQ(seconds_to_sleep({.is_wanted = true, .since_input = 60}), 0);
    for (const double since_input : {0.0, 0.1, 60.0})
        EXPECT_EQ(
            seconds_to_sleep({.input_is_queued = true, .caret_blinks = true, .since_input = since_input}), 0);
    EXPECT_GT(seconds_to_sleep({.since_input = 0.1}), 0) << "tooltips come a while after the last input";
    EXPECT_LT(seconds_to_sleep({.since_input = 0.1}), 0.1);
    EXPECT_LT(seconds_to_sleep({.caret_blinks = true, .since_input = 60}), 1);
}

TEST(WindowIcon, IsRoundedAndFilled) {
    for (const WindowIcon& icon : window_icons()) {
        ASSERT_EQ(icon.rgba.size(), static_cast<std::size_t>(icon.size * icon.size * 4));
        const auto alpha = [&](int x, int y) {
            return icon.rgba[static_cast<std::size_t>((y * icon.size + x) * 4 + 3)];
        };
        EXPECT_LT(alpha(0, 0), 128);
        EXPECT_EQ(alpha(icon.size / 2, icon.size / 2), 255);
    }
}

} // namespace
} // namespace gf::ui::glfw_window_test
