#include "text/step_reading.h"
#include "text/tokenizer_parts.h"

#include <fmt/format.h>
#include <limits>

namespace gf {

using nlohmann::json;

namespace {

constexpr std::size_t k_most_special = 64; // tokens on one side of a text

int read_id(const json& id, const std::string& where, const char* key) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<int>::max()))
        refuse_part(where, key, "token ids", id);
    return id.get<int>();
}

/// Puts the tokens of one processor around those of the processors before it.
void surround(PostProcessor& out, std::vector<int> before, const std::vector<int>& after,
              const std::string& where) {
    before.insert(before.end(), out.before.begin(), out.before.end());
    out.before = std::move(before);
    out.after.insert(out.after.end(), after.begin(), after.end());
    if (std::max(out.before.size(), out.after.size()) > k_most_special)
        refuse_part(where, "single", fmt::format("at most {} tokens", k_most_special), out.before);
}

/// Its offsets leave out white space; ids are as they were. Our offsets are those of the text that a token
/// stands for.
void read_byte_level_processor(const json& step, const std::string& where, PostProcessor&) {
    json_check_keys(step, {"type", "add_prefix_space", "trim_offsets", "use_regex"}, where);
}

/// BertProcessing and RobertaProcessing: "cls" before the text and "sep" after it, each as ["name", id].
void read_cls_and_sep(const json& step, const std::string& where, PostProcessor& out) {
    json_check_keys(step, {"type", "sep", "cls", "trim_offsets", "add_prefix_space"}, where);
    const auto id_of = [&](const char* key) {
        const json& pair = json_array(step, key, where);
        if (pair.size() != 2 || !pair[0].is_string()) refuse_part(where, key, "[name, id]", pair);
        return read_id(pair[1], where, key);
    };
    const int cls = id_of("cls"), sep = id_of("sep");
    surround(out, {cls}, {sep}, where);
}

/// The ids of the special token that `part` of a template names.
std::vector<int> special_token_ids(const json& step, const json& part, const std::string& where) {
    std::vector<int> ids;
    const std::string& name = json_string(json_object(part, "SpecialToken", where), "id", where);
    const json& special = json_object(json_object(step, "special_tokens", where), name, where);
    for (const json& id : json_array(special, "ids", where))
        ids.push_back(read_id(id, where, "special_tokens"));
    return ids;
}

/// TemplateProcessing: special tokens before and after the text, which is "Sequence" A. Its "pair" is for
/// two texts and is ignored.
void read_template_processing(const json& step, const std::string& where, PostProcessor& out) {
    json_check_keys(step, {"type", "single", "pair", "special_tokens"}, where);
    const json& single = json_array(step, "single", where);
    std::vector<int> before, after;
    bool after_text = false;
    for (const json& part : single) {
        if (part.is_object() && part.contains("Sequence")) {
            if (after_text || json_string(part["Sequence"], "id", where) != "A")
                refuse_part(where, "single", "one Sequence, A", single);
            after_text = true;
            continue;
        }
        std::vector<int>& side = after_text ? after : before;
        const std::vector<int> ids = special_token_ids(step, part, where);
        side.insert(side.end(), ids.begin(), ids.end());
        if (side.size() > k_most_special)
            refuse_part(where, "single", fmt::format("at most {} tokens", k_most_special), single);
    }
    if (!after_text) refuse_part(where, "single", "one Sequence, A", single);
    surround(out, std::move(before), after, where);
}

} // namespace

PostProcessor parse_post_processor(const json& value, const std::string& where) {
    static const std::map<std::string, void (*)(const json&, const std::string&, PostProcessor&)> k_readers =
        {{"BertProcessing", read_cls_and_sep},
         {"ByteLevel", read_byte_level_processor},
         {"RobertaProcessing", read_cls_and_sep},
         {"TemplateProcessing", read_template_processing}};
    PostProcessor result;
    read_steps(value, "processors", where, k_readers, result);
    return result;
}

} // namespace gf
