#pragma once
// What is worth looking at in a model that ships, in a quiet strip below the bars, with a button that sets
// the picture it speaks of. Used by the Workbench.

#include "app/shell/script_player.h"
#include "app/shell/settings.h"
#include "app/view/panel.h"

#include <filesystem>
#include <string>
#include <vector>

namespace gf::ui {

class LookStrip {
  public:
    /// `models`: the folder of the models that ship; empty: there is none.
    explicit LookStrip(std::filesystem::path models) : models_(std::move(models)) {}

    /// Once a frame while panels are in view. Draws from `top` on if the open model has something to look at
    /// and the person has not closed it; returns where it ends, in pixels.
    float draw(const Snapshot& snapshot, float top, const Settings& settings, ScriptPlayer& player,
               Commands& commands);
    /// Opens or closes the strip of the open model, and remembers it. False: it has none.
    bool show(bool on, Settings& settings) const;

  private:
    void read(const std::string& model_path);
    bool is_closed(const Settings& settings) const;

    std::filesystem::path models_;
    std::string path_;             ///< of the model that was read
    std::string name_;             ///< of the shipped model; empty: the open one is none, or says nothing
    std::string words_;            ///< what is worth looking at
    std::vector<Command> picture_; ///< the commands that set it
};

} // namespace gf::ui
