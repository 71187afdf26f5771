#include "session/find_cell.h"

#include "core/error.h"

namespace gf {

CellRef find_cell(const Trace& trace, int rows, const std::string& name, int head, int row, int column) {
    const Weights& weights = trace.weights();
    CellRef cell{0, Site::resid_pre, -1, head, row, column};
    int heads = 1, columns = 0;
    if (const ParamRow* param = weights.find(name)) {
        cell.param = static_cast<int>(param - weights.table.data());
        rows = param->shape.size() > 1 ? param->shape[0] : 1;
        columns = param->shape.back();
    } else {
        const SiteRef site = find_site(trace.config(), name);
        cell.site = site.site;
        cell.layer = site.layer;
        if (row_axis(site.site) == Axis::segment) rows = static_cast<int>(trace.shape().segments.size());
        heads = site_heads(trace.config(), site.site);
        columns = site_width(trace.config(), site.site, trace.n_keys()) / heads;
    }
    const auto require = [&](int value, int most, const char* what) {
        if (value < 0 || value >= most)
            throw Error({name, std::string(what) + " 0 to " + std::to_string(most - 1), std::to_string(value), ""});
    };
    require(row, rows, "rows");
    require(column, columns, "columns");
    if (heads > 1)
        require(head, heads, "heads");
    else
        cell.head = -1;
    return cell;
}

} // namespace gf
