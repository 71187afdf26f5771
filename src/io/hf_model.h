#pragma once
// A model in Hugging Face's layout: config.json beside one or several safetensors files. Loading is used by
// load_model() (io/model_file.h), saving by the training loop.

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
    std::string where; ///< the folder's name in messages
    /// The contents of the file called `name`, which stay valid as
    /// long as the FileSet; nullopt if there is no such file.
    std::function<std::optional<std::span<const std::byte>>(const std::string& name)> open;
    /// The names of all files, for messages.
    std::function<std::vector<std::string>()> names;
};

/// Reads config.json and the weights: from `weights_file` if it is given, else from model.safetensors, else
/// from the shards that model.safetensors.index.json lists. The tensors must be those of the config's
/// param_table(), with or without the prefix "model.", "transformer." or "bert." and what training puts
/// before it; experts may be side by side; buffers that older exports carry and the other heads of BERT are
/// ignored, any further tensor is refused. F16 and BF16 become `real`. Nothing of the weights' size is
/// allocated before everything has been checked. Adds to `warnings` what a person should know: keys of
/// config.json that were left out, an output layer that is not stored, and one line for each tensor with NaN
/// or infinity. `ignored_keys` are keys of config.json to read as if they were not there, see ConfigReading.
/// @throws Error naming file, tensor, expected, found
std::shared_ptr<Weights> load_hf_model(const FileSet& files, std::vector<std::string>& warnings,
                                       const std::string& weights_file = "",
                                       const std::vector<std::string>& ignored_keys = {});

/// Writes config.json and model.safetensors into `folder`, which is created if necessary; each file appears
/// as a whole or not at all. load_hf_model() gives the same config and, with F32, the same bits back; with
/// F16 or BF16 the values are rounded.
/// @throws Error when the folder or a file cannot be written
void save_model(const std::filesystem::path& folder, const Weights& weights, DType dtype = DType::f32);

} // namespace gf
