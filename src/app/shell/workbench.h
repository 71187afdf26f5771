#pragma once
// The workbench: the session, the panels, and everything around them in the window. It carries out window
// commands and hands all others to the session. It knows no windowing system: a GlfwWindow, a HeadlessWindow
// or a test calls frame().

#include "app/lab/lab_room.h"
#include "app/panels/all_panels.h"
#include "app/shell/config_files.h"
#include "app/shell/formula_bar.h"
#include "app/shell/help_card.h"
#include "app/shell/look_strip.h"
#include "app/shell/notice_card.h"
#include "app/shell/operation_strip.h"
#include "app/shell/palette.h"
#include "app/shell/panel_arrangement.h"
#include "app/shell/panel_list.h"
#include "app/shell/panel_pairs.h"
#include "app/shell/restart_offer.h"
#include "app/shell/script_player.h"
#include "app/shell/selection_control.h"
#include "app/shell/transport.h"
#include "app/start/start_page.h"
#include "app/view/cell_popups.h"
#include "app/view/panel.h"
#include "platform/background_job.h"
#include "session/session.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {

class Workbench {
  public:
    struct Options {
        Session::Mode mode = Session::Mode::threaded;
        std::filesystem::path config_folder; ///< empty: settings are neither read nor written
        std::function<void()> wake; ///< called by the session's worker when there is something new to show
        bool shows_timing = true;   ///< tokens/s and frame time, which no two pictures have in common
        /// The folder of the models that ship (models/shipped.h), for the start page; empty: there is none.
        std::filesystem::path models = {};
        /// Makes the panels, twice: one set for each of two runs that are compared.
        std::function<std::vector<std::unique_ptr<Panel>>()> panels = make_all_panels;
    };
    explicit Workbench(Options options);
    ~Workbench();

    /// Lays out one frame inside the current ImGui frame.
    void frame();

    /// Asks for a command as if a person had done it. The next frame() or settle() carries it out.
    void post(Command command);
    /// Carries a list of commands out in the next frames, each when those before it are done.
    void play(std::vector<Command> script);
    /// Opens files that were dropped on the window.
    void open_dropped_files(const std::vector<std::string>& paths);

    /// In cooperative mode: carries out everything that was posted so far, in the session too.
    void settle();
    /// Waits for the experiment of the lab that is open, for pictures.
    void finish_lab() { lab_room_.wait(); }

    Session& session() { return session_; }
    const Selection& selection() const { return selection_; }
    /// The message of the window itself, e.g. about damaged settings or an unknown theme; empty: none.
    const std::string& window_message() const { return notice_.window().text(); }
    /// The window's title: "Glassformer — stories260K — token 3".
    const std::string& title() const { return title_; }
    const PanelArrangement& arrangement() const { return arrangement_; }
    Settings& settings() { return settings_; }
    /// Writes settings and layouts, beside the frames. The first failure becomes the window's message.
    void save();

  private:
    void load();
    void save_state();
    void save_changes();
    void tell_if_saving_failed();

    void carry_out_posted();
    void carry_out(const Command& command);
    void hand_over(const SessionCommand& command);
    void carry_out_here(const ViewCommand& command);
    std::vector<ViewCommand> view_state();
    void run(const command::SetTheme&);
    void run(const command::SetScale&);
    void run(const command::SetMotion&);
    void run(const command::PinHead& c) { selection_control_.run(c); }
    void run(const command::PinToken& c) { selection_control_.run(c); }
    void run(const command::PinCell& c) { selection_control_.run(c); }
    void run(const command::Inspect&);
    void run(const command::SelectOperation& c) { selection_control_.run(c); }
    void run(const command::PlayOperations& c);
    void run(const command::AskValue&);
    void run(const command::ViewRun& c) { selection_control_.run(c); }
    void run(const command::Compare& c) { selection_control_.run(c); }
    void run(const command::ViewQuantity& c) { selection_control_.run(c); }
    void run(const command::ViewAttention& c) { selection_control_.run(c); }
    void run(const command::SetView&);
    void run(const command::ShowPanel&);
    void run(const command::SetLayout&);
    void run(const command::Arrange& c) { arrangement_.arrange(c.root); }
    void run(const command::SaveLayout&);
    void run(const command::DeleteLayout&);
    void run(const command::ChooseFile&);
    void run(const command::Find&);
    void run(const command::ShowHelp&);
    void run(const command::Explain&);
    void run(const command::ShowLook&);
    void run(const command::ShowMaskExample&);
    void run(const command::OpenLab&);
    void run(const command::LeaveLab&);
    void run(const command::LabStep&);
    void run(const command::AnswerLab&);
    void run(const command::RunLab& c) { lab_room_.start(static_cast<std::uint64_t>(c.seed)); }
    void run(const command::PauseLab& c) { lab_room_.pause(c.on); }
    void run(const command::SetLabControl& c) { lab_room_.set_control(c.control, c.value); }
    void show_lab_step(std::vector<Command> state);

    void update_title(const Snapshot& snapshot);
    void remember_model(const Snapshot& snapshot);
    void draw_top_bar(const Snapshot& snapshot);
    void draw_below_bar(const Snapshot& snapshot, float top);
    void draw_panels(const View& view, float top, float bottom);
    void draw_opening(float top);

    LabRoom lab_room_;
    std::filesystem::path before_lab_; ///< the state that leave-lab brings back; empty: there was none
    ConfigFiles files_;
    BackgroundJob saving_;  ///< of settings and layouts
    bool waits_for_saving_; ///< in cooperative mode, so that what a test does is done
    bool shows_timing_;
    Settings settings_;
    Session session_;
    Selection selection_;
    SelectionControl selection_control_{session_, selection_};
    std::vector<Command> posted_from_outside_; ///< by post() and the script player
    Commands commands_;                        ///< by what the person does
    bool person_acted_ = false;                ///< the person asked the session for something
    std::filesystem::path models_;             ///< the folder of the models that ship; empty: there is none
    Transport transport_;
    NoticeCard notice_;
    ScriptPlayer script_player_;
    RestartOffer restart_offer_;
    LookStrip look_strip_;
    OperationStrip operation_strip_;
    StartPage start_page_;
    PanelPairs panels_;
    CellPopups cell_popups_;
    FormulaBar formula_bar_;
    PanelArrangement arrangement_;
    Palette palette_;
    HelpCard help_;
    Settings saved_settings_;          ///< as the configuration folder has them
    LayoutBook saved_book_;            ///< the same
    std::optional<double> changed_at_; ///< when something first differed from what is saved; ImGui's clock
    bool saving_failed_ = false;       ///< a person was told so
    bool keys_were_free_ = true;       ///< whether keys were the program's in the last frame
    bool choosing_file_ = false;       ///< whether the start page covers an open model
    std::string opening_message_;      ///< shown while the first model is on its way; empty: none is
    std::string remembered_path_;      ///< the model last put among the recent ones
    std::string title_ = "Glassformer";
    std::shared_ptr<const Model> titled_model_; ///< the model that title_ names
    int titled_cursor_ = 0;                     ///< the token that title_ names
    double frame_ms_ = 0;                       ///< running mean over the last frames
};

} // namespace gf::ui
