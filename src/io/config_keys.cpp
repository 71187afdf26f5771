#include "io/config_keys.h"

#include "core/name_matching.h"
#include "io/known_keys.h"
#include "platform/error.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gf {

using nlohmann::json;

namespace {

/// Dropout matters in training only, whatever is dropped.
bool is_dropout(std::string_view key) { return key.find("dropout") != key.npos || key.ends_with("_drop"); }

bool is_suspicious(std::string key) {
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::any_of(suspicious_words().begin(), suspicious_words().end(),
                       [&](std::string_view word) { return key.find(word) != key.npos; });
}

/// Whether a value is one with which a variant is usually off.
bool says_nothing(const json& value) {
    return value.is_null() || value == false || value == 0 || value == 1 || value == "" ||
           ((value.is_array() || value.is_object()) && value.empty());
}

} // namespace

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
    const json ids = it->is_array() ? *it : json::array({*it});
    for (const json& id : ids) {
        const json only{{key, id}};
        const std::int64_t value = json_int(only, key, where_);
        if (value >= 0 && value < d_vocab) return static_cast<int>(value);
    }
    if (!ids.empty() && ids.front() != -1)
        note(fmt::format("'{}' is {}, outside the vocabulary of {}: the model has no such token", key,
                         ids.front().dump(), d_vocab));
    return -1;
}

const json& ConfigKeys::array(const std::string& key) { return json_array(object_, mark_read(key), where_); }

const json& ConfigKeys::object_or_null(const std::string& key) {
    static const json k_null;
    return has(key) ? json_object(object_, key, where_) : k_null;
}

void ConfigKeys::require_neutral(const std::string& key, const json& neutral, const std::string& reason) {
    const auto it = object_.find(mark_read(key));
    if (it == object_.end() || *it == neutral || (it->is_null() && neutral != true)) return;
    throw Error({fmt::format("{}: '{}'", where_, key), neutral.dump(), json_summary(*it), reason});
}

void ConfigKeys::refuse_unread() const {
    for (const auto& [key, value] : object_.items())
        if (!read_.contains(key))
            throw Error(
                {fmt::format("{}: '{}'", where_, key),
                 "a key that is supported; nearest: " + nearest_names(key, {read_.begin(), read_.end()}),
                 json_summary(value),
                 "the key is not known to leave the mathematics unchanged; remove it if it does"});
}

void ConfigKeys::judge_unread() {
    std::vector<std::string> unknown;
    for (const auto& [key, value] : object_.items()) {
        if (read_.contains(key)) continue;
        if (const KnownKey* known = find_known_key(key)) {
            if (known->use == KeyUse::variant)
                require_neutral(
                    key, json::parse(known->neutral),
                    fmt::format("{}; --ignore-config-key {} opens the model as if it were not there",
                                known->reason, key));
        } else if (is_dropout(key) || !is_suspicious(key) || says_nothing(value)) {
            if (!is_dropout(key)) unknown.push_back("'" + key + "'");
        } else {
            throw Error(
                {fmt::format("{}: '{}'", where_, key),
                 "a key that is supported; nearest: " + nearest_names(key, {read_.begin(), read_.end()}),
                 json_summary(value),
                 fmt::format("its name says that it may change the mathematics; if it does not, "
                             "--ignore-config-key {} opens the model without it",
                             key)});
        }
    }
    if (!unknown.empty())
        note(fmt::format("{} not known here and left out: {}",
                         unknown.size() == 1 ? "this key is" : "these keys are", fmt::join(unknown, ", ")));
}

} // namespace gf
