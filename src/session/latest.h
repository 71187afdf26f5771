#pragma once
// The newest value from one writing thread to one reading thread. Three slots: neither ever waits for the
// other's work, and slots are reused, so that in the steady state nothing is allocated.

#include <array>
#include <mutex>
#include <utility>

namespace gf {

template <class T>
class Latest {
  public:
    /// Writer: the slot to fill (it holds an old value, to be overwritten); then publish().
    T& back() { return slots_[static_cast<std::size_t>(back_)]; }
    void publish() {
        const std::lock_guard lock(mutex_);
        std::swap(back_, middle_);
        fresh_ = true;
    }

    /// Reader: the newest published value, unchanged until the next call.
    const T& front() {
        const std::lock_guard lock(mutex_);
        if (std::exchange(fresh_, false)) std::swap(front_, middle_);
        return slots_[static_cast<std::size_t>(front_)];
    }

  private:
    std::mutex mutex_; // guards the three indices only
    std::array<T, 3> slots_{};
    int back_ = 0, middle_ = 1, front_ = 2;
    bool fresh_ = false;
};

} // namespace gf
