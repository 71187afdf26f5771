#pragma once
// A formula resolved for one cell: every reference points at its numbers, and all that does not depend on a
// bound variable is computed. Internal to core.

#include "core/formula/tree.h"
#include "core/trace.h"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace gf::formula {

using Bound = std::array<int, k_most_bound>; ///< values of the bound variables

/// base + sum of factor * variable
struct Affine {
    int base = 0;
    Bound factor{};
    int at(const Bound& v) const {
        int sum = base;
        for (std::size_t i = 0; i < v.size(); ++i) sum += factor[i] * v[i];
        return sum;
    }
};

struct Span1 { ///< values that a variable runs through
    int variable = 0, begin = 0, end = 0;
};

struct Term {
    Op op = Op::number;
    unsigned free = 0; ///< bit i: depends on bound variable i
    double value = 0;  ///< where it depends on none
    Activation activation{};
    bool exact = false; ///< a number of the formula or of the config, not a value of the run
    std::vector<Term> args;
    std::vector<Span1> loops; ///< sum, mean, max, rank
    // Of a reference
    CellRef cell; ///< site and layer, or parameter
    const ParamName* param = nullptr;
    Affine row, head, column;
    const real* values = nullptr; ///< where all bound variables are 0; null: not kept
    std::array<std::ptrdiff_t, k_most_bound> step{};
};

struct Resolved {
    Term root;
    std::vector<CellRef> choices;    ///< expert indices that it was resolved with
    std::optional<SiteRef> not_kept; ///< a site that the formula needs and the Trace does not keep
};

/// The cell's formula; the cell is one of a site.
Resolved resolve(const Trace& trace, const CellRef& cell);

/// The value of a term while the bound variables have these values.
double value_of(const Term& term, Bound& variables);

/// Calls f() for each combination of the loops' variables.
template <class F>
void each(const std::vector<Span1>& loops, Bound& v, F f, std::size_t level = 0) {
    if (level == loops.size()) return f();
    int& i = v[static_cast<std::size_t>(loops[level].variable)];
    for (i = loops[level].begin; i < loops[level].end; ++i) each(loops, v, f, level + 1);
    i = 0;
}

/// The plan of a cell's row: of a token, of the first one of a segment, or of one of the source.
const Trace::RowPlan& plan_of(const Trace& trace, Site site, int row);

/// Whether cells of the site carry a head (key-value head, expert slot).
bool has_head_axis(const ModelConfig& config, Site site);

/// The cell that a reference means while the variables have these values.
CellRef cell_at(const Term& ref, const Bound& variables);

/// Adds a range (with closed ends) to others, joined with those that it continues.
void add_range(std::vector<CellRange>& ranges, CellRange range);

/// dependents() before sites without heads are written with all heads.
std::vector<CellRange> find_dependents(const Trace& trace, int rows, const CellRef& cell);

double activation(Activation f, double x);

} // namespace gf::formula
