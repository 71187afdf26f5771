#pragma once
// The interface of a panel: it shows a view of a run, points with the shared selection, and asks for changes
// by commands. It owns the state of its widgets only. The workbench draws all panels of
// app/panels/all_panels.h.

#include "app/view/selection.h"
#include "app/view/view.h"
#include "session/command.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace gf::ui {

/// Collects what a person wants done in a frame. The workbench takes it and carries it out.
class Commands {
  public:
    void post(Command command) { posted_.push_back(std::move(command)); }
    std::vector<Command> take() { return std::exchange(posted_, {}); }

  private:
    std::vector<Command> posted_;
};

/// A choice between ways of showing that a panel offers to scripts, menus and Ctrl+K, e.g. "form" with the
/// values "matrix" and "lines".
struct PanelOption {
    std::string_view name;
    std::vector<std::string_view> values; ///< empty: any text
};

class Panel {
  public:
    virtual ~Panel() = default;
    virtual const char* title() const = 0;
    /// What the panel shows, in one line for menus, Ctrl+K and F1.
    virtual const char* about() const = 0;
    /// Whether it shows values of the run, which may be differences or gradients.
    virtual bool shows_values() const { return true; }
    /// Whether the panel is about the text that is written even while another run is in view: draw() then
    /// gets the text's view.
    virtual bool always_shows_text() const { return false; }
    /// Whether it shows runs beside each other by itself: then it is drawn once, whatever is compared.
    virtual bool shows_all_runs() const { return false; }
    /// Draws into the panel's window.
    virtual void draw(const View& view, Selection& selection, Commands& commands) = 0;

    virtual std::vector<PanelOption> options() const { return {}; }
    /// The value that one of options() has now.
    virtual std::string option(std::string_view /*name*/) const { return {}; }
    /// Sets one of options() to one of its values. @throws Error when the value cannot be
    virtual void choose(std::string_view /*name*/, std::string_view /*value*/) {}
};

} // namespace gf::ui
