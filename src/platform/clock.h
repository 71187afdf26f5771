#pragma once
// Time, for pacing, progress lines and benchmarks. What a run computes never depends on it.

namespace gf {

/// Seconds since some moment in the past; never goes back.
double monotonic_seconds();

/// Seconds that this thread has kept a processor busy, which do not depend on what else the machine does.
double thread_cpu_seconds();

/// Measures the seconds since it was made.
class Stopwatch {
  public:
    double seconds() const { return monotonic_seconds() - begin_; }

  private:
    double begin_ = monotonic_seconds();
};

} // namespace gf
