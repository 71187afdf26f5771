#include "core/formula/formula.h"

#include "core/formula/terms.h"

#include <algorithm>
#include <tuple>

namespace gf {

using namespace formula;

namespace {

/// A CellRange without its site: half-open ranges of row, head and column, so that loops can go over the
/// axes.
struct Box {
    int begin[3], end[3];
};
Box box_of(const CellRange& r) {
    return {{r.row_begin, r.head_begin, r.column_begin}, {r.row_end, r.head_end, r.column_end}};
}
void set_box(CellRange& r, const Box& b) {
    r.row_begin = b.begin[0], r.head_begin = b.begin[1], r.column_begin = b.begin[2];
    r.row_end = b.end[0], r.head_end = b.end[1], r.column_end = b.end[2];
}

/// Extends a by b if together they are one range, or if one lies inside the other. Returns whether it did.
bool join_ranges(CellRange& a, const CellRange& b) {
    if (a.param != b.param || (a.param < 0 && (a.site != b.site || a.layer != b.layer))) return false;
    Box x = box_of(a);
    const Box y = box_of(b);
    int n_different = 0, axis = 0; // axes along which they differ; the last such one
    bool b_inside_a = true, a_inside_b = true;
    for (int i = 0; i < 3; ++i) {
        b_inside_a &= x.begin[i] <= y.begin[i] && y.end[i] <= x.end[i];
        a_inside_b &= y.begin[i] <= x.begin[i] && x.end[i] <= y.end[i];
        if (x.begin[i] == y.begin[i] && x.end[i] == y.end[i]) continue;
        ++n_different;
        axis = i;
    }
    if (b_inside_a) return true;
    if (a_inside_b) {
        set_box(a, y);
        return true;
    }
    if (n_different > 1 || y.begin[axis] > x.end[axis] || x.begin[axis] > y.end[axis]) return false;
    x.begin[axis] = std::min(x.begin[axis], y.begin[axis]);
    x.end[axis] = std::max(x.end[axis], y.end[axis]);
    set_box(a, x);
    return true;
}

/// All cells that a reference means while its bound variables run through their loops, of one part each.
CellRange range_of(const Term& ref, const std::vector<LoopRange>& loops) {
    const auto limits = [&](const Affine& a) {
        int least = a.base, most = a.base;
        for (const LoopRange& loop : loops) {
            const int factor = a.factor[static_cast<std::size_t>(loop.variable)];
            least += factor * loop.parts[0].first;
            most += factor * (loop.parts[0].second - 1);
        }
        return std::pair(least, most + 1);
    };
    CellRange r{.site = ref.cell.site, .layer = ref.cell.layer, .param = ref.cell.param};
    std::tie(r.row_begin, r.row_end) = limits(ref.row);
    std::tie(r.head_begin, r.head_end) = limits(ref.head);
    std::tie(r.column_begin, r.column_end) = limits(ref.column);
    return r;
}

/// Adds the ranges that a term reads. `loops` are those around the term, of one part each; `entered` counts
/// the term's own ones among them.
void collect_ranges(const Term& t, std::vector<LoopRange>& loops, std::vector<CellRange>& out,
                    std::size_t entered = 0) {
    if (t.op == Op::ref) {
        add_range(out, range_of(t, loops));
    } else if (entered == t.loops.size()) {
        for (const Term& arg : t.args) collect_ranges(arg, loops, out);
    } else {
        for (const auto& [begin, end] : t.loops[entered].parts) {
            if (begin >= end) continue;
            loops.push_back({t.loops[entered].variable, {{begin, end}}});
            collect_ranges(t, loops, out, entered + 1);
            loops.pop_back();
        }
    }
}

/// Ranges of sites without a head axis say "all heads", as the ranges of edits do.
void clear_unused_head_ranges(std::vector<CellRange>& ranges, const ModelConfig& config) {
    for (CellRange& r : ranges)
        if (r.param >= 0 || !has_head_axis(config, r.site)) r.head_begin = 0, r.head_end = -1;
}

} // namespace

namespace formula {

void add_range(std::vector<CellRange>& ranges, CellRange range) {
    for (std::size_t i = 0; i < ranges.size();) {
        CellRange joined = ranges[i];
        if (!join_ranges(joined, range)) {
            ++i;
            continue;
        }
        range = joined; // may now join others
        ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(i));
        i = 0;
    }
    ranges.push_back(range);
}

} // namespace formula

double evaluate(const Trace& trace, const CellRef& cell) {
    if (cell.param >= 0) {
        const ParamRow& row = trace.weights().table[static_cast<std::size_t>(cell.param)];
        return static_cast<double>(
            trace.weights().values(row)[static_cast<std::size_t>(std::max(cell.row, 0)) *
                                            static_cast<std::size_t>(row.shape.back()) +
                                        static_cast<std::size_t>(std::max(cell.column, 0))]);
    }
    return resolve(trace, cell).root.value;
}

double score_without_mask(const Trace& trace, const CellRef& cell) {
    return resolve(trace, cell, Visibility::granted).root.value;
}

std::vector<CellRange> precedents(const Trace& trace, const CellRef& cell) {
    std::vector<CellRange> ranges;
    if (cell.param >= 0) return ranges;
    const Resolved resolved = resolve(trace, cell);
    std::vector<LoopRange> loops;
    collect_ranges(resolved.root, loops, ranges);
    for (const CellRef& c : resolved.expert_choices)
        add_range(ranges, {.site = c.site,
                           .layer = c.layer,
                           .row_begin = c.row,
                           .row_end = c.row + 1,
                           .head_begin = 0,
                           .head_end = 1,
                           .column_begin = c.column,
                           .column_end = c.column + 1});
    clear_unused_head_ranges(ranges, trace.config());
    return ranges;
}

std::vector<CellRange> dependents(const Trace& trace, int rows, const CellRef& cell) {
    std::vector<CellRange> ranges = find_dependents(trace, rows, cell);
    clear_unused_head_ranges(ranges, trace.config());
    return ranges;
}

bool is_edited(const Trace& trace, const CellRef& cell) {
    return std::any_of(trace.edits().begin(), trace.edits().end(),
                       [&](const Edit& e) { return e.range.contains(cell); });
}

} // namespace gf
