#include "app/host/headless.h"

#include <cassert>

namespace gf::ui {
namespace {

std::optional<Offscreen> screen_for(const Headless::Options& options) {
    if (!options.gl) return std::nullopt;
    return std::make_optional<Offscreen>(options.width, options.height);
}

} // namespace

Headless::Headless(const Options& options) : screen_(screen_for(options)), host_(options.gl, options.look) {
    host_.record_items(options.record_items);
    resize(options.width, options.height);
}

void Headless::resize(int width, int height) {
    if (screen_) screen_->resize(width, height);
    ImGui::GetIO().DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
}

void Headless::frame(const std::function<void()>& draw_frame) {
    ImGui::GetIO().DeltaTime = 1.0f / 60;
    host_.begin_frame();
    if (screen_) screen_->begin(unpack(host_.theme().ground));
    draw_frame();
    host_.end_frame();
}

Image Headless::picture() const {
    assert(screen_ && "Options::gl was off");
    return screen_->read_pixels();
}

} // namespace gf::ui
