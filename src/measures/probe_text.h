#pragma once
// The fixed text on which the roles of heads can be measured, so that they rest on many cases and models can
// be compared: tokens picked by chance, written several times over (Olsson et al. 2022). Used by the session,
// and by `glassformer trace --probe`.

#include "core/model_config.h"

#include <cstdint>
#include <vector>

namespace gf {

struct ProbeText {
    int distinct = 24;       ///< tokens that are picked, each once
    int repeats = 3;         ///< how often they are written
    std::uint64_t seed = 17; ///< decides which
};

/// The ids, behind the start token `bos` if that is not -1. They are fewer where the model's context or
/// vocabulary is small.
std::vector<int> probe_tokens(const ModelConfig& config, int bos, const ProbeText& probe = {});

} // namespace gf
