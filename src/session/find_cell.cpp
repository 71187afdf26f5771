#include "session/find_cell.h"

#include "core/error.h"
#include "core/site_names.h"

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
        const StackName of = split_stack(weights, name);
        if (of.stack && *of.stack != trace.shape().stack)
            throw Error({name, "a site of the run of this stack", "one of the other stack", ""});
        const SiteRef site = find_site(trace.config(), of.name);
        cell.site = site.site;
        cell.layer = site.layer;
        rows = trace.n_rows(site.site, rows);
        heads = site_heads(trace.config(), site.site);
        columns = trace.width(site.site) / heads;
    }
    const auto require = [&](int value, int most, const char* what) {
        if (value < 0 || value >= most)
            throw Error(
                {name, std::string(what) + " 0 to " + std::to_string(most - 1), std::to_string(value), ""});
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
