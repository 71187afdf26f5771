#include "text/text_splitter.h"

#include "platform/error.h"
#include "text/tokenizer_parts.h"

#include <limits>

namespace gf {

using nlohmann::json;

namespace {

std::vector<AddedToken> read_added_tokens(const json& list, const std::string& where) {
    std::vector<AddedToken> tokens;
    for (const json& entry : list) {
        json_check_keys(entry, {"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"},
                        where);
        if (json_bool_or(entry, "single_word", false, where))
            throw Error({where + ": 'single_word'", "false", "true", "Glassformer does not support it"});
        AddedToken& t = tokens.emplace_back();
        t.id = static_cast<int>(json_int(entry, "id", where, 0, std::numeric_limits<int>::max()));
        t.content = json_string(entry, "content", where);
        t.lstrip = json_bool_or(entry, "lstrip", false, where);
        t.rstrip = json_bool_or(entry, "rstrip", false, where);
        t.special = json_bool_or(entry, "special", false, where);
        t.normalized = json_bool_or(entry, "normalized", !t.special, where);
    }
    return tokens;
}

} // namespace

TextSplitter::TextSplitter(const json& file, const std::string& where)
    : normalizer_(parse_normalizer(optional_part(file, "normalizer"), where + ": 'normalizer'")),
      pre_tokenizer_(parse_pre_tokenizer(optional_part(file, "pre_tokenizer"), where + ": 'pre_tokenizer'")) {
    if (json_has(file, "added_tokens"))
        added_tokens_ =
            read_added_tokens(json_array(file, "added_tokens", where), where + ": 'added_tokens'");
    for (const AddedToken& t : added_tokens_) {
        if (t.normalized)
            normalized_matcher_.add(t, normalizer_.apply(t.content));
        else
            raw_matcher_.add(t, t.content);
    }
}

Pieces TextSplitter::pre_tokenize(std::string_view text, bool at_start) const {
    Pieces pieces{std::string(text), {text.size()}, at_start};
    for (const auto& step : pre_tokenizer_.steps) pieces = step->apply(pieces);
    return pieces;
}

} // namespace gf
