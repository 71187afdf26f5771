#pragma once
// JSON for files that others wrote: bounded depth, no duplicate keys, and errors that name the file and the
// field.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace gf {

/// Parses `text`. `where` is the file for messages. Throws Error on malformed JSON (with the byte position),
/// ill-formed UTF-8, a key that stands twice in one object, and nesting deeper than 64.
nlohmann::json parse_json(std::string_view text, const std::string& where);

/// Short form of a value for a message: `string "gelu"`, `number -3`, `array of 12 items`.
std::string json_found(const nlohmann::json& value);

// Typed fields of `object`. Each throws Error naming `where` and the key if `object` is no object, or the
// value has another type or lies outside [low, high]. Without a fallback the key must be present; with one,
// absent and null give the fallback.

const nlohmann::json& json_field(const nlohmann::json& object, const std::string& key,
                                 const std::string& where);
const nlohmann::json& json_object(const nlohmann::json& object, const std::string& key,
                                  const std::string& where);
const nlohmann::json& json_array(const nlohmann::json& object, const std::string& key,
                                 const std::string& where);

std::int64_t json_int(const nlohmann::json& object, const std::string& key, const std::string& where,
                      std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                      std::int64_t high = std::numeric_limits<std::int64_t>::max());
double json_number(const nlohmann::json& object, const std::string& key, const std::string& where);
const std::string& json_string(const nlohmann::json& object, const std::string& key,
                               const std::string& where);
bool json_bool(const nlohmann::json& object, const std::string& key, const std::string& where);

std::int64_t json_int_or(const nlohmann::json& object, const std::string& key, std::int64_t fallback,
                         const std::string& where,
                         std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                         std::int64_t high = std::numeric_limits<std::int64_t>::max());
double json_number_or(const nlohmann::json& object, const std::string& key, double fallback,
                      const std::string& where);
std::string json_string_or(const nlohmann::json& object, const std::string& key, const std::string& fallback,
                           const std::string& where);
bool json_bool_or(const nlohmann::json& object, const std::string& key, bool fallback,
                  const std::string& where);

/// Is `key` there and not null?
bool json_has(const nlohmann::json& object, const std::string& key);

/// Throws Error if `object` has a key that is not among `known`: a key that nobody reads may change the
/// meaning of the rest.
void json_only_keys(const nlohmann::json& object, std::initializer_list<std::string_view> known,
                    const std::string& where);

} // namespace gf
