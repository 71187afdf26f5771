#pragma once
// The subcommands of `glassformer bench` that have a file of their own. Used by bench.cpp.

#include <CLI/CLI.hpp>

namespace gf {

/// `glassformer bench train` (bench_train.cpp); the exit code is in `exit_code` when it has run.
void add_bench_train(CLI::App& bench, int& exit_code);

} // namespace gf
