#pragma once
// The checkpoints of a run: folders that exist as a whole or not at
// all, whenever the program is killed. Used by run_training().

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace gf {

/// The folders step-N in `folder`.
class Checkpoints {
  public:
    explicit Checkpoints(std::filesystem::path folder) : folder_(std::move(folder)) {}

    struct Entry {
        std::int64_t step;
        std::filesystem::path path;
    };
    /// The checkpoint with the highest step; nullopt if there is none.
    std::optional<Entry> newest() const;

    /// Writes a checkpoint with the files that `fill` puts into the folder it is given. The folder is named
    /// step-N only once all of it is on the disk, and only then are the oldest checkpoints removed, down to
    /// `n_kept`. Does nothing if the step has a checkpoint already. @throws Error, and whatever `fill`
    /// throws; the other checkpoints are then as they were.
    void write(std::int64_t step, const std::function<void(const std::filesystem::path&)>& fill,
               int n_kept = 2) const;

  private:
    std::filesystem::path folder_;
};

} // namespace gf
