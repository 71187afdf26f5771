#pragma once
// Runs the program as a person does, and keeps what it says.

#include "session/support.h"

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace gf::tests {

struct Outcome {
    int exit_code = -1; ///< negative: ended by that signal
    std::string out, err;
};

/// glassformer with these arguments, with 1 GiB of address space: what allocates gigabytes fails the test.
/// (Without that limit where a sanitizer reserves more for itself.)
Outcome glassformer(const std::vector<std::string>& arguments);

/// Its standard output; the test fails if there is an error or anything on stderr.
std::string output_of(const std::vector<std::string>& arguments);
nlohmann::json json_of(const std::vector<std::string>& arguments);

/// Runs it and expects exit code 2, nothing on stdout, and one line on stderr that has all the words.
void expect_refused(const std::vector<std::string>& arguments, std::initializer_list<const char*> words);

} // namespace gf::tests
