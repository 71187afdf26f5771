#include "session/cell_address.h"

#include "core/name_matching.h"
#include "core/site_names.h"
#include "platform/error.h"

namespace gf {
namespace {

Quantity quantity_named(const std::string& word) {
    if (word.empty()) return Quantity::value;
    std::vector<std::string> valid;
    for (const Quantity q : {Quantity::value, Quantity::difference, Quantity::gradient}) {
        valid.emplace_back(name(q));
        if (valid.back() == word) return q;
    }
    throw Error(
        {"quantity", "one of the quantities; nearest: " + nearest_names(word, valid), "'" + word + "'", ""});
}

} // namespace

CellRef find_cell(const RunView& run, const CellAddress& address) {
    const Trace& trace = *run.trace;
    const Weights& weights = trace.weights();
    const std::string& name = address.name;
    CellRef cell;
    cell.head = address.head;
    cell.row = address.row;
    cell.column = address.column;
    cell.quantity = quantity_named(address.quantity);
    int heads = 1, columns = 0, rows = run.rows;
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
    require(cell.row, rows, "rows");
    require(cell.column, columns, "columns");
    if (heads > 1)
        require(cell.head, heads, "heads");
    else
        cell.head = -1;
    return cell;
}

} // namespace gf
