#include "measures/score_parts.h"

#include "core/kernels/kernels.h"

#include <cmath>
#include <cstdlib>

namespace gf {

double RopePair::part(double distance) const {
    return reach() * std::cos(query_angle - key_angle + turn * distance);
}

int distance_between(const Trace& run, const QueryAndKey& rows) {
    return run.plan(rows.query).position - run.plan(rows.key).position;
}

namespace {

/// The values of a head's query, or of the key that it reads.
const real* query_of(const Trace& run, const QueryAndKey& rows) {
    const Site site = run.has(Site::norm_q) ? Site::norm_q : Site::q;
    return run.row(site, rows.layer, rows.query) + rows.head * run.config().d_head;
}
const real* key_of(const Trace& run, const QueryAndKey& rows) {
    const ModelConfig& c = run.config();
    const Site site = run.has(Site::norm_k) ? Site::norm_k : Site::k;
    return run.row(site, rows.layer, rows.key) + rows.head / c.group_size() * c.d_head;
}

} // namespace

void rope_pairs(const Trace& run, const QueryAndKey& rows, std::vector<RopePair>& pairs) {
    const ModelConfig& c = run.config();
    const int n = c.layer(rows.layer).d_rotary / 2;
    const bool half = c.layer(rows.layer).rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? n : 1; // pair i: (step * i, step * i + apart)
    const real *q = query_of(run, rows), *k = key_of(run, rows);
    // A scaling may make rotated queries and keys longer, each by this factor.
    const double factor = run.positions().rope(rows.layer).attention_factor;
    const double scale = static_cast<double>(c.score_scale()) * factor * factor;
    pairs.resize(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
        const auto at = [&](const real* x, int j) { return static_cast<double>(x[step * i + j]); };
        pairs[static_cast<std::size_t>(i)] = {.turn = run.positions().turn(rows.layer, i),
                                              .query_length = std::hypot(at(q, 0), at(q, apart)),
                                              .key_length = std::hypot(at(k, 0), at(k, apart)),
                                              .query_angle = std::atan2(at(q, apart), at(q, 0)),
                                              .key_angle = std::atan2(at(k, apart), at(k, 0)),
                                              .scale = scale};
    }
}

double unturned_part(const Trace& run, const QueryAndKey& rows) {
    const ModelConfig& c = run.config();
    const int first = c.layer(rows.layer).d_rotary;
    return static_cast<double>(
               dot(query_of(run, rows) + first, key_of(run, rows) + first, c.d_head - first)) *
           static_cast<double>(c.score_scale());
}

double rope_score(const std::vector<RopePair>& pairs, double distance) {
    double score = 0;
    for (const RopePair& pair : pairs) score += pair.part(distance);
    return score;
}

AlibiParts alibi_parts(const Trace& run, const QueryAndKey& rows) {
    const ModelConfig& c = run.config();
    return {static_cast<double>(dot(query_of(run, rows), key_of(run, rows), c.d_head)) *
                static_cast<double>(c.score_scale()),
            static_cast<double>(run.positions().slope(rows.head)) * std::abs(distance_between(run, rows))};
}

} // namespace gf
