#include "session/edit_desk.h"

#include <algorithm>
#include <utility>

namespace gf {

const EditDesk::SharedEdits& EditDesk::none() {
    static const SharedEdits none = std::make_shared<const std::vector<Edit>>();
    return none;
}

bool EditDesk::change(int run, std::vector<Edit> edits, bool on) {
    if (edits == *of(run) && on == are_on_) return false;
    (run == Run::k_source ? source_ : text_) = std::make_shared<const std::vector<Edit>>(std::move(edits));
    are_on_ = on;
    return true;
}

std::vector<Edit> EditDesk::with(int run, const Edit& edit) const {
    std::vector<Edit> edits = *of(run);
    const auto same =
        std::find_if(edits.begin(), edits.end(), [&](const Edit& e) { return e.range == edit.range; });
    if (same == edits.end())
        edits.push_back(edit);
    else
        *same = edit;
    return edits;
}

std::vector<Edit> EditDesk::without(int run, const CellRange& cells) const {
    std::vector<Edit> edits = *of(run);
    std::erase_if(edits, [&](const Edit& e) { return e.range == cells; });
    return edits;
}

} // namespace gf
