// Flow: from tokens to the next token through every layer.

#include "app/panel.h"
#include "app/panel_frame.h"

namespace gf {
namespace {

class FlowPanel : public Panel {
  public:
    const char* title() const override { return "Flow"; }
    const char* about() const override { return "from tokens to the next token through every layer"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
};

void FlowPanel::draw(const Snapshot&, Selection&, Commands&) { panel_header("Flow", about()); }

} // namespace

std::unique_ptr<Panel> make_flow_panel() { return std::make_unique<FlowPanel>(); }

} // namespace gf
