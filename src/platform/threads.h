#pragma once
// Threads: the session's worker, and independent pieces of work shared out over the processors.

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gf {

/// Processors that the machine offers; at least 1.
int n_processors();

/// Starts a thread, which is joined at the latest when it is destroyed.
std::jthread start_thread(std::function<void()> work);

/// Calls f(i, worker) for i in [0, n), on up to n_threads threads, this one among them; worker counts the
/// threads from 0. Which thread does which i is open: results must not depend on it. The first exception is
/// thrown again here. Used by training and optimisers.
template <class F>
void parallel_for(int n, int n_threads, F f) {
    std::atomic<int> next{0};
    std::exception_ptr failure;
    std::mutex failing;
    const auto work = [&](int worker) {
        try {
            for (int i; (i = next++) < n;) f(i, worker);
        } catch (...) {
            const std::lock_guard lock(failing);
            if (!failure) failure = std::current_exception();
            next = n;
        }
    };
    {
        std::vector<std::jthread> others;
        for (int w = 1; w < std::min(n_threads, n); ++w)
            others.push_back(start_thread([&work, w] { work(w); }));
        work(0);
    }
    if (failure) std::rethrow_exception(failure);
}

} // namespace gf
