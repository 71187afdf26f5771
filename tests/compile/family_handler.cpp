// A handler that takes the whole family would take every command without a handler of its own, so that a
// missing one went unnoticed: this must not compile.

#include "session/commands/session_commands.h"
#include "session/commands/visit_command.h"

namespace gf {

using Family = std::variant<command::Step, command::Jump>;

class Handlers {
  public:
    void run(const Family& family) {
        visit_command(family, [this](const auto& c) -> decltype(run(c)) { return run(c); });
    }
    void run(const command::Step&) {}
};

} // namespace gf
