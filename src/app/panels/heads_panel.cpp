// Heads: the patterns of all heads, and what they do.

#include "app/panel.h"
#include "app/panel_frame.h"

namespace gf {
namespace {

class HeadsPanel : public Panel {
  public:
    const char* title() const override { return "Heads"; }
    const char* about() const override { return "the patterns of all heads, and what they do"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
};

void HeadsPanel::draw(const Snapshot&, Selection&, Commands&) { panel_header("Heads", about()); }

} // namespace

std::unique_ptr<Panel> make_heads_panel() { return std::make_unique<HeadsPanel>(); }

} // namespace gf
