#pragma once
// The signals by which a person or the system asks a program to end: SIGINT (Ctrl+C in the terminal), SIGTERM
// (kill, a system that shuts down) and SIGHUP (the terminal was closed). Used by the window, which then
// closes as if its button had been pressed.

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace gf {

/// While it lives, these signals end nothing. The first one is noted; one more ends the program at once, as
/// ever, should it not close.
class EndSignals {
  public:
    /// Make it before any other thread: threads inherit that they leave the signals to this object's own,
    /// which calls `on_signal`.
    explicit EndSignals(std::function<void()> on_signal);
    ~EndSignals();
    EndSignals(const EndSignals&) = delete;
    EndSignals& operator=(const EndSignals&) = delete;

    bool arrived() const { return arrived_; }

  private:
    void wait_for_signals();

    std::function<void()> on_signal_;
    sigset_t before_; ///< the signals that this thread left to others before
    std::atomic<bool> arrived_ = false, done_ = false;
    std::thread thread_;
};

} // namespace gf
