// The formulas read backwards: which cells read a given one. For each reference in a site's formula, and each
// row and head of the site, it finds the columns whose cells read the given cell through that reference.

#include "core/formula/terms.h"

#include <algorithm>

namespace gf::formula {
namespace {

/// The columns [begin, end).
struct ColumnRange {
    int begin = 0, end = 0;
    bool empty() const { return begin >= end; }
    void restrict(int first, int last) { begin = std::max(begin, first), end = std::min(end, last); }
};

/// Looks for one cell or parameter in the formula of one site.
class DependentSearch {
  public:
    DependentSearch(const Trace& trace, int rows, const CellRef& wanted, const SiteRef& site,
                    std::vector<CellRange>& out)
        : trace_(trace), c_(trace.config()), rows_(trace.n_rows(site.site, rows)), wanted_(wanted),
          site_(site), out_(out) {
        wanted_.row = std::max(wanted_.row, 0), wanted_.head = std::max(wanted_.head, 0);
        wanted_.column = std::max(wanted_.column, 0);
        has_key_axis_ = has_key_axis(site.site);
        n_columns_ = trace.width(site.site) / site_heads(c_, site.site);
    }

    /// Adds the dependents that read the wanted cell through a part of the formula, which applies only to
    /// cells for which the conditions at hand are as they say.
    void search(const Expr& e) {
        const bool both = e.condition == Condition::leads || e.condition == Condition::turned;
        if (e.op == Op::choose && !both) {
            for (std::size_t i = 0; i < e.args.size(); ++i) {
                conditions_.emplace_back(e.condition, i == 0);
                search(e.args[i]);
                conditions_.pop_back();
            }
            return;
        }
        for (const Loop& loop : e.loops) domains_[static_cast<std::size_t>(loop.variable)] = loop.domain;
        for (const Expr& arg : e.args) search(arg);
        if (e.op != Op::ref) return;
        const bool refers = e.param ? refers_to_param(e)
                                    : e.site == wanted_.site && wanted_.param < 0 &&
                                          layer_of(e, c_, site_.layer) == wanted_.layer;
        if (refers) search_rows(e, false);
        // An index expert(s) reads the cell of expert_indices, too.
        const bool is_choice = c_.is_moe() && wanted_.param < 0 && wanted_.site == Site::expert_indices &&
                               wanted_.layer == site_.layer;
        if (is_choice &&
            std::any_of(e.indices.begin(), e.indices.end(), [](const Index& i) { return i.through_expert; }))
            search_rows(e, true);
    }

  private:
    /// Whether the reference means the wanted parameter; then sets expert_ and joint_offset_.
    bool refers_to_param(const Expr& e) {
        if (wanted_.param < 0) return false;
        const ParamRow& row = trace_.weights().table[static_cast<std::size_t>(wanted_.param)];
        expert_ = row.expert;
        if (!row.serves(trace_.shape().stack) || row.layer != c_.layer_group(layer_of(e, c_, site_.layer)))
            return false;
        if (row.role != e.param->role && row.role != e.param->joint_role) return false;
        joint_offset_ = joint_offset(c_, *e.param, row);
        return true;
    }

    /// Adds the cells that read the wanted one through the reference e; with `through_choice` those that read
    /// it as the expert of one of e's indices.
    void search_rows(const Expr& e, bool through_choice) {
        const std::size_t row_index = !e.param && has_key_axis(e.site) ? 1 : 0;
        const bool same_row = through_choice || (!e.param && e.indices[row_index].kind == Index::Kind::row);
        for (int t = same_row ? wanted_.row : 0; t < (same_row ? std::min(wanted_.row + 1, rows_) : rows_);
             ++t)
            for (int h = 0; h < site_heads(c_, site_.site); ++h) {
                row_ = t, head_ = h;
                bucket_ = -1;
                ColumnRange columns{0, n_columns_};
                if (through_choice)
                    restrict_to_choice(e, columns);
                else if (e.param)
                    restrict_to_param(e, columns);
                else
                    restrict_to_site(e, columns);
                add_columns(columns);
            }
    }

