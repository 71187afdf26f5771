#pragma once
// What a person watches in the text, and what stops playing, as a debugger's watches and breakpoints do. Used
// by the Engine.

#include "core/params.h"
#include "core/watch/expression.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

struct Watch {
    std::string text;
    bool stops = false; ///< playing stops where it holds
    std::optional<Expression> expression{};
    std::string
        problem{}; ///< why there is no expression: the model in view is another one than it was typed for
};
using Watches = std::vector<Watch>;

class WatchDesk {
  public:
    /// Adds a watch, or changes whether it stops.
    /// @throws Error if the model does not understand it, or if it is to stop and is no condition
    void set(const std::string& text, bool stops, const ModelConfig& config);
    /// @throws Error if there is none with this text
    void remove(const std::string& text);
    /// Stops where this holds, once.
    /// @throws Error as set() does
    void run_until(const std::string& condition, const ModelConfig& config);
    void forget_until() { until_.reset(); }
    /// Reads all watches anew if these are the weights of another model.
    void follow(const std::shared_ptr<const Weights>& weights);

    const std::shared_ptr<const Watches>& list() const { return watches_; }
    /// Whether anything may stop playing.
    bool may_stop() const;
    /// Which condition holds at token t and with which values: "surprisal > 6 (surprisal = 7.12)", or why one
    /// cannot be read; empty if playing goes on.
    std::string reached(const RunView& run, int t) const;

  private:
    std::shared_ptr<const Watches> watches_ = std::make_shared<const Watches>(); ///< snapshots share it
    std::optional<Expression> until_;
    std::weak_ptr<const Weights> weights_; ///< of the model that they were read for
};

} // namespace gf
