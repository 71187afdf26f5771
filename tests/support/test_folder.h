#pragma once
// A temporary folder for a test, and files in it.

#include "platform/folders.h"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace gf::tests {

inline std::string read_text(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

/// Makes the folders above the file, too.
inline void write_text(const std::filesystem::path& path, std::string_view contents) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(contents.data(), static_cast<std::streamsize>(contents.size()));
}

/// Removed at the end of the scope.
class TestFolder : public TemporaryFolder {
  public:
    /// Writes a file in it and returns its path.
    std::filesystem::path file(const std::string& name, std::string_view contents) const {
        write_text(path() / name, contents);
        return path() / name;
    }
};

} // namespace gf::tests
