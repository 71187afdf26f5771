#pragma once
// A piece of work on a thread of its own, one at a time, such as bringing files to a disk that takes its
// time. Used by the window, which must not wait for it.

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace gf {

class BackgroundJob {
  public:
    /// Begins `work`, behind what is at work.
    void start(std::function<void()> work);
    bool is_busy() const { return busy_; }
    /// Waits until nothing is at work. What the Error was that ended the last work, told once; else empty.
    std::string finish();

  private:
    std::string problem_;
    std::atomic<bool> busy_ = false;
    std::jthread thread_; ///< last, so that it is joined before the others go
};

} // namespace gf
