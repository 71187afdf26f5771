#pragma once
// JSON from files that others wrote: bounded depth, no duplicate keys, and errors that name the file and the
// field. Used by what reads the files of other programs key by key; our own structs are read and written by
// their fields (io/fields.h).

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace gf {

/// Parses `text`; `where` names the file in messages.
/// @throws Error on malformed JSON (with the byte position), ill-formed UTF-8, a key that stands twice in one
/// object, and nesting deeper than 64
nlohmann::json parse_json(std::string_view text, const std::string& where);

/// A value in short form, for the `found` of a message: `string "gelu"`, `number -3`, `array of 12 items`.
std::string json_summary(const nlohmann::json& value);

// The functions below read a field of `object` that must have one type. Each throws Error naming `where` and
// the key if `object` is no object, or if the value has another type or lies outside [low, high]. Where a
// fallback is given, an absent key and null both give it; without one the key must be present.

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

/// Whether `key` is present and not null; false if `object` is no object.
bool json_has(const nlohmann::json& object, const std::string& key);

/// Refuses keys that nobody reads, because they may change the meaning of the others.
/// @throws Error if `object` is no object or has a key that is not among `known`
void json_check_keys(const nlohmann::json& object, std::initializer_list<std::string_view> known,
                     const std::string& where);

} // namespace gf
