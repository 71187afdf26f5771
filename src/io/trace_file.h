#pragma once
// Activations as a safetensors file, to be read in notebooks. Used by `glassformer trace`.

#include "core/trace.h"

#include <filesystem>

namespace gf {

/// Gradients that are written beside the values.
struct TraceGradients {
    const Trace& sites;           ///< Backward::sites()
    std::span<const real> params; ///< laid out as Weights; empty: only gradients of sites are written
};

/// The part of a run that goes into the file.
struct TracePart {
    const Trace& trace;
    int rows;                   ///< how many rows are written, from the first one on
    std::vector<SiteRef> sites; ///< which sites are written
    std::string prefix;         ///< what the names of its tensors and its "tokens" begin with; may be empty
    const TraceGradients* gradients = nullptr;
};

/// Writes one or several runs of one model, such as an encoder and its decoder. Each site is a tensor with
/// the site's public name and the axes of its row in site.h: [pos, d_model], [pos, head, d_head], [head,
/// query, key]; MLPs with experts have [pos, slot, d_mlp]. Indices are I32, everything else is F32. Queries
/// and keys are those of the rows that are written; keys of a source are all of them. With several segments,
/// keys are counted within the segment. The metadata hold "config" (as config.json) and "tokens" (a JSON
/// array). With `gradients` each of the sites, except indices, and every parameter, in the shape that model
/// files have, also has a tensor with its gradient, called grad/NAME.
/// @throws Error when the Trace does not keep one of the sites, or the file cannot be written
void write_trace(const std::filesystem::path& path, std::span<const TracePart> parts);

} // namespace gf
