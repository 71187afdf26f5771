#include "platform/end_signals.h"

#include <pthread.h>

#include <initializer_list>
#include <utility>

namespace gf {
namespace {

constexpr int k_wake = SIGUSR2; ///< wakes the waiting thread when it is to end

sigset_t signal_set(std::initializer_list<int> signals) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals) sigaddset(&set, signal);
    return set;
}

} // namespace

EndSignals::EndSignals(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
    const sigset_t set = signal_set({SIGINT, SIGTERM, SIGHUP, k_wake});
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    thread_ = std::thread([this] { wait_for_signals(); });
}

EndSignals::~EndSignals() {
    done_ = true;
    pthread_kill(thread_.native_handle(), k_wake);
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void EndSignals::wait_for_signals() {
    const sigset_t ends = signal_set({SIGINT, SIGTERM, SIGHUP});
    sigset_t awaited = signal_set({SIGINT, SIGTERM, SIGHUP, k_wake});
    int signal = 0;
    while (!done_ && sigwait(&awaited, &signal) == 0) {
        if (signal == k_wake) continue;
        arrived_ = true;
        // The next one is delivered to this thread, and ends the program.
        awaited = signal_set({k_wake});
        pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
        on_signal_();
    }
}

} // namespace gf
