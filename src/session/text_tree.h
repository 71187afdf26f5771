#pragma once
// The token tree of a text: another token at a position makes a branch. Part of what undo brings back; the
// Engine asks it which branch to show.

#include "session/branch.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gf {

class TextTree {
  public:
    /// Begins anew with a root that has the prompt's tokens. The cursor stands behind them.
    void begin(const RunContext& context, std::span<const int> prompt);
    /// Brings a saved text back. @throws Error when it does not fit the model or itself
    void restore(const RunContext& context, const SavedText& saved);
    /// Everything but the prompt as it was typed.
    SavedText saved() const;
    bool empty() const { return branches_.empty(); }

    Branch& current() { return *branches_[static_cast<std::size_t>(current_)]; }
    const Branch& current() const { return *branches_[static_cast<std::size_t>(current_)]; }
    const std::shared_ptr<Branch>& shared_current() const {
        return branches_[static_cast<std::size_t>(current_)];
    }
    const std::vector<std::shared_ptr<Branch>>& branches() const { return branches_; }
    int current_index() const { return current_; } ///< in branches()
    const Branch& root() const { return *branches_[0]; }
    void select(int branch) { current_ = branch; }
    /// Puts another computation of the current branch in its place; states that share the branch get it, too.
    void replace_current(Branch&& branch) { current() = std::move(branch); }

    /// Makes the branch current that has `token` at `position`: one of the tree, else a new child of the
    /// current branch. At the tip, too, the child is a new branch, so that the parent can still draw there
    /// after undo.
    void go_to(const RunContext& context, int position, int token, TokenOrigin origin);

    int cursor = 0; ///< tokens shown, once they are computed

    /// The newest draw at a position behind the current branch's tokens before it. Draws of siblings count
    /// together.
    DrawKey draw_key(std::uint64_t seed, int position) const;
    /// Counts one more draw there.
    void count_draw(int position) { ++draws_[{origin_of(position), position}]; }
    /// Notes that this draw gave the token that stands at a position of the current branch.
    void note_draw(int position, const DrawKey& key) {
        if (current().origin(position).key != key) redrawn_[{holder_of(position), position}] = key;
    }
    /// The newest draw that gave the token there, if it was given again since it was written.
    std::optional<DrawKey> draw_of(int position) const;

  private:
    int find(int position, int token) const;
    int origin_of(int position) const;
    int holder_of(int position) const;

    std::vector<std::shared_ptr<Branch>> branches_; ///< in order of creation; shared with states to undo
    int current_ = 0;
    std::map<std::pair<int, int>, std::uint32_t>
        draws_; ///< (branch id, position) -> number of the newest draw
    std::map<std::pair<int, int>, DrawKey>
        redrawn_; ///< (branch id, position) -> the newest draw that gave the token there once more
};

} // namespace gf
