#include "session/edit_desk.h"

#include <algorithm>
#include <utility>

namespace gf {

const EditDesk::SharedEdits& EditDesk::none() {
    static const SharedEdits none = std::make_shared<const std::vector<RunEdit>>();
    return none;
}

bool EditDesk::change(int run, std::vector<RunEdit> edits, bool on) {
    if (edits == *of(run) && on == are_on_) return false;
    edits_[run == Run::k_source ? 1 : 0] = std::make_shared<const std::vector<RunEdit>>(std::move(edits));
    are_on_ = on;
    return true;
}

std::vector<RunEdit> EditDesk::with(int run, const RunEdit& edit) const {
    const Edit::Kind kind = edit.spec.kind;
    const bool replaces = kind == Edit::Kind::values || kind == Edit::Kind::donor;
    std::vector<RunEdit> edits = *of(run);
    const auto takes_over = [&](const RunEdit& e) {
        return e.range == edit.range && (replaces || e.spec.kind == kind);
    };
    const auto first = std::find_if(edits.begin(), edits.end(), takes_over);
    if (first == edits.end()) {
        edits.push_back(edit);
    } else {
        *first = edit;
        edits.erase(std::remove_if(first + 1, edits.end(), takes_over), edits.end());
    }
    return edits;
}

std::vector<RunEdit> EditDesk::without(int run, const CellRange& cells) const {
    std::vector<RunEdit> edits = *of(run);
    std::erase_if(edits, [&](const RunEdit& e) { return e.range == cells; });
    return edits;
}

} // namespace gf
