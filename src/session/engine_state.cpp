// The state as a list of commands: what a saved state, a restart and a lesson are made of.

#include "io/json.h"
#include "platform/error.h"
#include "platform/write_file.h"
#include "session/command.h"
#include "session/engine.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace gf {
namespace {

/// So that the state comes back from another working folder, too.
std::string absolute(const std::string& path) {
    if (path.empty()) return path;
    std::error_code failed;
    const std::filesystem::path whole = std::filesystem::absolute(path, failed);
    return failed ? path : whole.lexically_normal().string();
}

} // namespace

void Engine::run(const command::RestoreText& c) {
    require_run("text-tree");
    with_context([&](const RunContext& context) { state_.text.restore(context, c.text); });
    mark_undoable();
    notices_.clear();
    playback_.stop();
    recomputed_.reset();
    forget_edits(Run::k_text);
    state_.prompt = c.text.prompt;
}

std::vector<SessionCommand> Engine::saved_state() const {
    std::vector<SessionCommand> state;
    state.emplace_back(command::SetTraceBudget{static_cast<double>(memory_budget_) / 1048576});
    state.emplace_back(command::SetSpeed{playback_.limit()});
    if (!has_run()) return state;
    state.emplace_back(
        command::Open{absolute(state_.model_path), absolute(state_.tokenizer_path), "", state_.ignored_keys});
    if (state_.source_run) state.emplace_back(command::SetSource{state_.source});
    SavedText text = state_.text.saved();
    text.prompt = state_.prompt;
    state.emplace_back(command::RestoreText{std::move(text)});
    state.emplace_back(command::SetSampling{state_.chain});
    state.emplace_back(command::SetSeed{state_.seed});
    if (state_.setup != RunSetup()) state.emplace_back(command::SetSetup{"", state_.setup});
    for (const auto& run : state_.compared) {
        const RunSpec& spec = run->spec();
        state.emplace_back(command::AddRun{absolute(spec.model), absolute(spec.tokenizer), spec.prompt,
                                           spec.branch, spec.setup, run->name(), spec.ignored_keys});
    }
    // A donor may be one of the runs beside the text.
    for (const int run : {Run::k_text, Run::k_source})
        for (const RunEdit& edit : *state_.edits.of(run)) state.emplace_back(command::ApplyEdit{edit.spec});
    if (!state_.edits.are_on()) state.emplace_back(command::UseEdits{false});
    if (state_.each_draws) state.emplace_back(command::DrawEach{true});
    for (const Watch& watch : *watches_.list())
        state.emplace_back(command::SetWatch{watch.text, watch.stops});
    if (positions_.n_texts() > 0) state.emplace_back(command::StudyPositions{positions_.n_texts()});
    if (routing_.n_texts() > 0) state.emplace_back(command::StudyRouting{routing_.n_texts()});
    if (probe_.is_on()) state.emplace_back(command::Probe{true, probe_.text()});
    if (mask_questions_) state.emplace_back(command::FindMaskEffects{true, *mask_questions_});
    if (part_effects_row_ >= 0) state.emplace_back(command::FindPartEffects{part_effects_row_});
    if (state_.gradients) state.emplace_back(command::SetGradients{true, *state_.gradients});
    return state;
}

void Engine::run(const command::SaveState& c) {
    if (c.path.empty()) throw Error({"save-state", "the path of a file", "none", ""});
    auto list = nlohmann::ordered_json::array();
    for (const SessionCommand& command : saved_state()) list.push_back(to_json(command));
    for (const std::string& command : c.view) list.push_back(nlohmann::ordered_json::parse(command));
    std::string lines = "[\n";
    for (std::size_t i = 0; i < list.size(); ++i)
        lines += list[i].dump() + (i + 1 < list.size() ? ",\n" : "\n");
    write_file(c.path, lines + "]\n");
}

} // namespace gf
