#pragma once
// What a person types to watch a run, and to stop it as a debugger's breakpoint does:
//
//     blocks.2.attn.hook_pattern[3, t, 0] > 0.8
//     surprisal > 6 and drawn != likeliest
//
// A cell is a site's public name with its indices in the order of its axes: [head, query, key] for scores and
// patterns, [t, head, column] for sites with heads, [t, column], or [t]. An index is a number or reckoned
// from t, the token that is looked at: t - 1 is the one before. Words:
//
//     t             the position of the token
//     token, drawn  its id
//     likeliest     the id that the model found likeliest in its place
//     probability   what the model gave the token, before any stage of sampling
//     surprisal     -log2 of that, in bits
//     entropy       of the whole distribution that the token comes from, in bits
//
// With + - * / ^, abs, sqrt, exp, log2, min, max, the comparisons < <= > >= = !=, and `not`, `and`, `or`.
// Used by the session (breakpoints), the panel Watches and the command line.

#include "core/run_view.h"

#include <memory>
#include <string>
#include <string_view>

namespace gf {

namespace watch {
struct Node;
}

class Expression {
  public:
    /// @throws Error that names the place in the text and what was expected there; or a site, head or column
    /// that the model does not have
    Expression(std::string_view text, const ModelConfig& config);

    /// The same for what must hold or not. @throws Error also for a number
    static Expression condition(std::string_view text, const ModelConfig& config);

    const std::string& text() const { return text_; }
    /// Whether it holds or does not, and is no number.
    bool is_condition() const;
    /// Its value at token t of the run, 1 or 0 for a condition. NaN where there is none: before the first row
    /// that predicts, for a key that the query may not see, for a site that is not kept at this length.
    double at(const RunView& run, int t) const;
    /// Whether a condition holds there. A comparison with what has no value does not.
    bool holds(const RunView& run, int t) const { return at(run, t) == 1; }
    /// The values of the names in it at token t: "surprisal = 7.12, drawn = 31".
    std::string values(const RunView& run, int t) const;
    /// Why one of its sites cannot be read in this run: "blocks.2.attn.hook_pattern: ..."; empty if all can.
    std::string missing(const RunView& run) const;

  private:
    std::string text_;
    std::shared_ptr<const watch::Node> root_;
};

} // namespace gf
