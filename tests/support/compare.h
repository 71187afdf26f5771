#pragma once
// Comparison of values and of whole Traces. Used by the tests of core, session, window and command line.

#include "core/trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>
#include <span>

namespace gf::tests {

/// |a - b| / (1 + |b|); 0 for equal infinities; infinite if a or b is NaN.
inline double difference(double a, double b) {
    if (a == b) return 0;
    const double d = std::abs(a - b) / (1 + std::abs(b));
    return std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
}

/// The largest difference between elements; infinite if the lengths differ.
template <std::ranges::range A, std::ranges::range B>
double difference(const A& a, const B& b) {
    if (std::size(a) != std::size(b)) return std::numeric_limits<double>::infinity();
    double worst = 0;
    for (std::size_t i = 0; i < std::size(a); ++i)
        worst = std::max(worst, difference(static_cast<double>(a[i]), static_cast<double>(b[i])));
    return worst;
}

/// The values of a row of a site.
inline std::span<const real> row_of(const Trace& t, Site site, int layer, int row) {
    return {t.row(site, layer, row), static_cast<std::size_t>(t.width(site))};
}
inline std::span<const real> logits_of(const Trace& t, int row) { return row_of(t, Site::logits, -1, row); }

/// The row of a site that belongs to a token: the token's own, that of its segment,
/// or one that it reads in the source.
inline int row_for_token(const Trace& t, Site site, int token) {
    if (row_axis(site) == Axis::pos) return token;
    if (row_axis(site) == Axis::source) return t.source_keys(token).end - 1;
    const auto& segments = t.segments();
    return static_cast<int>(std::ranges::find_if(segments, [&](const Segment& s) { return token < s.end; }) -
                            segments.begin());
}
/// The model's output for a token or for its segment: logits, class logits, an embedding.
inline std::span<const real> output_of(const Trace& t, int token) {
    const Site site = output_site(t.config());
    return row_of(t, site, site_row(site).per_layer ? t.config().n_layers - 1 : -1,
                  row_for_token(t, site, token));
}

/// A row without the cells that the mask hides, so that it does not depend on
/// where the sequence lies in its Trace.
inline std::vector<real> visible_row(const Trace& t, Site site, int layer, int row) {
    const auto all = row_of(t, site, layer, row);
    if (!has_key_axis(site)) return {all.begin(), all.end()};
    const Trace::KeyRange keys = t.keys(site, row);
    std::vector<real> visible;
    for (int h = 0; h < t.config().n_heads; ++h)
        for (int key = keys.begin; key < keys.end; ++key)
            visible.push_back(all[static_cast<std::size_t>(h * t.n_keys(site) + key - keys.first)]);
    return visible;
}

/// Whether rows [a_row, a_row + n) of `a` agree with those of `b` from b_row on, at every site that both keep
/// and that has the same number of heads in both.
inline ::testing::AssertionResult same_rows(const Trace& a, int a_row, const Trace& b, int b_row, int n,
                                            double tolerance) {
    double worst = 0;
    std::string where;
    for (const SiteRef& s : all_sites(a.config())) {
        if (!a.kept(s.site) || !b.kept(s.site) ||
            site_heads(a.config(), s.site) != site_heads(b.config(), s.site))
            continue;
        if (row_axis(s.site) == Axis::source) { // compares the texts that the rows read
            const Trace::KeyRange x = a.source_keys(a_row), y = b.source_keys(b_row);
            for (int i = 0; i < std::max(x.size(), y.size()); ++i) {
                const double d = x.size() != y.size() ? std::numeric_limits<double>::infinity()
                                                      : difference(row_of(a, s.site, s.layer, x.begin + i),
                                                                   row_of(b, s.site, s.layer, y.begin + i));
                if (d > worst)
                    worst = d, where = site_name(s.site, s.layer) + ", row " + std::to_string(x.begin + i);
            }
            continue;
        }
        // Rows of segments are compared if the rows given are exactly the
        // segment's tokens without its padding.
        const auto covers = [&](const Trace& t, int row) {
            const int i = row_for_token(t, s.site, row);
            const Segment& segment = t.segments()[static_cast<std::size_t>(i)];
            return i < t.n_rows(s.site) && segment.begin + segment.pad_left == row &&
                   segment.end - segment.pad_right == row + n;
        };
        const bool tokens = row_axis(s.site) == Axis::pos;
        for (int r = 0; r < (tokens ? n : covers(a, a_row) && covers(b, b_row) ? 1 : 0); ++r) {
            const double d = difference(visible_row(a, s.site, s.layer, row_for_token(a, s.site, a_row + r)),
                                        visible_row(b, s.site, s.layer, row_for_token(b, s.site, b_row + r)));
            if (d <= worst) continue;
            worst = d;
            where = site_name(s.site, s.layer) + ", row " + std::to_string(a_row + r);
        }
    }
    if (worst <= tolerance) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "differ by " << worst << " at " << where;
}

/// Whether both have the same number of rows, and the outputs of all rows agree.
inline ::testing::AssertionResult same_outputs(const Trace& a, const Trace& b, double tolerance) {
    double worst = a.n_tokens() == b.n_tokens() ? 0 : std::numeric_limits<double>::infinity();
    for (int r = 0; r < std::min(a.n_tokens(), b.n_tokens()); ++r)
        worst = std::max(worst, difference(output_of(a, r), output_of(b, r)));
    if (worst <= tolerance) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "outputs differ by " << worst;
}

} // namespace gf::tests
