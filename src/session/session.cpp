#include "session/session.h"

#include "platform/clock.h"
#include "platform/threads.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace gf {
namespace {

/// Seconds. A longer wait is made of several, since it can be longer than the clock can count.
constexpr double k_max_wait = 3600;

} // namespace

Session::Session(Mode mode, std::function<void()> on_publish) : on_publish_(std::move(on_publish)) {
    publish();
    if (mode == Mode::threaded) worker_ = start_thread([this] { run_worker(); });
}

Session::~Session() {
    if (!worker_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    worker_.join();
}

void Session::post(SessionCommand command) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(command));
        ++n_posted_;
    }
    wake_.notify_one();
}

void Session::publish() {
    engine_.publish(latest_.back());
    latest_.publish();
    if (on_publish_) on_publish_();
}

void Session::run_until_idle() {
    if (worker_.joinable()) {
        std::unique_lock lock(mutex_);
        idle_.wait(lock, [this] { return queue_.empty() && !worker_is_busy_; });
        return;
    }
    batch_.swap(queue_);
    for (const SessionCommand& c : batch_) {
        engine_.apply(c);
        while (engine_.due_time() < INFINITY) engine_.tick(engine_.due_time());
    }
    batch_.clear();
    publish();
}

bool Session::pump(double seconds) {
    batch_.swap(queue_);
    for (const SessionCommand& c : batch_) engine_.apply(c);
    batch_.clear();
    const double begin = monotonic_seconds();
    double now = begin;
    do {
        engine_.tick(now); // does nothing if nothing is due
        now = monotonic_seconds();
    } while (engine_.due_time() <= now && now - begin < seconds);
    publish();
    return engine_.due_time() <= now;
}

/// The worker's loop. The queue is swapped under the lock and carried out outside it.
void Session::run_worker() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            const auto has_command = [this] { return stop_ || !queue_.empty(); };
            const double due = engine_.due_time(), wait = due - monotonic_seconds();
            if (queue_.empty() && !stop_ && wait > 0) {
                if (std::isinf(due)) {
                    worker_is_busy_ = false;
                    idle_.notify_all();
                    wake_.wait(lock, has_command);
                } else { // between two tokens
                    wake_.wait_for(lock, std::chrono::duration<double>(std::min(wait, k_max_wait)),
                                   has_command);
                }
            }
            if (stop_) return;
            worker_is_busy_ = true;
            batch_.swap(queue_);
        }
        for (const SessionCommand& c : batch_) engine_.apply(c);
        batch_.clear();
        engine_.tick(monotonic_seconds());
        publish();
    }
}

} // namespace gf
