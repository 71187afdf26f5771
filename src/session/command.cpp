#include "session/command.h"

#include "core/name_matching.h"
#include "io/fields.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// A command as it stands in JSON: its name beside its fields.
template <class C>
struct NamedCommand {
    std::string name{C::k_name};
    C command{};
    static void fields(auto& self, auto visit) {
        visit("command", self.name, {.required = true});
        C::fields(self.command, visit);
    }
};

/// How commands of one kind are read and listed.
struct CommandKind {
    std::string_view name, about;
    Command (*read)(const json&, const ReadOptions&);
    std::vector<FieldInfo> (*fields)();
    bool for_lessons;
};

template <class C>
CommandKind kind_of() {
    return {C::k_name, C::k_about,
            [](const json& in, const ReadOptions& options) {
                return Command(fields_from_json<NamedCommand<C>>(in, options).command);
            },
            [] { return field_list<C>(); }, requires {C::k_for_lessons;
}
}; // namespace
} // namespace gf

template <class... Commands>
void add_kinds(const std::variant<Commands...>* /*family*/, std::vector<CommandKind>& kinds) {
    (kinds.push_back(kind_of<Commands>()), ...);
}

template <class... Families>
std::vector<CommandKind> kinds_of(const std::variant<Families...>* /*all*/) {
    std::vector<CommandKind> kinds;
    (add_kinds(static_cast<const Families*>(nullptr), kinds), ...);
    return kinds;
}

const std::vector<CommandKind>& command_kinds() {
    static const std::vector<CommandKind> kinds = kinds_of(static_cast<const Command*>(nullptr));
    return kinds;
}

} // namespace

ordered_json to_json(const Command& command) {
    return std::visit(
        [](const auto& family) {
            return std::visit(
                []<class C>(const C& c) { return fields_to_json(NamedCommand<C>{.command = c}); }, family);
        },
        command);
}

Command command_from_json(const json& in, const std::string& where) {
    const std::string& word = json_string(in, "command", where);
    const std::vector<CommandKind>& kinds = command_kinds();
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const CommandKind& k) { return k.name == word; });
    if (kind != kinds.end()) return kind->read(in, {.where = where + ": " + word, .null_is_absent = false});
    std::vector<std::string> valid;
    for (const CommandKind& k : kinds) valid.emplace_back(k.name);
    throw Error({where + ": command", "a known command; nearest: " + nearest_names(word, valid),
                 "'" + word + "'", ""});
}

std::vector<Command> commands_from_json(const json& in, const std::string& where) {
    if (!in.is_array())
        throw Error({where, "an array of commands", json_summary(in), "write [{\"command\": \"step\"}]"});
    std::vector<Command> commands;
    for (std::size_t i = 0; i < in.size(); ++i)
        commands.push_back(command_from_json(in[i], where + " [" + std::to_string(i) + "]"));
    return commands;
}

std::vector<CommandInfo> command_list() {
    std::vector<CommandInfo> all;
    for (const CommandKind& kind : command_kinds())
        all.push_back({kind.name, kind.about, kind.fields(), kind.for_lessons});
    return all;
}

} // namespace gf