    /// Adds the columns of the row and head at hand for which the conditions are as they say.
    void add_columns(ColumnRange columns) {
        bool all_hold = bucket_ < 0; // for each of the columns
        for (const auto& [condition, wanted] : conditions_) {
            const bool is_interval =
                condition == Condition::visible && wanted && !mask(site_.site).has_gaps();
            all_hold &= is_interval;
            if (condition != Condition::visible || !wanted) continue;
            const KeyRange& seen = mask(site_.site).keys(row_);
            columns.restrict(seen.begin - seen.first, seen.end - seen.first);
        }
        const auto holds = [&](int column) {
            if (bucket_ >= 0 && bucket_of(column) != bucket_) return false;
            return std::all_of(conditions_.begin(), conditions_.end(), [&](const auto& c) {
                return cell_holds(trace_, c.first, {0, site_.site, site_.layer, head_, row_, column, -1}) ==
                       c.second;
            });
        };
        for (int begin = columns.begin, end; begin < columns.end; begin = end + 1) {
            for (end = begin; end < columns.end && (all_hold || holds(end));)
                end = all_hold ? columns.end : end + 1;
            if (begin == end) continue;
            add_range(out_, {.site = site_.site,
                             .layer = site_.layer,
                             .row_begin = row_,
                             .row_end = row_ + 1,
                             .head_begin = head_,
                             .head_end = head_ + 1,
                             .column_begin = begin,
                             .column_end = end});
        }
    }

    /// The bucket of the key in a column, as the row at hand sees it.
    int bucket_of(int column) const {
        const Trace::RowPlan& plan = trace_.plan(row_);
        return trace_.positions().bucket(plan.position, trace_.plan(plan.segment_begin + column).position);
    }

    void restrict_to_site(const Expr& e, ColumnRange& columns) {
        const bool has_key_axis = gf::has_key_axis(e.site);
        const auto at = [&](std::size_t i, int value, bool as_row) {
            if (!columns.empty()) solve(e.indices[i], value, as_row, columns);
        };
        at(has_key_axis ? 1 : 0, wanted_.row, true);
        const bool one = site_row(e.site).axes.back() == Axis::one;
        if (e.indices.size() == (one ? 2 : 3)) at(has_key_axis ? 0 : 1, wanted_.head, false);
        if (e.indices.size() > 1 && !one) at(e.indices.size() - 1, wanted_.column, false);
    }

    void restrict_to_param(const Expr& e, ColumnRange& columns) {
        const int row = wanted_.row, column = wanted_.column - joint_offset_, d = c_.d_head;
        const auto at = [&](std::size_t i, int value) {
            if (!columns.empty()) solve(e.indices[i], value, false, columns);
        };
        if (column < 0) return void(columns.end = columns.begin);
        switch (e.param->indices) {
        case ParamIndices::matrix: at(0, row), at(1, column); break;
        case ParamIndices::vector: at(0, column); break;
        case ParamIndices::into_heads: at(0, row), at(1, column / d), at(2, column % d); break;
        case ParamIndices::head_vector: at(0, column / d), at(1, column % d); break;
        case ParamIndices::from_heads: at(0, row / d), at(1, row % d), at(2, column); break;
        case ParamIndices::expert_matrix: at(0, chosen_for(expert_)), at(1, row), at(2, column); break;
        case ParamIndices::expert_vector: at(0, chosen_for(expert_)), at(1, column); break;
        }
    }

    void restrict_to_choice(const Expr& e, ColumnRange& columns) {
        if (wanted_.row != row_) return void(columns.end = columns.begin);
        for (const Index& i : e.indices) {
            if (!i.through_expert) continue;
            Index slot = i;
            slot.through_expert = false;
            solve(slot, wanted_.column, false, columns);
        }
    }

