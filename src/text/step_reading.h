#pragma once
// What the readers of a tokenizer.json's parts share. A part is null, a step {"type": ...}, or a Sequence of
// steps. `where` names the part in messages.

#include "io/json.h"
#include "text/pre_tokenizer.h"
#include "text/regex.h"

#include <map>
#include <string>

namespace gf {

/// @throws Error that `key` should be `expected`, always
[[noreturn]] void refuse_part(const std::string& where, const std::string& key, const std::string& expected,
                              const nlohmann::json& found);

/// Reads the one step that `value` is, or each step of a Sequence, whose key is `list`, by the reader of its
/// type: a function of (step, where, out).
/// @throws Error on a type without a reader, naming those that have one
template <class Readers, class Out>
void read_steps(const nlohmann::json& value, const char* list, const std::string& where,
                const Readers& readers, Out& out) {
    if (value.is_null()) return;
    const std::string& type = json_string(value, "type", where);
    if (type == "Sequence") {
        json_check_keys(value, {"type", list}, where);
        for (const nlohmann::json& step : json_array(value, list, where))
            read_steps(step, list, where, readers, out);
        return;
    }
    if (const auto reader = readers.find(type); reader != readers.end()) {
        reader->second(value, where, out);
        return;
    }
    std::string known;
    for (const auto& [name, reader] : readers) known += name + ", ";
    refuse_part(where, "type", known + "Sequence", type);
}

/// The "pattern" of a step: {"String": ...} or {"Regex": ...}.
Regex read_pattern(const nlohmann::json& step, const std::string& where);

/// "prepend_scheme" of a Metaspace, which is a step of pre-tokenizers and of decoders. Older files have
/// "add_prefix_space" instead.
PrefixScheme read_prefix_scheme(const nlohmann::json& step, const std::string& where);

/// "replacement" of a Metaspace: the character that is written for a space.
const std::string& read_metaspace_mark(const nlohmann::json& step, const std::string& where);

} // namespace gf
