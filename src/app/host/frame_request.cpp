#include "app/host/frame_request.h"

#include <limits>
#include <mutex>
#include <utility>

namespace gf::ui {
namespace {

// Seconds. After a person's input, frames go on for a while, so that hover delays pass and tooltips appear.
constexpr double k_settle_seconds = 0.6, k_settle_step = 0.05;
constexpr double k_caret_step = 0.3; // seconds between frames while the caret of a text field blinks

struct Requests {
    std::mutex mutex;
    void (*wake)() = nullptr;
    bool frame_wanted = false;
    std::uint64_t count = 0;
};

Requests& requests() {
    static Requests instance;
    return instance;
}

} // namespace

void request_frame() {
    Requests& r = requests();
    const std::lock_guard lock(r.mutex);
    ++r.count;
    if (r.wake && !std::exchange(r.frame_wanted, true)) r.wake();
}

std::uint64_t n_frame_requests() {
    const std::lock_guard lock(requests().mutex);
    return requests().count;
}

double seconds_to_sleep(const FrameReasons& r) {
    if (r.is_wanted || r.input_is_queued) return 0;
    if (r.since_input < k_settle_seconds) return k_settle_step;
    return r.caret_blinks ? k_caret_step : std::numeric_limits<double>::infinity();
}

bool take_frame_request() {
    const std::lock_guard lock(requests().mutex);
    return std::exchange(requests().frame_wanted, false);
}

void wake_on_request(void (*wake)()) {
    const std::lock_guard lock(requests().mutex);
    requests().wake = wake;
}

} // namespace gf::ui
