// The formulas read backwards: which cells name a given one. A site's references are asked, for each row and
// head, for which columns they name it.

#include "core/formula/terms.h"

#include <algorithm>

namespace gf::formula {
namespace {

struct Range {
    int begin = 0, end = 0;
    bool empty() const { return begin >= end; }
    void restrict(int first, int last) { begin = std::max(begin, first), end = std::min(end, last); }
};

/// Looks for one cell in the formula of one site.
class Inverse {
  public:
    Inverse(const Trace& trace, int rows, const CellRef& wanted, const SiteRef& site,
            std::vector<CellRange>& out)
        : trace_(trace), c_(trace.config()), rows_(trace.n_rows(site.site, rows)), wanted_(wanted),
          site_(site), out_(out) {
        wanted_.row = std::max(wanted_.row, 0), wanted_.head = std::max(wanted_.head, 0);
        wanted_.column = std::max(wanted_.column, 0);
        by_key_ = by_key(site.site);
        columns_ = trace.width(site.site) / site_heads(c_, site.site);
    }

    void search(const Expr& e, bool only_visible = false) {
        if (e.op == Op::choose && e.condition == Condition::visible) {
            search(e.args[0], true);
            if (e.args.size() > 1) search(e.args[1], only_visible);
            return;
        }
        for (const Loop& loop : e.loops) domains_[static_cast<std::size_t>(loop.variable)] = loop.domain;
        for (const Expr& arg : e.args) search(arg, only_visible);
        if (e.op != Op::ref) return;
        const bool names = e.param ? names_param(e)
                                   : e.site == wanted_.site && wanted_.param < 0 &&
                                         layer_of(e, c_, site_.layer) == wanted_.layer;
        if (names) search_rows(e, only_visible, false);
        // expert(s) in an index reads the choice, too
        const bool is_choice = c_.is_moe() && wanted_.param < 0 && wanted_.site == Site::expert_indices &&
                               wanted_.layer == site_.layer;
        if (is_choice &&
            std::any_of(e.indices.begin(), e.indices.end(), [](const Index& i) { return i.through_expert; }))
            search_rows(e, only_visible, true);
    }

  private:
    bool names_param(const Expr& e) {
        if (wanted_.param < 0) return false;
        const ParamRow& row = trace_.weights().table[static_cast<std::size_t>(wanted_.param)];
        expert_ = row.expert;
        if (!row.serves(trace_.shape().stack) || row.layer != c_.layer_group(layer_of(e, c_, site_.layer)))
            return false;
        joint_ = 0;
        if (row.role == e.param->role) return true;
        if (row.role != e.param->joint) return false;
        if (e.param->role == Role::k || e.param->role == Role::k_bias) joint_ = c_.d_q();
        if (e.param->role == Role::v || e.param->role == Role::v_bias) joint_ = c_.d_q() + c_.d_kv();
        return true;
    }

    void search_rows(const Expr& e, bool only_visible, bool choice) {
        const std::size_t row_index = !e.param && by_key(e.site) ? 1 : 0;
        const bool same_row = choice || (!e.param && e.indices[row_index].kind == Index::Kind::row);
        for (int t = same_row ? wanted_.row : 0; t < (same_row ? std::min(wanted_.row + 1, rows_) : rows_);
             ++t)
            for (int h = 0; h < site_heads(c_, site_.site); ++h) {
                row_ = t, head_ = h;
                Range columns{0, columns_};
                if (only_visible) {
                    const Trace::Keys seen = trace_.keys(site_.site, t);
                    columns.restrict(seen.begin - seen.first, seen.end - seen.first);
                }
                if (choice)
                    restrict_to_choice(e, columns);
                else if (e.param)
                    restrict_to_param(e, columns);
                else
                    restrict_to_site(e, columns);
                if (columns.empty()) continue;
                add_range(out_, {.site = site_.site,
                                 .layer = site_.layer,
                                 .row_begin = t,
                                 .row_end = t + 1,
                                 .head_begin = h,
                                 .head_end = h + 1,
                                 .column_begin = columns.begin,
                                 .column_end = columns.end});
            }
    }

