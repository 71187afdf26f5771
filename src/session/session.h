#pragma once
// The engine behind a queue: commands in, snapshots out. On a worker thread, or cooperatively where threads
// are not wanted (tests, `shot`, a browser).

#include "session/command.h"
#include "session/engine.h"
#include "session/latest.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gf {

class Session {
  public:
    enum class Mode {
        threaded,    ///< a worker carries commands out as they come
        cooperative, ///< run_until_idle() does, on the calling thread; playing is not slowed down to its
                     ///< speed
    };
    /// `on_publish` is called by the worker after each publication (to wake the window).
    explicit Session(Mode mode, std::function<void()> on_publish = {});
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void post(Command command);
    /// The newest snapshot; valid until the next call. One reading thread.
    const Snapshot& latest() { return latest_.front(); }

    /// Cooperative: carries out everything that was posted and plays to the end. Threaded: waits until the
    /// worker has.
    void run_until_idle();

  private:
    void work();
    void publish();

    Engine engine_;
    Latest<Snapshot> latest_;
    std::function<void()> on_publish_;
    std::mutex mutex_; // guards what follows
    std::condition_variable wake_, idle_;
    std::vector<Command> queue_;
    bool stop_ = false, working_ = false;
    std::vector<Command> taken_; ///< the worker's side of the queue
    std::thread worker_;
};

} // namespace gf
