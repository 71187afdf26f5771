#pragma once
// metrics.jsonl: one JSON object a step, for plots.

#include "io/json.h"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace gf {

class MetricsFile {
  public:
    /// Opens the file and cuts it to `size` bytes: those that the run had written at its checkpoint. Throws
    /// Error if it cannot, or if the file is shorter.
    MetricsFile(std::filesystem::path path, std::uintmax_t size);

    void append(const nlohmann::json& line);
    /// Brings all lines to the disk and returns how many bytes they are.
    std::uintmax_t sync();

  private:
    [[noreturn]] void fail(const char* what) const;

    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    std::filesystem::path path_;
    std::unique_ptr<std::FILE, Close> file_;
};

} // namespace gf
