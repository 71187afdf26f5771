#pragma once
// Uses the window as somebody would who knows nothing of it: clicks, keys, texts and sizes at random, and
// tells what must not happen. Used by `glassformer bench fuzz-ui`.

#include "app/host/headless_window.h"
#include "app/host/ui_hand.h"
#include "app/shell/workbench.h"

#include <cstdint>
#include <deque>
#include <string>

namespace gf::ui {

class UiFuzzer {
  public:
    /// Everything that it does follows from the seed. Files are written to `config_folder` only.
    UiFuzzer(std::uint64_t seed, std::filesystem::path config_folder, const command::Open& first);

    /// Does one thing, and checks what it can. @throws Error that says what is wrong
    void act();
    /// What was done last, oldest first.
    const std::deque<std::string>& last_actions() const { return last_; }

  private:
    /// What undo brings back.
    struct Undoable {
        std::string model_path, prompt;
        std::vector<int> tokens; ///< those shown
        std::vector<EditSpec> edits;
        bool edits_on = true;
        SamplingChain chain;
        std::uint64_t seed = 0;
        bool operator==(const Undoable&) const = default;
    };

    double draw();
    int draw_below(int n);
    template <class List>
    const auto& pick(const List& list) {
        return *(std::begin(list) + draw_below(static_cast<int>(std::size(list))));
    }
    void note(std::string what);
    void frame();
    const Snapshot& snapshot() { return workbench_.session().latest(); }

    void use_item();
    void press_key();
    void type_text();
    void find_something();
    void resize();
    void begin_text();
    void check_frame();
    void check_keys();
    void check_undo();
    Undoable undoable();
    std::optional<SessionCommand> undoable_command();

    std::uint64_t seed_;
    std::uint32_t n_actions_ = 0, n_draws_ = 0; ///< how many there were; of this action
    std::deque<std::string> last_;
    HeadlessWindow screen_;
    Workbench workbench_;
    UiHand hand_;
};

} // namespace gf::ui
