#pragma once
// How commands change the Selection, how it is kept in range of the run in view, and which run that is. Used
// by the Workbench before the panels draw; the panels themselves only set what is hovered.

#include "app/view/selection.h"
#include "session/command.h"
#include "session/session.h"

#include <memory>
#include <optional>
#include <string>

namespace gf::ui {

class SelectionControl {
  public:
    SelectionControl(Session& session, Selection& selection) : session_(session), selection_(selection) {}

    /// The run that the panels show. The snapshot must have one.
    const Run& run_in_view(const Snapshot& snapshot);

    // The commands that change the Selection. @throws Error when a name, a run or a cell does not exist
    void run(const command::PinHead& head) { selection_.pinned_head = {head.layer, head.head}; }
    void run(const command::PinToken& token) { selection_.pinned_token = token.position; }
    /// Brings the run of the cell into view.
    void run(const command::PinCell& pinned);
    void run(const command::Inspect& inspected);
    void run(const command::SelectOperation& operation);
    void run(const command::ViewRun& view) { view_run(view.run); }
    void run(const command::Compare& comparison);
    /// Asks the session for gradients of the loss where there are to be gradients of something.
    void run(const command::ViewQuantity& quantity);
    void run(const command::ViewAttention& view);

    /// The commands that bring the Selection back.
    std::vector<ViewCommand> state();
    /// What the panels show of each cell.
    Quantity quantity_in_view() const;

    /// Lets go of what points outside the run in view, and pins the first mask of a new text whose masks the
    /// model fills in.
    void keep_in_range(const Snapshot& snapshot);

    /// Tells the session which layer is unfolded: a run that is too long to keep everything computes the
    /// sites of that layer again.
    void follow_layer();

  private:
    void view_run(const std::string& name);
    void show_new_run(const Snapshot& snapshot);
    std::string name_in_view(const std::string& name, const std::string& run = {});
    void pin_first_mask(const Run& text);

    Session& session_;
    Selection& selection_;
    std::shared_ptr<const Model> pinned_model_;       ///< the model that the selection points into
    std::optional<std::string> prompt_of_first_mask_; ///< the prompt whose first mask was pinned
    int newest_run_ = 0;                              ///< id of the newest run that was seen
    command::ViewLayer viewed_layer_;                 ///< the layer that the session was told
};

} // namespace gf::ui
