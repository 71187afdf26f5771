// Studies: what schemes of positions do on texts of Tinyville, what models notice of another order, by what
// experts split texts up.

#include "session/engine.h"

namespace gf {

void Engine::run(const command::StudyPositions& c) {
    require_run("study-positions");
    positions_.want(c.texts);
}

void Engine::run(const command::StudyRouting& c) {
    require_run("study-routing");
    routing_.want(c.texts);
}

/// To be called after everything that can change the text, its setup or the runs beside it.
void Engine::update_studies() {
    positions_.update(subjects_of_study());
    routing_.update(has_run() ? state_.model : nullptr);
    if (!has_run() || text_is_pending()) return;
    if (state_.setup.order.empty()) return order_.forget();
    std::vector<std::shared_ptr<const Model>> readers{state_.model};
    for (const auto& run : state_.compared) readers.push_back(run->model());
    order_.update(shown_text().tokens(shown_text().n_tokens()), state_.setup.order, std::move(readers));
}

/// The models of the text and of the runs beside it, as they were trained and under the angles of their runs.
std::vector<PositionDesk::Subject> Engine::subjects_of_study() const {
    std::vector<PositionDesk::Subject> subjects;
    if (!has_run() || positions_.n_texts() == 0) return subjects;
    const auto add = [&](const std::shared_ptr<const Model>& model, const std::string& path,
                         const RopeSetup& rope) {
        subjects.push_back({model, path});
        if (model->config().positions == Positions::rope) subjects.push_back({model, path, rope});
    };
    add(state_.model, state_.model_path, state_.setup.rope);
    for (const auto& run : state_.compared)
        add(run->model(), run->spec().model.empty() ? state_.model_path : run->spec().model,
            run->spec().setup.rope);
    return subjects;
}

void Engine::carry_on_studies() {
    if (order_.is_behind()) return order_.compute_slice(memory_budget_);
    if (positions_.is_behind())
        positions_.compute_slice(memory_budget_);
    else
        routing_.compute_slice(memory_budget_);
    if (!positions_.is_behind() && !routing_.is_behind()) settle_memory();
}

} // namespace gf
