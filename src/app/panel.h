#pragma once
// A panel shows a snapshot, points with the shared selection, and asks for changes by commands. It owns widget state only.

#include "app/selection.h"
#include "session/command.h"
#include "session/snapshot.h"

#include <memory>
#include <utility>
#include <vector>

namespace gf {

/// Where panels put what a person wants done.
class Commands {
  public:
    void post(Command command) { posted_.push_back(std::move(command)); }
    std::vector<Command> take() { return std::exchange(posted_, {}); }

  private:
    std::vector<Command> posted_;
};

class Panel {
  public:
    virtual ~Panel() = default;
    virtual const char* title() const = 0;
    /// Inside the panel's window. The snapshot has a run.
    virtual void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) = 0;
};

/// All panels, in the order of the window menu.
std::vector<std::unique_ptr<Panel>> make_panels();

std::unique_ptr<Panel> make_attention_panel();
std::unique_ptr<Panel> make_sampling_panel();
std::unique_ptr<Panel> make_tokens_panel();

} // namespace gf
