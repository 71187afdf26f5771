#pragma once
// Checkpoints of a run: folders that are there as a whole or not at all, whenever the program is killed.

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
    /// The one with the highest step; nullopt if there is none.
    std::optional<Entry> newest() const;

    /// `fill` writes the files into the folder that it is given. That gets its name when all is on the disk;
    /// only then the oldest ones go, but for `kept`. Does nothing if the step is there. Throws Error, and
    /// then the others are as they were.
    void write(std::int64_t step, const std::function<void(const std::filesystem::path&)>& fill,
               int kept = 2) const;

  private:
    std::filesystem::path folder_;
};

} // namespace gf