    void restrict_to_site(const Expr& e, Range& columns) {
        const bool by_key = gf::by_key(e.site);
        const auto at = [&](std::size_t i, int value, bool as_row) {
            if (!columns.empty()) solve(e.indices[i], value, as_row, columns);
        };
        at(by_key ? 1 : 0, wanted_.row, true);
        if (e.indices.size() == 3) at(by_key ? 0 : 1, wanted_.head, false);
        if (e.indices.size() > 1) at(e.indices.size() - 1, wanted_.column, false);
    }

    void restrict_to_param(const Expr& e, Range& columns) {
        const int row = wanted_.row, column = wanted_.column - joint_, d = c_.d_head;
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
        case ParamIndices::expert_matrix: at(0, std::max(expert_, 0)), at(1, row), at(2, column); break;
        case ParamIndices::expert_vector: at(0, std::max(expert_, 0)), at(1, column); break;
        }
    }

    void restrict_to_choice(const Expr& e, Range& columns) {
        if (wanted_.row != row_) return void(columns.end = columns.begin);
        for (const Index& i : e.indices) {
            if (!i.through_expert) continue;
            Index slot = i;
            slot.through_expert = false;
            solve(slot, wanted_.column, false, columns);
        }
    }

    /// Leaves the columns for which the index has the value.
    void solve(const Index& index, int value, bool as_row, Range& columns) {
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
            if (as_row && by_key_) value -= trace_.keys(site_.site, row_).first;
            return columns.restrict(value, value + 1);
        case Kind::partner: {
            const int half = c_.d_head / 2;
            const int partner = c_.rope_pairs == RopePairs::interleaved ? value ^ 1
                                : value < half                          ? value + half
                                                                        : value - half;
            return columns.restrict(partner, partner + 1);
        }
        case Kind::token: return require(value == trace_.tokens()[row_]);
        case Kind::position: return require(value == plan.position);
        case Kind::bound:
            return require(runs_through(domains_[static_cast<std::size_t>(index.variable)], value, as_row));
        }
    }

    /// Whether a variable takes the value in this row.
    bool runs_through(Domain domain, int value, bool as_row) const {
        if (domain == Domain::pooled_rows) {
            const auto [begin, end] = trace_.pooled_rows(row_);
            return value >= begin && value < end;
        }
        if (domain != Domain::keys && domain != Domain::source_keys) return true;
        const Trace::Keys seen = domain == Domain::keys ? trace_.keys(row_) : trace_.source_keys(row_);
        if (!as_row) value += seen.first;
        return value >= seen.begin && value < seen.end;
    }

    /// expert(s) == value
    void solve_expert(const Index& index, int value, Range& columns) {
        if (!c_.is_moe()) return;
        if (!trace_.kept(Site::expert_indices, site_.layer)) return void(columns.end = columns.begin);
        const real* chosen = trace_.row(Site::expert_indices, site_.layer, row_);
        const real* end = chosen + c_.experts_per_token;
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
    bool by_key_ = false;
    int columns_ = 0, row_ = 0, head_ = 0, expert_ = -1, joint_ = 0;
    std::array<Domain, k_most_bound> domains_{};
};

} // namespace

std::vector<CellRange> find_dependents(const Trace& trace, int rows, const CellRef& cell) {
    std::vector<CellRange> all;
    for (const SiteRef& site : all_sites(trace.config())) {
        // What a cell feeds is in its own layer, the next one, or after the last one.
        const bool near = cell.param >= 0 || cell.layer < 0 || site.layer < 0 ||
                          (site.layer - cell.layer <= 1 && site.layer >= cell.layer);
        if (!near) continue;
        const auto expr = specialise(tree_of(site.site), trace.config(), site.layer, &trace);
        std::vector<CellRange> of_site;
        if (expr) Inverse(trace, rows, cell, site, of_site).search(*expr);
        all.insert(all.end(), of_site.begin(), of_site.end());
    }
    return all;
}

} // namespace gf::formula
