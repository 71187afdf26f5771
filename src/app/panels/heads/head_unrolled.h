#pragma once
// One head unrolled for the Head panel: q · k, position, division, mask, softmax and the values as one
// picture whose stages open and fold; below it the cell in focus element by element, and what its row takes.

#include "app/panels/heads/unrolled_products.h"
#include "app/panels/heads/unrolled_shares.h"
#include "app/panels/heads/unrolled_stages.h"
#include "app/panels/heads/unrolled_window.h"

#include <string>

namespace gf::ui {

/// A person's choices: which stages are folded, and which list stands beside the products.
struct UnrolledOptions {
    std::string folded = "scale"; ///< the names of stages, see folded_stages()
    ShareList list = ShareList::takes;
    static void fields(auto& options, auto visit) {
        visit("folded", options.folded);
        visit("list", options.list);
    }
};

class HeadUnrolled {
  public:
    void draw(const HeadContext& context, UnrolledOptions& options);
    /// The cell that is pointed at or pinned, else what the row in view reads most. There must be one.
    AttentionCell focus_of(const HeadContext& context);

  private:
    struct Frame; ///< what one draw() has found out
    void lay_out(Frame& frame, const UnrolledOptions& options) const;
    void draw_stage(const Frame& frame, const StageBox& box, UnrolledOptions& options);
    void draw_header(const Frame& frame, const StageBox& box, UnrolledOptions& options);
    void draw_folded(const Frame& frame, const StageBox& box) const;
    void draw_matrix(const Frame& frame, const StageBox& box);
    void draw_matrix_outlines(const Frame& frame, const UnrolledWindow::Picture& picture) const;
    void draw_values(const Frame& frame, const StageBox& box);
    void draw_ribbons(const Frame& frame, const UiRect& values, const UiRect& mixed) const;
    void handle_vectors(const Frame& frame, const UnrolledWindow::Picture& picture, const char* item,
                        Site site, int first_row, int head) const;
    void draw_query_labels(const Frame& frame) const;
    void draw_key_labels(const Frame& frame, const UiRect& matrix) const;
    void draw_arrows(const Frame& frame) const;
    void draw_sentence(const Frame& frame, const UiRect& line);
    void draw_legends(const Frame& frame, const UiRect& line);
    std::string_view write_hidden(const Frame& frame);

    UnrolledWindow window_;
    UnrolledProducts products_;
    UnrolledShares shares_;
    ValueLengths lengths_;
    StageKind latest_ = StageKind::softmax;  ///< the stage that a person opened last
    std::vector<real> cell_, row_, scratch_; ///< working memory
    fmt::memory_buffer text_, hidden_text_, least_, greatest_;
};

} // namespace gf::ui
