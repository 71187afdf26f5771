#include "app/panels/masks/mask_case.h"

#include "app/view/token_labels.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

MaskCase::MaskCase(const View& v, const Selection& selection) : view(v), head(selection.head_in_view()) {
    const ModelConfig& c = v.config();
    if (!v.trace().kept(Site::pattern, head.layer)) head = selection.pinned_head;
    head = {std::min(head.layer, c.n_layers - 1), std::min(head.head, c.n_heads - 1)};
    found = v.mask_findings();
}

float MaskCase::weight_in(const Trace& run, int row, int key) const {
    const CellRef cell{0, Site::pattern, head.layer, head.head, row, key};
    return run.visible(Site::pattern, head.layer, head.head, row, key) ? run.value(cell) : 0;
}

const std::string& MaskCase::label(int position) const { return label_at(view.run, position); }

const char* why_no_predictions(const MaskCase& c) {
    const bool predicts = c.view.trace().has(Site::logits) && !c.view.config().pools();
    return predicts ? "computing …" : "this model predicts no tokens";
}

void MaskEffectsRequest::ask(const Snapshot& snapshot, Commands& commands) {
    if (snapshot.mask_questions || asked_at_ == snapshot.n_applied) return;
    asked_at_ = snapshot.n_applied;
    commands.post(command::FindMaskEffects{});
}

double probability_of(const std::vector<real>& logits, int token) {
    if (logits.empty()) return 0;
    const real most = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const real x : logits) sum += std::exp(static_cast<double>(x - most));
    return std::exp(static_cast<double>(logits[static_cast<std::size_t>(token)] - most)) / sum;
}

} // namespace gf::ui
