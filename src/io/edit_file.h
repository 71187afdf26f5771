#pragma once
// Edits as JSON, by the sites' public names.

#include "core/edit.h"
#include "core/params.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Those of an encoder-decoder's two runs; of any other model the decoder's alone.
struct StackEdits {
    std::vector<Edit> decoder, encoder;
};

/// Reads a list such as [{"site": "blocks.2.attn.hook_z", "heads": [3, 4], "scale": 0}]. Each edit has one of
/// "scale" (a number), "values" or "add" (a number, or one for each cell in the order row, head, column), and
/// half-open ranges "rows", "heads", "columns"; a range left out means all. Of an encoder-decoder a site's
/// name may begin with "encoder." or, as it is without, "decoder.". Throws Error naming the entry, the field
/// and the nearest valid names.
StackEdits parse_edits(std::string_view text, const Weights& weights, const std::string& where);
StackEdits load_edits(const std::filesystem::path& path, const Weights& weights);

} // namespace gf
