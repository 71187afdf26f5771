#include "session/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace gf {
namespace {

constexpr double k_longest_wait = 3600;

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

Session::Session(Mode mode, std::function<void()> on_publish) : on_publish_(std::move(on_publish)) {
    publish();
    if (mode == Mode::threaded) worker_ = std::thread([this] { work(); });
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

void Session::post(Command command) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(command));
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
        idle_.wait(lock, [this] { return queue_.empty() && !working_; });
        return;
    }
    taken_.swap(queue_);
    for (const Command& c : taken_) {
        engine_.apply(c);
        while (engine_.due() < INFINITY) engine_.tick(engine_.due());
    }
    taken_.clear();
    publish();
}

/// The queue is swapped under the lock and carried out outside it.
void Session::work() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            const auto has_command = [this] { return stop_ || !queue_.empty(); };
            const double due = engine_.due(), wait = due - seconds_now();
            if (queue_.empty() && !stop_ && wait > 0) {
                if (std::isinf(due)) {
                    working_ = false;
                    idle_.notify_all();
                    wake_.wait(lock, has_command);
                } else { // between two tokens; longer waits than the clock can count are made of several
                    wake_.wait_for(lock, std::chrono::duration<double>(std::min(wait, k_longest_wait)),
                                   has_command);
                }
            }
            if (stop_) return;
            working_ = true;
            taken_.swap(queue_);
        }
        for (const Command& c : taken_) engine_.apply(c);
        taken_.clear();
        engine_.tick(seconds_now());
        publish();
    }
}

} // namespace gf
