#include "platform/mapped_file.h"

#include "platform/error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gf {
namespace {

/// Closes a file descriptor at the end of the scope.
struct Descriptor {
    int fd;
    ~Descriptor() {
        if (fd >= 0) close(fd);
    }
};

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& found,
                         const std::string& remedy) {
    throw Error({path.string(), "a readable file with contents", found, remedy});
}

} // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
    // Not blocking: opening a named pipe must not wait for its writer.
    const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat info {};
    if (file.fd < 0 || fstat(file.fd, &info) != 0) {
        if (errno == ENOENT) refuse(path, "nothing there", "check the path");
        refuse(path, std::strerror(errno), "check the path and its permissions");
    }
    if (S_ISDIR(info.st_mode)) refuse(path, "a folder", "name a file in it");
    if (!S_ISREG(info.st_mode)) refuse(path, "a device or pipe", "copy its contents into a file");
    if (info.st_size == 0) refuse(path, "an empty file", "download or write it again");

    const auto size = static_cast<std::size_t>(info.st_size);
    void* p = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
    if (p == MAP_FAILED) refuse(path, std::strerror(errno), "");
    memory_ = {static_cast<const std::byte*>(p), Unmap{size}};
}

void MappedFile::Unmap::operator()(const std::byte* p) const { munmap(const_cast<std::byte*>(p), size); }

} // namespace gf
