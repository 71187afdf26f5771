#include "session/find_cell.h"

#include "core/site_names.h"
#include "platform/error.h"

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
        const StackName split = split_stack(weights, name);
        if (split.stack && *split.stack != trace.shape().stack)
            throw Error({name, "a site of the run of this stack", "one of the other stack", ""});
        const SiteRef site = find_site(trace.config(), split.name);
        cell.site = site.site;
        cell.layer = site.layer;
        rows = trace.n_rows(site.site, rows);
        heads = site_heads(trace.config(), site.site);
        columns = trace.width(site.site) / heads;
    }
    const auto require = [&](int index, int size, const char* axis) {
        if (index < 0 || index >= size)
            throw Error(
                {name, std::string(axis) + " 0 to " + std::to_string(size - 1), std::to_string(index), ""});
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
