#include "platform/terminal.h"

#include <unistd.h>

namespace gf {

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) != 0; }

} // namespace gf
