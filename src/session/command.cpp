#include "session/command.h"

#include "core/name_matching.h"
#include "io/json.h"
#include "platform/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace gf {
namespace {

using nlohmann::json;

/// Writes one command's fields: what each command's `fields` calls for each of them.
struct Writer {
    json& out;
    void operator()(const char* key, const auto& value) const { out[key] = value; }
    void operator()(const char* key, const SamplingChain& chain) const {
        json& list = out[key] = json::array();
        for (const SampleStage& s : chain)
            list.push_back({{"stage", stage_row(s.kind).name}, {"value", s.value}, {"on", s.on}});
    }
};

StageKind stage_from_name(const std::string& word, const std::string& where) {
    std::vector<std::string> valid;
    for (int i = 0; i < k_n_stage_kinds; ++i) {
        valid.emplace_back(stage_row(static_cast<StageKind>(i)).name);
        if (valid.back() == word) return static_cast<StageKind>(i);
    }
    throw Error({where + ": stage", "one of the stages; nearest: " + nearest_names(word, valid),
                 "'" + word + "'", ""});
}

/// Reads one command's fields, and collects the keys that the command has.
struct Reader {
    const json& in;
    const std::string& where;
    std::vector<std::string>& known;
    template <class T>
    void operator()(const char* key, T& value) const {
        known.emplace_back(key);
        if (!in.contains(key)) return; // every field has a default
        if constexpr (std::is_same_v<T, std::string>)
            value = json_string(in, key, where);
        else if constexpr (std::is_same_v<T, bool>)
            value = json_bool(in, key, where);
        else if constexpr (std::is_same_v<T, double>)
            value = json_number(in, key, where);
        else if constexpr (std::is_same_v<T, std::uint64_t>)
            read_unsigned(json_field(in, key, where), key, value);
        else if constexpr (std::is_same_v<T, int>)
            value = static_cast<int>(json_int(in, key, where, -2147483647, 2147483647));
        else
            read_chain(json_array(in, key, where), value);
    }
    void read_unsigned(const json& number, const char* key, std::uint64_t& value) const {
        if (!number.is_number_unsigned() && !(number.is_number_integer() && number.get<std::int64_t>() >= 0))
            throw Error(
                {where + ": '" + key + "'", "a whole number from 0 to 2^64 - 1", json_summary(number), ""});
        value = number.get<std::uint64_t>();
    }
    void read_chain(const json& list, SamplingChain& chain) const {
        chain.clear();
        for (const json& s : list) {
            json_check_keys(s, {"stage", "value", "on"}, where);
            const StageKind kind = stage_from_name(json_string(s, "stage", where), where);
            chain.push_back({kind, json_number_or(s, "value", stage_row(kind).neutral, where),
                             json_bool_or(s, "on", true, where)});
        }
    }
};

/// Names of all commands, in the order of the variant.
template <std::size_t... I>
std::vector<std::string> command_names(std::index_sequence<I...>) {
    return {std::string(std::variant_alternative_t<I, Command>::k_name)...};
}

/// The command at this index of the variant, with the defaults of its fields.
template <std::size_t I = 0>
Command default_command(std::size_t index) {
    if constexpr (I + 1 < std::variant_size_v<Command>)
        if (index != I) return default_command<I + 1>(index);
    return Command(std::in_place_index<I>);
}

} // namespace

json to_json(const Command& command) {
    json out;
    std::visit(
        [&](const auto& c) {
            out["command"] = c.k_name;
            c.fields(c, Writer{out});
        },
        command);
    return out;
}

Command command_from_json(const json& in, const std::string& where) {
    const std::string word = json_string(in, "command", where);
    static const std::vector<std::string> valid =
        command_names(std::make_index_sequence<std::variant_size_v<Command>>());
    const auto found = std::find(valid.begin(), valid.end(), word);
    if (found == valid.end())
        throw Error({where + ": command", "a known command; nearest: " + nearest_names(word, valid),
                     "'" + word + "'", ""});
    Command command = default_command(static_cast<std::size_t>(found - valid.begin()));
    const std::string at = where + ": " + word;
    std::vector<std::string> known{"command"};
    std::visit([&](auto& c) { c.fields(c, Reader{in, at, known}); }, command);
    for (const auto& [key, value] : in.items())
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw Error(
                {at, "only its own fields; nearest: " + nearest_names(key, known), "'" + key + "'", ""});
    return command;
}

std::vector<Command> commands_from_json(const json& in, const std::string& where) {
    if (!in.is_array())
        throw Error({where, "an array of commands", json_summary(in), "write [{\"command\": \"step\"}]"});
    std::vector<Command> commands;
    for (std::size_t i = 0; i < in.size(); ++i)
        commands.push_back(command_from_json(in[i], where + " [" + std::to_string(i) + "]"));
    return commands;
}

} // namespace gf
