// Inspector: any site or parameter: heat map, numbers, histogram.

#include "app/panel.h"
#include "app/panel_frame.h"

namespace gf {
namespace {

class InspectorPanel : public Panel {
  public:
    const char* title() const override { return "Inspector"; }
    const char* about() const override { return "any site or parameter: heat map, numbers, histogram"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
};

void InspectorPanel::draw(const Snapshot&, Selection&, Commands&) { panel_header("Inspector", about()); }

} // namespace

std::unique_ptr<Panel> make_inspector_panel() { return std::make_unique<InspectorPanel>(); }

} // namespace gf
