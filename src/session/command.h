#pragma once
// Everything a person can do, as one serialisable value of one of the families in session/commands/. The
// window posts commands, `glassformer shot --script` reads them from JSON, and tests drive both the engine
// and the window with them.

#include "session/commands/session_commands.h"
#include "session/commands/view_commands.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gf {

struct FieldInfo;

/// The families: JSON, documents and the visits in the Workbench follow from this line.
using Command = std::variant<SessionCommand, ViewCommand>;

/// Writes an object such as {"command": "step", "tokens": 1}, with every field.
nlohmann::ordered_json to_json(const Command& command);
/// Reads such an object; fields left out keep their defaults. `where` begins the messages.
/// @throws Error when a command or field is unknown (naming the nearest valid names) or has the wrong type
Command command_from_json(const nlohmann::json& json, const std::string& where);
/// Reads a JSON array of commands, as `shot --script` does.
/// @throws Error as command_from_json(), naming the element
std::vector<Command> commands_from_json(const nlohmann::json& json, const std::string& where);

/// A kind of command, for documents. Whoever uses it includes io/fields.h.
struct CommandInfo {
    std::string_view name, about;
    std::vector<FieldInfo> fields; ///< beside "command"
    bool for_lessons = false;      ///< whether a lesson of a lab may use it: it neither writes nor deletes
};
/// All commands of all families, in their order.
std::vector<CommandInfo> command_list();

} // namespace gf
