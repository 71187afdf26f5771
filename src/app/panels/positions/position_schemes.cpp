#include "app/panels/positions/position_schemes.h"

#include <algorithm>
#include <array>

namespace gf::ui {
namespace {

constexpr std::array k_scheme_rows{
    SchemeRow{Positions::none, "none", "nothing", "the mask alone tells the order", "causal mask"},
    SchemeRow{Positions::sinusoidal, "sinusoidal", "added", "waves are added to each word",
              "position vector"},
    SchemeRow{Positions::learned, "learned", "added", "a trained vector is added", "position vector"},
    SchemeRow{Positions::rope, "RoPE", "turned", "queries and keys are turned", "RoPE"},
    SchemeRow{Positions::alibi, "ALiBi", "subtracted", "from the score, by distance", "ALiBi"},
};

/// Which no model that ships has.
constexpr SchemeRow k_buckets{Positions::buckets, "buckets", "added", "to the score, by distance",
                              "position bucket"};

} // namespace

std::span<const SchemeRow> scheme_rows() { return k_scheme_rows; }

const SchemeRow& scheme_row(Positions scheme) {
    if (scheme == Positions::buckets) return k_buckets;
    return *std::ranges::find(k_scheme_rows, scheme, &SchemeRow::scheme);
}

const Run* run_with_scheme(const View& v, Positions scheme) {
    if (v.config().positions == scheme) return &v.run;
    for (const Run& run : v.snapshot.runs)
        if (run.role != RunRole::source && run.config().positions == scheme) return &run;
    return nullptr;
}

int n_schemes_open(const View& v) {
    return static_cast<int>(std::ranges::count_if(
        k_scheme_rows, [&](const SchemeRow& row) { return run_with_scheme(v, row.scheme); }));
}

std::string model_with_scheme(Positions scheme) { return "positions-" + std::string(name(scheme)); }

void post_add_scheme(Positions scheme, Commands& commands) {
    command::AddRun run;
    run.model = model_with_scheme(scheme);
    run.name = name(scheme);
    commands.post(std::move(run));
}

void post_compare_five(const View& v, Commands& commands) {
    const bool is_one_of_them = v.snapshot.model->name == model_with_scheme(v.snapshot.config().positions);
    Positions own = v.snapshot.config().positions;
    if (!is_one_of_them) {
        post_remove_others(v, commands);
        own = Positions::rope;
        commands.post(command::Open{model_with_scheme(own), "", v.snapshot.prompt});
    }
    for (const SchemeRow& row : k_scheme_rows)
        if (row.scheme != own && !(is_one_of_them && run_with_scheme(v, row.scheme)))
            post_add_scheme(row.scheme, commands);
}

void post_remove_others(const View& v, Commands& commands) {
    for (const Run& run : v.snapshot.runs)
        if (run.role == RunRole::compared) commands.post(command::RemoveRun{run.name});
}

RunSetup setup_of(const Run& run) {
    RunSetup setup = run.trace->setup();
    setup.segments.clear();
    setup.edits.clear();
    setup.n_prefix = 0;
    return setup;
}

void post_setup(const Run& run, RunSetup setup, Commands& commands) {
    if (run.role != RunRole::compared) return commands.post(command::SetSetup{"", std::move(setup)});
    commands.post(command::RemoveRun{run.name});
    commands.post(command::AddRun{.model = run.model->name, .setup = std::move(setup), .name = run.name});
}

} // namespace gf::ui
