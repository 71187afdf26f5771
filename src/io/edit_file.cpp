#include "io/edit_file.h"

#include "core/site_names.h"
#include "io/json.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <array>

namespace gf {
namespace {

using nlohmann::json;

/// Reads a half-open range; leaves begin and end as they are if the key is absent.
void read_range(const json& edit, const char* key, const std::string& where, int& begin, int& end) {
    if (!json_has(edit, key)) return;
    const json& range = json_array(edit, key, where);
    if (range.size() != 2 || !range[0].is_number_integer() || !range[1].is_number_integer() || range[0] < 0 ||
        range[0] > range[1] || range[1] > (1 << 30))
        throw Error({where + ": " + key, "two whole numbers, [begin, end)", json_summary(range), ""});
    begin = range[0].get<int>();
    end = range[1].get<int>();
}

/// Appends a number, or every number of a list, to `values`.
void read_values(const json& value, const std::string& where, std::vector<real>& values) {
    auto take = [&](const json& v) {
        if (!v.is_number()) throw Error({where, "a number or a list of numbers", json_summary(v), ""});
        values.push_back(v.get<real>());
    };
    if (value.is_array())
        for (const json& v : value) take(v);
    else
        take(value);
}

SiteRef read_site(const std::string& name, const ModelConfig& config, const std::string& where) {
    try {
        return find_site(config, name);
    } catch (const Error& e) {
        throw Error(
            {where + ": " + e.problem().where, e.problem().expected, e.problem().found, e.problem().remedy});
    }
}

/// Reads one edit of the list and adds it to those of its stack.
void parse_edit(const json& entry, const Weights& weights, const std::string& where, StackEdits& edits) {
    json_check_keys(entry, {"site", "rows", "heads", "columns", "scale", "values", "add"}, where);
    const StackName named = split_stack(weights, json_string(entry, "site", where));
    const Stack stack = named.stack.value_or(Stack::decoder);
    Edit edit;
    const SiteRef site = read_site(named.name, weights.config_of(stack), where);
    edit.range.site = site.site;
    edit.range.layer = site.layer;
    read_range(entry, "rows", where, edit.range.row_begin, edit.range.row_end);
    read_range(entry, "heads", where, edit.range.head_begin, edit.range.head_end);
    read_range(entry, "columns", where, edit.range.column_begin, edit.range.column_end);
    int n_kinds = 0;
    for (const auto& [key, kind] :
         std::array{std::pair{"scale", Edit::Kind::scale}, std::pair{"values", Edit::Kind::values},
                    std::pair{"add", Edit::Kind::add}}) {
        if (!json_has(entry, key)) continue;
        ++n_kinds;
        edit.kind = kind;
        read_values(entry[key], where + ": " + key, edit.values);
    }
    if (n_kinds != 1)
        throw Error(
            {where, "one of \"scale\", \"values\", \"add\"", std::to_string(n_kinds) + " of them", ""});
    (stack == Stack::encoder ? edits.encoder : edits.decoder).push_back(std::move(edit));
}

} // namespace

StackEdits load_edits(const std::filesystem::path& path, const Weights& weights) {
    const std::string where = path.string();
    const json list = parse_json(MappedFile(path).text(), where);
    if (!list.is_array()) throw Error({where, "a list of edits", json_summary(list), ""});
    StackEdits edits;
    for (std::size_t i = 0; i < list.size(); ++i)
        parse_edit(list[i], weights, where + " [" + std::to_string(i) + "]", edits);
    return edits;
}

} // namespace gf
