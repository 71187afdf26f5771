#include "app/panels/text/token_lines.h"

#include "app/host/imgui_host.h"
#include "app/panels/text/text_token.h"
#include "app/view/token_labels.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr int k_longest_word = 8;       // tokens that stay together
constexpr float k_kept_of_line = 0.35f; // of a single line, at the beginning of the next one

bool begins_word(const std::string& label) { return !label.empty() && label.front() == ' '; }

} // namespace

float TokenLines::width_of(const RunView& run, int position) const {
    const bool outlined = run.origin(position).kind == TokenOrigin::Kind::forced;
    return text_token_width(token_labels().in_text(run.token(position)), outlined, size_);
}

/// The token at `at` does not fit any more: it begins a line, with its word, or with what is kept of the line
/// before.
void TokenLines::begin_line(const RunView& run, int at) {
    Line& last = lines_.back();
    int begin = at;
    float kept = 0;
    if (single_) {
        while (begin - 1 > last.begin && kept + width_of(run, begin - 1) < width_ * k_kept_of_line)
            kept += width_of(run, --begin);
    } else {
        int word = at;
        while (word > last.begin + 1 && at - word < k_longest_word &&
               !begins_word(token_labels().in_text(run.token(word))))
            --word;
        if (begins_word(token_labels().in_text(run.token(word)))) begin = word;
        last.end = begin;
        for (int p = begin; p < at; ++p) kept += width_of(run, p);
    }
    x_ = kept;
    lines_.push_back({begin, at});
}

void TokenLines::update(const RunView& run, int cursor, float width, TextSize size, bool single) {
    const float scale = ImGuiHost::current().scale();
    const bool same =
        trace_ == run.trace && width == width_ && scale == scale_ && size == size_ && single == single_;
    if (!same || lines_.empty() || cursor < lines_.back().end) {
        lines_.assign(1, {});
        x_ = 0;
        trace_ = run.trace;
        width_ = width;
        scale_ = scale;
        size_ = size;
        single_ = single;
    }
    for (int p = lines_.back().end; p < cursor; ++p) {
        const float w = width_of(run, p);
        if (x_ > 0 && x_ + w > width_) begin_line(run, p);
        x_ += w;
        lines_.back().end = p + 1;
    }
}

int TokenLines::line_of(int position) const {
    const auto after = std::upper_bound(lines_.begin(), lines_.end(), position,
                                        [](int value, const Line& line) { return value < line.begin; });
    return std::max(static_cast<int>(after - lines_.begin()) - 1, 0);
}

} // namespace gf::ui
