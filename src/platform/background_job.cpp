#include "platform/background_job.h"

#include "platform/error.h"
#include "platform/threads.h"

#include <utility>

namespace gf {

void BackgroundJob::start(std::function<void()> work) {
    const std::string before = finish();
    problem_ = before; // still to be told, unless this work has a problem, too
    busy_ = true;
    thread_ = start_thread([this, work = std::move(work)] {
        try {
            work();
        } catch (const Error& e) {
            problem_ = e.what();
        }
        busy_ = false;
    });
}

std::string BackgroundJob::finish() {
    if (thread_.joinable()) thread_.join();
    return std::exchange(problem_, {});
}

} // namespace gf
