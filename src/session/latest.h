#pragma once
// Hands the newest value from one writing thread to one reading thread: snapshots from the Session's worker
// to the window. With three slots neither thread ever waits for the other's work, and since slots are reused,
// nothing is allocated in the steady state.

#include <array>
#include <mutex>
#include <utility>

namespace gf {

template <class T>
class Latest {
  public:
    /// For the writer: the slot to fill before publish(). It holds an old value, to be overwritten.
    T& back() { return slots_[static_cast<std::size_t>(back_)]; }
    /// For the writer: makes the value in back() the newest.
    void publish() {
        const std::lock_guard lock(mutex_);
        std::swap(back_, middle_);
        fresh_ = true;
    }

    /// For the reader: the newest published value. It stays unchanged until the next call.
    const T& front() {
        const std::lock_guard lock(mutex_);
        if (std::exchange(fresh_, false)) std::swap(front_, middle_);
        return slots_[static_cast<std::size_t>(front_)];
    }

  private:
    std::mutex mutex_; // guards the three indices only
    std::array<T, 3> slots_{};
    int back_ = 0, middle_ = 1, front_ = 2;
    bool fresh_ = false; ///< the middle slot is newer than the front one
};

} // namespace gf
