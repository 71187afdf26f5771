#pragma once
// Edits as JSON, by the sites' public names.

#include "core/edit.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Reads a list such as [{"site": "blocks.2.attn.hook_z", "heads": [3, 4], "scale": 0}]. Each edit has one of "scale" (a number),
/// "values" or "add" (a number, or one for each cell in the order row, head, column), and half-open ranges "rows", "heads",
/// "columns"; a range left out means all. Throws Error naming the entry, the field and the nearest valid names.
std::vector<Edit> parse_edits(std::string_view text, const ModelConfig& config, const std::string& where);
std::vector<Edit> load_edits(const std::filesystem::path& path, const ModelConfig& config);

} // namespace gf
