#pragma once
// The places between sub-layers at which the residual stream of a run can be read. Used by the lens.

#include "core/trace.h"

#include <span>
#include <string>
#include <vector>

namespace gf {

struct StreamPoint {
    enum class Behind {
        embedding, ///< what enters the first layer
        attention,
        source, ///< attention to the source
        mlp,
        layer, ///< both sub-layers, which add to the stream at once
    };
    Behind behind = Behind::embedding;
    int layer = -1; ///< -1 behind the embedding
    bool operator==(const StreamPoint&) const = default;
};

/// "embedding", "attention", "source", "MLP", "layer"
std::string_view name(StreamPoint::Behind behind);
/// "after layer 3's MLP"
std::string words_of(const StreamPoint& point);

/// The points of the run's stack of which it keeps the stream, in the order of the computation; the last one
/// is what the output is computed from.
std::vector<StreamPoint> stream_points(const Trace& run);

/// The site that has the stream there. Behind a norm inside a block it is what the norm divided, whose gain
/// and bias the Trace does not keep applied.
SiteRef stream_site(const ModelConfig& config, const StreamPoint& point);

/// The stream of a token there, (d_model): the run's own memory, or `scratch`. Where a model normalises the
/// stream itself, it is the stream behind that norm.
std::span<const real> stream_at(const Trace& run, const StreamPoint& point, int row,
                                std::vector<real>& scratch);

} // namespace gf
