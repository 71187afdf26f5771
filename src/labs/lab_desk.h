#pragma once
// Runs one experiment on a thread of its own and hands over its results. The window owns one; nothing of it
// waits for the work, but for the end of a slice when it is closed.

#include "labs/experiment.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace gf {

class LabDesk {
  public:
    /// `wake` is called on the worker's thread whenever there are new results.
    explicit LabDesk(
        std::unique_ptr<Experiment> experiment, std::function<void()> wake = [] {});
    ~LabDesk();
    LabDesk(const LabDesk&) = delete;
    LabDesk& operator=(const LabDesk&) = delete;

    /// Begins anew with this seed; the work then goes on until it is done, paused or cancelled.
    void start(std::uint64_t seed, LabSize size = LabSize::full);
    void pause();
    void resume();
    /// Ends the work; what was found so far stays.
    void cancel();
    /// Sets controls (Experiment::set_controls()); where they need a new run, a run that was started begins
    /// anew with the same seed.
    void set_controls(nlohmann::json values);

    /// Waits until nothing is left to do: for pictures and tests, never in the window.
    void wait();

    /// The newest results; null before there are any. What they hold never changes.
    std::shared_ptr<const LabResults> results() const;
    std::vector<LabControl> controls() const; ///< as of the newest results
    bool is_running() const;                  ///< at work, or about to be

  private:
    enum class State { idle, running, paused };
    struct Start {
        std::uint64_t seed = 0;
        LabSize size = LabSize::full;
    };
    void work();
    /// Carries out what was asked for since the last slice. @throws Error as the experiment does
    void carry_out(const std::optional<Start>& start, const nlohmann::json& controls);
    void publish(const std::string& problem = "");

    std::unique_ptr<Experiment> experiment_; ///< the worker's alone
    std::function<void()> wake_;
    std::optional<Start> last_start_; ///< the worker's alone

    mutable std::mutex mutex_; ///< guards what follows
    std::condition_variable changed_;
    State state_ = State::idle;
    bool is_closing_ = false;
    bool is_at_work_ = false; ///< a slice is under way, or its results are not published yet
    std::optional<Start> wanted_start_;
    nlohmann::json wanted_controls_ = nlohmann::json::object();
    std::shared_ptr<const LabResults> results_;
    std::vector<LabControl> controls_;

    std::jthread thread_; ///< last: it ends before the others go
};

} // namespace gf
