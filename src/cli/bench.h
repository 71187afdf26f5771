#pragma once
// The parts of `glassformer bench`.

#include "cli/options.h"

namespace gf {

void add_bench_train(CLI::App& bench, int& exit_code);

} // namespace gf
