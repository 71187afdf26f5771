#pragma once
// What main.cpp adds to the command line where the window's code is built: the workbench itself, `shot` and
// `bench ui`.

#include <CLI/CLI.hpp>

namespace gf::ui {

/// Without a subcommand: opens the workbench on the model that is named, else on the first that ships.
void add_workbench(CLI::App& app, int& exit_code);
/// `shot`: a picture of the window, without a display.
void add_shot(CLI::App& app, int& exit_code);
/// `bench ui`, below the command `bench`: what a frame of the default layout costs.
void add_bench_ui(CLI::App& app, int& exit_code);

} // namespace gf::ui
