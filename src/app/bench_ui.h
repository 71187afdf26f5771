#pragma once
// glassformer bench ui: what a frame of the default layout costs.

#include <CLI/CLI.hpp>

namespace gf {

/// Adds `ui` below the command `bench`.
void add_bench_ui(CLI::App& app, int& exit_code);

} // namespace gf
