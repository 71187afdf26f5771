#pragma once
// Runs the program as a person does, and keeps what it prints. Used by the tests of the
// commands, and of `shot` in tests/app.

#include "session/support.h"

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace gf::tests {

struct Outcome {
    int exit_code = -1;   ///< negative: minus the number of the signal that ended it
    std::string out, err; ///< what it wrote to stdout and stderr
};

/// Runs glassformer with these arguments and 1 GiB of address space, so that a command that allocates
/// gigabytes fails its test. With sanitizers, which reserve more for themselves, there is no limit.
Outcome run_glassformer(const std::vector<std::string>& arguments);

/// What the program writes to stdout; the test fails unless the exit code is 0 and stderr is empty.
std::string stdout_of(const std::vector<std::string>& arguments);
/// As stdout_of(), parsed as JSON.
nlohmann::json stdout_json(const std::vector<std::string>& arguments);

/// Runs the program and expects exit code 2, nothing on stdout, and one line
/// on stderr that has all the words.
void expect_refused(const std::vector<std::string>& arguments, std::initializer_list<const char*> words);

} // namespace gf::tests
