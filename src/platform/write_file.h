#pragma once
// Files that are either written as a whole or not at all. Used by everything that writes models, checkpoints,
// settings and reports.

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
    /// @throws Error if the folder cannot be written, or if `path` exists and is no regular file
    explicit FileWriter(std::filesystem::path path);
    ~FileWriter();
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;

    /// @throws Error if the disk does not take the bytes
    void write(std::span<const std::byte> bytes);
    /// Brings the file to the disk and puts it in its place; call it once, at the end.
    /// @throws Error if it cannot
    void commit();

  private:
    void flush();
    void discard() noexcept;
    [[noreturn]] void fail(const char* what);

    std::filesystem::path path_, temporary_;
    std::vector<std::byte> buffer_;
    int fd_ = -1;
};

/// Writes a whole file.
/// @throws Error if it cannot; `path` is unchanged then
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Brings the list of a folder's files to the disk, so that new and renamed files survive a power failure.
/// @throws Error if it cannot
void sync_folder(const std::filesystem::path& folder);

} // namespace gf
