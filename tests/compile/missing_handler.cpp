// The family of every_handler.cpp without the handler of one command: this must not compile, and the message
// must name the command.

#include "session/commands/session_commands.h"
#include "session/commands/visit_command.h"

namespace gf {
namespace command {
struct Whistle {};
} // namespace command

class Handlers {
  public:
    void apply(const std::variant<command::Step, command::Jump, command::Whistle>& family) {
        visit_command(family, [this](const auto& c) -> decltype(run(c)) { return run(c); });
    }

  private:
    void run(const command::Step&) {}
    void run(const command::Jump&) {}
};

} // namespace gf
