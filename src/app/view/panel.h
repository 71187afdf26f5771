#pragma once
// A panel shows a snapshot, points with the shared selection, and asks for changes by commands. It owns
// widget state only.

#include "app/view/selection.h"
#include "session/command.h"
#include "session/snapshot.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace gf::ui {

/// Where panels put what a person wants done.
class Commands {
  public:
    void post(Command command) { posted_.push_back(std::move(command)); }
    std::vector<Command> take() { return std::exchange(posted_, {}); }

  private:
    std::vector<Command> posted_;
};

/// A way of showing that can be chosen in a panel, e.g. "form" of "matrix" or "lines": for scripts, menus and
/// Ctrl+K.
struct PanelOption {
    std::string_view name;
    std::vector<std::string_view> values; ///< empty: any text
};

class Panel {
  public:
    virtual ~Panel() = default;
    virtual const char* title() const = 0;
    /// One line: what it shows, for menus, Ctrl+K and F1.
    virtual const char* about() const = 0;
    /// Whether it shows the text that a model writes, whichever stack of an encoder-decoder is in view.
    virtual bool of_the_text() const { return false; }
    /// Inside the panel's window. The snapshot has a run.
    virtual void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) = 0;

    virtual std::vector<PanelOption> options() const { return {}; }
    /// Called with an option and a value of options() only.
    virtual void choose(std::string_view /*option*/, std::string_view /*value*/) {}
};

} // namespace gf::ui
