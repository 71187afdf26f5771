#include "text/charsmap.h"
#include "text/step_reading.h"
#include "text/tokenizer_parts.h"
#include "text/unicode.h"

namespace gf {

using nlohmann::json;

namespace {

void add_map(Normalizer& out, MapChars::Map map) { out.add(std::make_unique<MapChars>(map)); }

/// A step that has no settings.
template <MapChars::Map map>
void read_map(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type"}, where);
    add_map(out, map);
}

template <NormalForm::Form form>
void read_form(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type"}, where);
    out.add(std::make_unique<NormalForm>(form));
}

/// BERT's BasicTokenizer (Devlin et al. 2018), which Hugging Face splits into four settings.
void read_bert_normalizer(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"},
                    where);
    const bool lowercase = json_bool_or(step, "lowercase", true, where);
    if (json_bool_or(step, "clean_text", true, where)) add_map(out, clean_text);
    if (json_bool_or(step, "handle_chinese_chars", true, where)) add_map(out, space_out_ideographs);
    if (json_bool_or(step, "strip_accents", lowercase, where)) {
        out.add(std::make_unique<NormalForm>(nfd));
        add_map(out, drop_nonspacing_mark);
    }
    if (lowercase) add_map(out, lower_case);
}

void read_prepend(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type", "prepend"}, where);
    out.add(std::make_unique<Prepend>(json_string(step, "prepend", where)));
}

void read_replace(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type", "pattern", "content"}, where);
    out.add(std::make_unique<Replace>(read_pattern(step, where), json_string(step, "content", where)));
}

void read_strip(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type", "strip_left", "strip_right"}, where);
    out.add(std::make_unique<StripSpace>(json_bool_or(step, "strip_left", true, where),
                                         json_bool_or(step, "strip_right", true, where)));
}

void read_precompiled(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type", "precompiled_charsmap"}, where);
    // Older files have null here, and then it does nothing.
    const std::string encoded = json_string_or(step, "precompiled_charsmap", "", where);
    if (encoded.empty()) return;
    const std::string place = where + ": 'precompiled_charsmap'";
    out.add(std::make_unique<Precompiled>(Charsmap(decode_base64(encoded, place), place)));
}

void read_byte_level_normalizer(const json& step, const std::string& where, Normalizer& out) {
    json_check_keys(step, {"type"}, where);
    out.add(std::make_unique<ByteChars>());
}

} // namespace

Normalizer parse_normalizer(const json& value, const std::string& where) {
    static const std::map<std::string, void (*)(const json&, const std::string&, Normalizer&)> k_readers = {
        {"BertNormalizer", read_bert_normalizer},
        {"ByteLevel", read_byte_level_normalizer},
        {"Lowercase", read_map<lower_case>},
        {"NFC", read_form<nfc>},
        {"NFD", read_form<nfd>},
        {"NFKC", read_form<nfkc>},
        {"NFKD", read_form<nfkd>},
        {"Nmt", read_map<nmt>},
        {"Precompiled", read_precompiled},
        {"Prepend", read_prepend},
        {"Replace", read_replace},
        {"Strip", read_strip},
        {"StripAccents", read_map<drop_mark>}};
    Normalizer result(where);
    read_steps(value, "normalizers", where, k_readers, result);
    return result;
}

} // namespace gf
