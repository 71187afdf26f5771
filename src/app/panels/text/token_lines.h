#pragma once
// The text broken into lines, kept from frame to frame: a text that grows by a token costs only that token,
// however long it is. Used by the Text panel.

#include "app/host/fonts.h"
#include "session/branch.h"

#include <vector>

namespace gf::ui {

class TokenLines {
  public:
    struct Line {
        int begin = 0, end = 0; ///< positions
    };
    /// Breaks the first `cursor` tokens into lines `width` pixels wide. `single_line` means that only one
    /// line is seen at a time: each then begins with the last part of the one before, so that what was just
    /// written never stands alone.
    void update(const Run& run, int cursor, float width, TextSize size, bool single_line);

    int count() const { return static_cast<int>(lines_.size()); }
    const Line& operator[](int line) const { return lines_[static_cast<std::size_t>(line)]; }
    /// The last line that holds the position.
    int line_of(int position) const;
    /// Room left behind the last token, in pixels; negative if a token alone is wider than a line.
    float remaining_width() const { return width_ - x_; }
    /// The width of a token in the last update()'s size, in pixels.
    float token_width(const Run& run, int position) const;

  private:
    void begin_line(const Run& run, int position);

    std::vector<Line> lines_;
    float x_ = 0; ///< where the next token would go, in pixels from the left
    // What the lines were made for.
    std::shared_ptr<const Trace> trace_;
    float width_ = 0, scale_ = 0;
    TextSize size_ = TextSize::title;
    bool single_line_ = false;
};

} // namespace gf::ui
