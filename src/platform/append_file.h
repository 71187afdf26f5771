#pragma once
// A text file that grows line by line while a run goes on. A resumed run cuts it back to where its checkpoint
// was. Used by training for metrics.jsonl.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace gf {

class AppendFile {
  public:
    /// Opens the file, creates it where it is missing, and cuts it to its first `size` bytes.
    /// @throws Error if it cannot, or if the file is shorter
    AppendFile(std::filesystem::path path, std::uintmax_t size);

    /// @throws Error if the disk does not take the text
    void append(std::string_view text);
    /// Brings everything that was appended to the disk. Returns the size of the file in bytes.
    /// @throws Error if it cannot
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
