#pragma once
// What is hovered and pinned, shared by all panels: pointing at something anywhere lights the same thing
// everywhere.

#include "core/cell_ref.h"

#include <optional>
#include <vector>

namespace gf::ui {

/// A value that panels set while they draw and read from the frame before, so that the order of panels does
/// not matter.
template <class T>
class Hover {
  public:
    void set(const T& value) { next_ = value; }
    const std::optional<T>& get() const { return now_; }
    /// Once a frame, before the panels draw. True if it changed: one more frame is needed to show it.
    bool turn() {
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

/// Of a decoder that reads a source: to its own text, or to the source.
enum class Attention { self, cross };

struct Selection {
    Hover<CellRef> cell;
    Hover<int> token;        ///< position in the run in view
    Hover<int> source_token; ///< position in the source, while a decoder that reads it is in view
    Hover<HeadRef> head;
    HeadRef pinned_head;          ///< its layer is the one that is unfolded
    Stack stack = Stack::decoder; ///< of an encoder-decoder, the one that panels show; positions, heads and
                                  ///< cells are its own
    Attention attention = Attention::self; ///< that Heads and Head show
    int pinned_token = -1;                 ///< position; -1: the newest one
    std::optional<CellRef> pinned_cell;
    std::optional<SiteRef> operation; ///< the step of the computation that Shift+arrows stand at
    std::string inspected; ///< site or parameter in the Inspector; empty: that of the cell in focus

    /// What the cell in focus() is computed from and, while Alt is held, what it feeds. Renewed once a frame.
    std::vector<CellRange> precedents, dependents;

    /// The cell that is explained: the hovered one, else the pinned one, else none.
    const std::optional<CellRef>& focus() const { return cell.get() ? cell.get() : pinned_cell; }
    HeadRef head_in_view() const { return head.get().value_or(pinned_head); }
    /// The position in view, among `cursor` tokens shown.
    int token_in_view(int cursor) const {
        const int wanted = token.get().value_or(pinned_token);
        return wanted >= 0 && wanted < cursor ? wanted : cursor - 1;
    }

    /// Once a frame. True if something hovered changed.
    bool turn() {
        const bool cell_changed = cell.turn(), token_changed = token.turn(),
                   source_changed = source_token.turn(), head_changed = head.turn();
        return cell_changed || token_changed || source_changed || head_changed;
    }
};

} // namespace gf::ui
