#pragma once
// A model in Hugging Face's layout: config.json beside one or several safetensors files.

#include "core/params.h"
#include "io/dtype.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gf {

/// A folder of files, on a disk or in memory.
struct FileSet {
    std::string where; ///< for messages
    /// The contents of the file called `name`, which stay there as long as the FileSet; nullopt if there is
    /// none.
    std::function<std::optional<std::span<const std::byte>>(const std::string& name)> open;
};

/// Reads config.json and the weights: from `weights_file` if given, else from model.safetensors, else from
/// the shards that model.safetensors.index.json lists. The tensors must be those of the config's
/// param_table(), with or without the prefix "model." or "transformer."; buffers that older exports carry are
/// ignored, any other surplus tensor is refused. F16 and BF16 become `real`. Nothing of the weights' size is
/// allocated before everything has been checked. Adds to `warnings` one line for each tensor with NaN or
/// infinity. Throws Error naming file, tensor, expected, found.
std::shared_ptr<Weights> load_hf(const FileSet& files, std::vector<std::string>& warnings,
                                 const std::string& weights_file = "");

/// Writes config.json and model.safetensors into `folder`, which is made if need be; each file atomically.
/// load_hf() gives the same config and the same bits back, or with F16 or BF16 the values rounded to it.
void save_model(const std::filesystem::path& folder, const Weights& weights, DType dtype = DType::f32);

} // namespace gf
