#include "io/assets.h"

#include "platform/error.h"

#include <string>

namespace gf {
namespace fs = std::filesystem;

namespace {

constexpr const char* k_places[] = {"assets", "../assets", "../share/glassformer/assets"};

fs::path program_folder() {
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed);
    return failed ? fs::current_path() : program.parent_path();
}

} // namespace

fs::path find_asset(std::string_view name) {
    const fs::path folder = program_folder();
    for (const char* place : k_places) {
        std::error_code failed;
        const fs::path path = folder / place / name;
        if (fs::exists(path, failed)) return path.lexically_normal();
    }
    return {};
}

fs::path require_asset(std::string_view name, std::string_view remedy) {
    fs::path path = find_asset(name);
    if (path.empty())
        throw Error({"assets/" + std::string(name),
                     "a file beside the program, in " + program_folder().string(), "none",
                     std::string(remedy)});
    return path;
}

} // namespace gf
