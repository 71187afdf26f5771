#pragma once
// Folders that are private to this person, and temporary ones.

#include <filesystem>

namespace gf {

/// Makes a folder and those above it, for this person alone (mode 0700), as the XDG base directory
/// specification asks of configuration folders.
/// @throws Error if it cannot
void make_private_folder(const std::filesystem::path& folder);

/// A new folder for temporary files, removed with all that is in it when the object is destroyed. Used by
/// `bench ui` and by the tests.
class TemporaryFolder {
  public:
    /// @throws Error if it cannot be made
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace gf
