#include "app/panels/positions/rope_score.h"

#include "app/view/attention_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf::ui {

double RopeScore::at(double at_distance) const {
    const double sum = rope_score(pairs, at_distance) + unturned;
    return cap > 0 ? cap * std::tanh(sum / cap) : sum;
}

double RopeScore::query_angle(const StageContext& c, const RopePair& pair) const {
    return pair.query_angle + pair.turn * c.position(rows.query);
}

double RopeScore::key_angle(const StageContext& c, const RopePair& pair, int at_distance) const {
    return pair.key_angle + pair.turn * (c.position(rows.query) - at_distance);
}

int key_in_view(const StageContext& c) {
    const auto pinned = as_attention_cell(c.view, c.selection.pinned_cell, Attention::self, c.head);
    if (pinned && pinned->query == c.query && pinned->key < c.view.cursor) return pinned->key;
    const SiteValues weights = c.view.run.view().values({Site::pattern, c.head.layer});
    int best = 0;
    for (int k = 1; k < c.query && weights.exists(); ++k)
        if (weights.visible(c.head.head, c.query, k) &&
            (best == 0 || weights.at(c.head.head, c.query, k) > weights.at(c.head.head, c.query, best)))
            best = k;
    return best;
}

namespace {

/// The weight of the key in the query's row if its score were another one and all other scores stayed.
/// `sink`: the head's own score; -inf if it has none.
double weight_with_score(std::span<const real> scores, int key, double score, double sink) {
    double greatest = std::max(score, sink), others = 0;
    const auto each_other = [&](auto f) {
        for (int k = 0; k < static_cast<int>(scores.size()); ++k)
            if (k != key && scores[static_cast<std::size_t>(k)] != k_not_visible)
                f(static_cast<double>(scores[static_cast<std::size_t>(k)]));
    };
    each_other([&](double s) { greatest = std::max(greatest, s); });
    each_other([&](double s) { others += std::exp(s - greatest); });
    others += std::exp(sink - greatest);
    const double own = std::exp(score - greatest);
    return own / (own + others);
}

} // namespace

void measure_rope_score(const StageContext& c, int distance, std::vector<real>& row, RopeScore& s) {
    s.rows = {c.head.layer, c.head.head, c.query, key_in_view(c)};
    rope_pairs(c.trace(), s.rows, s.pairs);
    s.stands = distance_between(c.trace(), s.rows);
    s.distance = distance < 0 ? s.stands : distance;
    s.unturned = unturned_part(c.trace(), s.rows);
    s.cap = c.config().score_cap;
    s.was = s.at(s.stands);
    s.score = s.at(s.distance);
    const auto scores = c.view.run.view().values({Site::attn_scores, c.head.layer});
    const std::span<const real> of_query = scores.row(c.head.head, c.query, row);
    const real* sinks = c.trace().stack().blocks[static_cast<std::size_t>(c.head.layer)].sink;
    const double sink =
        sinks ? static_cast<double>(sinks[c.head.head]) : -std::numeric_limits<double>::infinity();
    s.weight_was = weight_with_score(of_query, s.rows.key, s.was, sink);
    s.weight = weight_with_score(of_query, s.rows.key, s.score, sink);
    s.longest = s.greatest_reach = 1e-9;
    for (const RopePair& pair : s.pairs) {
        s.longest = std::max({s.longest, pair.query_length, pair.key_length});
        s.greatest_reach = std::max(s.greatest_reach, pair.reach());
    }
}

} // namespace gf::ui
