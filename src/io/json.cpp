#include "io/json.h"

#include "io/foreign_file.h"
#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <vector>

namespace gf {

using nlohmann::json;

namespace {

constexpr std::size_t k_max_depth = 64;
constexpr std::size_t k_longest_reason = 120;

/// Builds the value from the parser's events, so that a bad file is refused at the event that makes it bad.
class Builder : public nlohmann::json_sax<json> {
  public:
    explicit Builder(const std::string& where) : where_(where) {}
    json take() { return std::move(root_); }

    bool null() override { return put(nullptr); }
    bool boolean(bool v) override { return put(v); }
    bool number_integer(number_integer_t v) override { return put(v); }
    bool number_unsigned(number_unsigned_t v) override { return put(v); }
    bool number_float(number_float_t v, const string_t&) override { return put(v); }
    bool string(string_t& v) override { return put(std::move(v)); }
    bool binary(binary_t& v) override { return put(json::binary(std::move(v))); }

    bool start_object(std::size_t) override { return open(json::object()); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& k) override {
        auto [it, is_new] = open_.back()->get_ref<json::object_t&>().emplace(std::move(k), nullptr);
        if (!is_new)
            throw Error({where_, "every key once", fmt::format("'{}' twice in one object", it->first),
                         "remove one of them"});
        member_ = &it->second;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const json::exception& e) override {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ...; last read ..."
        std::string reason = e.what();
        if (const auto at = reason.find("syntax error"); at != std::string::npos) reason.erase(0, at);
        // The part that was last read is cut off: it may hold any bytes.
        reason.resize(std::min({reason.size(), reason.find("; last read"), k_longest_reason}));
        throw Error({where_, "JSON", fmt::format("at byte {}: {}", position, reason),
                     "the file is damaged or not JSON"});
    }

  private:
    /// Stores `v` where the next value belongs and returns a pointer to the stored value.
    json* place(json v) {
        if (open_.empty()) return &(root_ = std::move(v));
        json& parent = *open_.back();
        if (parent.is_object()) return &(*member_ = std::move(v));
        parent.push_back(std::move(v));
        return &parent.back();
    }
    bool put(json v) {
        place(std::move(v));
        return true;
    }
    bool open(json container) {
        if (open_.size() == k_max_depth)
            throw Error({where_, fmt::format("at most {} levels of nesting", k_max_depth), "more",
                         "the file is damaged"});
        open_.push_back(place(std::move(container)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    const std::string& where_;
    json root_;
    std::vector<json*>
        open_; // containers not yet closed; the pointers stay valid, as only the innermost grows
    json* member_ = nullptr; // where the value of the last key goes
};

/// @throws Error always, about the value of `key`
[[noreturn]] void refuse(const std::string& where, const std::string& key, const std::string& expected,
                         const std::string& found) {
    throw Error({fmt::format("{}: '{}'", where, key), expected, found, ""});
}

/// The value of `key`, nullptr if it is absent.
/// @throws Error when `object` is no object
const json* find(const json& object, const std::string& key, const std::string& where) {
    if (!object.is_object())
        throw Error({where, fmt::format("an object with '{}'", key), json_summary(object), ""});
    const auto it = object.find(key);
    return it == object.end() ? nullptr : &*it;
}

} // namespace

json parse_json(std::string_view text, const std::string& where) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != text.npos && text[first] != '{' && text[first] != '[')
        refuse_foreign_file(std::as_bytes(std::span(text)), where, "JSON");
    Builder builder(where);
    json::sax_parse(text, &builder);
    return builder.take();
}

std::string json_summary(const json& value) {
    constexpr std::size_t k_longest = 60;
    if (value.is_object()) return fmt::format("object of {} keys", value.size());
    if (value.is_array()) return fmt::format("array of {} items", value.size());
    std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > k_longest) text = text.substr(0, k_longest) + "...";
    return value.is_null() ? text : fmt::format("{} {}", value.type_name(), text);
}

const json& json_field(const json& object, const std::string& key, const std::string& where) {
    if (const json* v = find(object, key, where)) return *v;
    refuse(where, key, "a value", "no such key");
}

const json& json_object(const json& object, const std::string& key, const std::string& where) {
    const json& v = json_field(object, key, where);
    if (!v.is_object()) refuse(where, key, "an object", json_summary(v));
    return v;
}

const json& json_array(const json& object, const std::string& key, const std::string& where) {
    const json& v = json_field(object, key, where);
    if (!v.is_array()) refuse(where, key, "an array", json_summary(v));
    return v;
}

std::int64_t json_int(const json& object, const std::string& key, const std::string& where, std::int64_t low,
                      std::int64_t high) {
    const json& v = json_field(object, key, where);
    const bool fits = v.is_number_unsigned()
                          ? v.get<std::uint64_t>() <= std::uint64_t(std::numeric_limits<std::int64_t>::max())
                          : v.is_number_integer();
    if (!fits) refuse(where, key, "an integer", json_summary(v));
    const auto n = v.get<std::int64_t>();
    if (n < low || n > high)
        refuse(where, key, fmt::format("an integer in [{}, {}]", low, high), std::to_string(n));
    return n;
}

double json_number(const json& object, const std::string& key, const std::string& where) {
    const json& v = json_field(object, key, where);
    if (!v.is_number()) refuse(where, key, "a number", json_summary(v));
    return v.get<double>();
}

const std::string& json_string(const json& object, const std::string& key, const std::string& where) {
    const json& v = json_field(object, key, where);
    if (!v.is_string()) refuse(where, key, "a string", json_summary(v));
    return v.get_ref<const std::string&>();
}

bool json_has(const json& object, const std::string& key) {
    return object.is_object() && object.contains(key) && !object.at(key).is_null();
}

std::int64_t json_int_or(const json& object, const std::string& key, std::int64_t fallback,
                         const std::string& where, std::int64_t low, std::int64_t high) {
    const json* v = find(object, key, where);
    return v && !v->is_null() ? json_int(object, key, where, low, high) : fallback;
}

double json_number_or(const json& object, const std::string& key, double fallback, const std::string& where) {
    const json* v = find(object, key, where);
    return v && !v->is_null() ? json_number(object, key, where) : fallback;
}

std::string json_string_or(const json& object, const std::string& key, const std::string& fallback,
                           const std::string& where) {
    const json* v = find(object, key, where);
    return v && !v->is_null() ? json_string(object, key, where) : fallback;
}

bool json_bool_or(const json& object, const std::string& key, bool fallback, const std::string& where) {
    const json* v = find(object, key, where);
    if (!v || v->is_null()) return fallback;
    if (!v->is_boolean()) refuse(where, key, "true or false", json_summary(*v));
    return v->get<bool>();
}

void json_check_keys(const json& object, std::initializer_list<std::string_view> known,
                     const std::string& where) {
    if (!object.is_object()) throw Error({where, "an object", json_summary(object), ""});
    for (const auto& [key, value] : object.items())
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw Error({fmt::format("{}: '{}'", where, key), "",
                         "a key that Glassformer does not know: " + json_summary(value),
                         "it may change the meaning of the file, so it is not ignored"});
}

} // namespace gf
