// Runs beside the text, in lock-step with it.

#include "core/name_matching.h"
#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>

namespace gf {
namespace {

/// The first of "b", "c", ... that no run has.
std::string free_name(const std::vector<std::shared_ptr<ComparedRun>>& runs) {
    std::string name = "b";
    while (std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run->name() == name; }))
        ++name[0];
    return name;
}

} // namespace

void Engine::run(const command::AddRun& c) {
    require_run("add-run");
    if (static_cast<int>(state_.compared.size()) >= k_max_compared_runs)
        throw Error({"add-run", "at most " + std::to_string(k_max_compared_runs) + " runs beside the text",
                     "one more", "remove one first"});
    if (c.branch >= static_cast<int>(state_.text.branches().size()))
        throw Error({"add-run", "a branch from 0 to " + std::to_string(state_.text.branches().size() - 1),
                     std::to_string(c.branch), ""});
    if (c.branch >= 0 && !(c.model.empty() && c.prompt.empty()))
        throw Error({"add-run", "a branch, or a model or prompt", "both", "leave one of them out"});
    const auto model = c.model.empty() ? state_.model : open_model(c.model, c.tokenizer, c.ignored_keys);
    const int id = last_run_id_ + 1;
    const auto has_name = [&](const auto& other) { return other->name() == c.name; };
    if (c.name == "text" || c.name == "source" ||
        std::any_of(state_.compared.begin(), state_.compared.end(), has_name))
        throw Error({"add-run", "a name that no other run has", "'" + c.name + "'", "leave it out"});
    const std::string name = c.name.empty() ? free_name(state_.compared) : c.name;
    auto run = std::make_shared<ComparedRun>(
        id, name, RunSpec{c.model, c.tokenizer, c.prompt, c.branch, c.setup, c.ignored_keys}, model,
        *state_.model, state_.source, memory_budget_);
    last_run_id_ = id + 1; // its source has the id after it
    mark_undoable();
    state_.compared.push_back(std::move(run));
}

void Engine::run(const command::RemoveRun& c) {
    std::vector<std::string> names;
    for (const auto& run : state_.compared) names.push_back(run->name());
    const auto found = std::find(names.begin(), names.end(), c.run);
    if (found == names.end())
        throw Error({"remove-run",
                     names.empty() ? "a compared run; there is none"
                                   : "a compared run; nearest: " + nearest_names(c.run, names),
                     "'" + c.run + "'", ""});
    mark_undoable();
    state_.compared.erase(state_.compared.begin() + (found - names.begin()));
}

void Engine::run(const command::DrawEach& c) {
    if (c.on == state_.each_draws) return;
    mark_undoable();
    state_.each_draws = c.on;
}

/// Tells all compared runs what the text is now, once it is computed.
void Engine::follow_text() {
    if (!has_run() || text_is_pending()) return;
    for (const auto& run : state_.compared)
        run->follow({*state_.model, state_.text, state_.chain, state_.each_draws});
}

ComparedRun* Engine::compared_behind() const {
    const auto behind = std::find_if(state_.compared.begin(), state_.compared.end(),
                                     [](const auto& run) { return run->is_behind(); });
    return behind == state_.compared.end() ? nullptr : behind->get();
}

} // namespace gf
