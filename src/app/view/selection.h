#pragma once
// What is hovered and pinned. The workbench owns one Selection that all panels share, so that pointing at
// something anywhere lights the same thing everywhere.

#include "core/cell_ref.h"
#include "core/formula/spelling.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gf::ui {

/// A value that panels set while they draw and read from the frame before, so that the order of panels does
/// not matter.
template <class T>
class Hover {
  public:
    void set(const T& value) { next_ = value; }
    const std::optional<T>& get() const { return now_; }
    /// Gives another value in this frame.
    void stand_for(const std::optional<T>& value) { now_ = value; }
    /// Called once a frame, before the panels draw. Returns whether the value changed: then one more frame is
    /// needed to show it.
    bool next_frame() {
        const bool changed = now_ != next_;
        now_ = next_;
        next_.reset();
        return changed;
    }

  private:
    std::optional<T> now_, next_;
};

struct HeadRef {
    int layer = 0, head = 0;
    bool operator==(const HeadRef&) const = default;
};

/// A step of the computation: a site or, behind the logits, a stage of sampling or the draw.
struct Operation {
    static constexpr int k_none = -1, k_draw = -2, k_mask = -3;
    SiteRef site;
    /// What happens to the site's values: a StageKind or k_draw, then the site is the logits; or k_mask, then
    /// it is scores.
    int part = k_none;
    bool operator==(const Operation&) const = default;
    bool operator==(const SiteRef& other) const { return part == k_none && site == other; }
};

struct Selection {
    Hover<CellRef> cell;
    Hover<int> token;        ///< position in the run in view
    Hover<int> source_token; ///< position in the source, while a decoder that reads it is in view
    Hover<HeadRef> head;
    /// A number that a panel works out from the run and that is no cell of it: the formula bar explains it in
    /// place of a pinned cell. Another number is another object.
    Hover<std::shared_ptr<const Spelling>> derived;
    HeadRef pinned_head; ///< its layer is the one that is unfolded
    int run = 0;         ///< id of the run that panels show: all positions and heads here are those of it
    int against = -1;    ///< id of the run that it is compared with; -1: none
    bool as_difference = false;            ///< panels show the difference of the two, not both side by side
    bool as_gradients = false;             ///< panels show gradients in place of values
    Attention attention = Attention::self; ///< the one that Heads and Head show
    int pinned_token = -1;                 ///< position; -1: the newest one
    std::optional<CellRef> pinned_cell;
    std::optional<Operation> operation; ///< the step of the computation that Shift+arrows stand at
    std::string inspected; ///< site or parameter in the Inspector; empty: that of the cell in focus

    /// What the cell in focus() is computed from and, while Alt is held, what it feeds, both in the run
    /// `lit_run`. The formula bar renews them once a frame; panels ask precedents_in() and dependents_in().
    std::vector<CellRange> precedents, dependents;
    int lit_run = 0;
    std::span<const CellRange> precedents_in(int id) const { return ranges_in(id, precedents); }
    std::span<const CellRange> dependents_in(int id) const { return ranges_in(id, dependents); }

    /// The cell that is explained: the hovered one or else the pinned one, if there is one.
    const std::optional<CellRef>& focus() const { return cell.get() ? cell.get() : pinned_cell; }
    /// The cell in focus if it is one of this run.
    std::optional<CellRef> focus_in(int id) const {
        return focus() && focus()->run == id ? focus() : std::nullopt;
    }
    HeadRef head_in_view() const { return head.get().value_or(pinned_head); }
    /// The position in view: that of the hovered or else the pinned token if it is among the `cursor` tokens
    /// shown, else the last one. -1 if no tokens are shown.
    int token_in_view(int cursor) const {
        const int wanted = token.get().value_or(pinned_token);
        return wanted >= 0 && wanted < cursor ? wanted : cursor - 1;
    }

    /// Called once a frame, before the panels draw. Returns whether something hovered changed.
    bool next_frame() {
        const bool cell_changed = cell.next_frame(), token_changed = token.next_frame(),
                   source_changed = source_token.next_frame(), head_changed = head.next_frame(),
                   derived_changed = derived.next_frame();
        return cell_changed || token_changed || source_changed || head_changed || derived_changed;
    }

  private:
    std::span<const CellRange> ranges_in(int id, const std::vector<CellRange>& ranges) const {
        return id == lit_run ? std::span(ranges) : std::span<const CellRange>();
    }
};

} // namespace gf::ui
