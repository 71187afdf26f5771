#pragma once
// The engine behind a queue: commands in, snapshots out. The window runs it on a worker thread; tests, `shot`
// and other callers that want no thread run it cooperatively.

#include "session/commands/session_commands.h"
#include "session/engine.h"
#include "session/latest.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gf {

class Session {
  public:
    enum class Mode {
        threaded,    ///< a worker carries commands out as they come
        cooperative, ///< run_until_idle() carries them out on the calling thread, tokens without a pause
    };
    /// `on_publish` is called after each publication, by the thread that published (to wake the window).
    explicit Session(Mode mode, std::function<void()> on_publish = {});
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Queues a command. Any thread may call it in threaded mode.
    void post(SessionCommand command);
    /// How many commands were posted so far; Snapshot::n_applied follows.
    std::uint64_t n_posted() const { return n_posted_; }
    /// The newest snapshot; valid until the next call. Only one thread may read.
    const Snapshot& latest() { return latest_.front(); }

    /// Returns when everything posted is carried out and playing has ended. Cooperative sessions do the work
    /// here; threaded ones wait for the worker.
    void run_until_idle();
    /// For a program without threads, e.g. in a web page, which calls it once a frame: carries out what was
    /// posted and works for about so long, one slice at least if one is due. The session is cooperative.
    /// Returns whether more work is due at once.
    bool pump(double seconds);

  private:
    void run_worker();
    void publish();

    Engine engine_;
    Latest<Snapshot> latest_;
    std::function<void()> on_publish_;
    std::vector<SessionCommand> batch_; ///< commands taken from the queue, being carried out

    std::atomic<std::uint64_t> n_posted_ = 0;
    std::mutex mutex_; // guards the queue and the two flags
    std::condition_variable wake_, idle_;
    std::vector<SessionCommand> queue_;
    bool stop_ = false, worker_is_busy_ = false;

    std::jthread worker_;
};

} // namespace gf
