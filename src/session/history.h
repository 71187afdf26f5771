#pragma once
// States to come back to. The Engine notes the state before each change; undo and redo move between them.

#include <cstddef>
#include <deque>
#include <utility>

namespace gf {

template <class State>
class History {
  public:
    explicit History(std::size_t max_steps) : max_steps_(max_steps) {}

    /// Notes the state before a change. What was undone cannot be redone any more.
    void note(State before) {
        undo_.push_back(std::move(before));
        if (undo_.size() > max_steps_) undo_.pop_front();
        redo_.clear();
    }
    bool can_undo() const { return !undo_.empty(); }
    bool can_redo() const { return !redo_.empty(); }
    void undo(State& now) { move(undo_, redo_, now); }
    void redo(State& now) { move(redo_, undo_, now); }

    /// Calls f(state) for each state, the ones furthest away from now first.
    template <class F>
    void for_each(F f) const {
        for (const auto& state : undo_) f(state);
        for (const auto& state : redo_) f(state);
    }

  private:
    static void move(std::deque<State>& from, std::deque<State>& to, State& now) {
        to.push_back(std::exchange(now, std::move(from.back())));
        from.pop_back();
    }

    std::size_t max_steps_;
    std::deque<State> undo_, redo_;
};

} // namespace gf
