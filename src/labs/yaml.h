#pragma once
// YAML as JSON, so that what is written in a lesson's YAML is read by the one mechanism for fields
// (io/fields.h).

#include <nlohmann/json.hpp>

#include <string>

namespace gf {

/// Plain scalars become numbers, true, false or null where they look like them; quoted ones stay texts.
/// `first_line` is the line of the file where `text` begins. @throws Error with the line
nlohmann::json json_of_yaml(const std::string& text, const std::string& name, int first_line);

} // namespace gf
