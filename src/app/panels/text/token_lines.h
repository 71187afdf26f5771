#pragma once
// The text broken into lines, kept from frame to frame and only growing, so that a long text costs nothing.

#include "app/host/fonts.h"
#include "session/branch.h"

#include <vector>

namespace gf::ui {

class TokenLines {
  public:
    struct Line {
        int begin = 0, end = 0; ///< positions
    };
    /// `single`: only one line is seen at a time; then each begins with the last part of the one before, so
    /// that what was just written never stands alone.
    void update(const RunView& run, int cursor, float width, TextSize size, bool single);

    int count() const { return static_cast<int>(lines_.size()); }
    const Line& operator[](int line) const { return lines_[static_cast<std::size_t>(line)]; }
    /// The last line that holds the position.
    int line_of(int position) const;
    /// Room left behind the last token, in pixels.
    float room() const { return width_ - x_; }

  private:
    float width_of(const RunView& run, int position) const;
    void begin_line(const RunView& run, int at);

    std::vector<Line> lines_;
    float x_ = 0; ///< where the next token would go
    // What they were made for.
    std::shared_ptr<const Trace> trace_;
    float width_ = 0, scale_ = 0;
    TextSize size_ = TextSize::title;
    bool single_ = false;
};

} // namespace gf::ui
