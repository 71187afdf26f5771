#include "measures/score_split.h"

#include "core/kernels/kernels.h"
#include "measures/stream_split.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <numeric>

namespace gf {
namespace {

using Kind = ScoreSplit::Part::Kind;

ScoreSplit::Part part_of_term(const AttributionTerm& term, int unfolded) {
    using Part = AttributionTerm::Part;
    switch (term.part) {
    case Part::embedding: return {Kind::embedding, -1};
    case Part::position: return {Kind::position, -1};
    case Part::head: return {Kind::attention, term.layer, term.layer == unfolded ? term.index : -1};
    case Part::source_head: return {Kind::source, term.layer};
    case Part::mlp:
    case Part::expert: return {Kind::mlp, term.layer};
    case Part::bias:
    case Part::edits: break;
    }
    return {Kind::bias, -1};
}

/// Turns a vector of a head by its position, as RoPE does: (d_head).
void rotate(const Trace& run, int layer, int row, std::vector<double>& x) {
    const LayerConfig l = run.config().layer(layer);
    const int pairs = l.d_rotary / 2;
    if (pairs == 0) return;
    const bool half = l.rope_pairs == RopePairs::half;
    const int step = half ? 1 : 2, apart = half ? pairs : 1; // pair i: (step * i, step * i + apart)
    const auto [cosine, sine] = run.positions().angles(layer, row);
    for (int i = 0; i < pairs; ++i) {
        double &a = x[static_cast<std::size_t>(step * i)], &b = x[static_cast<std::size_t>(step * i + apart)];
        const double c = static_cast<double>(cosine[i]), s = static_cast<double>(sine[i]),
                     turned = a * c - b * s;
        b = a * s + b * c;
        a = turned;
    }
}

/// Calls f(key row) for each key that the query sees.
void for_each_seen(const Trace& run, const QueryAndKey& rows, const std::function<void(int)>& f) {
    const KeyMask& mask = run.plan().mask(Site::attn_scores, rows.layer, rows.head);
    const KeyRange keys = mask.keys(rows.query);
    for (int key = keys.begin; key < keys.end; ++key)
        if (mask.visible(rows.query, key)) f(key);
}

} // namespace

double distance_part(const Trace& run, const QueryAndKey& rows) {
    switch (run.config().layer(rows.layer).positions) {
    case Positions::alibi:
        return -static_cast<double>(run.positions().slope(rows.head)) * std::abs(distance_between(run, rows));
    case Positions::buckets: {
        const int bucket = run.positions().bucket(run.plan(rows.query).position, run.plan(rows.key).position);
        return static_cast<double>(run.stack().position_bias[bucket * run.config().n_heads + rows.head]);
    }
    default: return 0;
    }
}

/// What each part wrote into the query, or into the key, turned as RoPE turns it.
ScoreSplit::Vectors ScoreSplit::vectors_of(const Trace& run, const QueryAndKey& rows, bool query) {
    const ModelConfig& c = run.config();
    const BlockWeights& w = run.stack().blocks[static_cast<std::size_t>(rows.layer)];
    const int row = query ? rows.query : rows.key, head = query ? rows.head : rows.head / c.group_size();
    const Matrix& matrix = query ? w.q : w.k;
    const real *bias_of = query ? w.q_bias : w.k_bias, *gain = query ? w.q_norm_gain : w.k_norm_gain;
    Vectors vectors(parts_.size(), std::vector<double>(static_cast<std::size_t>(c.d_head)));
    std::vector<AttributionTerm> terms;
    StreamWeights weights(static_cast<std::size_t>(c.d_model));
    for (int i = 0; i < c.d_head; ++i) {
        const int column = head * c.d_head + i;
        double factor = 1;
        if (gain) // the norm of queries and keys
            factor = (static_cast<double>(gain[c.qk_norm == QkNorm::heads ? i : column]) + c.gain_offset) /
                     static_cast<double>(
                         run.row(query ? Site::q_norm_scale : Site::k_norm_scale, rows.layer, row)[head]);
        for (int j = 0; j < c.d_model; ++j)
            weights[static_cast<std::size_t>(j)] =
                factor *
                static_cast<double>(matrix.data[static_cast<std::ptrdiff_t>(j) * matrix.stride + column]);
        double bias = bias_of ? factor * static_cast<double>(bias_of[column]) : 0;
        StreamWeights of_stream = weights;
        if (c.norms_input())
            StreamSplit::through_norm(run, Site::ln1_scale, rows.layer, row, w.ln1_gain, w.ln1_bias,
                                      of_stream, bias);
        terms.clear();
        StreamSplit split(run, row, terms);
        split.whole_parts = true;
        split.unfolded = unfolded_;
        split.run(std::move(of_stream), rows.layer, bias);
        for (const AttributionTerm& term : terms) {
            const auto part = std::ranges::find(parts_, part_of_term(term, unfolded_));
            vectors[static_cast<std::size_t>(part - parts_.begin())][static_cast<std::size_t>(i)] +=
                term.value;
        }
    }
    for (std::vector<double>& vector : vectors) rotate(run, rows.layer, row, vector);
    return vectors;
}

/// The run's score, or what it was before its soft-cap.
double ScoreSplit::score(const Trace& run, const QueryAndKey& rows) const {
    const ModelConfig& c = run.config();
    if (c.score_cap == 0)
        return static_cast<double>(run.value({0, Site::attn_scores, rows.layer, rows.head, rows.query,
                                              rows.key - run.keys(rows.query).first}));
    const real *q = run.row(query_site(c), rows.layer, rows.query) + rows.head * c.d_head,
               *k = run.row(key_site(c), rows.layer, rows.key) + rows.head / c.group_size() * c.d_head;
    return static_cast<double>(dot(q, k, c.d_head)) * static_cast<double>(c.score_scale()) +
           distance_part(run, rows);
}

void ScoreSplit::look_at(const Trace& run, const QueryAndKey& rows, bool above_mean) {
    const ModelConfig& c = run.config();
    parts_.assign(1, {Kind::embedding, -1});
    if (run.has(Site::pos_embed)) parts_.push_back({Kind::position, -1});
    for (int l = 0; l < rows.layer; ++l) {
        for (int h = 0; h < (l == unfolded_ ? c.n_heads : 1); ++h)
            parts_.push_back({Kind::attention, l, l == unfolded_ ? h : -1});
        if (run.source()) parts_.push_back({Kind::source, l});
        if (c.layer(l).mlp != MlpKind::none) parts_.push_back({Kind::mlp, l});
    }
    parts_.push_back({Kind::bias, -1});
    const Vectors query = vectors_of(run, rows, true);
    Vectors key = vectors_of(run, rows, false);
    value_ = score(run, rows);
    of_distance_ = distance_part(run, rows);
    if (above_mean) {
        double n = 0;
        for_each_seen(run, rows, [&](int) { ++n; });
        for_each_seen(run, rows, [&](int other) {
            QueryAndKey with = rows;
            with.key = other;
            const Vectors seen = vectors_of(run, with, false);
            for (std::size_t i = 0; i < key.size(); ++i)
                for (std::size_t j = 0; j < key[i].size(); ++j) key[i][j] -= seen[i][j] / n;
            value_ -= score(run, with) / n;
            of_distance_ -= distance_part(run, with) / n;
        });
    }
    products_.clear();
    for (const std::vector<double>& q : query)
        for (const std::vector<double>& k : key)
            products_.push_back(std::inner_product(q.begin(), q.end(), k.begin(), 0.0) *
                                static_cast<double>(c.score_scale()));
    // A part that wrote nothing, as the biases of a model without any, is no part.
    for (std::size_t part = parts_.size(); part-- > 0;) {
        if (parts_[part].kind != Kind::bias ||
            std::ranges::any_of(query[part], [](double x) { return x != 0; }) ||
            std::ranges::any_of(key[part], [](double x) { return x != 0; }))
            continue;
        std::vector<double> kept;
        for (std::size_t i = 0; i < parts_.size(); ++i)
            for (std::size_t j = 0; j < parts_.size(); ++j)
                if (i != part && j != part) kept.push_back(at(i, j));
        products_ = std::move(kept);
        parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(part));
    }
}

double ScoreSplit::of_query(std::size_t part) const {
    double sum = 0;
    for (std::size_t j = 0; j < parts_.size(); ++j) sum += at(part, j);
    return sum;
}

double ScoreSplit::of_key(std::size_t part) const {
    double sum = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) sum += at(i, part);
    return sum;
}

double ScoreSplit::sum() const { return std::accumulate(products_.begin(), products_.end(), of_distance_); }

double ScoreSplit::sum_of_magnitudes() const {
    double sum = std::abs(of_distance_);
    for (const double x : products_) sum += std::abs(x);
    return sum;
}

} // namespace gf
