#pragma once
// What a struct says of its fields beside their keys, and what kinds of fields there are. Part of
// io/fields.h, which everything else includes.

#include "io/json.h"

#include <array>
#include <concepts>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gf {

/// What a field needs beyond its key and its member.
struct FieldRule {
    static constexpr double k_unbounded = std::numeric_limits<double>::infinity();
    /// Range of a number, or of the bytes of a text; in lists and maps, of each of them.
    double least = -k_unbounded, greatest = k_unbounded;
    bool required = false;   ///< the key must be there; it is always written
    bool skip_empty = false; ///< an empty text, path or list, 0 and a struct of defaults are not written
    bool when = true;        ///< otherwise the field is not there: not written, and refused where it stands
    std::size_t least_items = 0, most_items = std::numeric_limits<std::size_t>::max(); ///< of a list
    bool single_for_list = false; ///< a value that is no list stands for a list of one
    bool object_only = false;     ///< of JSON: it must be an object
    /// Of a text or an enum: the words that are allowed; of a bool: those for false and true. Empty: all.
    std::span<const std::string_view> words = {};
    std::optional<double> fallback = std::nullopt; ///< of a number: its value where the key is missing
    int decimals = -1; ///< of a number: written with so many decimals at most; -1: with all
};

/// How an object is read.
struct ReadOptions {
    std::string where;                 ///< the file, or the place in it, for messages
    std::filesystem::path folder = {}; ///< where relative paths start
    std::string remedy = {};           ///< for keys that nobody knows: what to do
    /// Takes the keys that nobody knows, which are then not refused.
    std::vector<std::string>* unknown = nullptr;
    bool null_is_absent = true; ///< otherwise null is a value of the wrong type
};

/// A field as documents list it: "tokens", "an integer, 0 or more".
struct FieldInfo {
    std::string key, kind;
};

namespace fields_detail {

using nlohmann::json;
using nlohmann::ordered_json;

struct AnyVisitor {
    void operator()(const char*, auto&, const FieldRule& = {}) const {}
    void group(const char*, auto) const {}
    void choice(auto&, auto&, const FieldRule& = {}) const {}
    void one_of(auto&, auto) const {}
};
/// A struct that states its fields.
template <class T>
concept HasFields = requires(T& self) {
    T::fields(self, AnyVisitor());
};

template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;
/// A list of exactly so many items.
template <class T>
constexpr bool is_tuple = false;
template <class T, std::size_t n>
constexpr bool is_tuple<std::array<T, n>> = true;
template <class T>
constexpr bool is_map = false;
template <class T>
constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

/// Whether an enumerator has this value: the compiler writes any other value as a cast, "(gf::Site)99".
template <auto value>
constexpr bool is_enumerator() {
    return std::string_view(__PRETTY_FUNCTION__).find("= (") == std::string_view::npos;
}
template <class E, int n = 0>
constexpr int count_enumerators() {
    if constexpr (is_enumerator<static_cast<E>(n)>())
        return count_enumerators<E, n + 1>();
    else
        return n;
}

/// The names of an enum's enumerators, which must count from 0 on.
template <class E>
std::span<const std::string_view> enum_words() {
    static const std::vector<std::string_view> words = [] {
        std::vector<std::string_view> all;
        for (int i = 0; i < count_enumerators<E>(); ++i) all.push_back(name(static_cast<E>(i)));
        return all;
    }();
    return words;
}

// ---- Kinds of values, in the words of messages and documents

std::string number_kind(std::string_view type, const FieldRule& rule);
std::string text_kind(const FieldRule& rule);
std::string word_kind(std::span<const std::string_view> words);
std::string object_kind(std::span<const FieldInfo> fields);

template <class T>
std::vector<FieldInfo> list_fields();

template <class T>
std::string kind_of(const FieldRule& rule) {
    if constexpr (std::is_same_v<T, bool>)
        return rule.words.empty() ? "true or false" : word_kind(rule.words);
    else if constexpr (std::is_enum_v<T>)
        return word_kind(rule.words.empty() ? enum_words<T>() : rule.words);
    else if constexpr (std::integral<T>)
        return number_kind("an integer", rule);
    else if constexpr (std::floating_point<T>)
        return number_kind("a number", rule);
    else if constexpr (std::is_same_v<T, std::string>)
        return rule.words.empty() ? text_kind(rule) : word_kind(rule.words);
    else if constexpr (std::is_same_v<T, std::filesystem::path>)
        return "a path";
    else if constexpr (std::is_same_v<T, json>)
        return rule.object_only ? "an object" : "any JSON";
    else if constexpr (is_list<T>)
        return "an array; each: " + kind_of<typename T::value_type>(rule);
    else if constexpr (is_tuple<T>)
        return "an array of " + std::to_string(T().size()) +
               "; each: " + kind_of<typename T::value_type>(rule);
    else if constexpr (is_map<T>)
        return "an object; each value: " + kind_of<typename T::mapped_type>(rule);
    else if constexpr (is_optional<T>)
        return kind_of<typename T::value_type>(rule);
    else if constexpr (requires { T::k_kind; }) // of a struct that holds others of its own kind
        return std::string(T::k_kind);
    else
        return object_kind(list_fields<T>());
}

/// Lists the fields of a struct; those of a group have its key and a dot before their own.
struct Lister {
    std::vector<FieldInfo>& out;
    std::string prefix = {};

    template <class T>
    void operator()(const char* key, const T&, const FieldRule& rule = {}) const {
        out.push_back({prefix + key, kind_of<T>(rule)});
    }
    void group(const char* key, auto visit_inside) const { visit_inside(Lister{out, prefix + key + "."}); }
    template <class E, class T>
    void choice(const E&, const T&, const FieldRule& rule = {}) const {
        for (const std::string_view word : enum_words<E>())
            if (!word.empty()) out.push_back({prefix + std::string(word), kind_of<T>(rule)});
    }
    void one_of(const auto&, auto visit_inside) const { visit_inside(*this); }
};

template <class T>
std::vector<FieldInfo> list_fields() {
    std::vector<FieldInfo> all;
    const T defaults{};
    T::fields(defaults, Lister{all});
    return all;
}

} // namespace fields_detail

} // namespace gf
