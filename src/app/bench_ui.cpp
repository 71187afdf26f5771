#include "app/bench_ui.h"

#include "app/headless.h"
#include "app/workbench.h"
#include "cli/options.h"
#include "core/error.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace gf {
namespace {

struct UiOptions {
    ModelOptions model;
    int tokens = 256, frames = 200;
    bool json = false;
};

using Clock = std::chrono::steady_clock;
double ms_since(Clock::time_point begin) { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); }

struct Figures {
    double median = 0, p99 = 0;
};

Figures figures(std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    return {ms[ms.size() / 2], ms[ms.size() * 99 / 100]};
}

/// CPU milliseconds of the frames in which one token after the other appears, the last one being number `tokens`. With `gl` the
/// workbench's part alone (layout, geometry, uploads); without, a whole frame of Dear ImGui but nothing is drawn.
Figures frame_cost(const UiOptions& o, bool gl) {
    Headless screen({1600, 900, {}, gl, false});
    Workbench workbench({Session::Mode::cooperative, {}, {}});
    const auto act = [&](const Command& c) {
        workbench.post(c);
        workbench.settle();
        const Snapshot& s = workbench.session().latest();
        if (s.message_is_error) throw Error({"bench ui", "the model to run", s.message, ""});
    };
    act(command::Open{o.model.model, o.model.tokenizer});
    act(command::Step{o.tokens - 1});
    const int n = workbench.session().latest().run().rows;
    if (n < o.tokens)
        throw Error({"--tokens", fmt::format("at most {}, where this model ended its text", n), std::to_string(o.tokens), ""});
    constexpr int k_warm_up = 20;
    std::vector<double> ms;
    for (int i = 0; i < k_warm_up + o.frames; ++i) {
        // The last tokens again and again; uploads are forced by rows that are new to the panel only in the first round, so every
        // other measured frame shows one token more, every other one less.
        act(command::Jump{o.tokens - 1 + i % 2});
        const auto begin = Clock::now();
        double inside = 0;
        screen.frame([&] {
            const auto start = Clock::now();
            workbench.frame();
            inside = ms_since(start);
        });
        if (i >= k_warm_up) ms.push_back(gl ? inside : ms_since(begin));
    }
    return figures(ms);
}

int run(const UiOptions& o) {
    if (o.tokens < 2 || o.frames < 10)
        throw Error({"bench ui", "at least 2 tokens and 10 frames", fmt::format("{} and {}", o.tokens, o.frames), ""});
    const Figures whole = frame_cost(o, false), with_gl = frame_cost(o, true);
    const nlohmann::json out{{"layout", "default 1600x900"},
                             {"tokens", o.tokens},
                             {"frame_ms_median", std::max(whole.median, with_gl.median)},
                             {"frame_ms_p99", std::max(whole.p99, with_gl.p99)},
                             {"frame_ms_median_no_gl", whole.median},
                             {"workbench_ms_median", with_gl.median}};
    if (o.json)
        fmt::print("{}\n", out.dump(2));
    else
        fmt::print("default layout at {} tokens: {:.2f} ms a frame (median), {:.2f} ms (99 %)\n", o.tokens,
                   std::max(whole.median, with_gl.median), std::max(whole.p99, with_gl.p99));
    return 0;
}

} // namespace

void add_bench_ui(CLI::App& app, int& exit_code) {
    auto* command =
        app.get_subcommand("bench")->add_subcommand("ui", "CPU time of a frame of the default layout, without rasterising");
    auto options = std::make_shared<UiOptions>();
    options->model.add_to(*command);
    command->add_option("--tokens", options->tokens)->capture_default_str();
    command->add_option("--frames", options->frames)->capture_default_str();
    command->add_flag("--json", options->json);
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
