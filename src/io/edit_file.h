#pragma once
// Edits from a JSON file, which names sites by their public names. Used by `glassformer trace --edits`.

#include "core/edit.h"
#include "core/params.h"

#include <filesystem>
#include <vector>

namespace gf {

/// The edits of each stack. Models that are no encoder-decoder have edits of the decoder only.
struct StackEdits {
    std::vector<Edit> decoder, encoder;
};

/// Reads a list such as [{"site": "blocks.2.attn.hook_z", "heads": [3, 4], "scale": 0}]. Each edit has one of
/// "scale" (a number), "values" or "add" (a number, or one for each cell in the order row, head, column), and
/// half-open ranges "rows", "heads", "columns"; a range that is left out means all. In an encoder-decoder a
/// site's name may begin with "encoder." or "decoder."; without either it means the decoder.
/// @throws Error naming the entry, the field and the nearest valid names
StackEdits load_edits(const std::filesystem::path& path, const Weights& weights);

} // namespace gf
