#pragma once
// The command line as a whole: the commands that work without a window, and how one is parsed and run. Used
// by main(); the window's commands are in src/app.

#include <CLI/CLI.hpp>

namespace gf {

// Each function adds its command to `app`. When the command has run, its exit code is in `exit_code`.
void add_run(CLI::App& app, int& exit_code);
void add_trace(CLI::App& app, int& exit_code);
void add_info(CLI::App& app, int& exit_code);
void add_train(CLI::App& app, int& exit_code);
void add_models(CLI::App& app, int& exit_code);
void add_lab(CLI::App& app, int& exit_code);
void add_make(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);
void add_corpus(CLI::App& app, int& exit_code);
void add_tokenizer(CLI::App& app, int& exit_code);

/// Parses the arguments, runs the command and returns the program's exit code. Bad usage
/// and gf::Error end with exit code 2 and a message on stderr; for misspelt options and
/// commands it names the nearest valid ones.
int run_command_line(CLI::App& app, int argc, char** argv, const int& exit_code);

} // namespace gf
