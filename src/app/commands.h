#pragma once
// The commands of the program that need the window's code: the workbench itself, and `shot`.

#include <CLI/CLI.hpp>

namespace gf {

/// Without a subcommand: the workbench, which opens the first of the shipped models where none is named.
void add_workbench(CLI::App& app, int& exit_code);
void add_shot(CLI::App& app, int& exit_code);

} // namespace gf
