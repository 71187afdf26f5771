#pragma once
// The commands of the program that need the window's code. main.cpp adds them to the command line in builds
// that have it. Each sets `exit_code` when it has run.

#include <CLI/CLI.hpp>

namespace gf::ui {

/// What the program does without a subcommand: it opens the workbench on the model that is named, else on the
/// first of the gallery.
void add_workbench(CLI::App& app, int& exit_code);
/// `glassformer shot`: a picture of the window, without a display.
void add_shot(CLI::App& app, int& exit_code);
/// `glassformer bench ui`: the time that a frame with all panels takes. Call it after add_bench().
void add_bench_ui(CLI::App& app, int& exit_code);
/// `glassformer bench fuzz-ui`: random clicks and keys. Call it after add_bench().
void add_fuzz_ui(CLI::App& app, int& exit_code);

} // namespace gf::ui
