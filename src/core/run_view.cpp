#include "core/run_view.h"

#include <algorithm>

namespace gf {
namespace {

std::string_view why_missing(const Trace& trace, SiteRef site) {
    if (!has_site(trace.config(), site.site) || site.layer >= trace.config().n_layers)
        return "the model has no such step";
    return trace.kept(site.site, site.layer) ? "" : "a run of this length keeps the residual stream only";
}

std::string_view why_no_gradients(const RunView& view, SiteRef site) {
    if (!view.gradients) return view.why_no_gradients;
    if (!site_row(site.site).editable) return "a choice of experts has no gradient";
    return view.gradients->kept(site.site, site.layer)
               ? ""
               : "of a run of this length only the residual stream keeps its gradients";
}

std::string_view why_not_comparable(const RunView& view, SiteRef site) {
    if (!view.against) return "there is no run to compare with";
    if (!has_site(view.against->config(), site.site) || site.layer >= view.against->config().n_layers)
        return "the other model has no such step";
    if (!view.against->kept(site.site, site.layer)) return "the other run does not keep it";
    if (view.counterparts && has_key_axis(site.site)) return "the other run has other tokens";
    const bool same_shape =
        site_width(view.config(), site.site, 1) == site_width(view.against->config(), site.site, 1);
    return same_shape ? "" : "in the other model it has another shape";
}

} // namespace

std::string_view name(Quantity quantity) {
    switch (quantity) {
    case Quantity::value: return "value";
    case Quantity::difference: return "difference";
    case Quantity::gradient: return "gradient";
    }
    return "";
}

bool ValueSource::operator==(const ValueSource& other) const {
    const auto same = [](const auto& a, const auto& b) { return !a.owner_before(b) && !b.owner_before(a); };
    return same(trace, other.trace) && same(against, other.against) && same(gradients, other.gradients) &&
           same(counterparts, other.counterparts) && quantity == other.quantity;
}

SiteValues::SiteValues(const RunView& view, SiteRef site)
    : trace_(view.trace.get()), values_(trace_), against_(nullptr), site_(site),
      missing_(why_missing(*trace_, site)) {
    if (!has_site(trace_->config(), site.site) || site.layer >= trace_->config().n_layers) return;
    has_keys_ = has_key_axis(site.site);
    heads_ = site_heads(trace_->config(), site.site);
    columns_ = trace_->width(site.site) / heads_;
    rows_ = trace_->n_rows(site.site, view.rows);
    if (view.quantity == Quantity::gradient) {
        missing_ = why_no_gradients(view, site);
        values_ = missing_.empty() ? view.gradients.get() : nullptr;
        return;
    }
    if (view.quantity != Quantity::difference) return;
    if (missing_.empty()) missing_ = why_not_comparable(view, site);
    if (!missing_.empty()) return;
    against_ = view.against.get();
    counterparts_ = row_axis(site.site) == Axis::pos ? view.counterparts.get() : nullptr;
    other_rows_ = against_->n_rows(site.site, view.against_rows);
    if (!counterparts_) rows_ = std::min(rows_, other_rows_);
}

int SiteValues::other_row(int row) const {
    if (!counterparts_) return row;
    const auto at = static_cast<std::size_t>(row);
    const int other = at < counterparts_->size() ? (*counterparts_)[at] : -1;
    return other < other_rows_ ? other : -1;
}

bool SiteValues::visible(int head, int row, int column) const {
    if (!values_ || (against_ && other_row(row) < 0)) return false;
    if (!has_keys_) return true;
    const auto sees = [&](const Trace& t) {
        const KeyMask& mask = t.plan().mask(site_.site, site_.layer, std::max(head, 0));
        return mask.visible(row, mask.keys(row).first + column);
    };
    return sees(*trace_) && (!against_ || sees(*against_));
}

int SiteValues::n_columns(int row) const {
    if (!has_keys_) return columns_;
    const auto end_of = [&](const Trace& t) {
        const KeyRange keys = t.keys(site_.site, row);
        return std::max(keys.end - keys.first, 0);
    };
    return against_ ? std::min(end_of(*trace_), end_of(*against_)) : end_of(*trace_);
}

real SiteValues::at(int head, int row, int column) const {
    if (!visible(head, row, column)) return k_not_visible;
    const auto value = [&](const Trace& t, int at) {
        const int head_begin = std::max(head, 0) * (t.width(site_.site) / heads_);
        return t.row(site_.site, site_.layer, at)[head_begin + column];
    };
    return against_ ? value(*values_, row) - value(*against_, other_row(row)) : value(*values_, row);
}

/// `n` values from column `first` on, counted over all heads; `first` is that of a head's first column.
std::span<const real> SiteValues::cells(int first, int n, int row, std::vector<real>& scratch) const {
    const auto size = static_cast<std::size_t>(n);
    if (!values_) {
        scratch.assign(size, k_not_visible);
        return {scratch.data(), size};
    }
    const real* values = values_->row(site_.site, site_.layer, row) + first;
    if (!against_) return {values, size};
    scratch.assign(size, k_not_visible);
    if (other_row(row) < 0) return {scratch.data(), size};
    // The key axes of two runs may differ in length, so that a head begins elsewhere.
    const int other_columns = against_->width(site_.site) / heads_;
    const real* others =
        against_->row(site_.site, site_.layer, other_row(row)) + first / columns_ * other_columns;
    for (std::size_t i = 0; i < size; ++i) scratch[i] = values[i] - others[i];
    return {scratch.data(), size};
}

std::span<const real> SiteValues::whole_row(int row, std::vector<real>& scratch) const {
    return cells(0, heads_ * columns_, row, scratch);
}

std::span<const real> SiteValues::row(int head, int row, std::vector<real>& scratch) const {
    const int n = n_columns(row);
    const std::span<const real> all = cells(std::max(head, 0) * columns_, n, row, scratch);
    if (!has_keys_) return all;
    const auto sees_all = [&](const Trace& t) {
        const KeyMask& mask = t.plan().mask(site_.site, site_.layer, std::max(head, 0));
        const KeyRange& keys = mask.keys(row);
        return !mask.has_gaps() && keys.begin == keys.first && keys.end - keys.first >= n;
    };
    if (sees_all(*trace_) && (!against_ || sees_all(*against_))) return all;
    if (all.data() != scratch.data()) scratch.assign(all.begin(), all.end());
    for (int column = 0; column < n; ++column)
        if (!visible(head, row, column)) scratch[static_cast<std::size_t>(column)] = k_not_visible;
    return {scratch.data(), all.size()};
}

} // namespace gf
