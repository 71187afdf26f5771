#pragma once
// What is looked at in a run: so many rows of its values, of their gradients, or of their difference from
// another run. Panels and measures read sites through it, so that none of them derives again which cells are
// visible or why something is missing.

#include "core/trace.h"

#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace gf {

/// What SiteValues::row() has in place of a cell that the query may not see.
inline constexpr real k_not_visible = -std::numeric_limits<real>::infinity();

/// Why a run has no gradients, unless there is another reason.
inline constexpr std::string_view k_no_gradients = "no gradients were asked for";

struct RunView;

/// The values of one site. Lives no longer than the view that made it.
class SiteValues {
  public:
    SiteValues(const RunView& view, SiteRef site);

    /// Why there are no values, in words that follow "missing: "; empty if there are some.
    std::string_view missing() const { return missing_; }
    bool exists() const { return missing_.empty(); }
    int rows() const { return rows_; } ///< rows that may be read
    int heads() const { return heads_; }
    int columns() const {
        return columns_;
    } ///< of one head; for scores and patterns the length of the key axis

    /// Whether the cell is part of the matrix: always, except for keys that the query may not read.
    bool visible(int head, int row, int column) const;
    /// Columns up to the last visible one; those behind it are all invisible.
    int n_columns(int row) const;
    /// One value; k_not_visible where the cell is not visible.
    real at(int head, int row, int column) const;
    /// One row of one head up to its last visible column, (n_columns); k_not_visible marks the others. The
    /// result is the run's own memory or lies in `scratch`.
    std::span<const real> row(int head, int row, std::vector<real>& scratch) const;
    /// One row of all heads side by side, (heads * columns), of a site without a key axis.
    std::span<const real> whole_row(int row, std::vector<real>& scratch) const;

  private:
    std::span<const real> cells(int first, int n, int row, std::vector<real>& scratch) const;

    const Trace* trace_;
    /// The row of the other run for a row of this one; -1: there is none.
    int other_row(int row) const;

    const Trace* values_;  ///< what is read: the run, or its gradients; null: it has none
    const Trace* against_; ///< null unless differences are shown
    const std::vector<int>* counterparts_ = nullptr;
    int other_rows_ = 0; ///< rows of the other run that may be read
    SiteRef site_;
    std::string_view missing_;
    int rows_ = 0, heads_ = 1, columns_ = 0;
    bool has_keys_ = false;
};

/// What the values of a view are taken from: as long as it is the same, rows that were read stay as they are.
/// It keeps no run alive.
struct ValueSource {
    std::weak_ptr<const Trace> trace, against, gradients;
    std::weak_ptr<const std::vector<int>> counterparts;
    Quantity quantity = Quantity::value;
    bool operator==(const ValueSource& other) const;
};

struct RunView {
    std::shared_ptr<const Trace> trace;
    int rows = 0;                           ///< tokens whose sites may be read
    std::shared_ptr<const Trace> against{}; ///< the other run; null: none
    int against_rows = 0;
    /// The row of the other run that stands for the same as each row of this one, -1 where there is none;
    /// null where that is the same row.
    std::shared_ptr<const std::vector<int>> counterparts{};
    Quantity quantity = Quantity::value;
    /// Of the first `rows` rows, in the layout of the run; null: there are none, and why.
    std::shared_ptr<const Trace> gradients{};
    std::string_view why_no_gradients = k_no_gradients;

    const ModelConfig& config() const { return trace->config(); }
    SiteValues values(SiteRef site) const { return {*this, site}; }
    ValueSource source() const { return {trace, against, gradients, counterparts, quantity}; }
};

} // namespace gf
