#pragma once
// The workbench: the session behind it, the panels, and what belongs to the window as a whole. Knows no
// windowing system: a Window, a Headless picture or a test calls frame().

#include "app/shell/formula_bar.h"
#include "app/shell/help_card.h"
#include "app/shell/palette.h"
#include "app/shell/panel_arrangement.h"
#include "app/shell/settings.h"
#include "app/shell/transport.h"
#include "app/start/start_page.h"
#include "app/view/cell_hands.h"
#include "app/view/panel.h"
#include "session/session.h"

#include <filesystem>
#include <string>

namespace gf::ui {

class Workbench {
  public:
    struct Options {
        Session::Mode mode = Session::Mode::threaded;
        std::filesystem::path config_folder; ///< empty: settings are neither read nor written
        std::function<void()> wake;          ///< called by the worker when there is something new to show
        bool shows_timing = true; ///< tokens/s and frame time, which no two pictures have in common
        std::filesystem::path models =
            {}; ///< those that ship, for the start page: models/shipped.h; empty: there are none
    };
    explicit Workbench(Options options);
    ~Workbench();

    /// Lays out one frame inside the current ImGui frame.
    void frame();

    /// As if a person had done it. Window commands act at the next frame.
    void post(Command command);
    void dropped(const std::vector<std::string>& paths) {
        start_page_.dropped(paths);
        choosing_file_ = true;
    }

    /// Cooperative mode: carries out everything posted so far.
    void settle();

    Session& session() { return session_; }
    const Selection& selection() const { return selection_; }
    /// The window's own message, e.g. about damaged settings or an unknown theme; empty: none.
    const std::string& note() const { return note_; }
    /// Of the window: "Glassformer — stories260K — token 3".
    const std::string& title() const { return title_; }
    const PanelArrangement& arrangement() const { return arrangement_; }
    Settings& settings() { return settings_; }
    /// Writes settings and layout now; failures become a note.
    void save();

  private:
    const Snapshot& in_view();
    void carry_out(const Command& command);
    bool carry_out_in_window(const Command& command);
    void pin_cell(const command::PinCell& cell);
    void ask_value(const command::AskValue& cell);
    void inspect(const std::string& name);
    void select_operation(const std::string& name);
    void view_stack(Stack stack);
    void view_attention(const std::string& kind);
    std::string name_in_view(const std::string& name);
    void set_view(const command::SetView& view);
    void draw_panels(const Snapshot& snapshot, const Snapshot& view, float top, float bottom);
    float draw_notice(const Snapshot& snapshot, float top);
    void draw_opening(float top);
    void follow_layer();
    void load();
    void save_settings();
    void pin_in_range(const Snapshot& snapshot);
    void pin_masked(const Snapshot& snapshot);
    void name_window(const Snapshot& snapshot);

    SettingsFile file_;
    bool keeps_settings_, shows_timing_;
    Settings settings_;
    Session session_;
    Selection selection_;
    Commands commands_;
    Transport transport_;
    StartPage start_page_;
    std::vector<std::unique_ptr<Panel>> panels_;
    CellHands cell_hands_;
    FormulaBar formula_bar_;
    PanelArrangement arrangement_;
    Palette palette_;
    HelpCard help_;
    bool keys_are_free_ = true;
    bool choosing_file_ = false; ///< the start page over an open model
    std::string opening_;        ///< what is said while the first model is on its way; empty: none is
    std::string note_;
    std::string glyphs_of_;       ///< the message whose characters were asked for
    std::uint64_t dismissed_ = 0; ///< number of the session's message that was closed
    std::string remembered_;      ///< path of the model last put among the recent ones
    std::string title_ = "Glassformer";
    std::shared_ptr<const Model> titled_model_; ///< what title_ is about
    std::shared_ptr<const Model> pinned_model_; ///< what the selection points into
    std::optional<std::string> filled_prompt_;  ///< whose first mask was pinned
    int titled_cursor_ = 0;
    command::ViewLayer viewed_layer_; ///< that the session was told of
    Snapshot encoder_;                ///< see in_view(); made for the snapshot of its version
    double frame_ms_ = 0;
};

} // namespace gf::ui
