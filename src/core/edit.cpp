// Edits are applied by the hooks of the forward pass as soon as a site is written, so that what follows reads
// the edited values. This file has the part of class Trace that checks and applies them.

#include "core/edit.h"

#include "core/trace.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {
namespace {

/// A CellRange without open ends.
struct Cells {
    int row_begin, row_end, head_begin, head_end, column_begin, column_end;
};

/// Fills in the open ends of a range on a site of this size.
Cells resolve(const CellRange& r, int rows, int heads, int columns) {
    auto end = [](int value, int axis_end) { return value < 0 ? axis_end : value; };
    return {r.row_begin,    end(r.row_end, rows),      r.head_begin, end(r.head_end, heads),
            r.column_begin, end(r.column_end, columns)};
}

std::size_t count(const Cells& c) {
    return static_cast<std::size_t>(c.row_end - c.row_begin) *
           static_cast<std::size_t>(c.head_end - c.head_begin) *
           static_cast<std::size_t>(c.column_end - c.column_begin);
}

} // namespace

std::string_view name(Edit::Kind kind) {
    switch (kind) {
    case Edit::Kind::scale: return "scale";
    case Edit::Kind::values: return "values";
    case Edit::Kind::add: return "add";
    case Edit::Kind::donor: return "donor";
    }
    return "";
}

void check_edit(const Edit& e, const ModelConfig& c, int rows, int columns) {
    const SiteRow& site = site_row(e.range.site);
    const std::string where = "edit of " + site_name(e.range.site, e.range.layer);
    auto require = [&](bool ok, const std::string& expected, const std::string& found) {
        if (!ok) throw Error({where, expected, found, ""});
    };
    require(e.range.param < 0, "a site", "a parameter");
    require(has_site(c, e.range.site), "a site of this model", "a site that it does not have");
    require(site.editable, "an editable site", std::string(site.not_editable_because));
    require(site.per_layer ? e.range.layer >= 0 && e.range.layer < c.n_layers : e.range.layer == -1,
            "a layer of this model", std::to_string(e.range.layer));
    const int heads = site_heads(c, e.range.site);
    const Cells cells = resolve(e.range, rows, heads, columns);
    auto inside = [&](int begin, int end, int axis_end, const char* axis) {
        require(begin >= 0 && begin <= end && end <= axis_end,
                std::string(axis) + "s in 0 to " + std::to_string(axis_end),
                std::to_string(begin) + " to " + std::to_string(end));
    };
    inside(cells.row_begin, cells.row_end, rows, "row");
    inside(cells.head_begin, cells.head_end, heads, "head");
    inside(cells.column_begin, cells.column_end, columns, "column");
    if (e.kind == Edit::Kind::donor) {
        require(e.donor && e.donor->config() == c, "a donor run of the same shape of model",
                e.donor ? "one of another shape" : "none");
        require(e.donor->kept(e.range.site), "a donor run that keeps this site", "one too long to keep it");
        const int first = cells.row_begin + e.donor_shift, end = cells.row_end + e.donor_shift;
        require(first >= 0 && (end <= e.donor->n_rows(e.range.site) || e.range.row_end < 0),
                "rows that the donor has", std::to_string(first) + " to " + std::to_string(end));
    } else {
        const std::size_t n = e.values.size();
        require(n == 1 || (e.kind != Edit::Kind::scale && n == count(cells)),
                "one value, or one per cell (" + std::to_string(count(cells)) + ")", std::to_string(n));
    }
}

void Trace::check_edits() const {
    for (const Edit& e : edits()) {
        const bool exists = e.range.param < 0 && has_site(config(), e.range.site);
        check_edit(e, config(), exists ? row_capacity(e.range.site) : 0,
                   exists ? width(e.range.site) / site_heads(config(), e.range.site) : 0);
    }
}

template <class F>
void Trace::for_each_edited_cell(const Edit& e, Site site, int row_begin, int row_end, F f) const {
    const int heads = site_heads(config(), site), columns = width(site) / heads;
    const Cells cells = resolve(e.range, row_capacity(site), heads, columns);
    const int n_columns = cells.column_end - cells.column_begin, n_heads = cells.head_end - cells.head_begin;
    const int donor_rows = e.donor ? e.donor->n_rows(site) : 0;
    const int donor_columns = e.donor ? e.donor->width(site) / heads : 0;
    for (int t = std::max(cells.row_begin, row_begin); t < std::min(cells.row_end, row_end); ++t) {
        for (int h = cells.head_begin; h < cells.head_end; ++h) {
            // An edit does not lift the mask: in scores and patterns only the keys that the query may read
            // can change.
            const KeyMask* mask = has_key_axis(site) ? &plan_->mask(site, e.range.layer, h) : nullptr;
            const KeyRange seen = mask ? mask->keys(t) : KeyRange{0, columns, 0};
            const int first_column = std::max(cells.column_begin, seen.begin - seen.first);
            const int last_column = std::min(cells.column_end, seen.end - seen.first);
            // The values are in the order row, head, column; a single one serves all cells.
            const std::size_t first =
                static_cast<std::size_t>((t - cells.row_begin) * n_heads + (h - cells.head_begin)) *
                static_cast<std::size_t>(n_columns);
            for (int j = first_column; j < last_column; ++j)
                if (mask && mask->has_gaps() && !mask->visible(t, seen.first + j))
                    continue;
                else if (e.kind != Edit::Kind::donor)
                    f(t, h * columns + j,
                      e.values[e.values.size() == 1
                                   ? 0
                                   : first + static_cast<std::size_t>(j - cells.column_begin)]);
                else if (const int from = t + e.donor_shift; from < donor_rows && j < donor_columns)
                    f(t, h * columns + j, e.donor->row(site, e.range.layer, from)[h * donor_columns + j]);
        }
    }
}

bool Trace::edits_site(const Edit& e, Site site, int layer) const {
    return e.range.site == site && e.range.layer == (site_row(site).per_layer ? layer : -1);
}

void Trace::apply_edits(Site site, int layer, int row_begin, int row_end) {
    for (const Edit& e : edits())
        if (edits_site(e, site, layer))
            for_each_edited_cell(e, site, row_begin, row_end, [&](int t, int cell, real value) {
                real& out = row(site, layer, t)[cell];
                switch (e.kind) {
                case Edit::Kind::scale: out *= value; break;
                case Edit::Kind::add: out += value; break;
                case Edit::Kind::values:
                case Edit::Kind::donor: out = value; break;
                }
            });
}

void Trace::edit_gradients(Site site, int layer, Trace& gradients) const {
    for (auto e = edits().rbegin(); e != edits().rend(); ++e)
        if (edits_site(*e, site, layer) && e->kind != Edit::Kind::add)
            for_each_edited_cell(*e, site, 0, n_rows(site), [&](int t, int cell, real value) {
                gradients.row(site, layer, t)[cell] *= e->kind == Edit::Kind::scale ? value : real(0);
            });
}

} // namespace gf
