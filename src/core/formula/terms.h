#pragma once
// A formula resolved for one cell: every reference points at its numbers, and every part that depends on no
// bound variable is computed. A bound variable is the i of "sum(i in d_model: ...)". Internal to core; used
// by formula.cpp to compute and by writer.cpp to write.

#include "core/formula/tree.h"
#include "core/trace.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace gf::formula {

using BoundValues = std::array<int, k_max_bound_variables>; ///< values of the bound variables

/// base + sum of factor * variable
struct Affine {
    int base = 0;
    BoundValues factor{};
    int at(const BoundValues& v) const {
        int sum = base;
        for (std::size_t i = 0; i < v.size(); ++i) sum += factor[i] * v[i];
        return sum;
    }
};

/// A bound variable runs through these ranges, which are half-open and in ascending order.
struct LoopRange {
    int variable = 0;
    std::vector<std::pair<int, int>> parts;
};

/// An Expr for one cell.
struct Term {
    Op op = Op::number;
    unsigned free = 0; ///< bit i is set if the term depends on bound variable i
    double value = 0;  ///< the result, if the term depends on no bound variable
    Activation activation{};
    bool exact = false; ///< a number of the formula or of the config, not a value of the run
    std::vector<Term> args;
    std::vector<LoopRange> loops;         ///< sum, mean, max and rank only
    const ExpertChoice* choice = nullptr; ///< rank only: the experts that come first, if any are forced

    // Op::ref only:
    CellRef cell; ///< site and layer, or parameter; cell_at() adds the indices
    const ParamName* param = nullptr;
    Affine row, head, column;
    const real* values = nullptr; ///< the value for bound variables that are all 0; null: not kept
    /// Values to go forward in memory when a bound variable grows by 1.
    std::array<std::ptrdiff_t, k_max_bound_variables> step{};
};

struct Resolved {
    Term root;
    std::vector<CellRef> expert_choices; ///< cells of expert_indices that said which experts' weights to read
    std::optional<SiteRef> not_kept;     ///< a site that the formula needs and the Trace does not keep
};

/// Whether a formula counts a cell as visible.
enum class Visibility {
    by_mask,
    granted, ///< as if no mask hid it
};

/// Resolves the formula of a cell of a site (not of a parameter).
Resolved resolve(const Trace& trace, const CellRef& cell, Visibility visibility = Visibility::by_mask);

/// The value of a term for these values of the bound variables. Loops inside the term change `variables` and
/// leave theirs at 0.
double value_of(const Term& term, BoundValues& variables);

/// Calls f() for each combination of values of the loops' variables, with these values in `v`; the first
/// loop is the outermost. `level` counts the loops already entered.
template <class F>
void for_each_iteration(const std::vector<LoopRange>& loops, BoundValues& v, F f, std::size_t level = 0) {
    if (level == loops.size()) return f();
    int& i = v[static_cast<std::size_t>(loops[level].variable)];
    for (const auto& [begin, end] : loops[level].parts)
        for (i = begin; i < end; ++i) for_each_iteration(loops, v, f, level + 1);
    i = 0;
}

/// The plan of a row of the site. A row is a token, a segment (then the plan is its first token's), or a
/// token of the source.
const Trace::RowPlan& plan_of(const Trace& trace, Site site, int row);

/// Whether a condition that a cell decides holds for it; not for `leads`.
bool cell_holds(const Trace& trace, Condition condition, const CellRef& cell);

/// Whether cells of the site have a head index (head, key-value head or expert slot).
bool has_head_axis(const ModelConfig& config, Site site);

/// The cell that a reference means for these values of the bound variables.
CellRef cell_at(const Term& ref, const BoundValues& variables);

/// Adds a range to others and joins it with those that it touches or overlaps along one axis. Its ends must
/// not be negative ("to the end").
void add_range(std::vector<CellRange>& ranges, CellRange range);

/// As dependents() in formula.h, but ranges of sites without a head axis say head 0 instead of all heads.
std::vector<CellRange> find_dependents(const Trace& trace, int rows, const CellRef& cell);

/// The activation function of the MLP, in double precision.
double activation(Activation f, double x);

} // namespace gf::formula
