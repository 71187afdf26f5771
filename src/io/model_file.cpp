#include "io/model_file.h"

#include "io/foreign_file.h"
#include "io/llama2c.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <utility>

namespace gf {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_expected =
    "a folder with config.json and model.safetensors, a .safetensors file, or a llama2.c .bin";

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// The files of a folder, each mapped when it is first asked for.
FileSet disk_folder(const fs::path& folder) {
    auto mapped = std::make_shared<std::map<std::string, MappedFile>>();
    return {folder.string(),
            [folder, mapped](const std::string& name) -> std::optional<std::span<const std::byte>> {
                auto it = mapped->find(name);
                if (it == mapped->end()) {
                    // Only a missing file gives nullopt; MappedFile reports any other problem.
                    std::error_code ignored;
                    if (fs::status(folder / name, ignored).type() == fs::file_type::not_found)
                        return std::nullopt;
                    it = mapped->emplace(name, MappedFile(folder / name)).first;
                }
                return it->second.bytes();
            },
            [folder] { return names_in(folder); }};
}

bool has_config(const fs::path& folder) {
    std::error_code failed;
    return fs::exists(folder / "config.json", failed);
}

/// The snapshot of a cache that was loaded last: the one that refs/main names if it has a config.json, else
/// the newest, one with a config.json before all others. Empty if there is none.
fs::path newest_snapshot(const fs::path& cache) {
    const fs::path snapshots = cache / "snapshots";
    std::error_code failed;
    if (fs::exists(cache / "refs" / "main", failed)) {
        std::string commit(MappedFile(cache / "refs" / "main").text());
        commit.erase(std::remove_if(commit.begin(), commit.end(), [](unsigned char c) { return c <= ' '; }),
                     commit.end());
        const bool plain = !commit.empty() && commit.find_first_of("/\\") == commit.npos && commit[0] != '.';
        if (plain && has_config(snapshots / commit)) return snapshots / commit;
    }
    fs::path newest;
    std::pair<bool, fs::file_time_type> newest_rank{};
    for (const std::string& name : names_in(snapshots)) {
        const fs::path folder = snapshots / name;
        if (!fs::is_directory(folder, failed)) continue;
        const std::pair rank(has_config(folder), fs::last_write_time(folder, failed));
        if (newest.empty() || rank > newest_rank) newest = folder, newest_rank = rank;
    }
    return newest;
}

bool is_cache(const fs::path& path) {
    std::error_code failed;
    return !has_config(path) && fs::is_directory(path / "snapshots", failed);
}

/// Hugging Face's folder of all caches, or `path` itself.
fs::path inside_of_home(const fs::path& path) {
    std::error_code failed;
    return !has_config(path) && fs::is_directory(path / "hub", failed) ? path / "hub" : path;
}

/// The only model in a folder of caches; `folder` itself if there is none.
/// @throws Error if there are several: the folder is not one model, but its names say what can be opened
fs::path only_cache_in(const fs::path& folder) {
    if (has_config(folder)) return folder;
    std::vector<std::string> caches;
    for (const std::string& name : names_in(folder))
        if (name.starts_with("models--") && is_cache(folder / name)) caches.push_back(name);
    if (caches.size() > 1)
        throw Error({folder.string(), "one model",
                     fmt::format("the cache of {}: {}", caches.size(),
                                 fmt::format("{}", fmt::join(caches, ", ")).substr(0, 200)),
                     "open one of these folders"});
    return caches.empty() ? folder : folder / caches.front();
}

std::shared_ptr<Weights> load_file(const fs::path& path, std::vector<std::string>& warnings,
                                   const std::vector<std::string>& ignored_keys) {
    const MappedFile file(path);
    refuse_foreign_file(file.bytes(), path.string(), k_expected);
    if (path.extension() == ".bin") return parse_llama2c(file.bytes(), path.string(), warnings);
    if (path.extension() == ".safetensors") {
        const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
        return load_hf_model(disk_folder(folder), warnings, path.filename(), ignored_keys);
    }
    const auto by_name = foreign_weights({path.filename().string()});
    throw Error({path.string(), k_expected, by_name ? by_name->what : "a file with another extension",
                 by_name ? by_name->remedy : "convert the model to one of these"});
}

} // namespace

fs::path model_path(const fs::path& given) {
    if (given.filename() == "config.json" || given.filename() == "model.safetensors.index.json")
        return given.has_parent_path() ? given.parent_path() : fs::path(".");
    const bool is_snapshots = given.filename() == "snapshots" && !has_config(given);
    const fs::path path = is_snapshots ? given.parent_path() : only_cache_in(inside_of_home(given));
    if (!is_cache(path)) return path;
    const fs::path snapshot = newest_snapshot(path);
    if (snapshot.empty())
        throw Error(
            {(path / "snapshots").string(), "a snapshot of the model", "none", "download the model again"});
    return snapshot;
}

std::string model_name(const fs::path& path) {
    fs::path name = path.lexically_normal();
    if (!name.has_filename()) name = name.parent_path();
    if (name.filename() == "config.json" || name.filename() == "model.safetensors.index.json")
        name = name.parent_path();
    if (name.parent_path().filename() == "snapshots") name = name.parent_path().parent_path();
    const std::string file = name.filename().string();
    if (file.starts_with("models--")) return file.substr(file.rfind("--") + 2);
    return name.extension() == ".bin" || name.extension() == ".safetensors" ? name.stem().string() : file;
}

std::shared_ptr<Weights> load_model(const fs::path& given, std::vector<std::string>& warnings,
                                    const std::vector<std::string>& ignored_keys) {
    const fs::path path = model_path(given);
    std::error_code failure;
    const auto status = fs::status(path, failure);
    if (!fs::exists(status))
        throw Error({path.string(), "a model folder or file", "nothing there", "check the path"});
    if (!fs::is_directory(status)) return load_file(path, warnings, ignored_keys);
    return load_hf_model(disk_folder(path), warnings, "", ignored_keys);
}

} // namespace gf
