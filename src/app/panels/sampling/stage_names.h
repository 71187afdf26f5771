#pragma once
// The names of the sampler's stages as the Sampling panel writes them. Used by its chips, its tables and its
// derivations.

#include "core/sampling/sampling.h"

#include <string_view>

namespace gf::ui {

/// The name on the command line, except where it is too long for a chip: "top-k", "repetition".
inline std::string_view short_stage_name(StageKind kind) {
    return kind == StageKind::repetition_penalty ? "repetition" : stage_row(kind).name;
}

} // namespace gf::ui
