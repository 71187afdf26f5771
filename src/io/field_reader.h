#pragma once
// Reads structs from JSON by the fields that they state. Part of io/fields.h, which everything else includes.

#include "io/field_rule.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gf::fields_detail {

/// Where a value stands: "optimiser.lr" of a file.
struct Place {
    const ReadOptions& options;
    std::string path = {};

    Place at(std::string_view key) const;
    Place item(std::size_t index) const;
    [[noreturn]] void refuse(const std::string& expected, const std::string& found,
                             const std::string& remedy = "") const;
    /// Refuses a value of another type than the kind says.
    [[noreturn]] void refuse_type(const std::string& kind, const json& found) const;
};

// Each of these throws Error when `value` has another type or breaks the rule.
std::int64_t read_integer(const json& value, const Place& place, FieldRule rule, std::int64_t lowest,
                          std::int64_t highest);
std::uint64_t read_unsigned(const json& value, const Place& place, const FieldRule& rule);
double read_number(const json& value, const Place& place, const FieldRule& rule);
const std::string& read_text(const json& value, const Place& place, const FieldRule& rule);
/// The index of the word.
std::size_t read_word(const json& value, const Place& place, std::span<const std::string_view> words);
void require_object(const json& value, const Place& place);
void require_item_count(std::size_t n, const Place& place, const FieldRule& rule);

template <class T>
void read_object(const json& object, const Place& place, T& self);

template <class E>
E read_enum(const json& value, const Place& place, const FieldRule& rule) {
    if (!rule.words.empty()) read_word(value, place, rule.words);
    return static_cast<E>(read_word(value, place, enum_words<E>()));
}

template <class T>
void read_value(const json& value, const Place& place, const FieldRule& rule, T& out) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_same_v<T, bool>) {
        if (rule.words.empty() && !value.is_boolean()) place.refuse_type("true or false", value);
        out = rule.words.empty() ? value.get<bool>() : read_word(value, place, rule.words) == 1;
    } else if constexpr (std::is_enum_v<T>)
        out = read_enum<T>(value, place, rule);
    else if constexpr (std::is_same_v<T, std::uint64_t>)
        out = read_unsigned(value, place, rule);
    else if constexpr (std::integral<T>)
        out = static_cast<T>(read_integer(value, place, rule, Limits::min(), Limits::max()));
    else if constexpr (std::floating_point<T>)
        out = static_cast<T>(read_number(value, place, rule));
    else if constexpr (std::is_same_v<T, std::string>)
        out = read_text(value, place, rule);
    else if constexpr (std::is_same_v<T, std::filesystem::path>)
        out = (place.options.folder / read_text(value, place, {.least = 1})).lexically_normal();
    else if constexpr (std::is_same_v<T, json>) {
        if (rule.object_only) require_object(value, place);
        out = value;
    } else if constexpr (is_list<T>) {
        out.clear();
        if (!value.is_array() && rule.single_for_list)
            return read_value(value, place, rule, out.emplace_back());
        if (!value.is_array()) place.refuse_type("an array", value);
        require_item_count(value.size(), place, rule);
        for (std::size_t i = 0; i < value.size(); ++i)
            read_value(value[i], place.item(i), rule, out.emplace_back());
    } else if constexpr (is_tuple<T>) {
        if (!value.is_array()) place.refuse_type("an array", value);
        require_item_count(value.size(), place, {.least_items = out.size(), .most_items = out.size()});
        for (std::size_t i = 0; i < out.size(); ++i) read_value(value[i], place.item(i), rule, out[i]);
    } else if constexpr (is_map<T>) {
        require_object(value, place);
        out.clear();
        for (const auto& [key, item] : value.items()) read_value(item, place.at(key), rule, out[key]);
    } else if constexpr (is_optional<T>)
        read_value(value, place, rule, out.emplace());
    else
        read_object(value, place, out);
}

/// What was visited of an object.
struct Visited {
    std::vector<std::string> keys;
    std::string missing_choice = {}; ///< keys of which one must be there, and none is
};
/// Refuses the keys that were not visited, or collects them, and a choice that is missing.
void refuse_unvisited(const json& object, const Place& place, const Visited& visited);

/// Reads the fields of a struct, and collects the keys that it has.
struct Reader {
    const json& object;
    const Place& place;
    Visited& visited;

    template <class T>
    void operator()(std::string_view key, T& member, const FieldRule& rule = {}) const {
        if (const json* value = find(key, rule))
            read_value(*value, place.at(key), rule, member);
        else if constexpr (std::is_arithmetic_v<T>)
            if (rule.fallback) member = static_cast<T>(*rule.fallback);
    }
    void group(const char* key, auto visit_inside) const {
        const json* value = find(key, {});
        if (!value) return;
        const Place inside = place.at(key);
        require_object(*value, inside);
        Visited keys;
        visit_inside(Reader{*value, inside, keys});
        refuse_unvisited(*value, inside, keys);
    }
    /// One value of several kinds, each under a key of its own: the name of the kind. An enumerator without a
    /// name means that none of them is there; if there is no such enumerator, one must be.
    template <class E, class T>
    void choice(E& kind, T& member, const FieldRule& rule = {}) const {
        one_of(kind, [&](auto inside) {
            for (const std::string_view word : enum_words<E>())
                if (!word.empty()) inside(word, member, rule);
        });
    }
    /// As choice(), but every kind has a member of its own.
    template <class E>
    void one_of(E& kind, auto visit_inside) const {
        const std::span<const std::string_view> words = enum_words<E>();
        std::vector<std::string_view> found;
        visit_inside([&]<class T>(std::string_view key, T& member, const FieldRule& rule = {}) {
            const json* value = find(key, {});
            if (!value) return;
            found.push_back(key);
            read_value(*value, place.at(key), rule, member);
            kind = static_cast<E>(std::find(words.begin(), words.end(), key) - words.begin());
        });
        require_one_choice(found, words);
    }

  private:
    /// The value of a key, which is known from now on; nullptr if it is absent and may be.
    const json* find(std::string_view key, const FieldRule& rule) const;
    void require_one_choice(std::span<const std::string_view> found,
                            std::span<const std::string_view> words) const;
};

template <class T>
void read_object(const json& object, const Place& place, T& self) {
    static_assert(HasFields<T>, "a struct read from JSON states its fields");
    require_object(object, place);
    Visited visited;
    T::fields(self, Reader{object, place, visited});
    refuse_unvisited(object, place, visited);
}

} // namespace gf::fields_detail
