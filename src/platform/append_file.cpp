#include "platform/append_file.h"

#include "platform/error.h"

#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace gf {

AppendFile::AppendFile(std::filesystem::path path, std::uintmax_t size)
    : path_(std::move(path)), file_(std::fopen(path_.c_str(), "ae")) {
    if (!file_) fail("open");
    if (const auto found = std::filesystem::file_size(path_); found < size)
        throw Error({path_.string(),
                     "at least the " + std::to_string(size) + " bytes that the checkpoint knows of",
                     std::to_string(found), "put the file back, or begin a new run in another folder"});
    if (ftruncate(fileno(file_.get()), static_cast<off_t>(size)) != 0) fail("truncate");
}

void AppendFile::append(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail("write");
}

std::uintmax_t AppendFile::sync() {
    if (std::fflush(file_.get()) != 0) fail("write");
    if (fsync(fileno(file_.get())) != 0) fail("fsync");
    return std::filesystem::file_size(path_);
}

void AppendFile::fail(const char* what) const {
    const int reason = errno;
    throw Error({path_.string(), "a file that can be written",
                 std::string(what) + ": " + std::strerror(reason),
                 "free some space, or choose another --out"});
}

} // namespace gf
