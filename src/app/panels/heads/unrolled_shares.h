#pragma once
// Lists beside the products: what the row in view takes from each key, how much each head of the layer rests
// on the first token and what it takes from there, and the rollout of the row. Used by HeadUnrolled.

#include "app/panels/heads/head_context.h"
#include "measures/attention_rollout.h"
#include "measures/first_token.h"
#include "measures/promoted_tokens.h"
#include "measures/value_lengths.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace gf::ui {

enum class ShareList { takes, first_token, rollout };
std::string_view name(ShareList list);

class UnrolledShares {
  public:
    /// Draws the list that is chosen, and the control that chooses it. `cell` is the one in focus.
    void draw(const HeadContext& context, const AttentionCell& cell, const ValueLengths& lengths,
              ShareList& list, const UiRect& area);

  private:
    struct Lines;
    struct Line;
    struct Share { ///< of a token
        int token = 0;
        double share = 0, weight = 0;
    };
    void draw_takes(const HeadContext& context, const AttentionCell& cell, const ValueLengths& lengths,
                    Lines& lines);
    void draw_first_token(const HeadContext& context, Lines& lines);
    void draw_promoted(const HeadContext& context, Lines& lines);
    void draw_rollout(const HeadContext& context, const AttentionCell& cell, Lines& lines);
    void keep_largest(int n);
    struct Touch {
        bool hovered, pressed;
    };
    Touch draw_line(Lines& lines, const Line& line);
    void draw_words(Lines& lines, std::string_view words);

    std::vector<Share> shares_; ///< the largest first, as many as there is room for
    double rest_ = 0;           ///< what the others have together
    int n_rest_ = 0;
    std::vector<real> row_; ///< working memory
    FirstTokenOfLayer first_token_;
    PromotedTokens promoted_; ///< by the first token's value behind the head in view
    AttentionRollout rollout_;
    fmt::memory_buffer text_, label_;
};

} // namespace gf::ui
