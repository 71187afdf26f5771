#pragma once
// q · k element by element (as BertViz's neuron view has it): the query, the key, their products, and how
// these add up to the cell. Used by HeadUnrolled.

#include "app/panels/heads/head_context.h"
#include "measures/attention_stages.h"

#include <fmt/format.h>

#include <vector>

namespace gf::ui {

class UnrolledProducts {
  public:
    /// Draws into `area` for one cell.
    void draw(const HeadContext& context, const UnrolledAttention& attention, const AttentionCell& cell,
              const UiRect& area);

  private:
    /// What is drawn in one frame.
    struct Strip;
    void draw_row(const Strip& strip, int row, std::span<const real> values, const char* item);
    void draw_sums(const Strip& strip);
    void write_words(const Strip& strip);

    std::vector<real> products_;
    std::vector<int> order_; ///< working memory: the largest products first
    fmt::memory_buffer text_;
};

} // namespace gf::ui
