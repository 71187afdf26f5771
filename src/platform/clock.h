#pragma once
// Time. What a run computes never depends on it: it serves pacing, progress lines and benchmarks.

namespace gf {

/// Seconds since some moment in the past; never goes back.
double monotonic_seconds();

/// Seconds that this thread has kept a processor busy: what a piece of work costs whatever else the machine
/// does.
double thread_cpu_seconds();

/// Counts the seconds since it was made.
class Stopwatch {
  public:
    double seconds() const { return monotonic_seconds() - begin_; }

  private:
    double begin_ = monotonic_seconds();
};

} // namespace gf
