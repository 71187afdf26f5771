#pragma once
// What the panels about masks show: one head of the text's run, and what the run was before its masks were
// changed. Made anew in each frame; lives for one draw().

#include "app/view/attention_rows.h"
#include "app/view/panel.h"
#include "measures/mask_effects.h"

#include <vector>

namespace gf::ui {

struct MaskCase {
    const View& view;
    HeadRef head;
    const MaskFindings* found = nullptr; ///< of this run and the tokens shown; null: not computed yet

    MaskCase(const View& v, const Selection& selection);

    int n() const { return view.cursor; } ///< tokens shown
    const std::vector<MaskRule>& rules() const { return view.trace().setup().masks; }
    /// What the head sees, of the run in view.
    const KeyMask& mask() const { return view.trace().plan().mask(Site::pattern, head.layer, head.head); }
    /// Whether the run without the rules is there, with this head's pattern.
    bool has_before() const {
        return found && found->before && found->before->kept(Site::pattern, head.layer);
    }
    /// Weights of the head; 0 where the query may not look.
    float weight(int row, int key) const { return weight_in(view.trace(), row, key); }
    float weight_before(int row, int key) const { return weight_in(*found->before, row, key); }
    bool was_visible(int row, int key) const {
        return found->before->visible(Site::pattern, head.layer, head.head, row, key);
    }
    /// Null while it is not known.
    const MaskFindings::RowChange* change(int row) const {
        return found && row < static_cast<int>(found->changes.size())
                   ? &found->changes[static_cast<std::size_t>(row)]
                   : nullptr;
    }
    /// "·Gwen".
    const std::string& label(int position) const;

  private:
    float weight_in(const Trace& run, int row, int key) const;
};

/// Why MaskCase::change() knows nothing.
const char* why_no_predictions(const MaskCase& mask_case);

/// Asks the session what masks do, unless it was asked already. Panels that show it call this in each frame.
class MaskEffectsRequest {
  public:
    void ask(const Snapshot& snapshot, Commands& commands);

  private:
    std::uint64_t asked_at_ = ~std::uint64_t{0}; ///< Snapshot::n_applied when it was asked
};

/// The probability of a token under these logits.
double probability_of(const std::vector<real>& logits, int token);

} // namespace gf::ui