    /// Keeps the columns for which the index has the value. `as_row` as in Resolver::affine().
    void solve(const Index& index, int value, bool as_row, ColumnRange& columns) {
        using Kind = Index::Kind;
        const Trace::RowPlan& plan = plan_of(trace_, site_.site, row_);
        const auto require = [&](bool holds) {
            if (!holds) columns.end = columns.begin;
        };
        if (index.through_expert) return solve_expert(index, value, columns);
        switch (index.kind) {
        case Kind::row: return require(value == row_);
        case Kind::head: return require(value == head_);
        case Kind::kv_head: return require(value == head_ / c_.group_size());
        case Kind::column:
            if (as_row && has_key_axis_) value -= mask(site_.site).keys(row_).first;
            return columns.restrict(value, value + 1);
        case Kind::partner: {
            const int turned = c_.layer(site_.layer).d_rotary, half = turned / 2;
            if (value >= turned) return require(false);
            const int partner = c_.layer(site_.layer).rope_pairs == RopePairs::interleaved ? value ^ 1
                                : value < half                                             ? value + half
                                                                                           : value - half;
            return columns.restrict(partner, partner + 1);
        }
        case Kind::token: return require(value == trace_.tokens()[row_]);
        case Kind::position: return require(value == plan.position + c_.position_offset);
        case Kind::bucket: bucket_ = value; return;
        case Kind::bound:
            return require(runs_through(domains_[static_cast<std::size_t>(index.variable)], value, as_row));
        }
    }

    /// Whether a bound variable takes the value in this row.
    bool runs_through(Domain domain, int value, bool as_row) const {
        if (domain == Domain::pooled_rows) {
            const auto [begin, end] = trace_.pooled_rows(row_);
            return value >= begin && value < end;
        }
        if (domain == Domain::chosen) return value < trace_.plan().experts(site_.layer, row_).per_token;
        if (domain != Domain::keys && domain != Domain::source_keys) return true;
        const KeyMask& seen = mask(domain == Domain::keys ? Site::attn_scores : Site::cross_attn_scores);
        return seen.visible(row_, as_row ? value : value + seen.keys(row_).first);
    }
    /// The mask of the head at hand.
    const KeyMask& mask(Site site) const { return trace_.plan().mask(site, site_.layer, head_); }

    /// The expert whose choice makes the row visit this one.
    int chosen_for(int visited) const {
        if (!c_.is_moe()) return 0; // the only MLP
        const ExpertChoice& choice = trace_.plan().experts(site_.layer, row_);
        int chosen = 0; // each expert computes for one: swapping permutes them
        while (choice.visited(chosen) != visited) ++chosen;
        return chosen;
    }
    /// Keeps the columns for which expert(s) == value.
    void solve_expert(const Index& index, int value, ColumnRange& columns) {
        if (!c_.is_moe()) return;
        if (!trace_.kept(Site::expert_indices, site_.layer)) return void(columns.end = columns.begin);
        const real* chosen = trace_.row(Site::expert_indices, site_.layer, row_);
        const real* end = chosen + c_.expert_slots();
        const real* slot = std::find(chosen, end, static_cast<real>(value));
        if (slot == end) return void(columns.end = columns.begin);
        Index inner = index;
        inner.through_expert = false;
        solve(inner, static_cast<int>(slot - chosen), false, columns); // an expert is chosen once
    }

    const Trace& trace_;
    const ModelConfig& c_;
    int rows_;
    CellRef wanted_;
    SiteRef site_;
    std::vector<CellRange>& out_;
    bool has_key_axis_ = false;
    int n_columns_ = 0, row_ = 0, head_ = 0, expert_ = -1, joint_offset_ = 0;
    int bucket_ = -1; ///< that the columns must have; -1: any
    std::array<Domain, k_max_bound_variables> domains_{};
    std::vector<std::pair<Condition, bool>> conditions_; ///< around the part at hand
};

} // namespace

std::vector<CellRange> find_dependents(const Trace& trace, int rows, const CellRef& cell) {
    std::vector<CellRange> all;
    for (const SiteRef& site : all_sites(trace.config())) {
        // A cell of a block feeds only its own layer, the next one, and sites after the blocks.
        const bool near = cell.param >= 0 || cell.layer < 0 || site.layer < 0 ||
                          (site.layer - cell.layer <= 1 && site.layer >= cell.layer);
        if (!near) continue;
        const auto expr = specialise(tree_of(site.site), trace.config(), site.layer, &trace);
        std::vector<CellRange> of_site;
        if (expr) DependentSearch(trace, rows, cell, site, of_site).search(*expr);
        all.insert(all.end(), of_site.begin(), of_site.end());
    }
    return all;
}

} // namespace gf::formula
