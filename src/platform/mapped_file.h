#pragma once
// A whole file as read-only memory. Used by all readers of files.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace gf {

class MappedFile {
  public:
    /// @throws Error if `path` is missing, no regular file, unreadable or empty
    explicit MappedFile(const std::filesystem::path& path);

    std::span<const std::byte> bytes() const { return {memory_.get(), memory_.get_deleter().size}; }
    std::string_view text() const {
        return {reinterpret_cast<const char*>(memory_.get()), memory_.get_deleter().size};
    }

  private:
    struct Unmap {
        std::size_t size;
        void operator()(const std::byte* p) const;
    };
    std::unique_ptr<const std::byte, Unmap> memory_{nullptr, Unmap{0}};
};

} // namespace gf
