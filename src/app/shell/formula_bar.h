#pragma once
// The formula bar, always at the bottom of the workbench: name, value and formula of the cell in focus with
// its own numbers, what is lit, and how the program is doing. Every operand is a link.

#include "app/view/panel.h"
#include "core/formula/spelling.h"

#include <imgui.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

struct ImFont;

namespace gf::ui {

class FormulaBar {
  public:
    /// Figures that no two pictures have in common.
    struct Timing {
        bool shown = true;
        double frame_ms = 0;
    };

    /// Height in design lengths.
    static constexpr float k_height = 60;

    /// Once a frame, before the panels draw: lights what the cell in focus reads and, while Alt is held, what
    /// it feeds.
    void light(const Snapshot& snapshot, Selection& selection);
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands, float top,
              const Timing& timing);

  private:
    struct Piece { ///< a span where it stands
        FormulaSpan span;
        std::string label; ///< of its item; empty: it is none
        int line = 0;      ///< 0 or 1
        float left = 0, width = 0;
        ImFont* font = nullptr;
        ImU32 ink = 0;
    };

    /// Pixels of the bar's two lines.
    struct Room {
        float first = 0, second = 0;
        bool operator==(const Room&) const = default;
    };

    void fit();
    bool lay_out(const Spelling& spelling);
    void draw_formula(const ImVec2& at, Selection& selection, Commands& commands);
    void draw_operand(const Piece& piece, const ImVec2& at, float right, Selection& selection,
                      Commands& commands);
    void draw_figures(const Snapshot& snapshot, const ImVec2& at, float right, const Timing& timing,
                      Commands& commands);
    void describe_lit(const Selection& selection, bool alt);

    // What is shown, and for what it was made.
    std::optional<CellRef> explained_;
    std::shared_ptr<const Trace> trace_;
    std::shared_ptr<const Model> model_;
    bool explains_pin_ = false;
    int rows_ = 0, lit_rows_ = 0;
    bool lit_alt_ = false, stale_ = true,
         in_use_ = false; ///< in_use_: the mouse or the keyboard is on one of its operands
    Room room_;
    const void* look_ = nullptr; ///< a font, which goes with theme and scale
    ImU32 ink_ = 0;
    std::vector<Piece> pieces_;
    float end_of_second_ = 0; ///< how far the formula's second line goes; 0: there is none
    bool cut_ = false;        ///< two lines are not enough
    std::string whole_, lit_, figures_;
};

} // namespace gf::ui
