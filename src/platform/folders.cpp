#include "platform/folders.h"

#include "platform/error.h"

#include <cerrno>
#include <cstring>

#include <stdlib.h>
#include <sys/stat.h>

namespace gf {

void make_private_folder(const std::filesystem::path& folder) {
    std::filesystem::path made;
    int reason = 0;
    for (const std::filesystem::path& part : folder) {
        made /= part;
        reason = mkdir(made.c_str(), 0700) == 0 ? 0 : errno;
    }
    std::error_code failed;
    if (!std::filesystem::is_directory(folder, failed))
        throw Error({folder.string(), "a folder for the settings", std::strerror(reason),
                     "check the path and its permissions"});
}

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "glassformer-XXXXXX").string();
    if (!mkdtemp(name.data()))
        throw Error({name, "a folder for temporary files", std::strerror(errno), "free some space"});
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace gf
