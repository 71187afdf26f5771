#include "io/fields.h"

#include "core/name_matching.h"
#include "platform/error.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gf::fields_detail {

// ---- Kinds of values

std::string number_kind(std::string_view type, const FieldRule& rule) {
    constexpr double k_unbounded = FieldRule::k_unbounded;
    if (rule.least == -k_unbounded && rule.greatest == k_unbounded) return std::string(type);
    if (rule.greatest == k_unbounded) return fmt::format("{}, {} or more", type, rule.least);
    if (rule.least == -k_unbounded) return fmt::format("{}, {} or less", type, rule.greatest);
    return fmt::format("{}, {} to {}", type, rule.least, rule.greatest);
}

std::string text_kind(const FieldRule& rule) {
    if (rule.greatest != FieldRule::k_unbounded)
        return fmt::format("a text of {} to {} bytes", std::max(rule.least, 0.0), rule.greatest);
    return rule.least > 0 ? "some text" : "a string";
}

std::string word_kind(std::span<const std::string_view> words) {
    return fmt::format("one of {}", fmt::join(words, ", "));
}

std::string object_kind(std::span<const FieldInfo> fields) {
    std::string text = "an object";
    for (const FieldInfo& f : fields)
        text += fmt::format("{}{} ({})", &f == fields.data() ? " with " : ", ", f.key, f.kind);
    return text;
}

// ---- Writing

double rounded(double value, const FieldRule& rule) {
    if (rule.decimals < 0) return value;
    const double unit = std::pow(10.0, rule.decimals);
    return std::round(value * unit) / unit;
}

// ---- Reading

Place Place::at(std::string_view key) const {
    return {options, fmt::format("{}{}{}", path, path.empty() ? "" : ".", key)};
}

Place Place::item(std::size_t index) const { return {options, fmt::format("{}[{}]", path, index)}; }

void Place::refuse(const std::string& expected, const std::string& found, const std::string& remedy) const {
    throw Error({path.empty() ? options.where : fmt::format("{}: '{}'", options.where, path), expected, found,
                 remedy});
}

void Place::refuse_type(const std::string& kind, const json& found) const {
    refuse(kind, json_summary(found));
}

std::int64_t read_integer(const json& value, const Place& place, FieldRule rule, std::int64_t lowest,
                          std::int64_t highest) {
    if (!value.is_number_integer()) place.refuse_type(number_kind("an integer", rule), value);
    rule.least = std::max(rule.least, static_cast<double>(lowest));
    rule.greatest = std::min(rule.greatest, static_cast<double>(highest));
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(highest)
                          : value.get<std::int64_t>() >= lowest && value.get<std::int64_t>() <= highest;
    const auto number = value.get<double>();
    if (!fits || number < rule.least || number > rule.greatest)
        place.refuse(number_kind("an integer", rule), value.dump());
    return value.get<std::int64_t>();
}

std::uint64_t read_unsigned(const json& value, const Place& place, const FieldRule& rule) {
    if (!value.is_number_unsigned() && !(value.is_number_integer() && value.get<std::int64_t>() >= 0))
        place.refuse_type("an integer from 0 to 2^64 - 1", value);
    read_number(value, place, rule);
    return value.get<std::uint64_t>();
}

double read_number(const json& value, const Place& place, const FieldRule& rule) {
    if (!value.is_number()) place.refuse_type(number_kind("a number", rule), value);
    const auto number = value.get<double>();
    if (!(number >= rule.least && number <= rule.greatest))
        place.refuse(number_kind("a number", rule), value.dump());
    return number;
}

const std::string& read_text(const json& value, const Place& place, const FieldRule& rule) {
    if (!rule.words.empty()) read_word(value, place, rule.words);
    if (!value.is_string()) place.refuse_type(text_kind(rule), value);
    const auto& text = value.get_ref<const std::string&>();
    const auto n_bytes = static_cast<double>(text.size());
    if (n_bytes < rule.least || n_bytes > rule.greatest) place.refuse_type(text_kind(rule), value);
    return text;
}

std::size_t read_word(const json& value, const Place& place, std::span<const std::string_view> words) {
    if (!value.is_string()) place.refuse_type(word_kind(words), value);
    const auto& word = value.get_ref<const std::string&>();
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end()) {
        const std::vector<std::string> valid(words.begin(), words.end());
        place.refuse(fmt::format("{}; nearest: {}", word_kind(words), nearest_names(word, valid, 1)),
                     "'" + word + "'");
    }
    return static_cast<std::size_t>(found - words.begin());
}

void require_object(const json& value, const Place& place) {
    if (!value.is_object()) place.refuse_type("an object", value);
}

void require_item_count(std::size_t n, const Place& place, const FieldRule& rule) {
    if (n >= rule.least_items && n <= rule.most_items) return;
    if (rule.least_items == rule.most_items)
        place.refuse(fmt::format("{} items", rule.least_items), std::to_string(n));
    place.refuse(n < rule.least_items ? fmt::format("at least {} items", rule.least_items)
                                      : fmt::format("at most {} items", rule.most_items),
                 std::to_string(n));
}

void refuse_unvisited(const json& object, const Place& place, const Visited& visited) {
    const std::vector<std::string>& known = visited.keys;
    for (const auto& [key, value] : object.items()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        const Place at = place.at(key);
        if (place.options.unknown)
            place.options.unknown->push_back(at.path);
        else if (known.empty())
            at.refuse("no keys", json_summary(value), place.options.remedy);
        else
            at.refuse("a known key; nearest: " + nearest_names(key, known), json_summary(value),
                      place.options.remedy);
    }
    if (!visited.missing_choice.empty()) place.refuse(visited.missing_choice, "none of them");
}

const json* Reader::find(std::string_view key, const FieldRule& rule) const {
    if (!rule.when) return nullptr;
    visited.keys.emplace_back(key);
    const auto it = object.find(visited.keys.back());
    const bool is_absent = it == object.end() || (it->is_null() && place.options.null_is_absent);
    if (is_absent && rule.required) place.at(key).refuse("a value", "no such key");
    return is_absent ? nullptr : &*it;
}

/// A wrong key is a better message than a missing one, so that the latter waits until all keys are known.
void Reader::require_one_choice(std::span<const std::string_view> found,
                                std::span<const std::string_view> words) const {
    std::vector<std::string_view> named;
    for (const std::string_view word : words)
        if (!word.empty()) named.push_back(word);
    const bool may_be_none = named.size() < words.size();
    const std::string expected = fmt::format("one of the keys {}", fmt::join(named, ", "));
    if (found.empty() && !may_be_none) visited.missing_choice = expected;
    if (found.size() > 1) place.refuse(expected, fmt::format("{}", fmt::join(found, ", ")));
}

} // namespace gf::fields_detail
