#include "text/step_reading.h"

#include "platform/error.h"
#include "text/tokenizer_parts.h"
#include "text/utf8.h"

#include <fmt/format.h>

namespace gf {

using nlohmann::json;

void refuse_part(const std::string& where, const std::string& key, const std::string& expected,
                 const json& found) {
    throw Error({fmt::format("{}: '{}'", where, key), expected, json_summary(found),
                 "Glassformer does not support it"});
}

const json& optional_part(const json& object, const char* key) {
    static const json k_null;
    const auto it = object.find(key);
    return it == object.end() ? k_null : *it;
}

Regex read_pattern(const json& step, const std::string& where) {
    const json& pattern = json_object(step, "pattern", where);
    const bool is_regex = pattern.contains("Regex");
    if (pattern.size() != 1 || (!is_regex && !pattern.contains("String")))
        refuse_part(where, "pattern", R"({"String": ...} or {"Regex": ...})", pattern);
    return Regex(json_string(pattern, is_regex ? "Regex" : "String", where),
                 is_regex ? Regex::Syntax::oniguruma : Regex::Syntax::literal, where + ": 'pattern'");
}

PrefixScheme read_prefix_scheme(const json& step, const std::string& where) {
    const bool adds = json_bool_or(step, "add_prefix_space", true, where);
    const std::string name = json_string_or(step, "prepend_scheme", adds ? "always" : "never", where);
    if (name == "never") return PrefixScheme::never;
    if (!adds) refuse_part(where, "prepend_scheme", "never, as 'add_prefix_space' is false", name);
    if (name == "first") return PrefixScheme::first;
    if (name == "always") return PrefixScheme::always;
    refuse_part(where, "prepend_scheme", "never, first or always", name);
}

const std::string& read_metaspace_mark(const json& step, const std::string& where) {
    json_check_keys(step, {"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"},
                    where);
    const std::string& mark = json_string(step, "replacement", where);
    if (count_chars(mark) != 1) refuse_part(where, "replacement", "one character", mark);
    return mark;
}

} // namespace gf
