#include "app/host/headless_window.h"

#include <cassert>

namespace gf::ui {
namespace {

std::optional<SurfacelessEgl> make_egl(const HeadlessWindow::Options& options) {
    if (!options.gl) return std::nullopt;
    return std::make_optional<SurfacelessEgl>(options.width, options.height);
}

} // namespace

HeadlessWindow::HeadlessWindow(const Options& options)
    : egl_(make_egl(options)), host_(options.gl, options.look) {
    host_.record_items(options.record_items);
    resize(options.width, options.height);
}

void HeadlessWindow::resize(int width, int height) {
    if (egl_) egl_->resize(width, height);
    ImGui::GetIO().DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
}

void HeadlessWindow::frame(const std::function<void()>& draw_frame) {
    ImGui::GetIO().DeltaTime = 1.0f / 60;
    host_.begin_frame();
    if (egl_) egl_->begin(unpack(host_.theme().ground));
    draw_frame();
    host_.end_frame();
}

Image HeadlessWindow::picture() const {
    assert(egl_ && "Options::gl was off");
    return egl_->read_pixels();
}

} // namespace gf::ui
