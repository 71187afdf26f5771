// glassformer make: a model of random weights in the shape and with the names of a public family.

#include "cli/command_line.h"
#include "io/hf_model.h"
#include "io/random_model.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace gf {
namespace {

struct MakeOptions {
    std::string like, out;
    std::uint64_t seed = 1;
    ModelSize size;
};

int run(const MakeOptions& o) {
    const ModelConfig config = config_like(o.like, o.size);
    const auto weights = random_model(config, o.seed);
    save_model(o.out, *weights);
    fmt::print("{}: a random {} of {} parameters\n", o.out, o.like, weights->size());
    return 0;
}

} // namespace

void add_make(CLI::App& app, int& exit_code) {
    auto* command =
        app.add_subcommand("make", "a model of random weights, of the shape and with the names of a family");
    auto options = std::make_shared<MakeOptions>();
    ModelSize& size = options->size;
    command
        ->add_option("--like", options->like, fmt::format("the family: {}", fmt::join(family_names(), ", ")))
        ->type_name("FAMILY")
        ->required();
    command->add_option("--out", options->out, "folder to write config.json and model.safetensors into")
        ->type_name("DIR")
        ->required();
    command->add_option("--seed", options->seed, "of the weights")->capture_default_str();
    command->add_option("--d-model", size.d_model)->capture_default_str();
    command->add_option("--layers", size.n_layers, "of each stack")->capture_default_str();
    command->add_option("--heads", size.n_heads)->capture_default_str();
    command->add_option("--kv-heads", size.n_kv_heads, "in a family that may have fewer of them")
        ->capture_default_str();
    command->add_option("--d-head", size.d_head, "default: d-model / heads");
    command->add_option("--d-mlp", size.d_mlp, "default: 3 times d-model");
    command->add_option("--context", size.n_ctx, "tokens")->capture_default_str();
    command->add_option("--vocabulary", size.d_vocab, "tokens")->capture_default_str();
    command->add_option("--window", size.window,
                        "of layers that have one; default: a quarter of the context");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
