#pragma once
// Activations as a safetensors file, for notebooks.

#include "core/trace.h"

#include <filesystem>

namespace gf {

/// Gradients that are written beside the values.
struct TraceGradients {
    const Trace& sites;           ///< Backward::sites()
    std::span<const real> params; ///< in the layout of Weights; none: only those of the sites
};

/// Writes the first `rows` rows of the given sites, each as a tensor with the site's public name and the axes
/// of its row in site.h: [pos, d_model], [pos, head, d_head], [head, query, key], expert MLPs [pos, slot,
/// d_mlp]. Indices are I32, all else F32. Queries and keys are those of the rows written (of a source all);
/// with several segments, keys are counted within the segment. The metadata hold "config" (as config.json)
/// and "tokens" (a JSON array). With `gradients` each of these sites (but indices) and every parameter, in
/// the shape that model files have, also has a tensor with its gradient, called grad/NAME. Throws Error if a
/// site is not kept by the Trace.
void write_trace(const std::filesystem::path& path, const Trace& trace, int rows,
                 std::span<const SiteRef> sites, const TraceGradients* gradients = nullptr);

/// What of a run goes into a file with others; the tensors' names and "tokens" begin with the prefix.
struct TracePart {
    const Trace& trace;
    int rows;
    std::vector<SiteRef> sites;
    std::string prefix;
    const TraceGradients* gradients = nullptr;
};

/// The same of several runs of one model: of an encoder and its decoder.
void write_trace(const std::filesystem::path& path, std::span<const TracePart> parts);

} // namespace gf
