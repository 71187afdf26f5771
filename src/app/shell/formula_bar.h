#pragma once
// The formula bar, always at the bottom of the workbench: name, value and formula of the cell in focus with
// its own numbers, or how the next token was drawn, what is highlighted, and how the program is doing. Every
// operand is a link. Used by the Workbench.

#include "app/view/panel.h"
#include "core/formula/spelling.h"

#include <imgui.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct ImFont;

namespace gf::ui {

class FormulaBar {
  public:
    struct Timing { ///< figures that no two pictures have in common
        bool shown = true;
        double frame_ms = 0;
    };

    /// Height in design lengths.
    static constexpr float k_height = 60;

    /// Once a frame, before the panels draw: highlights what the cell in focus reads and, while Alt is held,
    /// what it feeds.
    void update(const View& view, Selection& selection);
    /// Once a frame. `top`: in pixels.
    void draw(const View& view, Selection& selection, Commands& commands, float top, const Timing& timing);

  private:
    struct Piece { ///< a span of the formula and where it stands
        FormulaSpan span;
        std::string label; ///< of its item; empty: it is none
        int line = 0;      ///< 0 or 1
        float left = 0, width = 0;
        ImFont* font = nullptr;
        ImU32 colour = 0;
    };

    struct LineWidths { ///< of the bar's two lines, in pixels
        float first = 0, second = 0;
        bool operator==(const LineWidths&) const = default;
    };

    void update_derived(const Selection& selection);
    void update_cell(const View& view, Selection& selection);
    void update_draw(const View& view, const Selection& selection);
    std::optional<CellRef> cell_to_explain(const Snapshot& snapshot, const Selection& selection);
    void describe_highlights(const Selection& selection, bool alt);
    void lay_out_formula(const Snapshot& snapshot);
    void lay_out_draw(const Snapshot& snapshot);
    bool place_pieces(const Spelling& spelling);
    void draw_formula(const ImVec2& at, Selection& selection, Commands& commands);
    void draw_operand(const Piece& piece, const ImVec2& at, float right, Selection& selection,
                      Commands& commands);
    void draw_figures(const View& view, const ImVec2& at, float right, const Timing& timing,
                      Commands& commands);

    // What is explained. A change of it makes new highlights and a new layout.
    std::optional<CellRef> cell_;
    std::shared_ptr<const Trace> trace_;
    std::shared_ptr<const Model> model_;
    std::string gradient_words_; ///< beside the formula of a cell that is looked at as a gradient
    std::string run_name_;       ///< of the cell's run
    int rows_ = 0;               ///< computed rows of the trace
    bool explains_pin_ = false;  ///< whether cell_ is the pinned cell
    bool is_in_use_ = false;     ///< whether the mouse or the keyboard is on the formula

    std::shared_ptr<const Spelling> derived_; ///< explained in place of a cell; null: none

    // The draw of the next token, while nothing else is explained.
    std::uint64_t draw_version_ = 0;         ///< of the sampling preview; 0: nothing is drawn
    int draw_position_ = 0;                  ///< of the token that is drawn
    int draw_row_ = -1, draw_row_token_ = 0; ///< the row that predicts it, and the token of that row
    bool draw_links_ = false;                ///< whether its logit is one of the run in view

    // What the highlights were made for.
    int highlights_cursor_ = 0;
    bool highlights_alt_ = false; ///< whether Alt was held
    std::string highlights_text_;

    // What the layout was made for, and its result.
    bool needs_layout_ = true;
    LineWidths line_widths_;
    const void* layout_font_ = nullptr; ///< another one after a change of theme or scale
    ImU32 layout_colour_ = 0;
    std::vector<Piece> pieces_;
    float second_line_end_ = 0; ///< how far the formula goes on the second line, in pixels; 0: not at all
    bool is_cut_ = false;       ///< whether two lines are not enough
    std::string whole_text_;    ///< the formula with three terms of a long sum

    std::string figures_;
};

} // namespace gf::ui
