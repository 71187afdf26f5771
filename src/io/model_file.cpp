#include "io/model_file.h"

#include "io/llama2c.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <map>

namespace gf {
namespace {

/// The files of a folder, each mapped when it is first asked for.
FileSet disk_folder(const std::filesystem::path& folder) {
    auto mapped = std::make_shared<std::map<std::string, MappedFile>>();
    return {folder.string(),
            [folder, mapped](const std::string& name) -> std::optional<std::span<const std::byte>> {
                auto it = mapped->find(name);
                if (it == mapped->end()) {
                    // Only a missing file gives nullopt; MappedFile reports any other problem.
                    std::error_code ignored;
                    if (std::filesystem::status(folder / name, ignored).type() ==
                        std::filesystem::file_type::not_found)
                        return std::nullopt;
                    it = mapped->emplace(name, MappedFile(folder / name)).first;
                }
                return it->second.bytes();
            }};
}

std::shared_ptr<Weights> load_llama2c(const std::filesystem::path& path, std::vector<std::string>& warnings) {
    const MappedFile file(path);
    // PyTorch's checkpoints have the same extension; they are zip archives, which begin with "PK".
    if (file.text().starts_with("PK"))
        throw Error({path.string(), "a llama2.c model", "a PyTorch checkpoint", "convert it to safetensors"});
    return parse_llama2c(file.bytes(), path.string(), warnings);
}

} // namespace

std::shared_ptr<Weights> load_model(const std::filesystem::path& path, std::vector<std::string>& warnings) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status))
        throw Error({path.string(), "a model folder or file", "nothing there", "check the path"});
    if (std::filesystem::is_directory(status)) return load_hf_model(disk_folder(path), warnings);
    if (path.extension() == ".bin") return load_llama2c(path, warnings);
    if (path.extension() == ".safetensors") {
        const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
        return load_hf_model(disk_folder(folder), warnings, path.filename());
    }
    throw Error({path.string(),
                 "a folder with config.json and model.safetensors, a .safetensors file, or a llama2.c .bin",
                 "a file with another extension", "convert the model to one of these"});
}

} // namespace gf
