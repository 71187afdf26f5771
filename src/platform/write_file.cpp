#include "platform/write_file.h"

#include "platform/error.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace gf {
namespace {

constexpr std::size_t k_buffer_bytes = 1 << 18;

/// A name in the folder of `path` that no other writer of this machine uses.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter = 0;
    return path.string() + "." + std::to_string(getpid()) + "-" + std::to_string(counter++) + ".tmp";
}

} // namespace

FileWriter::FileWriter(std::filesystem::path path)
    : path_(std::move(path)), temporary_(temporary_beside(path_)) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path_, ignored);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw Error(
            {path_.string(), "a file to write", "a folder or device of that name", "choose another name"});
    fd_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0) {
        const int reason = errno; // the message's own work may change errno
        throw Error({path_.string(), "a folder that can be written to", std::strerror(reason),
                     "check the folder and its permissions"});
    }
    buffer_.reserve(k_buffer_bytes);
}

FileWriter::~FileWriter() { discard(); }

void FileWriter::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), k_buffer_bytes - buffer_.size()));
        buffer_.insert(buffer_.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
        if (buffer_.size() == k_buffer_bytes) flush();
    }
}

void FileWriter::flush() {
    for (std::size_t done = 0; done < buffer_.size();) {
        const ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("write");
        done += static_cast<std::size_t>(n);
    }
    buffer_.clear();
}

void FileWriter::commit() {
    flush();
    if (fsync(fd_) != 0) fail("fsync");
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("rename");
    close(fd_);
    fd_ = -1;
}

void FileWriter::discard() noexcept {
    if (fd_ < 0) return;
    close(fd_);
    unlink(temporary_.c_str());
    fd_ = -1;
}

void FileWriter::fail(const char* what) {
    const int reason = errno; // discard() may change errno
    discard();
    throw Error({path_.string(), "the file to be written", std::string(what) + ": " + std::strerror(reason),
                 "the old file, if any, is unchanged; free some space or choose another folder"});
}

void write_file(const std::filesystem::path& path, std::string_view contents) {
    FileWriter file(path);
    file.write(std::as_bytes(std::span(contents)));
    file.commit();
}

void sync_folder(const std::filesystem::path& folder) {
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int reason = errno;
    if (fd >= 0) close(fd);
    if (!synced)
        throw Error({folder.string(), "a folder on a disk", std::strerror(reason), "choose another folder"});
}

} // namespace gf
