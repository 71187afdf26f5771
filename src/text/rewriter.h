#pragma once
// Rewrites a text by a list of steps. Used by the normalizer of a tokenizer.json, and by its decoder.

#include <string>
#include <string_view>
#include <vector>

namespace gf {

class Rewriter {
  public:
    using Transform = std::string (*)(std::string_view);

    /// `where` names the steps in messages.
    explicit Rewriter(std::string where) : where_(std::move(where)) {}

    /// Adds a step that puts `content` in front of every text that is not empty.
    void prepend(std::string content) { steps_.push_back({"", std::move(content), nullptr}); }

    /// Adds a step that writes `content` for every occurrence of `pattern`, which must not be empty.
    void replace(std::string pattern, std::string content) {
        steps_.push_back({std::move(pattern), std::move(content), nullptr});
    }

    /// Adds a step that applies `f` to every stretch of well-formed UTF-8. Broken bytes stay as they are.
    void transform(Transform f) { steps_.push_back({"", "", f}); }

    /// Runs all steps in order.
    /// @throws Error if replacements make the text more than about 16 times as long, as a hostile file could.
    std::string apply(std::string_view text) const;

    bool is_empty() const { return steps_.empty(); }

    /// Is one of the steps a prepend()?
    bool prepends() const;

  private:
    struct Step {
        std::string pattern; ///< every occurrence becomes `content`; if empty, `content` goes in front
        std::string content;
        Transform transform; ///< if not null, it is the whole step
    };

    std::string where_;
    std::vector<Step> steps_;
};

} // namespace gf
