#include "app/panels/inspector/inspected_matrix.h"

#include "core/site_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf::ui {
namespace {

std::optional<InspectedName> find_name(const View& v, const std::string& name) {
    if (name.empty()) return std::nullopt;
    if (const ParamRow* row = v.weights().find(name))
        return InspectedName{Site::resid_pre, -1, static_cast<int>(row - v.weights().table.data())};
    // Taking "blocks.LAYER.HOOK" apart is cheaper than a search among the names of all sites of all layers.
    int layer = -1;
    std::string_view hook = name;
    if (hook.starts_with("blocks.")) {
        hook.remove_prefix(7);
        layer = 0;
        while (!hook.empty() && hook.front() >= '0' && hook.front() <= '9' && layer < 1'000'000) {
            layer = 10 * layer + (hook.front() - '0');
            hook.remove_prefix(1);
        }
        if (!hook.starts_with('.') || layer >= v.config().n_layers) return std::nullopt;
        hook.remove_prefix(1);
    }
    for (const SiteRow& row : site_rows())
        if (row.hook == hook && row.per_layer == (layer >= 0) && row.in_model(v.config()))
            return InspectedName{row.site, layer, -1};
    return std::nullopt;
}

} // namespace

InspectedName inspected_name(const View& v, const Selection& selection) {
    if (const auto chosen = find_name(v, selection.inspected)) return *chosen;
    if (const auto cell = selection.focus_in(v.run.id);
        cell && (cell->param >= 0 || has_site(v.config(), cell->site))) {
        if (cell->param >= 0) return {Site::resid_pre, -1, cell->param};
        return {cell->site, cell->layer, -1};
    }
    return {Site::resid_post, selection.pinned_head.layer, -1};
}

bool InspectedMatrix::update(const View& v, const InspectedName& name, int head) {
    const InspectedName name_before = name_;
    const int head_before = head_;
    const ValueSource source_before = view_.source();
    const auto weights_before = weights_;
    const bool label_changes =
        label_.empty() || !(name == name_) || v.run.model->weights != weights_ || run_ != v.run.id;
    run_ = v.run.id;
    name_ = name;
    weights_ = v.run.model->weights;
    view_ = v.values;
    if (label_changes) {
        label_ = name.param >= 0 ? weights_->table[static_cast<std::size_t>(name.param)].name
                                 : std::string(stack_prefix(*weights_, view_.trace->shape().stack)) +
                                       site_name(name.site, name.layer);
        shape_rows_ = -1;
    }
    if (name.param >= 0)
        update_param();
    else
        update_site(v, head);
    return !(name_ == name_before) || head_ != head_before || weights_ != weights_before ||
           (name.param < 0 && view_.source() != source_before);
}

void InspectedMatrix::update_param() {
    const ParamRow& p = weights_->table[static_cast<std::size_t>(name_.param)];
    n_cols_ = p.shape.back();
    n_rows_ = row_capacity_ = static_cast<int>(p.size() / static_cast<std::size_t>(n_cols_));
    n_heads_ = 1;
    head_ = -1;
    head_width_ = n_cols_;
    has_mask_ = false;
    kept_ = true;
    if (shape_rows_ == n_rows_) return;
    shape_rows_ = n_rows_;
    shape_.clear();
    for (const int n : p.shape) shape_ += (shape_.empty() ? "" : " × ") + std::to_string(n);
}

bool InspectedMatrix::has_axis(Axis axis) const {
    const auto axes = site_row(name_.site).axes;
    return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

std::string_view InspectedMatrix::head_word() const {
    return has_axis(Axis::kv_head) ? "kv head" : has_axis(Axis::head) ? "head" : "slot";
}

int InspectedMatrix::head_for_query_head(const ModelConfig& c, int query_head) const {
    return has_axis(Axis::kv_head) ? query_head / c.group_size() : std::min(query_head, n_heads_ - 1);
}

void InspectedMatrix::update_site(const View& v, int head) {
    const ModelConfig& c = v.config();
    kept_ = v.values.values({name_.site, name_.layer}).exists();
    n_heads_ = site_heads(c, name_.site);
    has_mask_ = has_key_axis(name_.site);
    if (has_mask_) head = std::max(head, 0);
    head_ = head >= 0 && (n_heads_ > 1 || has_mask_) ? head_for_query_head(c, head) : -1;
    const int width = v.trace().width(name_.site);
    const int keys = v.run_of_keys(name_.site).shown;
    head_width_ = has_mask_ ? keys : width / n_heads_;
    n_cols_ = head_ >= 0 ? head_width_ : width;
    n_rows_ = v.trace().n_rows(name_.site, v.cursor);
    row_capacity_ = v.trace().row_capacity(name_.site);
    if (shape_rows_ == n_rows_ && shape_cols_ == n_cols_) return;
    shape_rows_ = n_rows_;
    shape_cols_ = n_cols_;
    if (n_heads_ > 1 && !has_mask_)
        shape_ = fmt::format("{} × {} × {}", n_rows_, n_heads_, head_width_);
    else
        shape_ = fmt::format("{} × {}", n_rows_, n_cols_);
}

std::span<const float> InspectedMatrix::row(int row) const {
    const auto cols = static_cast<std::size_t>(n_cols_);
    if (name_.param >= 0)
        return {weights_->values(weights_->table[static_cast<std::size_t>(name_.param)]) +
                    static_cast<std::size_t>(row) * cols,
                cols};
    const SiteValues values = view_.values({name_.site, name_.layer});
    return head_ < 0 && !has_mask_ ? values.whole_row(row, row_) : values.row(head_, row, row_);
}

CellRef InspectedMatrix::cell_ref(int row, int col) const {
    CellRef cell{run_, name_.site, name_.layer, -1, row, col, name_.param};
    if (name_.param >= 0) {
        cell.site = Site::resid_pre;
        cell.layer = -1;
    } else if (head_ >= 0) {
        cell.head = head_;
    } else if (n_heads_ > 1) {
        cell.head = col / head_width_;
        cell.column = col % head_width_;
    }
    return cell;
}

std::optional<InspectedMatrix::Part> InspectedMatrix::part_in(const CellRange& r) const {
    if (r.param != name_.param || (r.param < 0 && (r.site != name_.site || r.layer != name_.layer)))
        return std::nullopt;
    const auto clipped = [](int begin, int end, int length) {
        return std::pair(std::max(begin, 0), end < 0 ? length : std::min(end, length));
    };
    const auto [row_begin, row_end] = clipped(r.row_begin, r.row_end, n_rows_);
    auto [col_begin, col_end] = clipped(r.column_begin, r.column_end, head_width_);
    const auto [head_begin, head_end] = clipped(r.head_begin, r.head_end, n_heads_);
    if (head_ >= 0 && (head_ < head_begin || head_ >= head_end)) return std::nullopt;
    if (head_ < 0 && n_heads_ > 1) {
        col_begin += head_begin * head_width_;
        // If the range has a part of several heads, all between the first and the last is covered.
        col_end += (head_end - 1) * head_width_;
    }
    if (row_begin >= row_end || col_begin >= col_end) return std::nullopt;
    return Part{row_begin, row_end, col_begin, col_end};
}

std::optional<InspectedMatrix::Part> InspectedMatrix::part_in(const CellRef& c) const {
    const int head = std::max(c.head, 0);
    return part_in(
        CellRange{c.site, c.layer, c.row, c.row + 1, head, head + 1, c.column, c.column + 1, c.param});
}

} // namespace gf::ui
