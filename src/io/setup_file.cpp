#include "io/setup_file.h"

#include "core/name_matching.h"
#include "io/json.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <algorithm>

namespace gf {
namespace {

using nlohmann::json;

constexpr std::int64_t k_most = 1 << 30; ///< no row, key or window is larger

/// Refuses keys that are not among `known`, and names the nearest ones.
void check_setup_keys(const json& object, const std::vector<std::string>& known, const std::string& where) {
    if (!object.is_object()) throw Error({where, "an object", json_summary(object), ""});
    for (const auto& [key, value] : object.items())
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw Error({where, "a key of a setup; nearest: " + nearest_names(key, known), "'" + key + "'",
                         "docs/command-line.md lists them"});
}

/// Calls f(item, where) for each object of a list; an absent key is an empty list.
template <class F>
void for_each_item(const json& object, const char* key, const std::string& where, F f) {
    if (!json_has(object, key)) return;
    const json& list = json_array(object, key, where);
    for (std::size_t i = 0; i < list.size(); ++i)
        f(list[i], where + ": " + key + " [" + std::to_string(i) + "]");
}

std::vector<int> read_list(const json& object, const char* key, const std::string& where) {
    std::vector<int> numbers;
    for_each_item(object, key, where, [&](const json& item, const std::string& at) {
        if (!item.is_number_integer() || item < 0 || item > k_most)
            throw Error({at, "a whole number from 0", json_summary(item), ""});
        numbers.push_back(item.get<int>());
    });
    return numbers;
}

/// A half-open range; without it `begin` and `end` stay as they are. With `may_be_open` its end may be null,
/// which means "to the end".
void read_range(const json& object, const char* key, const std::string& where, bool may_be_open, int& begin,
                int& end) {
    if (!json_has(object, key)) return;
    const json& range = json_array(object, key, where);
    const auto is_number = [](const json& v) { return v.is_number_integer() && v >= 0 && v <= k_most; };
    const bool open = may_be_open && range.size() == 2 && range[1].is_null();
    if (range.size() != 2 || !is_number(range[0]) || !(open || (is_number(range[1]) && range[0] <= range[1])))
        throw Error({where + ": " + key, "two whole numbers, [begin, end)", json_summary(range), ""});
    begin = range[0].get<int>();
    end = open ? -1 : range[1].get<int>();
}

MaskRule read_mask(const json& object, const std::string& where) {
    check_setup_keys(object, {"kind", "window", "n_prefix", "painted", "layers", "heads"}, where);
    MaskRule rule;
    if (json_has(object, "kind")) rule.kind = from_name<MaskKind>(json_string(object, "kind", where), where);
    rule.window = static_cast<int>(json_int_or(object, "window", 0, where, 0, k_most));
    if (json_has(object, "n_prefix"))
        rule.n_prefix = static_cast<int>(json_int(object, "n_prefix", where, 0, k_most));
    for_each_item(object, "painted", where, [&](const json& item, const std::string& at) {
        check_setup_keys(item, {"rows", "keys", "visible"}, at);
        PaintedCells& cells = rule.painted.emplace_back();
        read_range(item, "rows", at, true, cells.row_begin, cells.row_end);
        read_range(item, "keys", at, true, cells.key_begin, cells.key_end);
        json_field(item, "visible", at); // it must be there
        cells.visible = json_bool_or(item, "visible", false, at);
    });
    rule.layers = read_list(object, "layers", where);
    rule.heads = read_list(object, "heads", where);
    return rule;
}

json mask_json(const MaskRule& rule) {
    json object = json::object();
    if (rule.kind) object["kind"] = name(*rule.kind);
    if (rule.window > 0) object["window"] = rule.window;
    if (rule.n_prefix) object["n_prefix"] = *rule.n_prefix;
    for (const PaintedCells& cells : rule.painted) {
        json item{{"visible", cells.visible}};
        const auto put = [&](const char* key, int begin, int end) {
            if (begin > 0 || end >= 0) item[key] = {begin, end < 0 ? json() : json(end)};
        };
        put("rows", cells.row_begin, cells.row_end);
        put("keys", cells.key_begin, cells.key_end);
        object["painted"].push_back(std::move(item));
    }
    if (!rule.layers.empty()) object["layers"] = rule.layers;
    if (!rule.heads.empty()) object["heads"] = rule.heads;
    return object;
}

} // namespace

RunSetup setup_from_json(const json& object, const std::string& where) {
    check_setup_keys(object,
                     {"masks", "evicted", "order", "mask_by_position", "rope", "experts", "experts_per_token",
                      "capacity_factor"},
                     where);
    RunSetup setup;
    for_each_item(object, "masks", where, [&](const json& item, const std::string& at) {
        setup.masks.push_back(read_mask(item, at));
    });
    for_each_item(object, "evicted", where, [&](const json& item, const std::string& at) {
        check_setup_keys(item, {"keys", "from_row"}, at);
        Eviction& e = setup.evicted.emplace_back();
        json_array(item, "keys", at);
        read_range(item, "keys", at, false, e.key_begin, e.key_end);
        e.from_row = static_cast<int>(json_int_or(item, "from_row", 0, at, 0, k_most));
    });
    setup.order = read_list(object, "order", where);
    setup.mask_by_position = json_bool_or(object, "mask_by_position", false, where);
    if (json_has(object, "rope")) {
        const json& rope = json_object(object, "rope", where);
        const std::string at = where + ": rope";
        check_setup_keys(rope, {"theta", "linear", "dynamic_ntk"}, at);
        setup.rope.theta = json_number_or(rope, "theta", setup.rope.theta, at);
        setup.rope.linear = json_number_or(rope, "linear", setup.rope.linear, at);
        setup.rope.dynamic_ntk = json_number_or(rope, "dynamic_ntk", setup.rope.dynamic_ntk, at);
    }
    for_each_item(object, "experts", where, [&](const json& item, const std::string& at) {
        check_setup_keys(item, {"off", "forced", "layers"}, at);
        setup.experts.push_back(
            {read_list(item, "off", at), read_list(item, "forced", at), read_list(item, "layers", at)});
    });
    setup.experts_per_token = static_cast<int>(json_int_or(object, "experts_per_token", 0, where, 0, k_most));
    setup.capacity_factor = json_number_or(object, "capacity_factor", 0, where);
    return setup;
}

json setup_to_json(const RunSetup& setup) {
    json object = json::object();
    for (const MaskRule& rule : setup.masks) object["masks"].push_back(mask_json(rule));
    for (const Eviction& e : setup.evicted)
        object["evicted"].push_back({{"keys", {e.key_begin, e.key_end}}, {"from_row", e.from_row}});
    if (!setup.order.empty()) object["order"] = setup.order;
    if (setup.mask_by_position) object["mask_by_position"] = true;
    const RopeSetup plain;
    if (setup.rope.theta != plain.theta) object["rope"]["theta"] = setup.rope.theta;
    if (setup.rope.linear != plain.linear) object["rope"]["linear"] = setup.rope.linear;
    if (setup.rope.dynamic_ntk != plain.dynamic_ntk) object["rope"]["dynamic_ntk"] = setup.rope.dynamic_ntk;
    for (const ExpertRule& rule : setup.experts) {
        json item = json::object();
        if (!rule.off.empty()) item["off"] = rule.off;
        if (!rule.forced.empty()) item["forced"] = rule.forced;
        if (!rule.layers.empty()) item["layers"] = rule.layers;
        object["experts"].push_back(std::move(item));
    }
    if (setup.experts_per_token > 0) object["experts_per_token"] = setup.experts_per_token;
    if (setup.capacity_factor > 0) object["capacity_factor"] = setup.capacity_factor;
    return object;
}

RunSetup load_setup(const std::filesystem::path& path, const ModelConfig& config) {
    const std::string where = path.string();
    RunSetup setup = setup_from_json(parse_json(MappedFile(path).text(), where), where);
    try {
        validate(setup, config);
    } catch (const Error& e) {
        throw Error(
            {where + ": " + e.problem().where, e.problem().expected, e.problem().found, e.problem().remedy});
    }
    return setup;
}

} // namespace gf
