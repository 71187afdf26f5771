// `glassformer bench fuzz-ui`: random clicks and keys, and what must hold whatever they are.

#include "app/window_subcommands.h"

#include "app/start/gallery.h"
#include "app/ui_fuzzer.h"
#include "cli/options.h"
#include "models/shipped.h"
#include "platform/error.h"
#include "platform/folders.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

namespace gf::ui {
namespace {

struct FuzzOptions {
    ModelOptions model;
    int actions = 5000;
    std::uint64_t seed = 1;
    bool verbose = false;
};

command::Open first_model(const FuzzOptions& o) {
    if (!o.model.model.empty())
        return {std::filesystem::absolute(o.model.path()).string(), o.model.tokenizer, "",
                o.model.ignored_keys};
    const std::vector<Command> opening = opening_commands(shipped_models_folder());
    if (!opening.empty()) return std::get<command::Open>(std::get<SessionCommand>(opening.front()));
    throw Error({"bench fuzz-ui", "--model", "none, and none that ships", ""});
}

int run(const FuzzOptions& o) {
    const command::Open first = first_model(o);
    const TemporaryFolder folder;
    std::filesystem::current_path(folder.path()); // what is exported, goes there
    UiFuzzer fuzzer(o.seed, folder.path() / "config", first);
    try {
        for (int i = 0; i < o.actions; ++i) {
            fuzzer.act();
            if (o.verbose) fmt::print(stderr, "{}\n", fuzzer.last_actions().back());
        }
    } catch (const std::exception& e) {
        fmt::print(stderr, "seed {}; the last actions:\n", o.seed);
        for (const std::string& action : fuzzer.last_actions()) fmt::print(stderr, "    {}\n", action);
        fmt::print(stderr, "{}\n", e.what());
        return 1;
    }
    fmt::print("seed {}: {} actions, and all held\n", o.seed, o.actions);
    return 0;
}

} // namespace

void add_fuzz_ui(CLI::App& app, int& exit_code) {
    auto* command = app.get_subcommand("bench")->add_subcommand(
        "fuzz-ui", "random clicks and keys, without a display: keys live, undo, everything in its place");
    auto options = std::make_shared<FuzzOptions>();
    options->model.add_to(*command, false);
    command->add_option("--actions", options->actions)->capture_default_str();
    command->add_option("--seed", options->seed, "everything follows from it")->capture_default_str();
    command->add_flag("--verbose", options->verbose, "say every action, for one that ends in a crash");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf::ui
