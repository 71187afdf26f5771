#pragma once
// A picture of 64 x 48 pixels to draw on; the test is skipped where there is no EGL.

#include "app/host/surfaceless_egl.h"
#include "platform/error.h"
#include "support/pixel.h"

#include <gtest/gtest.h>

#include <optional>

namespace gf {

class OffscreenTest : public testing::Test {
  protected:
    static constexpr int k_width = 64, k_height = 48;
    static constexpr Rgb8 k_background{10, 20, 30};

    void SetUp() override {
        try {
            screen_.emplace(k_width, k_height);
        } catch (const Error& error) {
            GTEST_SKIP() << error.what();
        }
        screen_->begin(k_background);
    }

    static Rgb8 at(const Image& image, int x, int y) { return tests::pixel_at(image, x, y); }

    std::optional<ui::SurfacelessEgl> screen_;
};

} // namespace gf
