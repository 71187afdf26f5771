// A family of commands in which each has a handler: this must compile. missing_handler.cpp is its twin.

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
    void run(const command::Whistle&) {}
};

} // namespace gf
