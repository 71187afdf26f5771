// Microbenchmarks of the forward pass's kernels, for work on the kernels themselves. What a user sees is
// `glassformer bench`.
//   cmake --preset release -DGLASSFORMER_BENCH=ON; cmake --build build --target bench_kernels;
//   build/tests/bench_kernels

#include "core/kernels/kernels.h"
#include "core/model_config.h"

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

namespace {

using gf::real;

std::vector<real> noise(std::size_t n) {
    std::mt19937 random(1);
    std::normal_distribution<real> normal;
    std::vector<real> values(n);
    for (real& v : values) v = normal(random);
    return values;
}

/// Two operations per multiply-add, so the figure compares with the machine's peak.
void report_flops(benchmark::State& state, double multiply_adds) {
    state.counters["FLOP/s"] = benchmark::Counter(
        2 * multiply_adds, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

/// A decoded token's product: (in) x (in, out) -> (out).
void vec_mat(benchmark::State& state) {
    const int in = static_cast<int>(state.range(0)), out = static_cast<int>(state.range(1));
    const std::vector<real> x = noise(in), a = noise(std::size_t(in) * out);
    std::vector<real> y(out);
    for (auto _ : state) {
        gf::vec_mat(x.data(), in, a.data(), out, nullptr, y.data(), out);
        benchmark::DoNotOptimize(y.data());
        benchmark::ClobberMemory();
    }
    report_flops(state, double(in) * out);
}

/// A prompt's product: (T, in) x (in, out) -> (T, out).
void linear(benchmark::State& state) {
    const int rows = static_cast<int>(state.range(0)), in = static_cast<int>(state.range(1)),
              out = static_cast<int>(state.range(2));
    const std::vector<real> x = noise(std::size_t(rows) * in), a = noise(std::size_t(in) * out);
    std::vector<real> y(std::size_t(rows) * out);
    gf::Matrix w;
    w.data = a.data(), w.in = in, w.out = out, w.stride = out;
    for (auto _ : state) {
        gf::linear(x.data(), in, rows, w, nullptr, y.data(), out);
        benchmark::DoNotOptimize(y.data());
        benchmark::ClobberMemory();
    }
    report_flops(state, double(rows) * in * out);
}

void softmax(benchmark::State& state) {
    const int n = static_cast<int>(state.range(0));
    const std::vector<real> s = noise(n);
    std::vector<real> p(n);
    for (auto _ : state) {
        gf::softmax(s.data(), p.data(), n);
        benchmark::DoNotOptimize(p.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * n);
}

void activate(benchmark::State& state) {
    const auto f = static_cast<gf::Activation>(state.range(0));
    const int n = 2048;
    const std::vector<real> x = noise(n);
    std::vector<real> y(n);
    for (auto _ : state) {
        gf::activate(f, x.data(), y.data(), n);
        benchmark::DoNotOptimize(y.data());
        benchmark::ClobberMemory();
    }
    state.SetLabel(std::string(name(f)));
    state.SetItemsProcessed(state.iterations() * n);
}

// Widths of stories260K, stories15M, GPT-2 small and the vocabulary's product.
BENCHMARK(vec_mat)
    ->ArgNames({"in", "out"})
    ->Args({64, 172})
    ->Args({288, 768})
    ->Args({768, 3072})
    ->Args({288, 32000});
BENCHMARK(linear)
    ->ArgNames({"T", "in", "out"})
    ->Args({16, 64, 172})
    ->Args({64, 288, 768})
    ->Args({256, 288, 768});
BENCHMARK(softmax)->Arg(64)->Arg(1024)->Arg(50257);
BENCHMARK(activate)->DenseRange(0, 3);

} // namespace

BENCHMARK_MAIN();
