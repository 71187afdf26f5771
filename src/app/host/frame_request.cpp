#include "app/host/frame_request.h"

#include <mutex>
#include <utility>

namespace gf::ui {
namespace {

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

bool take_frame_request() {
    const std::lock_guard lock(requests().mutex);
    return std::exchange(requests().frame_wanted, false);
}

void wake_on_request(void (*wake)()) {
    const std::lock_guard lock(requests().mutex);
    requests().wake = wake;
}

} // namespace gf::ui
