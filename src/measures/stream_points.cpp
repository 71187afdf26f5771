#include "measures/stream_points.h"

#include "core/kernels/kernels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gf {
namespace {

using Behind = StreamPoint::Behind;

Site site_at(const ModelConfig& c, const StreamPoint& point) {
    const bool normed = c.norms_stream(), ends_layer = c.layer(std::max(point.layer, 0)).mlp == MlpKind::none;
    switch (point.behind) {
    case Behind::embedding: return Site::resid_pre;
    case Behind::attention:
        if (ends_layer) return normed ? Site::normalized_resid_post : Site::resid_post;
        return normed ? Site::ln1_normalized : Site::resid_mid;
    case Behind::source: return normed ? Site::ln_cross_normalized : Site::resid_mid_cross;
    case Behind::mlp:
    case Behind::layer: break;
    }
    return normed ? Site::normalized_resid_post : Site::resid_post;
}

} // namespace

std::string_view name(StreamPoint::Behind behind) {
    constexpr std::array<std::string_view, 5> k_names{"embedding", "attention", "source", "MLP", "layer"};
    return k_names[static_cast<std::size_t>(behind)];
}

std::string words_of(const StreamPoint& point) {
    switch (point.behind) {
    case Behind::embedding: return "after the embedding";
    case Behind::layer: return fmt::format("after layer {}", point.layer);
    default: return fmt::format("after layer {}'s {}", point.layer, name(point.behind));
    }
}

SiteRef stream_site(const ModelConfig& c, const StreamPoint& point) {
    return {site_at(c, point), std::max(point.layer, 0)};
}

std::vector<StreamPoint> stream_points(const Trace& run) {
    const ModelConfig& c = run.config();
    std::vector<StreamPoint> points;
    const auto add = [&](Behind behind, int layer) {
        const StreamPoint point{behind, layer};
        const SiteRef place = stream_site(c, point);
        if (run.kept(place.site, place.layer)) points.push_back(point);
    };
    add(Behind::embedding, -1);
    for (int l = 0; l < c.n_layers; ++l) {
        if (c.is_parallel()) {
            add(Behind::layer, l);
            continue;
        }
        add(Behind::attention, l);
        if (run.source()) add(Behind::source, l);
        if (c.layer(l).mlp != MlpKind::none) add(Behind::mlp, l);
    }
    return points;
}

std::span<const real> stream_at(const Trace& run, const StreamPoint& point, int row,
                                std::vector<real>& scratch) {
    const ModelConfig& c = run.config();
    const auto [site, layer] = stream_site(c, point);
    const real* stream = run.row(site, layer, row);
    if (site == Site::ln1_normalized || site == Site::ln_cross_normalized) {
        const BlockWeights& w = run.stack().blocks[static_cast<std::size_t>(layer)];
        const bool first = site == Site::ln1_normalized;
        scratch.resize(static_cast<std::size_t>(c.d_model));
        apply_gain_and_bias(stream, first ? w.ln1_gain : w.ln_cross_gain, static_cast<real>(c.gain_offset),
                            first ? w.ln1_bias : w.ln_cross_bias, scratch.data(), c.d_model);
        return scratch;
    }
    return {stream, static_cast<std::size_t>(c.d_model)};
}

} // namespace gf
