#pragma once
// Files that are either written as a whole or not at all.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace gf {

/// Writes into a temporary file beside `path`, which commit() puts in its place. Without commit() nothing
/// changes.
class FileWriter {
  public:
    /// Throws Error if the folder cannot be written, or if something stands at `path` that is no regular
    /// file.
    explicit FileWriter(std::filesystem::path path);
    ~FileWriter();
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;

    /// Both throw Error if the disk does not take the bytes.
    void write(std::span<const std::byte> bytes);
    void commit();

  private:
    void flush();
    void discard() noexcept;
    [[noreturn]] void fail(const char* what);

    std::filesystem::path path_, temporary_;
    std::vector<std::byte> buffer_;
    int fd_ = -1;
};

/// Writes a whole file; throws Error, and then `path` is as it was.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Brings to the disk which files a folder has. Throws Error if it cannot.
void sync_folder(const std::filesystem::path& folder);

} // namespace gf
