#include "io/config_keys.h"

#include "core/name_matching.h"
#include "platform/error.h"

#include <fmt/format.h>

namespace gf {

using nlohmann::json;

bool ConfigKeys::contains(const std::string& key) { return object_.contains(mark_read(key)); }

bool ConfigKeys::has(const std::string& key) { return json_has(object_, mark_read(key)); }

int ConfigKeys::size(const std::string& key) {
    return static_cast<int>(json_int(object_, mark_read(key), where_, 1, k_max_size));
}

int ConfigKeys::size_or(const std::string& key, int fallback) {
    return static_cast<int>(json_int_or(object_, mark_read(key), fallback, where_, 1, k_max_size));
}

int ConfigKeys::count_or(const std::string& key, int fallback) {
    return static_cast<int>(
        json_int_or(object_, mark_read(key), fallback, where_, 0, std::numeric_limits<int>::max()));
}

double ConfigKeys::number_or(const std::string& key, double fallback) {
    return json_number_or(object_, mark_read(key), fallback, where_);
}

bool ConfigKeys::flag_or(const std::string& key, bool fallback) {
    return json_bool_or(object_, mark_read(key), fallback, where_);
}

std::vector<double> ConfigKeys::numbers_or_none(const std::string& key) {
    std::vector<double> numbers;
    if (!has(key)) return numbers;
    for (const json& item : json_array(object_, key, where_)) {
        if (!item.is_number())
            throw Error(
                {fmt::format("{}: '{}'", where_, key), "an array of numbers", json_summary(item), ""});
        numbers.push_back(item.get<double>());
    }
    return numbers;
}

std::string ConfigKeys::word_or(const std::string& key, const std::string& fallback) {
    return json_string_or(object_, mark_read(key), fallback, where_);
}

int ConfigKeys::token_id(const std::string& key, int fallback, int d_vocab) {
    const auto it = object_.find(mark_read(key));
    if (it == object_.end()) return fallback < d_vocab ? fallback : -1;
    if (it->is_null()) return -1;
    if (!it->is_array()) return static_cast<int>(json_int(object_, key, where_, -1, d_vocab - 1));
    if (it->empty()) return -1;
    const json first{{key, it->front()}};
    return static_cast<int>(json_int(first, key, where_, -1, d_vocab - 1));
}

const json& ConfigKeys::object_or_null(const std::string& key) {
    static const json k_null;
    return has(key) ? json_object(object_, key, where_) : k_null;
}

void ConfigKeys::require_neutral(const std::string& key, const json& neutral, const std::string& reason) {
    const auto it = object_.find(mark_read(key));
    if (it == object_.end() || *it == neutral || (it->is_null() && neutral != true)) return;
    throw Error({fmt::format("{}: '{}'", where_, key), neutral.dump(), json_summary(*it), reason});
}

void ConfigKeys::refuse_unread(std::span<const std::string_view> harmless) {
    for (const auto& [key, value] : object_.items()) {
        if (read_.contains(key) || std::find(harmless.begin(), harmless.end(), key) != harmless.end())
            continue;
        throw Error({fmt::format("{}: '{}'", where_, key),
                     "a key that is supported; nearest: " + nearest_names(key, {read_.begin(), read_.end()}),
                     json_summary(value),
                     "the key is not known to leave the mathematics unchanged; remove it if it does"});
    }
}

} // namespace gf
