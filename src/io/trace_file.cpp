#include "io/trace_file.h"

#include "io/hf_config.h"
#include "io/json.h"
#include "io/param_io.h"
#include "io/safetensors.h"
#include "platform/error.h"

#include <cassert>

namespace gf {
namespace {

/// How a site's rows lie in the Trace and in the file. A row of the Trace may consist of equal parts, its
/// heads, which become an axis before the rows in the file; rows that keep their form have one part.
struct SiteLayout {
    std::vector<std::int64_t> shape; ///< in the file
    int n_parts;
    int part_stride; ///< values from one part to the next in a row of the Trace
    int part_width;  ///< values of a part that go into the file
};

/// The layout when the first n_tokens tokens are written; sites
/// of segments or of a source have other numbers of rows.
SiteLayout site_layout(const Trace& trace, Site site, int n_tokens) {
    const ModelConfig& c = trace.config();
    const int heads = site_heads(c, site), width = trace.width(site), rows = trace.n_rows(site, n_tokens);
    switch (site_row(site).axes.back()) {
    case Axis::key: { // the Trace has [query, head, key], the file [head, query, key]
        const int keys = std::min(n_tokens, trace.n_keys());
        return {{heads, rows, keys}, heads, trace.n_keys(), keys};
    }
    case Axis::source:
        return {{heads, rows, trace.n_keys(site)}, heads, trace.n_keys(site), trace.n_keys(site)};
    case Axis::d_head: return {{rows, heads, c.d_head}, 1, width, width};
    case Axis::one:
        if (site_row(site).axes.size() == 3) return {{rows, heads, 1}, 1, width, width};
        return {{rows, 1}, 1, width, width};
    case Axis::d_mlp:
        if (c.is_moe()) return {{rows, heads, c.d_mlp}, 1, width, width};
        [[fallthrough]];
    default: return {{rows, width}, 1, width, width};
    }
}

/// Hands the site's values to the sink, in the order of the file.
void write_site(const Trace& trace, SiteRef ref, int n_tokens, const SiteLayout& layout,
                const ByteSink& sink) {
    static_assert(std::is_same_v<real, float>); // F32 is written as it lies in memory
    const auto width = static_cast<std::size_t>(layout.part_width);
    const int rows = trace.n_rows(ref.site, n_tokens);
    std::vector<std::int32_t> indices(ref.site == Site::expert_indices ? width : 0);
    for (int part = 0; part < layout.n_parts; ++part)
        for (int row = 0; row < rows; ++row) {
            const std::span values(trace.row(ref.site, ref.layer, row) + part * layout.part_stride, width);
            if (indices.empty()) {
                sink(std::as_bytes(values));
            } else {
                std::transform(values.begin(), values.end(), indices.begin(),
                               [](real x) { return static_cast<std::int32_t>(x); });
                sink(std::as_bytes(std::span(indices)));
            }
        }
}

} // namespace

void write_trace(const std::filesystem::path& path, std::span<const TracePart> parts) {
    std::vector<TensorSource> tensors;
    std::map<std::string, std::string> metadata{
        {"config", hf_config_text(parts.front().trace.weights().config)}};
    for (const TracePart& part : parts) {
        const Trace& trace = part.trace;
        const int rows = part.rows;
        assert(rows >= 0 && rows <= trace.n_tokens());
        for (const SiteRef& ref : part.sites) {
            const std::string name = part.prefix + site_name(ref.site, ref.layer);
            if (!trace.kept(ref.site))
                throw Error({path.string() + ": " + name, "a site that the trace keeps",
                             "one that it does not", "run with fewer tokens or a larger trace budget"});
            const SiteLayout layout = site_layout(trace, ref.site, rows);
            const DType dtype = ref.site == Site::expert_indices ? DType::i32 : DType::f32;
            tensors.push_back({name, dtype, layout.shape, [&trace, ref, rows, layout](const ByteSink& sink) {
                                   write_site(trace, ref, rows, layout, sink);
                               }});
            if (part.gradients && dtype == DType::f32)
                tensors.push_back(
                    {"grad/" + name, dtype, layout.shape, [&part, ref, rows, layout](const ByteSink& sink) {
                         write_site(part.gradients->sites, ref, rows, layout, sink);
                     }});
        }
        if (part.gradients && !part.gradients->params.empty())
            for (const ParamRow& row : trace.weights().table)
                tensors.push_back(param_tensor("grad/" + row.name, row,
                                               part.gradients->params.data() + row.offset, DType::f32));
        const nlohmann::json tokens = std::span(trace.tokens(), static_cast<std::size_t>(rows));
        metadata[part.prefix + "tokens"] = tokens.dump();
    }
    write_safetensors(path, tensors, metadata);
}

} // namespace gf
