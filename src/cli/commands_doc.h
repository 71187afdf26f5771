#pragma once
// docs/commands.md, the document of all commands that a script may hold. Used by `info --all-commands`.

#include <string>

namespace gf {

/// The document as Markdown, made from the structs in session/commands/.
std::string commands_markdown();

} // namespace gf
