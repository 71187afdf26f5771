#pragma once
// Edits from a JSON file. Used by `glassformer run --edits` and `trace --edits`.

#include "core/edit_spec.h"

#include <filesystem>
#include <vector>

namespace gf {

/// Reads a list such as [{"site": "blocks.2.attn.hook_z", "heads": [3, 4], "scale": 0}]: the fields of
/// EditSpec.
/// @throws Error naming the entry, the field and the nearest valid names
std::vector<EditSpec> load_edits(const std::filesystem::path& path);

} // namespace gf
