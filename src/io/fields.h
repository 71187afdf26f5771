#pragma once
// The one way between structs and JSON: commands, settings, training configs, recipes and cards all use it. A
// struct states its fields once,
//
//     static void fields(auto& self, auto visit) {
//         visit("tokens", self.tokens, {.least = 0});
//         visit.group("schedule", [&](auto inside) { inside("warmup_steps", self.warmup_steps); });
//     }
//
// and reading, writing, comparing, error messages and the lists in docs/ follow from that. Fields are
// numbers, bools, texts, paths, enums with a name(), other such structs, JSON, and lists, arrays, maps and
// optionals of these. What lies outside its range, has another type or a key that nobody reads is refused
// with an Error that names the place ("train.json: 'data.tinyville.seed'"), what is expected and what was
// found.
//
// Fields are visited in the order in which they are stated. A field may therefore depend on those before it.

#include "io/field_reader.h"
#include "io/field_rule.h"

#include <algorithm>
#include <utility>

namespace gf {

namespace fields_detail {

// ---- Writing

/// A number with as many decimals as the rule wants.
double rounded(double value, const FieldRule& rule);

template <class T>
bool is_empty(const T& value) {
    if constexpr (requires { value.empty(); })
        return value.empty();
    else if constexpr (is_optional<T>)
        return !value;
    else if constexpr (std::equality_comparable<T> && std::default_initializable<T>)
        return value == T{};
    else
        return false;
}

template <class T>
ordered_json write_object(const T& self, const ordered_json* base);

template <class T>
ordered_json write_value(const T& value, const FieldRule& rule) {
    if constexpr (std::is_same_v<T, bool>)
        return rule.words.empty() ? ordered_json(value) : ordered_json(rule.words[value ? 1 : 0]);
    else if constexpr (std::is_enum_v<T>)
        return name(value);
    else if constexpr (std::floating_point<T>)
        return rounded(static_cast<double>(value), rule);
    else if constexpr (std::integral<T> || std::is_same_v<T, std::string> || std::is_same_v<T, json>)
        return value;
    else if constexpr (std::is_same_v<T, std::filesystem::path>)
        return value.string();
    else if constexpr (is_list<T> || is_tuple<T>) {
        ordered_json list = ordered_json::array();
        for (const auto& item : value) list.push_back(write_value(item, rule));
        return list;
    } else if constexpr (is_map<T>) {
        ordered_json object = ordered_json::object();
        for (const auto& [key, item] : value) object[key] = write_value(item, rule);
        return object;
    } else if constexpr (is_optional<T>)
        return value ? write_value(*value, rule) : ordered_json();
    else
        return write_object(value, nullptr);
}

/// Writes the fields of a struct; with a `base`, only those that differ from its.
struct Writer {
    ordered_json& out;
    const ordered_json* base;

    template <class T>
    void operator()(std::string_view key, const T& value, const FieldRule& rule = {}) const {
        const bool may_be_skipped = rule.skip_empty || is_optional<T>;
        if (!rule.when || (may_be_skipped && fields_detail::is_empty(value))) return;
        const ordered_json* before = find_base(key);
        ordered_json written;
        if constexpr (HasFields<T>) {
            written = write_object(value, before);
            if (before && !rule.required && written.empty()) return;
        } else {
            written = write_value(value, rule);
            if (before && !rule.required && written == *before) return;
        }
        out[std::string(key)] = std::move(written);
    }
    void group(const char* key, auto visit_inside) const {
        const ordered_json* before = find_base(key);
        ordered_json inside = ordered_json::object();
        visit_inside(Writer{inside, before});
        if (!before || !inside.empty()) out[key] = std::move(inside);
    }
    template <class E, class T>
    void choice(const E& kind, const T& value, const FieldRule& rule = {}) const {
        if (!name(kind).empty()) (*this)(name(kind), value, rule);
    }
    void one_of(const auto& kind, auto visit_inside) const {
        visit_inside([&](std::string_view key, const auto& value, const FieldRule& rule = {}) {
            if (key == name(kind)) (*this)(key, value, rule);
        });
    }

  private:
    const ordered_json* find_base(std::string_view key) const {
        if (!base || !base->is_object()) return nullptr;
        const auto it = base->find(std::string(key));
        return it == base->end() ? nullptr : &*it;
    }
};

template <class T>
ordered_json write_object(const T& self, const ordered_json* base) {
    ordered_json out = ordered_json::object();
    T::fields(self, Writer{out, base});
    return out;
}

// ---- Clamping

/// Brings the numbers of a struct into their ranges.
struct Clamper {
    template <class T>
    void operator()(const char*, T& member, const FieldRule& rule = {}) const {
        if constexpr (HasFields<T>)
            T::fields(member, Clamper());
        else if constexpr (is_optional<T>)
            member ? (*this)("", *member, rule) : void();
        else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
            if (static_cast<double>(member) < rule.least || static_cast<double>(member) > rule.greatest)
                member = static_cast<T>(std::clamp(static_cast<double>(member), rule.least, rule.greatest));
    }
    void group(const char*, auto visit_inside) const { visit_inside(Clamper()); }
    void choice(auto&, auto& member, const FieldRule& rule = {}) const { (*this)("", member, rule); }
    void one_of(auto&, auto visit_inside) const { visit_inside(*this); }
};

} // namespace fields_detail

/// Writes all fields, in their order.
template <class T>
nlohmann::ordered_json fields_to_json(const T& self) {
    return fields_detail::write_object(self, nullptr);
}
/// Writes the fields whose values differ from those of `base`, and the required ones.
template <class T>
nlohmann::ordered_json fields_to_json(const T& self, const T& base) {
    const nlohmann::ordered_json written = fields_to_json(base);
    return fields_detail::write_object(self, &written);
}

/// Reads fields into `self`; those whose keys are missing keep their values.
/// @throws Error that names the place, what was expected and what was found
template <class T>
void fields_from_json(const nlohmann::json& object, const ReadOptions& options, T& self) {
    fields_detail::read_object(object, {options}, self);
}
/// Reads a struct; fields whose keys are missing have their defaults. @throws Error as above
template <class T>
T fields_from_json(const nlohmann::json& object, const ReadOptions& options) {
    T self{};
    fields_from_json(object, options, self);
    return self;
}

/// The fields of a struct for documents, in their order. Not for structs that hold others of their own kind.
template <class T>
std::vector<FieldInfo> field_list() {
    return fields_detail::list_fields<T>();
}

/// Brings numbers that lie outside of their ranges to the nearest end, so that what is written can be read.
template <class T>
void clamp_fields(T& self) {
    T::fields(self, fields_detail::Clamper());
}

} // namespace gf
