#include "platform/threads.h"

namespace gf {

int n_processors() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

std::jthread start_thread(std::function<void()> work) { return std::jthread(std::move(work)); }

} // namespace gf
