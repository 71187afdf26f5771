#include "core/edit_spec.h"

#include "core/site_names.h"
#include "platform/error.h"

#include <cmath>

namespace gf {

std::string_view name(DonorSpec::Kind kind) {
    switch (kind) {
    case DonorSpec::Kind::prompt: return "prompt";
    case DonorSpec::Kind::branch: return "branch";
    case DonorSpec::Kind::run: return "run";
    }
    return "";
}

CellRange find_cells(const Weights& weights, Stack stack, const CellsSpec& cells) {
    const StackName named = split_stack(weights, cells.site);
    if (named.stack && *named.stack != stack)
        throw Error({cells.site, "a site of the run of this stack", "one of the other stack", ""});
    const SiteRef site = find_site(weights.config_of(stack), named.name);
    CellRange range{.site = site.site, .layer = site.layer};
    const auto take = [&](const std::optional<CellsSpec::Range>& given, const char* axis, int& begin,
                          int& end) {
        if (!given) return;
        begin = (*given)[0];
        end = (*given)[1];
        if (begin < 0 || (end >= 0 && end < begin))
            throw Error(
                {std::string(axis) + " of " + cells.site,
                 "[begin, end), with begin 0 or more and end not before it, or -1 for all that follow",
                 "[" + std::to_string(begin) + ", " + std::to_string(end) + "]", ""});
    };
    take(cells.rows, "rows", range.row_begin, range.row_end);
    take(cells.heads, "heads", range.head_begin, range.head_end);
    take(cells.columns, "columns", range.column_begin, range.column_end);
    const int heads = site_heads(weights.config_of(stack), site.site);
    if (range.head_end < 0) range.head_end = heads;
    if (range.column_end < 0 && !has_key_axis(site.site))
        range.column_end = site_width(weights.config_of(stack), site.site, 0) / heads;
    return range;
}

Edit make_edit(const EditSpec& spec, const CellRange& cells, std::shared_ptr<const Trace> donor) {
    Edit edit{cells, spec.kind, {}, std::move(donor), 0};
    const auto add = [&](double given) {
        const auto value = static_cast<real>(given);
        if (!std::isfinite(value))
            throw Error({"edit of " + spec.cells.site, "a finite number", std::to_string(given), ""});
        edit.values.push_back(value);
    };
    switch (spec.kind) {
    case Edit::Kind::scale: add(spec.scale); break;
    case Edit::Kind::values:
    case Edit::Kind::add:
        for (const double value : spec.values) add(value);
        break;
    case Edit::Kind::donor: edit.donor_shift = spec.donor.shift; break;
    }
    return edit;
}

} // namespace gf
