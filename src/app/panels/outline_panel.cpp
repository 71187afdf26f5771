// Outline: the operations of the model in their order.

#include "app/panel.h"
#include "app/panel_frame.h"

namespace gf {
namespace {

class OutlinePanel : public Panel {
  public:
    const char* title() const override { return "Outline"; }
    const char* about() const override { return "the operations of the model in their order"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
};

void OutlinePanel::draw(const Snapshot&, Selection&, Commands&) { panel_header("Outline", about()); }

} // namespace

std::unique_ptr<Panel> make_outline_panel() { return std::make_unique<OutlinePanel>(); }

} // namespace gf
